"""The meaning and remediation of each failure.

A fake provider's refusal has both itself (`azure_rehearsal.protocol.provider.Refused`); the table here explains the
refusals of the engine. The project's adapter can replace a remediation by its code (`Run.remedy_for`).
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import Final, NamedTuple

from azure_rehearsal.engine.run import Run
from azure_rehearsal.remedies import (
    IMPORT_EXISTING,
    INTERRUPTED,
    PROTECTED,
    PROTECTED_POOL,
    RECOVER,
    REMEDIATION,
    RETRY,
    STACK,
)

_REMEDIATION: Final = re.compile(r"\s*What to do:\s*(.+)\Z", re.DOTALL)
_CODE: Final = re.compile(r"\A(?:invoke of \S+ failed: )?([A-Za-z]\w*): ")
"""The error code at the start of a refusal's message."""
_ECHOES: Final = re.compile(r"(update|preview|destroy|refresh) failed|resource .* had errors", re.IGNORECASE)
"""Errors that only report that there were errors."""
_FRAMES: Final = re.compile(r"\AProgram failed with an unhandled exception:.*\bException: (?=invoke of )", re.DOTALL)
"""The stack frames of the SDK before the reason of a refused read."""


class _Explanation(NamedTuple):
    pattern: str
    meaning: str
    remediation: str
    code: str = ""


_ENGINE: Final = (
    _Explanation(
        # Only for the pool itself: a pool that is replaced together with another resource has another remediation.
        r'resource "[^"]*:AgentPool::[^"]*"\s+as it is currently marked for protection',
        "Azure cannot change this property of a node pool in place, and the pool is protected against replacement",
        "keep the setting as it was, and add a pool with the new setting; remove the old pool when it is empty",
        PROTECTED_POOL,
    ),
    _Explanation(
        r"marked for protection|cannot be deleted.*protected|because it is protected",
        "the change would delete or replace a protected resource",
        "keep the setting as it was; to delete the resource on purpose, deploy once without its protection",
        PROTECTED,
    ),
    _Explanation(
        r"a bug in the fake .* provider",
        "this is a bug in the simulator, not in the program",
        "report it with the text above",
    ),
    _Explanation(
        r"no resource plugin|could not find plugin|plugin .* not installed",
        "the program uses a package without a fake provider",
        "add a fake provider to azure_rehearsal/engine/backends.py, or remove the package",
    ),
    _Explanation(
        r"Duplicate resource URN",
        "two resources have the same type, parent type and name",
        "put the name of its component into the name of one of them",
    ),
    _Explanation(
        r"unhandled exception|program exited with non-zero exit code",
        "the program ended with an exception",
        "read the last line of the traceback; add a check for the setting that causes it",
    ),
    _Explanation(
        r"pending operations?",
        "a run was killed during operations, so the state may not match the resources that exist",
        f"{RECOVER}; a rehearsal can also start again without its state directory",
        INTERRUPTED,
    ),
    _Explanation(
        r"property .* (value|is|failed)|required property|failed validation",
        "a property is missing or has a value that the provider refuses before the plan",
        "correct the property that the message names",
    ),
)


@dataclass(frozen=True)
class Failure:
    """One refusal. `type` and `name` are empty if it does not concern a single resource. `meaning` can be empty."""

    stack: str
    urn: str
    type: str
    name: str
    message: str
    meaning: str
    remediation: str


def failures_of(run: Run) -> list[Failure]:
    """The failures of a refused run, those of single resources first. At least one, so that no refusal is silent."""
    if run.ok:
        return []
    found = [
        _failure(run, urn, message)
        for urn, messages in run.errors.items()
        for message in messages
        if not _ECHOES.fullmatch(message)
    ]
    if run.exit_code < 0:
        found.append(_killed(run))
    if not found:
        errors = [line.removeprefix("error: ") for line in run.stderr.splitlines() if line.startswith("error: ")]
        found = [_failure(run, "", text) for text in errors or [f"pulumi exited with {run.exit_code}"]]
    return sorted(found, key=lambda failure: not failure.name)


def _completed(remedy: str, stack: str, own: str) -> str:
    """A project's remediation with the stack and the simulator's remediation in their places."""
    return remedy.replace(REMEDIATION, own).replace(STACK, stack)


def _killed(run: Run) -> Failure:
    message = f"the engine was killed by signal {-run.exit_code} ({signal.strsignal(-run.exit_code)})"
    remedy = run.remedy_for(INTERRUPTED) or f"{IMPORT_EXISTING} and {RETRY}"
    unlock = f"unlock the state with `azure-rehearsal pulumi --stack {run.stack} -- cancel`, then {remedy}"
    return Failure(run.stack, "", "", "", message, "the state is as last written, and locked", unlock)


def _failure(run: Run, urn: str, message: str) -> Failure:
    _, _, types, name = urn.split("::", 3) if urn else ("", "", "", "")
    resource = (run.stack, urn, types.rsplit("$", 1)[-1], name)
    message = _FRAMES.sub("", message)
    if found := _REMEDIATION.search(message):
        code, own = _CODE.match(message), found[1].strip()
        remedy = run.remedy_for(code[1]) if code else ""
        return Failure(*resource, message[: found.start()], "", _completed(remedy, run.stack, own) or own)
    for item in _ENGINE:
        if re.search(item.pattern, message, re.IGNORECASE | re.DOTALL):
            remedy = run.remedy_for(item.code) if item.code else ""
            return Failure(*resource, message, item.meaning, remedy or item.remediation)
    return Failure(*resource, message, "", "")
