"""Application Insights components. Without a workspace, Azure creates a managed one in a group of its own.

Source: learn.microsoft.com/azure/azure-monitor/app/managed-workspaces. The managed workspace is no record here.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, NameRule, Request
from azure_rehearsal.azure.services.operationalinsights.common import WORKSPACE
from azure_rehearsal.protocol.provider import Refused

COMPONENT: Final = "azure-native:applicationinsights:Component"
RETENTION_DAYS: Final = (30, 60, 90, 120, 180, 270, 365, 550, 730)


def _refuse_workspace(request: Request) -> None:
    if request.get("workspaceResourceId") is None:
        return  # Azure creates a managed workspace, also for a classic component
    workspace = request.referenced("workspaceResourceId")
    if workspace is None or workspace.type != WORKSPACE:
        raise Refused(
            "BadRequest",
            f"WorkspaceResourceId of Application Insights component '{request.name}' is not a Log Analytics workspace: "
            f"{request.get('workspaceResourceId')!r}.",
            "set workspaceResourceId to the id of a Log Analytics workspace",
        )
    mode = str(request.get("ingestionMode"))
    if mode.lower() != "loganalytics":
        raise Refused(
            "BadRequest",
            f"Application Insights component '{request.name}' has ingestionMode {mode}; components on a workspace have "
            "LogAnalytics.",
            "set ingestionMode to LogAnalytics, or remove it",
        )


def _refuse_settings(request: Request) -> None:
    days = request.get("retentionInDays")
    if days is not None and days not in RETENTION_DAYS:
        raise Refused(
            "BadRequest",
            f"The retentionInDays {days} of component '{request.name}' is invalid. Allowed values: "
            f"{', '.join(map(str, RETENTION_DAYS))}.",
            "use one of these values; the retention of the workspace applies",
        )
    percentage = request.get("samplingPercentage")
    if percentage is not None and not 0 < percentage <= 100:
        raise Refused(
            "BadRequest",
            f"The samplingPercentage {percentage} of component '{request.name}' is invalid.",
            "use a value above 0 and up to 100",
        )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    key, app, region = record.stable_uuid("instrumentation key"), record.stable_uuid("app"), request.location
    connection = {
        "InstrumentationKey": key,
        "IngestionEndpoint": f"https://{region}-0.in.applicationinsights.azure.com/",
        "LiveEndpoint": f"https://{region}.livediagnostics.monitor.azure.com/",
        "ApplicationId": app,
    }
    group = f"{request.client.subscription}/resourceGroups/ai_{request.name}_{app}_managed"
    managed = f"{group}/providers/Microsoft.OperationalInsights/workspaces/managed-{request.name}-ws"
    return {
        "workspaceResourceId": request.get("workspaceResourceId", managed),
        "ingestionMode": "LogAnalytics",
        "appId": app,
        "applicationId": request.name,
        "instrumentationKey": key,
        "connectionString": ";".join(f"{name}={value}" for name, value in connection.items()),
        "tenantId": request.client.tenant_id,
    }


TYPE: Final = ArmType(
    token=COMPONENT,
    path=arm_ids.provider_id("Microsoft.Insights/components", "resourceName"),
    location_required=True,
    force_new=("location",),
    name=NameRule(
        r"[^%&\\?/]*[^%&\\?/. ]",
        1,
        260,
        "The name has up to 260 characters, none of %&\\?/, and does not end with a space or period.",
    ),
    defaults={"ingestionMode": "LogAnalytics"},
    rules=(_refuse_workspace, _refuse_settings),
    outputs=_outputs,
)
