"""Flow logs of virtual networks, subnets and network interfaces."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.account_access import refuse_during_endpoint_write
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.identities import identity_outputs
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request, get_path, normal_location
from azure_rehearsal.azure.data.role_definitions import WRITE_BLOB_ROLES
from azure_rehearsal.azure.services.authorization.role_assignment import has_role
from azure_rehearsal.azure.services.network.common import NAME
from azure_rehearsal.azure.services.network.network_watcher import WATCHER_PATH, refuse_early_child
from azure_rehearsal.protocol.provider import Refused

FLOW_LOG: Final = "azure-native:network:FlowLog"
RETENTION_DAYS: Final = 365
ANALYTICS_MINUTES: Final = (10, 60)
SECURITY_GROUP_KIND: Final = "microsoft.network/networksecuritygroups"
TARGET_KINDS: Final = (
    "microsoft.network/virtualnetworks",
    "microsoft.network/virtualnetworks/subnets",
    "microsoft.network/networkinterfaces",
)
"""Kinds of targets: learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview."""


def _region_of(cloud: Cloud, id: str) -> str:
    """The region of a target. A subnet is in the region of its network."""
    record = cloud.get(id)
    while record is not None and "location" not in record.properties:
        record = cloud.get(arm_ids.parent(record.id))
    return normal_location(str(record.properties["location"])) if record else ""


def _refuse_target(request: Request) -> None:
    target = str(request.get("targetResourceId"))
    kind = arm_ids.kind(target).lower()
    if kind == SECURITY_GROUP_KIND:
        raise Refused(
            "NsgFlowLogCreationNotAllowed",
            f"Flow log {request.id}: new NSG flow logs can no longer be created (since 2025-06-30; they retire on "
            f"2027-09-30). Target: {target}.",
            "create a flow log of the virtual network",
        )
    if kind not in TARGET_KINDS:
        raise Refused(
            "InvalidTargetResource",
            f"Flow log {request.id} cannot have the target {target}.",
            "set targetResourceId to a virtual network, a subnet or a network interface",
        )
    watcher = request.cloud.get(arm_ids.parent(request.id))
    region = _region_of(request.cloud, target)
    for label, other in (("the network watcher", watcher), ("the storage account", request.referenced("storageId"))):
        found = normal_location(str(other.properties.get("location", region))) if other else region
        if found != region:
            raise Refused(
                "InvalidFlowLogLocation",
                f"Flow log {request.id}: {label} {other.id if other else ''} is in '{found}', its target {target} in "
                f"'{region}'. They must be in the same region.",
                "use a watcher and a storage account of the target's region",
            )


def _refuse_second_log(request: Request) -> None:
    target = request.get("targetResourceId")
    for other in request.cloud.of_type(FLOW_LOG):
        same = arm_ids.same(other.properties.get("targetResourceId"), target)
        if same and not arm_ids.same(other.id, request.id):
            raise Refused(
                "FlowLogAlreadyExists",
                f"Flow log {request.id} cannot be created: {target} already has the flow log {other.id}.",
                "declare one flow log per target",
            )


def _refuse_settings(request: Request) -> None:
    analytics = get_path(request.inputs, "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration") or {}
    minutes = analytics.get("trafficAnalyticsInterval")
    if minutes is not None and minutes not in ANALYTICS_MINUTES:
        raise Refused(
            "InvalidTrafficAnalyticsInterval",
            f"Flow log {request.id} has trafficAnalyticsInterval {minutes}. Supported values are "
            f"{' and '.join(map(str, ANALYTICS_MINUTES))} minutes.",
            "use one of these values",
        )
    if analytics.get("enabled") and not analytics.get("workspaceResourceId"):
        raise Refused(
            "InvalidFlowAnalyticsConfiguration",
            f"Flow log {request.id} has traffic analytics without workspaceResourceId.",
            "set workspaceResourceId to a Log Analytics workspace",
        )


def _refuse_storage(request: Request) -> None:
    """Refuses an account that the log cannot write to, and one with another write in progress.

    Without account keys the log signs in with its user-assigned identity:
    learn.microsoft.com/azure/network-watcher/vnet-flow-logs-managed-identity (2025-11-18). The code is the
    simulation's; Azure may accept such a log and write nothing.
    """
    account = request.referenced("storageId")
    if account is None:
        return
    refuse_during_endpoint_write(request.cloud, request.id, account.id)
    if account.properties.get("allowSharedKeyAccess") is not False:
        return
    identities = [request.cloud.get(id) for id in request.get("identity.userAssignedIdentities", [])]
    principals = [str(identity.properties["principalId"]) for identity in identities if identity is not None]
    if not any(has_role(request.cloud, principal, WRITE_BLOB_ROLES, account.id) for principal in principals):
        raise Refused(
            "FlowLogCannotWriteToStorage",
            f"Flow log {request.id} cannot write to {account.id}: the account accepts no account keys, and the log has "
            f"{'no user-assigned identity' if not principals else 'an identity without the role'}.",
            "set a user-assigned identity, assign Storage Blob Data Contributor on the account to it, and add the "
            "assignment to depends_on of the flow log",
        )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    target = request.referenced("targetResourceId")
    guid = {"targetResourceGuid": target.stable_uuid("resource")} if target else {}
    return {**guid, **identity_outputs(request, record)}


TYPE: Final = ArmType(
    token=FLOW_LOG,
    path=f"{WATCHER_PATH}/flowLogs/{{flowLogName}}",
    name=NAME,
    limits={"retentionPolicy.days": Limit(minimum=0, maximum=RETENTION_DAYS)},
    defaults={"enabled": True},
    rules=(refuse_early_child, _refuse_target, _refuse_second_log, _refuse_settings, _refuse_storage),
    outputs=_outputs,
)
