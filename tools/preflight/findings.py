"""The results of checks: findings, which a person must fix, and notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tools.preflight.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that `pulumi up` would fail on.

    `code` is stable; `wrong`, `expected` and `fix` are sentences. `command` is the exact command that fixes it, or
    empty if no single command does.
    """

    code: str
    wrong: str
    expected: str
    fix: str
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something to know: a fact that preflight cannot judge, or a check that it could not make."""

    code: str
    text: str


Result: TypeAlias = Finding | Note


def preflight_command(stack: str, *options: str) -> str:
    """Returns the command line of preflight itself."""
    return " ".join((".venv/bin/voice preflight", stack, *options))


@dataclass(frozen=True, kw_only=True)
class Check:
    """One concern. `run` yields nothing if everything is in place.

    `providers` are the namespaces whose reads it needs: without their registration, Azure refuses the reads, so
    preflight skips the check with a note.
    """

    name: str
    run: Callable[[Facts], Iterator[Result]]
    providers: tuple[str, ...] = ()
