"""Problems in a stack file. Each states what is wrong, what is expected and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Problem:
    """One problem in a stack file.

    `code` identifies the type of problem and never changes with the text (`unknown-setting`). `path` is the YAML path
    under `config` (`voice:aks.zones[0]`). `value` is the value at that path; `None` means that there is none.
    `expected` lists or describes valid values; `None` leaves the part out. `remediation` is one or more whole
    sentences. `wrong` replaces the description of the value. No part ever contains the value of a secret.
    """

    code: str
    path: str
    value: Any
    expected: str | None
    remediation: str
    wrong: str | None = None

    def __str__(self) -> str:
        wrong = self.wrong or ("is required" if self.value is None else f"is {_shown(self.value)}")
        expected = f" Expected: {self.expected}." if self.expected else ""
        return f"`{self.path}` {wrong}.{expected} {self.remediation}"


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple, dict)):
        if not value:
            return "empty"
        text = repr(value)
    else:
        text = value if isinstance(value, str) else str(value).lower()
    return f"`{text}`" if len(text) <= _LONGEST_VALUE else f"`{text[:_LONGEST_VALUE]}…` ({len(text)} characters)"


class SettingsError(Exception):
    """A stack file that cannot be deployed. `problems` lists all problems, in the order of the file's sections."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"The stack file has {count} problem{'s' if count > 1 else ''}. Nothing was deployed."
        super().__init__("\n".join([heading, *(f"  - {problem}" for problem in self.problems)]))
