"""Id template, exclusive writes, and lookups that clusters and agent pools share."""

from __future__ import annotations

import math
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ExclusiveWrites, Request, get_path
from azure_rehearsal.azure.services.network.common import AGENT_POOL
from azure_rehearsal.protocol.provider import Refused

CLUSTER_PATH: Final = arm_ids.provider_id("Microsoft.ContainerService/managedClusters", "resourceName")

ONE_OPERATION_PER_CLUSTER: Final = ExclusiveWrites(
    CLUSTER_PATH,
    "OperationNotAllowed",
    "Operation is not allowed: Another operation ({other_name}) is in progress, please wait for it to finish before "
    "starting a new operation. See https://aka.ms/aks-pending-operation for more details.",
)

DEFAULT_SURGE: Final = "10%"
"""The surge of an upgrade if `upgradeSettings.maxSurge` is not set."""


def invalid(parameter: str, message: str, remediation: str) -> Refused:
    """AKS's generic error for an invalid value."""
    return Refused(
        "InvalidParameter", f"The value of parameter {parameter} is invalid. Error details: {message}", remediation
    )


def pools_of(cloud: Cloud, cluster_id: str) -> list[Record]:
    """The pools of a cluster, in order of creation."""
    return cloud.children(cluster_id, AGENT_POOL)


def surge_nodes(properties: dict[str, Any], count: int) -> int:
    """The nodes that an upgrade adds to a pool of `count` nodes. Percentages are rounded up, as AKS does."""
    surge = str(get_path(properties, "upgradeSettings.maxSurge") or DEFAULT_SURGE)
    if surge.endswith("%"):
        return math.ceil(count * int(surge[:-1]) / 100)
    return int(surge)


def nodes_with_surge(properties: dict[str, Any]) -> int:
    """The current nodes of a pool plus the nodes that an upgrade adds."""
    count = int(properties.get("count") or 0)
    return count + surge_nodes(properties, count)


def most_nodes(properties: dict[str, Any]) -> int:
    """The nodes of a pool at its maximum plus the nodes that an upgrade then adds."""
    most = int((properties.get("enableAutoScaling") and properties.get("maxCount")) or properties.get("count") or 0)
    return most + surge_nodes(properties, most)


def control_plane_principal(cloud: Cloud, properties: dict[str, Any]) -> str | None:
    """The principal of the cluster's user-assigned identity; `None` for a system-assigned one."""
    identities = get_path(properties, "identity.userAssignedIdentities") or []
    for id in identities:
        record = cloud.get(id)
        if record is not None:
            return str(record.properties["principalId"])
    return None


def inline_pools(request: Request) -> list[dict[str, Any]]:
    """The pools in the cluster's own request."""
    return request.get("agentPoolProfiles", [])
