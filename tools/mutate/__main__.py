"""`python -m tools.mutate`: tests mutants of the program, prints those that no test notices, and the score.

Exit codes: 0 enough mutants were noticed, 1 too few were (or the run could not start), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import Any, Final

from tools.mutate.report import AIM, equivalents, load, save, score, section, survivors, with_section
from tools.mutate.run import PROJECT, MutationError, Outcome, Result, choose, try_all

PAGE: Final = PROJECT / "docs" / "benchmarks.md"
RESULTS: Final = PROJECT / ".rehearsal" / "mutants.json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description="Tests mutants of the program.")
    parser.add_argument("--count", type=int, default=200, help="how many mutants (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="draws the same mutants again (default: %(default)s)")
    parser.add_argument("--resume", action="store_true", help="reuse the results of a run that was interrupted")
    parser.add_argument("--again", action="store_true", help="reuse earlier results, but test survivors again")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where results are kept (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    options: Any = parser.parse_args(arguments)
    try:
        known = equivalents()
        tested = _run(options)
    except MutationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    found = score(tested, known)
    for mutant in survivors(tested, known):
        print(f"\nsurvived: {mutant.path}:{mutant.line} ({mutant.operator})\n{mutant.change}")
    print(
        f"\n{found.killed} of {found.killed + found.survived} mutants were noticed ({found.share:.0%}, aim {AIM:.0%});"
        f" {found.equivalent} more are equivalent."
    )
    if options.write:
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        text = with_section(PAGE.read_text(encoding="utf-8"), section(tested, known, seed=options.seed, date=today))
        PAGE.write_text(text, encoding="utf-8")
    return 0 if found.met else 1


def _run(options: Any) -> list[Result]:
    """The results of all mutants that the options ask for; keeps each as soon as there is one."""
    earlier = load(options.results) if options.resume or options.again else []
    reused = {(result.path, result.change): result for result in earlier}
    if options.again:
        reused = {key: result for key, result in reused.items() if result.outcome == Outcome.KILLED}
    mutants = choose(PROJECT, options.count, options.seed)
    keys = [(mutant.path, mutant.change(PROJECT)) for mutant in mutants]
    results = {key: reused[key] for key in keys if key in reused}

    def keep(result: Result) -> None:
        results[result.path, result.change] = result
        save(options.results, results.values())
        _tell(result, len(results), len(keys))

    try_all(PROJECT, [mutant for mutant, key in zip(mutants, keys, strict=True) if key not in results], keep)
    return [results[key] for key in keys]


def _tell(result: Result, number: int, count: int) -> None:
    where = f"by {result.stage}" if result.stage else result.change.replace("\n", " ")[:100]
    print(f"{number}/{count} {result.outcome} {result.path}:{result.line} {result.seconds:.0f} s {where}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
