"""Action groups and their receivers."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.monitor.common import ALERT_NAME
from azure_rehearsal.protocol.provider import Refused

ACTION_GROUP: Final = "azure-native:monitor:ActionGroup"
ACTION_GROUP_REGIONS: Final = (
    "global", "eastus2", "germanywestcentral", "northcentralus", "southcentralus", "swedencentral", "westus2",
)  # fmt: skip
RECEIVERS: Final = (
    "armRoleReceivers", "automationRunbookReceivers", "azureAppPushReceivers", "azureFunctionReceivers",
    "emailReceivers", "eventHubReceivers", "itsmReceivers", "logicAppReceivers", "smsReceivers", "voiceReceivers",
    "webhookReceivers",
)  # fmt: skip


def _refuse_receivers(request: Request) -> None:
    names = [str(item.get("name")).lower() for kind in RECEIVERS for item in request.get(kind, [])]
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise Refused(
            "BadRequest",
            f"Receiver names of action group '{request.name}' must be unique: {', '.join(duplicates)}.",
            "use names that are unique across all receiver types",
        )
    for item in request.get("emailReceivers", []):
        name, _, domain = str(item.get("emailAddress", "")).partition("@")
        if not name or "." not in domain:
            raise Refused(
                "BadRequest",
                f"The email address '{item.get('emailAddress')}' of action group '{request.name}' is invalid.",
                "correct the address",
            )


TYPE: Final = ArmType(
    token=ACTION_GROUP,
    path=arm_ids.provider_id("Microsoft.Insights/actionGroups", "actionGroupName"),
    location_required=True,
    locations=ACTION_GROUP_REGIONS,
    force_new=("location",),
    limits={"groupShortName": Limit(max_length=12)},
    name=ALERT_NAME,
    rules=(_refuse_receivers,),
)
