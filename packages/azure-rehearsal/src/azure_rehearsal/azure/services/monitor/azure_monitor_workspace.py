"""Azure Monitor workspaces, which store the metrics of managed Prometheus."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, default_resources
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, Request
from azure_rehearsal.azure.services.monitor.common import (
    ENDPOINT,
    ENDPOINT_PATH,
    METRICS_WORKSPACE,
    RULE,
    RULE_PATH,
    host_name,
    immutable_id,
)
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP

PATH: Final = arm_ids.provider_id("Microsoft.Monitor/accounts", "azureMonitorWorkspaceName")


def _managed_ids(workspace_id: str, location: str) -> dict[str, str]:
    """The ids of the resources that Azure creates with a workspace, in a managed resource group."""
    name = arm_ids.name(workspace_id)
    names = {
        "subscriptionId": workspace_id.split("/")[2],
        "resourceGroupName": f"MA_{name}_{location}_managed",
        "dataCollectionEndpointName": name,
        "dataCollectionRuleName": name,
    }
    paths = {"group": arm_ids.RESOURCE_GROUP, "endpoint": ENDPOINT_PATH, "rule": RULE_PATH}
    return {resource: arm_ids.fill(path, names) for resource, path in paths.items()}


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    managed = _managed_ids(request.id, request.location)
    host = f"{host_name(record, request.name)}.{request.location}.prometheus.monitor.azure.com"
    return {
        "accountId": record.stable_uuid("account"),
        "metrics": {"internalId": f"mac_{record.stable_uuid('account')}", "prometheusQueryEndpoint": f"https://{host}"},
        "defaultIngestionSettings": {
            "dataCollectionEndpointResourceId": managed["endpoint"],
            "dataCollectionRuleResourceId": managed["rule"],
        },
    }


def _create_managed_resources(request: Request, record: Record) -> None:
    managed, place = _managed_ids(request.id, request.location), {"location": request.location}
    flow = {"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["MonitoringAccount1"]}
    rule = {
        **place,
        "dataCollectionEndpointId": managed["endpoint"],
        "dataFlows": [flow],
        "destinations": {"monitoringAccounts": [{"accountResourceId": request.id, "name": "MonitoringAccount1"}]},
        "immutableId": immutable_id(record, "dcr"),
    }
    default_resources.add(request.cloud, managed["group"], RESOURCE_GROUP.token, place)
    default_resources.add(request.cloud, managed["endpoint"], ENDPOINT, place)
    default_resources.add(request.cloud, managed["rule"], RULE, rule)


def _after_delete(deletion: Deletion) -> None:
    managed = _managed_ids(deletion.record.id, str(deletion.record.properties["location"]))
    for id in reversed(managed.values()):
        deletion.cloud.drop(id)


def _live(cloud: Cloud, record: Record) -> dict[str, Any]:
    return {"privateEndpointConnections": connections_of(cloud, record)}


TYPE: Final = ArmType(
    token=METRICS_WORKSPACE,
    path=PATH,
    location_required=True,
    force_new=("location",),
    limits={"azureMonitorWorkspaceName": Limit(pattern=r"^(?!-)[a-zA-Z0-9-]+[^-]$")},
    defaults={"publicNetworkAccess": "Enabled"},
    outputs=_outputs,
    live_outputs=_live,
    after_write=_create_managed_resources,
    after_delete=_after_delete,
)
