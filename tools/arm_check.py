"""`voice arm-check`: runs a checker of Azure's resource definitions on recordings and accepts only the listed gaps.

The checker is a Python program that is called as `CHECKER RECORDING --strict`. For each finding it prints one line
`<error|warn>: <type> <name>: <property>: <what>`, then a line with the number of resources. A finding is accepted if
tools/arm_check_exceptions.txt lists it with a reason: a type without a definition, or a property whose definition is
narrower than the service.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from tools.errors import CommandError, UsageError

EXCEPTIONS: Final = Path(__file__).with_name("arm_check_exceptions.txt")
NO_DEFINITION: Final = "no ARM definition here for this type"
CHECKER_CLEAN, CHECKER_FINDINGS = 0, 1

_FINDING: Final = re.compile(
    r"^(?P<level>error|warn): (?P<type>\S+) (?P<name>.+?): (?P<property>[^\s:]*): (?P<what>.+)$"
)
_POSITION: Final = re.compile(r"\[\d+\]")
_COUNT: Final = re.compile(r"^\d+ \S+ resources checked: \d+ errors, \d+ warnings$")


@dataclass(frozen=True)
class Report:
    """The findings of one recording: for each, the key of an exception that would accept it, and the checker's line.

    The key is the type if it has no definition, otherwise the type and the property without list positions. A line of
    unknown form is its own key.
    """

    findings: tuple[tuple[str, str], ...]


def load_exceptions(path: Path) -> Mapping[str, str]:
    """The reason of each exception; lines are `type  # reason` or `type property  # reason`. Raises `UsageError`."""
    exceptions: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        type_, _, reason = (part.strip() for part in line.partition("#"))
        if not reason:
            raise UsageError(
                f"{path}:{number}: {type_} has no reason. Write: {type_}  # why it is used and not checked"
            )
        if type_ in exceptions:
            raise UsageError(f"{path}:{number}: {type_} is listed twice.")
        exceptions[type_] = reason
    return exceptions


def read_report(output: str, status: int) -> Report:
    """Parses the checker's output. Raises `UsageError` if the checker did not finish."""
    lines = output.splitlines()
    if status not in (CHECKER_CLEAN, CHECKER_FINDINGS) or not lines or not _COUNT.match(lines[-1]):
        raise UsageError(
            f"the checker did not finish (exit code {status}). Run it by itself to see why. Its output:\n{output}"
        )
    findings: list[tuple[str, str]] = []
    for line in lines[:-1]:
        match = _FINDING.match(line)
        if match is None:
            findings.append((line, line))
        elif match["what"] == NO_DEFINITION:
            findings.append((match["type"], line))
        else:
            findings.append((f"{match['type']} {_POSITION.sub('[]', match['property'])}", line))
    if status == CHECKER_FINDINGS and not findings:
        raise UsageError(f"the checker failed without a finding. Its output:\n{output}")
    return Report(tuple(findings))


def judge(reports: Mapping[str, Report], exceptions: Mapping[str, str]) -> list[str]:
    """One line for each finding without exception and each unused exception; empty if there is none."""
    found = {exception for report in reports.values() for exception, _ in report.findings}
    problems = [
        f"{source}: {line}"
        for source, report in reports.items()
        for exception, line in report.findings
        if exception not in exceptions
    ]
    problems += [
        f"{exception} is listed in {EXCEPTIONS.name}, but no recording needs the exception: remove the line."
        for exception in sorted(set(exceptions) - found)
    ]
    return problems


def _require_files(*paths: Path) -> None:
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise UsageError(
            f"no such file: {', '.join(missing)}. Expected: existing files. Record with `make recordings`."
        )


def _check(checker: Path, recording: Path) -> Report:
    command = [sys.executable, str(checker), str(recording), "--strict"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{recording}:\n{done.stdout}{done.stderr}", end="", flush=True)
    return read_report(done.stdout, done.returncode)


def main(
    checker: Annotated[Path, typer.Argument(help="The checker, a Python program.", metavar="CHECKER")],
    recordings: Annotated[list[Path], typer.Argument(help="All recordings of one run.", metavar="RECORDING...")],
    exceptions: Annotated[Path, typer.Option(help="The list of accepted findings.", metavar="FILE")] = EXCEPTIONS,
) -> None:
    """Checks recordings against Azure's resource definitions.

    Pass all recordings of a run together: an exception that none of them needs is a finding, too. `make arm-check` runs
    this in CI on the recordings of `make recordings`.

    Example: `voice arm-check ../checker.py .rehearsal/recordings/*.json`

    Exit codes: 0 only accepted findings, 1 other findings, 2 wrong usage, or the checker did not finish.
    """
    _require_files(checker, *recordings)
    accepted = load_exceptions(exceptions)
    reports = {str(recording): _check(checker, recording) for recording in recordings}
    problems = judge(reports, accepted)
    if problems:
        raise CommandError("\n".join([f"{len(problems)} findings to correct:", *problems]))
