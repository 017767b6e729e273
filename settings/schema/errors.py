"""Problems in a stack file, all of them at once, in words that its author can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a stack file.

    `path` is the YAML path under `config` (`voice:aks.zones[0]`), `value` what stands there (`None`: nothing),
    `allowed` what may stand there, `fix` what to do; `wrong` says in words what a value cannot show. Never made from a
    secret's value.
    """

    path: str
    value: Any
    allowed: str
    fix: str
    wrong: str | None = None

    def __str__(self) -> str:
        wrong = self.wrong or ("is missing" if self.value is None else f"is {_shown(self.value)}")
        return f"{self.path} {wrong}. Allowed: {self.allowed}. Fix: {self.fix}"


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, (str, list, dict)) else str(value).lower()
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"


class SettingsError(Exception):
    """A stack file that cannot be deployed. `problems` lists everything that was found, in the order of the file's
    sections.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"The stack file has {count} problem{'s' if count > 1 else ''}; nothing was deployed."
        super().__init__("\n".join([heading, *(f"  - {problem}" for problem in self.problems)]))
