"""The agent pools of a cluster, as the simulated Azure has them now, in the words of whoever makes nodes of them."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import get_path, normal_location
from azure_rehearsal.azure.data.vm_sizes import VM_SIZES
from azure_rehearsal.azure.services.containerservice.common import pools_of
from azure_rehearsal.azure.services.network.common import CLUSTER

CPU_RESERVED: Final = {1: 60, 2: 100, 4: 140, 8: 180, 16: 260, 32: 420, 64: 740}
"""Thousandths of a CPU that AKS keeps, by the CPUs of a size; in between and above, those of the next lower row.
learn.microsoft.com/azure/aks/node-resource-reservations#cpu-reservations."""
MEMORY_FOR_EACH_POD_MIB: Final = 20
MEMORY_RESERVED_MIB: Final = 50
MOST_MEMORY_RESERVED: Final = 0.25
EVICTION_MIB: Final = 100
"""Memory that AKS keeps: the smaller of 20 MB for each pod that the node may have and 50 MB, and a quarter of all; and
the eviction threshold. Of Kubernetes 1.29 and newer, from the same page."""
DEFAULT_DISK_GIB: Final = 128
_UNKNOWN_SIZE: Final = "Standard_D4s_v5"


@dataclass(frozen=True)
class Pool:
    """One agent pool.

    `zones` are Azure's numbers, empty for a pool without; `addresses` what its nodes may have in public, `inside` where
    their private addresses come from. `fewest` and `most` bound the autoscaler, which keeps pools alike that are
    `is_balanced`.
    """

    name: str
    vm_size: str
    mode: str
    location: str
    node_group: str
    zones: tuple[str, ...]
    labels: Mapping[str, str]
    taints: tuple[str, ...]
    is_spot: bool
    is_autoscaled: bool
    is_balanced: bool
    fewest: int
    most: int
    most_pods: int
    disk_gib: int
    addresses: str
    inside: str

    @property
    def capacity(self) -> dict[str, str]:
        size = VM_SIZES[self.vm_size.lower()]
        return self._resources(f"{size.cpus}", int(size.memory * 1024))

    @property
    def allocatable(self) -> dict[str, str]:
        """What pods may have: the size less what AKS keeps for itself."""
        size = VM_SIZES[self.vm_size.lower()]
        row = max((cpus for cpus in CPU_RESERVED if cpus <= size.cpus), default=min(CPU_RESERVED))
        memory = size.memory * 1024
        kept = min(MEMORY_FOR_EACH_POD_MIB * self.most_pods + MEMORY_RESERVED_MIB, memory * MOST_MEMORY_RESERVED)
        return self._resources(f"{size.cpus * 1000 - CPU_RESERVED[row]}m", math.floor(memory - kept - EVICTION_MIB))

    def without(self, lost: frozenset[str]) -> Pool | None:
        """The pool while zones are down; `None` where it has no other."""
        left = tuple(zone for zone in self.zones if zone not in lost)
        if left == self.zones:
            return self
        return replace(self, zones=left) if left else None

    def _resources(self, cpu: str, memory_mib: int) -> dict[str, str]:
        return {
            "cpu": cpu,
            "memory": f"{memory_mib}Mi",
            "pods": str(self.most_pods),
            "ephemeral-storage": f"{self.disk_gib}Gi",
        }

    def zone_of(self, number: str) -> str:
        """How Kubernetes calls a zone; AKS gives nodes without one the zone `0`."""
        return f"{self.location}-{number}" if number else "0"


def cluster_of(cloud: Cloud, cluster_id: str | None) -> Record | None:
    """The cluster with this creation id; `None` when it is gone."""
    return next((record for record in cloud.of_type(CLUSTER) if record.creation_id == cluster_id), None)


def pools(cloud: Cloud, cluster_id: str) -> list[Pool] | None:
    """The pools of the cluster with this creation id; `None` when it is gone."""
    cluster = cluster_of(cloud, cluster_id)
    if cluster is None:
        return None
    found: dict[str, Mapping[str, Any]] = {
        profile["name"]: profile for profile in cluster.properties.get("agentPoolProfiles") or ()
    }
    for record in pools_of(cloud, cluster.id):
        found[arm_ids.name(record.id)] = record.properties
    return [_pool(cloud, cluster, name, said) for name, said in found.items()]


def _pool(cloud: Cloud, cluster: Record, name: str, said: Mapping[str, Any]) -> Pool:
    is_autoscaled = bool(said.get("enableAutoScaling"))
    count = int(said.get("count") or 0)
    fewest = int(said.get("minCount") or 0) if is_autoscaled else count
    return Pool(
        name=name,
        vm_size=str(said.get("vmSize") or _UNKNOWN_SIZE),
        mode=str(said.get("mode") or "User"),
        location=normal_location(str(cluster.properties["location"])),
        node_group=str(cluster.properties["nodeResourceGroup"]),
        zones=tuple(said.get("availabilityZones") or ()),
        labels=dict(said.get("nodeLabels") or {}),
        taints=tuple(said.get("nodeTaints") or ()),
        is_spot=said.get("scaleSetPriority") == "Spot",
        is_autoscaled=is_autoscaled,
        is_balanced=str(get_path(cluster.properties, "autoScalerProfile.balanceSimilarNodeGroups")).lower() == "true",
        fewest=fewest,
        most=int(said.get("maxCount") or 0) if is_autoscaled else count,
        most_pods=int(said.get("maxPods") or 250),
        disk_gib=int(said.get("osDiskSizeGB") or DEFAULT_DISK_GIB),
        addresses=_range(cloud, said.get("nodePublicIPPrefixID"), "ipPrefix"),
        inside=_range(cloud, said.get("vnetSubnetID"), "addressPrefix"),
    )


def _range(cloud: Cloud, id: Any, field: str) -> str:
    """The CIDR block that a resource has; empty where there is none."""
    record = cloud.get(str(id)) if id else None
    if record is None:
        return ""
    value = record.properties.get(field) or (record.properties.get(f"{field}es") or [""])[0]
    return str(ipaddress.ip_network(value)) if value else ""
