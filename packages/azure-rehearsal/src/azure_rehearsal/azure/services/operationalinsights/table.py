"""Tables of a Log Analytics workspace: plan, retention, schema of custom tables."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.operationalinsights.common import DEFAULT_DAYS, PATH, TABLE, WORKSPACE_NAME
from azure_rehearsal.protocol.provider import Refused

MAX_TOTAL_DAYS: Final = 4383
CUSTOM_TABLE_SUFFIXES: Final = ("_cl", "_rst", "_srch")
"""Suffixes of tables that users create: custom logs, restored logs, search results."""


def _refuse_built_in(request: Request) -> None:
    if request.old is not None or request.name.lower().endswith(CUSTOM_TABLE_SUFFIXES):
        return
    raise Refused(
        "ResourceAlreadyExists",
        f"cannot create already existing resource '{request.id}'. Azure creates its own tables with their "
        "workspace, and the provider does not adopt them.",
        "set retention and plan of built-in tables with an ARM template (resources.Deployment), or import the table",
    )


def _refuse_plan(request: Request) -> None:
    basic = str(request.get("plan")).lower() == "basic"
    if basic and request.get("retentionInDays") is not None:
        raise Refused(
            "InvalidParameter",
            f"The retentionInDays of table '{request.name}' cannot be set with plan Basic, which keeps 30 days.",
            "remove retentionInDays and set totalRetentionInDays",
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
            f"The schema of table '{request.name}' is invalid: it requires the table's name "
            f"({request.get('schema.name')!r}) and a column TimeGenerated (it has {', '.join(columns) or 'none'}).",
            "set name and columns of the schema",
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


TYPE: Final = ArmType(
    token=TABLE,
    path=f"{PATH}/tables/{{tableName}}",
    limits={
        "workspaceName": WORKSPACE_NAME,
        "tableName": Limit(min_length=4, max_length=63, pattern=r"^[A-Za-z0-9-_]+$"),
        "retentionInDays": Limit(minimum=4, maximum=730),
        "totalRetentionInDays": Limit(minimum=4, maximum=MAX_TOTAL_DAYS),
    },
    defaults={"plan": "Analytics"},
    rules=(_refuse_built_in, _refuse_plan, _refuse_table_retention, _refuse_schema),
    outputs=_table_outputs,
)
