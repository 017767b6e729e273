"""Log Analytics workspaces: pricing tier and retention."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.operationalinsights.common import DEFAULT_DAYS, PATH, WORKSPACE, WORKSPACE_NAME
from azure_rehearsal.protocol.provider import Refused

SKUS: Final = {"pergb2018": range(30, 731), "capacityreservation": range(30, 731), "lacluster": range(30, 731)}
"""Valid retention days of new workspaces, by SKU in lower case."""
COMMITMENTS: Final = (100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000)
"""GB per day of a capacity reservation."""


def _refuse_sku(request: Request) -> None:
    sku = str(request.get("sku.name", ""))
    if sku.lower() not in SKUS:
        raise Refused(
            "BadRequest",
            f"Pricing tier '{sku}' of workspace '{request.name}' doesn't match the subscription's billing model. Read "
            "http://aka.ms/PricingTierWarning for more details.",
            "use PerGB2018",
        )
    level = request.get("sku.capacityReservationLevel")
    if (sku.lower() == "capacityreservation") != (level is not None) or (
        level is not None and level not in COMMITMENTS
    ):
        raise Refused(
            "BadRequest",
            f"The capacityReservationLevel {level} of workspace '{request.name}' is invalid for pricing tier '{sku}'.",
            f"set one of {', '.join(map(str, COMMITMENTS))} for CapacityReservation, none otherwise",
        )


def _refuse_retention(request: Request) -> None:
    days = request.get("retentionInDays")
    allowed = SKUS[str(request.get("sku.name")).lower()]
    if days not in allowed:
        raise Refused(
            "InvalidParameter",
            f"'RetentionInDays' property of workspace '{request.name}' doesn't match the SKU limits: it is {days}, "
            f"expected {allowed.start} to {allowed.stop - 1} days.",
            "set totalRetentionInDays on a table to keep data longer",
        )


def _workspace_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"customerId": record.stable_uuid("customer"), **identity_outputs(request, record)}


TYPE: Final = ArmType(
    token=WORKSPACE,
    path=PATH,
    location_required=True,
    force_new=("location",),
    limits={"workspaceName": WORKSPACE_NAME},
    defaults={
        "retentionInDays": DEFAULT_DAYS,
        "sku": {"name": "PerGB2018"},
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
    },
    rules=(_refuse_sku, _refuse_retention),
    outputs=_workspace_outputs,
    after_delete=retire_principal,
)
