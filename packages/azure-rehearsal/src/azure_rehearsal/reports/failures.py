"""What a failure means and what to do about it.

A stand-in says both itself (`azure_rehearsal.protocol.provider.Refused`); what the engine refuses is explained by the
table here.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.chaos.fault_codes import RUNBOOK
from azure_rehearsal.engine.run import Run

_REMEDIATION: Final = re.compile(r"\s*What to do:\s*(.+)\Z", re.DOTALL)
_ECHOES: Final = re.compile(r"(update|preview|destroy|refresh) failed|resource .* had errors", re.IGNORECASE)
"""Errors that only say that there were errors."""
_FRAMES: Final = re.compile(r"\AProgram failed with an unhandled exception:.*\bException: (?=invoke of )", re.DOTALL)
"""What stands before the reason where Azure refused a read: frames of the SDK, which tell nobody anything."""

_ENGINE: Final = (
    (
        # Of the pool itself: what goes down with a resource that it hangs on has another way out.
        r'resource "[^"]*:AgentPool::[^"]*"\s+as it is currently marked for protection',
        "Azure cannot change this of a node pool in place, and a replacement would end the calls on it",
        (
            "add a generation to the pool, set the old one to `state: retiring`, and remove it when it is empty"
            " (docs/decisions/0005-generations-of-node-pools.md)"
        ),
    ),
    (
        r"marked for protection|cannot be deleted.*protected|because it is protected",
        "the change would delete or replace a protected resource",
        "keep the setting as it was; if the loss is meant, deploy once with `voice:protect: false`, then change it",
    ),
    (
        r"a defect in the .* stand-in",
        "the rehearsal itself is wrong here, not the program",
        "report it with the text above",
    ),
    (
        r"no resource plugin|could not find plugin|plugin .* not installed",
        "the program uses a package that has no stand-in",
        "add a stand-in to azure_rehearsal/engine/world.py, or leave the package out",
    ),
    (
        r"Duplicate resource URN",
        "two resources have the same type, parent type and name",
        "name one of them after the component that it belongs to",
    ),
    (
        r"unhandled exception|program exited with non-zero exit code",
        "the program ended with an exception",
        "read the last line of the traceback; a setting that it trips over deserves a check of its own",
    ),
    (
        r"pending operations?",
        "a run was killed in the middle of operations, so what exists is not known",
        f"find out and go on as {RUNBOOK} says; a rehearsal can also start afresh without its state directory",
    ),
    (
        r"property .* (value|is|failed)|required property|failed validation",
        "a property is missing or has a value that the provider refuses before any plan",
        "correct the property that the message names",
    ),
)


@dataclass(frozen=True)
class Failure:
    """One refusal. `type` and `name` are empty for what concerns no single resource; `meaning` may be empty."""

    stack: str
    urn: str
    type: str
    name: str
    message: str
    meaning: str
    remediation: str


def failures_of(run: Run) -> list[Failure]:
    """Every failure of a run that was refused, most specific first; at least one, so that none passes silently."""
    if run.ok:
        return []
    found = [
        _failure(run.stack, urn, message)
        for urn, messages in run.errors.items()
        for message in messages
        if not _ECHOES.fullmatch(message)
    ]
    if run.exit_code < 0:
        found.append(_killed(run))
    if not found:
        complaints = [line.removeprefix("error: ") for line in run.stderr.splitlines() if line.startswith("error: ")]
        found = [_failure(run.stack, "", text) for text in complaints or [f"pulumi ended with {run.exit_code}"]]
    return sorted(found, key=lambda failure: not failure.name)


def _killed(run: Run) -> Failure:
    message = f"the engine was killed by signal {-run.exit_code} ({signal.strsignal(-run.exit_code)})"
    remediation = f"unlock the state with `azure-rehearsal pulumi --stack {run.stack} -- cancel`, then follow {RUNBOOK}"
    return Failure(run.stack, "", "", "", message, "its state is as it was last written, and locked", remediation)


def _failure(stack: str, urn: str, message: str) -> Failure:
    _, _, types, name = urn.split("::", 3) if urn else ("", "", "", "")
    resource_type = types.rsplit("$", 1)[-1]
    message = _FRAMES.sub("", message)
    if said := _REMEDIATION.search(message):
        return Failure(stack, urn, resource_type, name, message[: said.start()], "", said[1].strip())
    for pattern, meaning, remediation in _ENGINE:
        if re.search(pattern, message, re.IGNORECASE | re.DOTALL):
            return Failure(stack, urn, resource_type, name, message, meaning, remediation)
    return Failure(stack, urn, resource_type, name, message, "", "")
