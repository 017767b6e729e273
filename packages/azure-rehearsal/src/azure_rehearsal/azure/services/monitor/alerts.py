"""Action groups and metric alerts."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Limit, NameRule, Request
from azure_rehearsal.protocol.provider import Refused

ACTION_GROUP: Final = "azure-native:monitor:ActionGroup"
METRIC_ALERT: Final = "azure-native:monitor:MetricAlert"

ACTION_GROUP_REGIONS: Final = (
    "global", "eastus2", "germanywestcentral", "northcentralus", "southcentralus", "swedencentral", "westus2",
)  # fmt: skip
RECEIVERS: Final = (
    "armRoleReceivers", "automationRunbookReceivers", "azureAppPushReceivers", "azureFunctionReceivers",
    "emailReceivers", "eventHubReceivers", "itsmReceivers", "logicAppReceivers", "smsReceivers", "voiceReceivers",
    "webhookReceivers",
)  # fmt: skip
FREQUENCIES: Final = {"PT1M": 1, "PT5M": 5, "PT15M": 15, "PT30M": 30, "PT1H": 60}
"""How often a metric alert is evaluated, in minutes."""
WINDOWS: Final = {**FREQUENCIES, "PT6H": 360, "PT12H": 720, "P1D": 1440}
"""How far a metric alert looks back, in minutes."""
SEVERITIES: Final = range(5)

_NAME: Final = NameRule(
    r"[^*#&+:<>?@%{}\\/|]*[^*#&+:<>?@%{}\\/| .]",
    1,
    260,
    "The name has none of *#&+:<>?@%{}\\/| and no space or period at its end.",
)


def _refuse_receivers(request: Request) -> None:
    names = [str(item.get("name")).lower() for kind in RECEIVERS for item in request.get(kind, [])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused(
            "BadRequest",
            f"Receiver names of action group '{request.name}' must be unique: {', '.join(twice)}.",
            "give every receiver a name of its own, over all kinds",
        )
    for item in request.get("emailReceivers", []):
        name, _, domain = str(item.get("emailAddress", "")).partition("@")
        if not name or "." not in domain:
            raise Refused(
                "BadRequest",
                f"The email address '{item.get('emailAddress')}' of action group '{request.name}' is invalid.",
                "correct it",
            )


def _refuse_times(request: Request) -> None:
    every, window = str(request.get("evaluationFrequency")), str(request.get("windowSize"))
    if every not in FREQUENCIES or window not in WINDOWS or WINDOWS[window] < FREQUENCIES[every]:
        raise Refused(
            "BadRequest",
            f"Metric alert '{request.name}' has evaluationFrequency {every} ({', '.join(FREQUENCIES)}) and windowSize "
            f"{window} ({', '.join(WINDOWS)}). The window must not be shorter than the frequency.",
            "use values from the lists",
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
            "BadRequest", f"Metric alert '{request.name}' has no scopes.", "name the resource that it watches"
        )
    if len(scopes) > 1 and not (request.get("targetResourceType") and request.get("targetResourceRegion")):
        raise Refused(
            "BadRequest",
            f"Metric alert '{request.name}' has {len(scopes)} scopes. Alerts on multiple resources need "
            "targetResourceType and targetResourceRegion.",
            "set both, or make an alert for each resource",
        )
    kinds = {arm_ids.kind(scope).lower() for scope in scopes}
    if len(kinds) > 1:
        raise Refused(
            "BadRequest",
            f"The scopes of metric alert '{request.name}' must be of one type; they are {', '.join(sorted(kinds))}.",
            "make an alert for each type",
        )


def _alert_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"isMigrated": False}


TYPES: Final = (
    ArmType(
        token=ACTION_GROUP,
        path=arm_ids.provider_id("Microsoft.Insights/actionGroups", "actionGroupName"),
        location_required=True,
        locations=ACTION_GROUP_REGIONS,
        force_new=("location",),
        limits={"groupShortName": Limit(longest=12)},
        name=_NAME,
        rules=(_refuse_receivers,),
    ),
    ArmType(
        token=METRIC_ALERT,
        path=arm_ids.provider_id("Microsoft.Insights/metricAlerts", "ruleName"),
        location_required=True,
        locations=("global",),
        force_new=("location",),
        name=_NAME,
        defaults={"autoMitigate": True},
        rules=(_refuse_times, _refuse_scopes),
        outputs=_alert_outputs,
    ),
)
