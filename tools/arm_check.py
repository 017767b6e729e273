"""Runs a checker of Azure resource definitions over recordings and accepts nothing but the listed gaps in its data.

    python -m tools.arm_check CHECKER RECORDING...

CHECKER is a Python program that is called as `CHECKER RECORDING --strict`. For each finding it prints one line
`<error|warn>: <type> <name>: <property>: <what>`, then a line that counts the resources. A finding is accepted when it
stands in tools/arm_check_exceptions.txt with a reason: a type for which the checker has no definition, or a property
whose definition is narrower than the service. Give all recordings of a run at once: a line that none of them needs is a
finding too.

Exit status: 0 nothing but listed gaps, 1 findings, 2 wrong usage or the checker cannot be run.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

EXCEPTIONS: Final = Path(__file__).with_name("arm_check_exceptions.txt")
NO_DEFINITION: Final = "no ARM definition here for this type"
CHECKER_CLEAN, CHECKER_FINDINGS = 0, 1

_FINDING: Final = re.compile(
    r"^(?P<level>error|warn): (?P<type>\S+) (?P<name>.+?): (?P<property>[^\s:]*): (?P<what>.+)$"
)
_POSITION: Final = re.compile(r"\[\d+\]")
_COUNT: Final = re.compile(r"^\d+ \S+ resources checked: \d+ errors, \d+ warnings$")


class UsageError(Exception):
    """What the caller must correct, in words."""


@dataclass(frozen=True)
class Report:
    """What one recording yields: its findings, each by what an exception for it would be called.

    That is the type for a type without definition, else type and property, without positions in lists; a line that is
    no finding of a known form stands for itself.
    """

    findings: tuple[tuple[str, str], ...]


def load_exceptions(path: Path) -> Mapping[str, str]:
    """What is accepted, to its reason: `type  # reason` or `type property  # reason`. Raises `UsageError`."""
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
    """Sorts what the checker printed. Raises `UsageError` when the checker did not come to its end."""
    lines = output.splitlines()
    if status not in (CHECKER_CLEAN, CHECKER_FINDINGS) or not lines or not _COUNT.match(lines[-1]):
        raise UsageError(f"the checker did not come to its end (exit status {status}):\n{output}")
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
        raise UsageError(f"the checker failed without a finding:\n{output}")
    return Report(tuple(findings))


def judge(reports: Mapping[str, Report], exceptions: Mapping[str, str]) -> list[str]:
    """Everything to correct, a line each; empty when all is well."""
    found = {exception for report in reports.values() for exception, _ in report.findings}
    problems = [
        f"{source}: {line}"
        for source, report in reports.items()
        for exception, line in report.findings
        if exception not in exceptions
    ]
    problems += [
        f"{exception} is listed in {EXCEPTIONS.name}, but nothing recorded needs that: remove the line."
        for exception in sorted(set(exceptions) - found)
    ]
    return problems


def _require_files(*paths: Path) -> None:
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise UsageError(f"no such file: {', '.join(missing)}")


def _check(checker: Path, recording: Path) -> Report:
    command = [sys.executable, str(checker), str(recording), "--strict"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{recording}:\n{done.stdout}{done.stderr}", end="", flush=True)
    return read_report(done.stdout, done.returncode)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("checker", type=Path, help="the checker program")
    parser.add_argument("recordings", type=Path, nargs="+", metavar="recording", help="all recordings of one run")
    parser.add_argument("--exceptions", type=Path, default=EXCEPTIONS, help="accepted gaps (default: %(default)s)")
    options: Any = parser.parse_args(arguments)
    try:
        _require_files(options.checker, *options.recordings)
        exceptions = load_exceptions(options.exceptions)
        reports = {str(recording): _check(options.checker, recording) for recording in options.recordings}
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    problems = judge(reports, exceptions)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
