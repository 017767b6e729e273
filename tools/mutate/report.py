"""What mutation testing found: the score, the survivors, and the section of docs/benchmarks.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from tools.mutate.run import MUTATED, MutationError, Outcome, Result

AIM: Final = 0.9
"""The part of mutants that tests must notice."""
EQUIVALENT: Final = Path(__file__).with_name("equivalent.yaml")
BEGIN: Final = "<!-- mutation testing: begin -->"
END: Final = "<!-- mutation testing: end -->"

METHOD: Final = """\
`voice mutate` draws {count} mutants with seed {seed}. Half of them come from the operators of cosmic-ray,
half from operators that drop a keyword argument, an element or a statement, or change a name in quotes. No place in
{packages} is changed twice. Each mutant runs against the golden inventories, then against the other tests of the
platform, until one fails. Equivalent mutants, which change nothing that can be observed, do not count;
`tools/mutate/equivalent.yaml` lists them with their reasons."""


@dataclass(frozen=True)
class Score:
    """`equivalent` counts the survivors that cannot be noticed; they belong to neither of the others."""

    killed: int
    survived: int
    equivalent: int

    @property
    def share(self) -> float:
        """The part of the mutants that count which tests noticed."""
        return self.killed / max(1, self.killed + self.survived)

    @property
    def met(self) -> bool:
        return self.share >= AIM


def equivalents(path: Path = EQUIVALENT) -> dict[tuple[str, str], str]:
    """The reasons of equivalent mutants, by file and change. Raises `MutationError` for an entry without a reason."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    incomplete = [entry for entry in entries if not (entry.get("path") and entry.get("change") and entry.get("reason"))]
    if incomplete:
        raise MutationError(f"{path} has an entry without path, change or reason: {incomplete[0]}.")
    return {(entry["path"], entry["change"].strip()): entry["reason"] for entry in entries}


def survivors(tested: Iterable[Result], known: dict[tuple[str, str], str]) -> list[Result]:
    """The mutants that tests should have noticed, in order of file and line."""
    left = [mutant for mutant in tested if mutant.outcome == Outcome.SURVIVED]
    return sorted(
        (mutant for mutant in left if (mutant.path, mutant.change) not in known),
        key=lambda mutant: (mutant.path, mutant.line),
    )


def score(tested: Sequence[Result], known: dict[tuple[str, str], str]) -> Score:
    killed = sum(mutant.outcome == Outcome.KILLED for mutant in tested)
    survived = len(survivors(tested, known))
    return Score(killed=killed, survived=survived, equivalent=len(tested) - killed - survived)


def section(tested: Sequence[Result], known: dict[tuple[str, str], str], *, seed: int, date: str) -> str:
    """The section of docs/benchmarks.md, Markdown between its marks."""
    found, left = score(tested, known), survivors(tested, known)
    packages = ", ".join(f"`{package}`" for package in MUTATED)
    cells = (len(tested), found.killed, found.survived, found.equivalent, f"{found.share:.0%}", f"at least {AIM:.0%}")
    lines = [
        BEGIN,
        "## Mutation testing",
        "",
        f"Written by `voice mutate --write` on {date}; do not edit.",
        "",
        METHOD.format(count=len(tested), seed=seed, packages=packages),
        "",
        "| mutants | killed | survived | equivalent | score | aim |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| {' | '.join(map(str, cells))} |",
        "",
        *(["Survivors:", ""] if left else ["No mutant survived."]),
        *(f"- `{mutant.path}`: {_inline(mutant.change)}" for mutant in left),
        END,
    ]
    return "\n".join(lines) + "\n"


def _inline(change: str) -> str:
    gone = " ".join(line[2:] for line in change.splitlines() if line.startswith("-"))
    come = " ".join(line[2:] for line in change.splitlines() if line.startswith("+"))
    return f"`` {gone} `` became `` {come} ``" if come else f"`` {gone} `` was dropped"


def kept_section(page: str) -> str:
    """The section of a page, empty where it has none."""
    begin, end = page.find(BEGIN), page.find(END)
    return page[begin : end + len(END)] + "\n" if begin >= 0 and end >= 0 else ""


def with_section(page: str, new: str) -> str:
    """The page with this section in place of the old one, or at its end. An empty section changes nothing."""
    if not new:
        return page
    old = kept_section(page)
    return page.replace(old, new) if old else page.rstrip("\n") + "\n\n" + new


def save(path: Path, tested: Iterable[Result]) -> None:
    """Writes results for `load`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in tested], indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> list[Result]:
    """The results of an earlier run. Raises `MutationError`."""
    if not path.is_file():
        raise MutationError(f"{path} does not exist. Run without --resume and --again first.")
    entries: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    return [replace(Result(**entry), outcome=Outcome(entry["outcome"])) for entry in entries]
