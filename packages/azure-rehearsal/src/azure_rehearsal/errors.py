"""Errors that stop a rehearsal before the engine starts, or in addition to its refusals."""

from __future__ import annotations


class UsageError(Exception):
    """Wrong usage, wrong settings, or a missing program on this machine: exit code 2, no traceback.

    `problems` are the lines for the user, one for each problem, each with its remediation.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
