"""One stack's planned change: what the engine would do, and what that means for money and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.cost import Cost, Difference, difference, monthly_cost
from azure_rehearsal.reports.duration import WallTime, wall_time
from azure_rehearsal.reports.planned import planned
from azure_rehearsal.reports.records import Recording


@dataclass(frozen=True)
class Outlook:
    """What a plan comes to: the recording that it leads to, the months before and after, and the way there."""

    after: Recording
    cost_before: Cost
    cost_after: Cost
    wall_time: WallTime

    @property
    def money(self) -> Difference:
        return difference(self.cost_before, self.cost_after)


@dataclass(frozen=True)
class Change:
    """A preview. `outlook` is None where it was refused, for then nobody knows where it would have led."""

    run: Run
    outlook: Outlook | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines; cost and time are there only when the preview was done."""
        answer: dict[str, Any] = {"stack": self.run.stack}
        if self.outlook is not None:
            answer |= {
                "cost": self.outlook.cost_after.as_json(),
                "costDifference": self.outlook.money.monthly.as_json(),
                "wallTime": self.outlook.wall_time.as_json(),
            }
        return answer


def change_of(run: Run, plan: dict[str, Any], before: Recording) -> Change:
    """`run` is a preview with `--save-plan FILE`, `plan` that file read (anything, for a refused preview), `before` the
    recording of what is deployed now, empty for a first deployment."""
    if not run.ok:
        return Change(run)
    after = planned(plan, before, run.steps)
    return Change(run, Outlook(after, monthly_cost(before), monthly_cost(after), wall_time(after)))
