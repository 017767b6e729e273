"""One stack's planned change, with its cost and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.cost import Cost, Difference, difference, monthly_cost
from azure_rehearsal.reports.duration import WallTime, wall_time
from azure_rehearsal.reports.planned import planned
from azure_rehearsal.reports.recording_graph import Recording


@dataclass(frozen=True)
class Forecast:
    """The result of a plan: the recording after it, the monthly costs before and after, and the deployment time."""

    after: Recording
    cost_before: Cost
    cost_after: Cost
    wall_time: WallTime

    @property
    def cost_change(self) -> Difference:
        return difference(self.cost_before, self.cost_after)


@dataclass(frozen=True)
class Change:
    """A preview. `forecast` is `None` if the preview was refused."""

    run: Run
    forecast: Forecast | None = None

    def as_json(self) -> dict[str, Any]:
        """The change as a JSON object. Has cost and time only if the preview succeeded."""
        result: dict[str, Any] = {"stack": self.run.stack}
        if self.forecast is not None:
            result |= {
                "cost": self.forecast.cost_after.as_json(),
                "costDifference": self.forecast.cost_change.monthly.as_json(),
                "wallTime": self.forecast.wall_time.as_json(),
            }
        return result


def change_of(run: Run, plan: dict[str, Any], before: Recording) -> Change:
    """The change of a preview with `--save-plan FILE`.

    `plan` is the parsed file (any value for a refused preview), `before` the recording of the current deployment, empty
    for a first deployment.
    """
    if not run.ok:
        return Change(run)
    after = planned(plan, before, run.steps)
    return Change(run, Forecast(after, monthly_cost(before), monthly_cost(after), wall_time(after)))
