"""The errors by which a command ends. `tools.cli` prints the message and exits with `exit_code`, without a traceback.

A message says what is wrong, what is expected, and what to do, in that order.
"""

from __future__ import annotations

from typing import ClassVar


class CommandError(Exception):
    """A check failed, or something refused the request. Exit code 1."""

    exit_code: ClassVar[int] = 1


class UsageError(CommandError):
    """The caller must correct the options, the stack file or the machine's set-up. Exit code 2."""

    exit_code: ClassVar[int] = 2
