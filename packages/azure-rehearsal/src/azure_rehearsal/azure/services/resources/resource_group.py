"""Resource groups."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Limit, NameRule, Request


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"properties": {"provisioningState": "Succeeded"}}


RESOURCE_GROUP: Final = ArmType(
    token="azure-native:resources:ResourceGroup",
    path=arm_ids.RESOURCE_GROUP,
    location_required=True,
    force_new=("location",),
    limits={"resourceGroupName": Limit(min_length=1, max_length=90, pattern=r"^[-\w\._\(\)]+$")},
    name=NameRule(
        r"[-\w._()]*[-\w_()]",
        1,
        90,
        "The name can only be a letter, digit, '-', '.', '(', ')' or '_', and cannot end with '.'.",
        code="InvalidResourceGroup",
    ),
    outputs=_outputs,
)


TYPE: Final = RESOURCE_GROUP
