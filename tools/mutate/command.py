"""`voice mutate`: tests mutants of the program, prints those that no test notices, and the score."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Final

import typer

from tools.errors import CommandError
from tools.mutate.report import AIM, equivalents, load, save, score, section, survivors, with_section
from tools.mutate.run import PROJECT, MutationError, Outcome, Result, choose, try_all

PAGE: Final = PROJECT / "docs" / "benchmarks.md"
RESULTS: Final = PROJECT / ".rehearsal" / "mutants.json"


def main(
    count: Annotated[int, typer.Option(help="Number of mutants.", min=1)] = 200,
    seed: Annotated[int, typer.Option(help="The same seed selects the same mutants.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Keep the results of an interrupted run.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Keep earlier results, but test survivors again.")] = False,
    results: Annotated[Path, typer.Option(help="The file with the results.", metavar="FILE")] = RESULTS,
    write: Annotated[bool, typer.Option("--write", help="Write the section of docs/benchmarks.md.")] = False,
) -> None:
    """Breaks the program on purpose and reports the changes that no test notices (an hour).

    Runs in a copy of the repository. The tests are those of `make test` that concern the program, with the golden
    inventories first.

    Example: `voice mutate --count 30`

    Exit codes: 0 the tests noticed enough mutants, 1 they noticed too few or the run could not start, 2 wrong usage.
    """
    try:
        known = equivalents()
        tested = _run(count, seed, load(results) if resume or again else [], results, again=again)
    except MutationError as error:
        raise CommandError(str(error)) from None
    found = score(tested, known)
    for mutant in survivors(tested, known):
        print(f"\nsurvived: {mutant.path}:{mutant.line} ({mutant.operator})\n{mutant.change}")
    print(
        f"\nThe tests noticed {found.killed} of {found.killed + found.survived} mutants ({found.share:.0%}, aim"
        f" {AIM:.0%}); {found.equivalent} more are equivalent."
    )
    if write:
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        text = with_section(PAGE.read_text(encoding="utf-8"), section(tested, known, seed=seed, date=today))
        PAGE.write_text(text, encoding="utf-8")
    if not found.met:
        raise CommandError(f"The tests noticed too few mutants. Expected: at least {AIM:.0%}. Add the missing tests.")


def _run(count: int, seed: int, earlier: list[Result], file: Path, *, again: bool) -> list[Result]:
    """The results of the mutants. Saves each result at once."""
    reused = {(result.path, result.change): result for result in earlier}
    if again:
        reused = {key: result for key, result in reused.items() if result.outcome == Outcome.KILLED}
    mutants = choose(PROJECT, count, seed)
    keys = [(mutant.path, mutant.change(PROJECT)) for mutant in mutants]
    results = {key: reused[key] for key in keys if key in reused}

    def keep(result: Result) -> None:
        results[result.path, result.change] = result
        save(file, results.values())
        _show(result, len(results), len(keys))

    try_all(PROJECT, [mutant for mutant, key in zip(mutants, keys, strict=True) if key not in results], keep)
    return [results[key] for key in keys]


def _show(result: Result, number: int, count: int) -> None:
    detail = f"by {result.stage}" if result.stage else result.change.replace("\n", " ")[:100]
    print(f"{number}/{count} {result.outcome} {result.path}:{result.line} {result.seconds:.0f} s {detail}", flush=True)
