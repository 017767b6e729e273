"""The agent pools of a cluster in the simulated Azure, and the capacity of their nodes."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import get_path, normal_location
from azure_rehearsal.azure.data.vm_sizes import estimate
from azure_rehearsal.azure.services.containerservice.common import pools_of
from azure_rehearsal.azure.services.network.common import CLUSTER

CPU_RESERVED: Final = {1: 60, 2: 100, 4: 140, 8: 180, 16: 260, 32: 420, 64: 740}
"""CPU in millicores that AKS reserves, by the size's CPUs; other sizes use the next lower row.
learn.microsoft.com/azure/aks/node-resource-reservations#cpu-reservations.
"""
MEMORY_PER_POD_MIB: Final = 20
MEMORY_RESERVED_MIB: Final = 50
MAX_MEMORY_RESERVED: Final = 0.25
EVICTION_MIB: Final = 100
"""Memory that AKS reserves: the smaller of 20 MB for each possible pod plus 50 MB, and a quarter of the memory; plus
the eviction threshold. For Kubernetes 1.29 and newer, from the same page.
"""
DEFAULT_DISK_GIB: Final = 128
_DEFAULT_SIZE: Final = "Standard_D4s_v5"


@dataclass(frozen=True)
class Pool:
    """One agent pool.

    `zones` are Azure's zone numbers, empty for a pool without zones. `public_prefix` is the CIDR block of the nodes'
    public addresses, `subnet` that of their private ones. `min_count` and `max_count` limit the autoscaler, which
    balances pools with `is_balanced`.
    """

    name: str
    vm_size: str
    mode: str
    location: str
    node_resource_group: str
    zones: tuple[str, ...]
    labels: Mapping[str, str]
    taints: tuple[str, ...]
    is_spot: bool
    is_autoscaled: bool
    is_balanced: bool
    min_count: int
    max_count: int
    max_pods: int
    disk_gib: int
    public_prefix: str
    subnet: str

    @property
    def capacity(self) -> dict[str, str]:
        size = estimate(self.vm_size)
        return self._resources(f"{size.cpus}", int(size.memory * 1024))

    @property
    def allocatable(self) -> dict[str, str]:
        """The resources available to pods: the size minus AKS's reservations."""
        size = estimate(self.vm_size)
        row = max((cpus for cpus in CPU_RESERVED if cpus <= size.cpus), default=min(CPU_RESERVED))
        memory = size.memory * 1024
        reserved = min(MEMORY_PER_POD_MIB * self.max_pods + MEMORY_RESERVED_MIB, memory * MAX_MEMORY_RESERVED)
        return self._resources(f"{size.cpus * 1000 - CPU_RESERVED[row]}m", math.floor(memory - reserved - EVICTION_MIB))

    def without_zones(self, lost_zones: frozenset[str]) -> Pool | None:
        """The pool without these zones; `None` when it has no other zone."""
        remaining = tuple(zone for zone in self.zones if zone not in lost_zones)
        if remaining == self.zones:
            return self
        return replace(self, zones=remaining) if remaining else None

    def _resources(self, cpu: str, memory_mib: int) -> dict[str, str]:
        return {
            "cpu": cpu,
            "memory": f"{memory_mib}Mi",
            "pods": str(self.max_pods),
            "ephemeral-storage": f"{self.disk_gib}Gi",
        }

    def zone_of(self, number: str) -> str:
        """Kubernetes' name of a zone; AKS gives nodes without a zone the name `0`."""
        return f"{self.location}-{number}" if number else "0"


def find_cluster(cloud: Cloud, cluster_id: str | None) -> Record | None:
    """The cluster with this creation id; `None` when it is deleted."""
    return next((record for record in cloud.of_type(CLUSTER) if record.creation_id == cluster_id), None)


def agent_pools(cloud: Cloud, cluster_id: str) -> list[Pool] | None:
    """The pools of the cluster with this creation id; `None` when it is deleted."""
    cluster = find_cluster(cloud, cluster_id)
    if cluster is None:
        return None
    found: dict[str, Mapping[str, Any]] = {
        profile["name"]: profile for profile in cluster.properties.get("agentPoolProfiles") or ()
    }
    for record in pools_of(cloud, cluster.id):
        found[arm_ids.name(record.id)] = record.properties
    return [_pool(cloud, cluster, name, properties) for name, properties in found.items()]


def _pool(cloud: Cloud, cluster: Record, name: str, properties: Mapping[str, Any]) -> Pool:
    is_autoscaled = bool(properties.get("enableAutoScaling"))
    count = int(properties.get("count") or 0)
    min_count = int(properties.get("minCount") or 0) if is_autoscaled else count
    return Pool(
        name=name,
        vm_size=str(properties.get("vmSize") or _DEFAULT_SIZE),
        mode=str(properties.get("mode") or "User"),
        location=normal_location(str(cluster.properties["location"])),
        node_resource_group=str(cluster.properties["nodeResourceGroup"]),
        zones=tuple(properties.get("availabilityZones") or ()),
        labels=dict(properties.get("nodeLabels") or {}),
        taints=tuple(properties.get("nodeTaints") or ()),
        is_spot=properties.get("scaleSetPriority") == "Spot",
        is_autoscaled=is_autoscaled,
        is_balanced=str(get_path(cluster.properties, "autoScalerProfile.balanceSimilarNodeGroups")).lower() == "true",
        min_count=min_count,
        max_count=int(properties.get("maxCount") or 0) if is_autoscaled else count,
        max_pods=int(properties.get("maxPods") or 250),
        disk_gib=int(properties.get("osDiskSizeGB") or DEFAULT_DISK_GIB),
        public_prefix=_range(cloud, properties.get("nodePublicIPPrefixID"), "ipPrefix"),
        subnet=_range(cloud, properties.get("vnetSubnetID"), "addressPrefix"),
    )


def _range(cloud: Cloud, id: Any, field: str) -> str:
    """The CIDR block of a resource; empty when there is none."""
    record = cloud.get(str(id)) if id else None
    if record is None:
        return ""
    value = record.properties.get(field) or (record.properties.get(f"{field}es") or [""])[0]
    return str(ipaddress.ip_network(value)) if value else ""
