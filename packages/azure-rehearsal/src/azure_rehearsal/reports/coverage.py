"""The resource types of a run without rules: what the rehearsal checked only by their shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from azure_rehearsal.engine.run import Run

_PREFIX: Final = "azure-native:"
_MAX_NAMED: Final = 8


def types_without_rules(runs: Iterable[Run]) -> tuple[list[str], int]:
    """The Azure types in these runs that have no rules, sorted, and the number of all their Azure types."""
    # A late import: loading the simulated Azure takes a noticeable part of a second, which `--help` avoids.
    from azure_rehearsal.azure.core.type_registry import types

    used = {step.type for run in runs for step in run.steps if step.type.startswith(_PREFIX)}
    return sorted(used - types().keys()), len(used)


def coverage_line(runs: Iterable[Run]) -> str:
    """`3 of 74 Azure types without rules: …`; empty if all types have rules."""
    missing, total = types_without_rules(runs)
    if not missing:
        return ""
    names = [name.removeprefix(_PREFIX) for name in missing[:_MAX_NAMED]]
    more = f" and {len(missing) - _MAX_NAMED} more" if len(missing) > _MAX_NAMED else ""
    return (
        f"{len(missing)} of {total} Azure types without rules (checked by their shape only): {', '.join(names)}{more}"
    )
