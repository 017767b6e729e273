"""Finds the kind of a stack. This happens before validation, because the kind selects the model that validates."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final

from model.kinds import DEFAULT_KIND, KIND_NAMES, Kind
from settings.schema.errors import Problem, SettingsError

PATH: Final = "voice:kind"

Raw = Mapping[str, Any]


def kind_of(own: Raw, base: Raw | None, kinds: Mapping[str, Kind[Any]]) -> Kind[Any]:
    """Returns the kind of a stack: its own value, otherwise that of the stack that it extends, otherwise `aks`.

    `own` and `base` are the `voice:` sections of both; `base` is `None` for a stack that extends no other. Raises
    `SettingsError` with exactly one problem for an unknown kind, a kind that `kinds` does not contain, and a kind that
    differs from the base's.
    """
    inherited = (base or {}).get("kind", DEFAULT_KIND)
    name = own.get("kind", inherited)
    names = ", ".join(KIND_NAMES)
    if name not in KIND_NAMES:
        near = difflib.get_close_matches(str(name), KIND_NAMES, n=1, cutoff=0.6)
        remediation = f"Did you mean {near[0]}?" if near else "Use one of these, or remove the setting."
        raise SettingsError([Problem("unknown-kind", PATH, _text(name), names, remediation)])
    if base is not None and name != inherited:
        raise SettingsError(
            [
                Problem(
                    "kind-differs-from-base",
                    PATH,
                    name,
                    f"{inherited}, the kind of the stack {own['extends']} that this stack extends",
                    "Remove `voice:kind`, or extend a stack of the same kind.",
                )
            ]
        )
    if name not in kinds:
        raise SettingsError(
            [
                Problem(
                    "kind-not-available",
                    PATH,
                    name,
                    ", ".join(kinds),
                    "Use one of these kinds.",
                    wrong=f"is `{name}`, which is not available in this version",
                )
            ]
        )
    return kinds[name]


def _text(name: Any) -> Any:
    return "null" if name is None else name
