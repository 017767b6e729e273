"""Reads plans."""

from __future__ import annotations

from azure_rehearsal.engine.run import Run


def changes(run: Run) -> dict[str, list[str]]:
    """The names of the resources that a plan changes, by operation, without the stack."""
    found: dict[str, list[str]] = {}
    for step in run.changing_steps:
        if step.type != "pulumi:pulumi:Stack":
            found.setdefault(step.op, []).append(step.name)
    return {op: sorted(names) for op, names in sorted(found.items())}
