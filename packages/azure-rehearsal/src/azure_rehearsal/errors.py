"""What stops a rehearsal before, or beside, the engine's own refusals."""

from __future__ import annotations


class UsageError(Exception):
    """Wrong usage, wrong settings or a machine that lacks something: exit code 2, no traceback.

    `problems` are the lines that people read, one for each problem, each with the way out.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
