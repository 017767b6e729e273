"""Microsoft.OperationalInsights: Log Analytics workspaces and their tables."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.identities import identity_outputs, principal_gone
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.protocol.provider import Refused

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
TABLE: Final = "azure-native:operationalinsights:Table"
PATH: Final = arm_ids.provider_id("Microsoft.OperationalInsights/workspaces", "workspaceName")

SKUS: Final = {"pergb2018": range(30, 731), "capacityreservation": range(30, 731), "lacluster": range(30, 731)}
"""SKUs that a new workspace can have, in lower case, and the days that each can keep data."""
DEFAULT_DAYS: Final = 30
COMMITMENTS: Final = (100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000)
"""GB a day of a capacity reservation."""
LARGEST_TOTAL_DAYS: Final = 4383
OWN_TABLE_SUFFIXES: Final = ("_cl", "_rst", "_srch")
"""Tables that a program makes: custom logs, restored logs, search results."""

_NAME: Final = Limit(shortest=4, longest=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$")


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
            f"allowed are {allowed.start} to {allowed.stop - 1} days.",
            "keep data longer than that by totalRetentionInDays of a table",
        )


def _workspace_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"customerId": record.stable_uuid("customer"), **identity_outputs(request, record)}


# Tables


def _refuse_built_in(request: Request) -> None:
    if request.old is not None or request.name.lower().endswith(OWN_TABLE_SUFFIXES):
        return
    raise Refused(
        "ResourceAlreadyExists",
        f"cannot create already existing resource '{request.id}'. Azure's own tables are there as soon as their "
        "workspace is, and the provider takes none over.",
        "set retention and plan of built-in tables by an ARM template (resources.Deployment), or import the table",
    )


def _refuse_plan(request: Request) -> None:
    basic = str(request.get("plan")).lower() == "basic"
    if basic and request.get("retentionInDays") is not None:
        raise Refused(
            "InvalidParameter",
            f"The retentionInDays of table '{request.name}' cannot be set with plan Basic, which keeps 30 days.",
            "leave retentionInDays out and set totalRetentionInDays",
        )


def _refuse_table_retention(request: Request) -> None:
    days, total = request.get("retentionInDays"), request.get("totalRetentionInDays")
    if days is not None and total is not None and total < days:
        raise Refused(
            "InvalidParameter",
            f"The totalRetentionInDays {total} of table '{request.name}' is less than its retentionInDays {days}.",
            "raise totalRetentionInDays",
        )


def _refuse_schema(request: Request) -> None:
    if not request.name.lower().endswith("_cl") or request.old is not None:
        return
    columns = [str(item.get("name")) for item in request.get("schema.columns", [])]
    if "TimeGenerated" not in columns or request.get("schema.name") != request.name:
        raise Refused(
            "InvalidParameter",
            f"The schema of table '{request.name}' is invalid: it needs the table's name "
            f"({request.get('schema.name')!r}) and a column TimeGenerated (it has {', '.join(columns) or 'none'}).",
            "give the schema name and columns",
        )


def _table_outputs(request: Request, record: Record) -> dict[str, Any]:
    workspace = request.cloud.get(arm_ids.parent(request.id))
    days = request.get("retentionInDays") or (workspace.properties["retentionInDays"] if workspace else DEFAULT_DAYS)
    total = request.get("totalRetentionInDays") or days
    return {
        "retentionInDays": days,
        "totalRetentionInDays": total,
        "archiveRetentionInDays": total - days,
        "retentionInDaysAsDefault": request.get("retentionInDays") is None,
        "totalRetentionInDaysAsDefault": request.get("totalRetentionInDays") is None,
    }


TYPES: Final = (
    ArmType(
        token=WORKSPACE,
        path=PATH,
        location_required=True,
        force_new=("location",),
        limits={"workspaceName": _NAME},
        defaults={
            "retentionInDays": DEFAULT_DAYS,
            "sku": {"name": "PerGB2018"},
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        },
        rules=(_refuse_sku, _refuse_retention),
        outputs=_workspace_outputs,
        gone=principal_gone,
    ),
    ArmType(
        token=TABLE,
        path=f"{PATH}/tables/{{tableName}}",
        limits={
            "workspaceName": _NAME,
            "tableName": Limit(shortest=4, longest=63, pattern=r"^[A-Za-z0-9-_]+$"),
            "retentionInDays": Limit(low=4, high=730),
            "totalRetentionInDays": Limit(low=4, high=LARGEST_TOTAL_DAYS),
        },
        defaults={"plan": "Analytics"},
        rules=(_refuse_built_in, _refuse_plan, _refuse_table_retention, _refuse_schema),
        outputs=_table_outputs,
    ),
)
