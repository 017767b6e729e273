"""The full lifecycle: deploy, deploy again without a change, destroy without leftovers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run

MAX_LISTED: Final = 10
"""Resources that a message names; the display above it lists them all."""


def run_lifecycle(
    rehearsals: Sequence[Rehearsal],
    leftovers: Callable[[], list[str]],
    announce: Callable[[str], None],
    deployed: Callable[[Rehearsal, Run], None],
    unready: Callable[[], list[str]] = list,
) -> Outcome:
    """Rehearses stacks in deployment order; stops at the first problem.

    Calls `deployed` after the first deployment of each stack, `unready` after the second deployment of all stacks, and
    `leftovers` at the end.
    """
    outcome = Outcome("rehearse")
    if _deploy(rehearsals, outcome, announce, deployed) and _deploy_again(rehearsals, outcome, announce):
        outcome.add_unready(unready())
        for rehearsal in reversed(rehearsals):
            if not _destroy(rehearsal, outcome, announce):
                return outcome
        outcome.leftovers = leftovers()
    return outcome


def _deploy(
    rehearsals: Sequence[Rehearsal],
    outcome: Outcome,
    announce: Callable[[str], None],
    deployed: Callable[[Rehearsal, Run], None],
) -> bool:
    for rehearsal in rehearsals:
        announce(f"{rehearsal.stack}: deploy")
        run = outcome.add(rehearsal.up("--suppress-outputs"))
        if not run.ok:
            return False
        deployed(rehearsal, run)
    return True


def _deploy_again(rehearsals: Sequence[Rehearsal], outcome: Outcome, announce: Callable[[str], None]) -> bool:
    for rehearsal in rehearsals:
        announce(f"{rehearsal.stack}: deploy again; expected: no change")
        run = outcome.add(rehearsal.up("--suppress-outputs"))
        if not run.ok:
            return False
        if changing := run.changing_steps:
            named = [f"{step.op} {step.name} ({', '.join(step.changed) or step.type})" for step in changing]
            more = f" and {len(named) - MAX_LISTED} more" if len(named) > MAX_LISTED else ""
            outcome.problems.append(
                f"{rehearsal.stack}: the second deployment with the same settings made changes:"
                f" {'; '.join(named[:MAX_LISTED])}{more}. Expected: none. Make the program declare the same resources"
                " in each run."
            )
            return False
    return True


def _destroy(rehearsal: Rehearsal, outcome: Outcome, announce: Callable[[str], None]) -> bool:
    protected = [item for item in rehearsal.export().get("resources", []) if item.get("protect")]
    if protected:
        announce(f"{rehearsal.stack}: destroy; expected: refused (protected resources: {len(protected)})")
        refused = rehearsal.destroy_preview()
        if refused.ok:
            outcome.add(refused)
            outcome.problems.append(f"{rehearsal.stack}: the destroy of protected resources was not refused.")
            return False
        outcome.add_expected(refused)
        unprotected = rehearsal.adapter.unprotected
        if not unprotected:
            outcome.problems.append(
                f"{rehearsal.stack}: the stack cannot be destroyed: no setting that lifts the protection is known."
                " Name the setting in the project's adapter (`unprotected`), or rehearse without protection."
            )
            return False
        settings = ", ".join(f"{path}: {json.dumps(value)}" for path, value in unprotected.items())
        announce(f"{rehearsal.stack}: refused, as expected; deploy without protection ({settings})")
        if not outcome.add(rehearsal.up("--suppress-outputs", config=unprotected)).ok:
            return False
    announce(f"{rehearsal.stack}: destroy")
    return outcome.add(rehearsal.destroy()).ok
