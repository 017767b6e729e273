"""Metric alerts: scopes, severity, evaluation times."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.monitor.common import ALERT_NAME
from azure_rehearsal.protocol.provider import Refused

METRIC_ALERT: Final = "azure-native:monitor:MetricAlert"
FREQUENCIES: Final = {"PT1M": 1, "PT5M": 5, "PT15M": 15, "PT30M": 30, "PT1H": 60}
"""Evaluation frequencies, in minutes."""
WINDOWS: Final = {**FREQUENCIES, "PT6H": 360, "PT12H": 720, "P1D": 1440}
"""Evaluation windows, in minutes."""
SEVERITIES: Final = range(5)


def _refuse_times(request: Request) -> None:
    every, window = str(request.get("evaluationFrequency")), str(request.get("windowSize"))
    if every not in FREQUENCIES or window not in WINDOWS or WINDOWS[window] < FREQUENCIES[every]:
        raise Refused(
            "BadRequest",
            f"Metric alert '{request.name}' has evaluationFrequency {every} ({', '.join(FREQUENCIES)}) and windowSize "
            f"{window} ({', '.join(WINDOWS)}). The window must not be shorter than the frequency.",
            "use values from these lists",
        )
    if request.get("severity") not in SEVERITIES:
        raise Refused(
            "BadRequest",
            f"The severity {request.get('severity')} of metric alert '{request.name}' is invalid. Allowed: "
            f"{SEVERITIES.start} to {SEVERITIES.stop - 1}.",
            "use 0 (critical) to 4 (verbose)",
        )


def _refuse_scopes(request: Request) -> None:
    scopes = request.get("scopes", [])
    if not scopes:
        raise Refused(
            "BadRequest",
            f"Metric alert '{request.name}' has no scopes.",
            "set scopes to the id of the monitored resource",
        )
    if len(scopes) > 1 and not (request.get("targetResourceType") and request.get("targetResourceRegion")):
        raise Refused(
            "BadRequest",
            f"Metric alert '{request.name}' has {len(scopes)} scopes. Alerts on multiple resources need "
            "targetResourceType and targetResourceRegion.",
            "set both, or create one alert per resource",
        )
    kinds = {arm_ids.kind(scope).lower() for scope in scopes}
    if len(kinds) > 1:
        raise Refused(
            "BadRequest",
            f"The scopes of metric alert '{request.name}' must have one type; they have {', '.join(sorted(kinds))}.",
            "create one alert per type",
        )


def _alert_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"isMigrated": False}


TYPE: Final = ArmType(
    token=METRIC_ALERT,
    path=arm_ids.provider_id("Microsoft.Insights/metricAlerts", "ruleName"),
    location_required=True,
    locations=("global",),
    force_new=("location",),
    name=ALERT_NAME,
    defaults={"autoMitigate": True},
    rules=(_refuse_times, _refuse_scopes),
    outputs=_alert_outputs,
)
