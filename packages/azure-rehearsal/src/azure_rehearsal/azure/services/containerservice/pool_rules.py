"""Rules for agent pools: size, mode, counts, zones, version."""

from __future__ import annotations

import re
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Deletion, Request
from azure_rehearsal.azure.data.vm_sizes import VM_SIZES, VmSize
from azure_rehearsal.azure.services.containerservice import kubernetes_versions
from azure_rehearsal.azure.services.containerservice.common import invalid, pools_of
from azure_rehearsal.protocol.provider import Refused

MAX_NODES: Final = 1000
MAX_POOLS: Final = 100
PODS_PER_NODE: Final = range(10, 251)
SYSTEM_POOL_CPUS: Final = 2
SYSTEM_POOL_MEMORY_GIB: Final = 4
_SIZE_NAME: Final = re.compile(r"(Standard|Basic)_[A-Z]+\d+\w*", re.IGNORECASE)


def cluster_of(request: Request) -> Record:
    """The cluster of a pool. ARM has already checked that it exists."""
    cluster = request.cloud.get(arm_ids.parent(request.id))
    assert cluster is not None
    return cluster


def size_of(properties: dict[str, Any]) -> VmSize | None:
    """The pool's VM size; `None` if the rehearsal does not know it."""
    return VM_SIZES.get(str(properties.get("vmSize", "")).lower())


def refuse_size(request: Request) -> None:
    """Refuses names that are no size, and sizes without space for the requested ephemeral disk."""
    name, size = str(request.get("vmSize")), size_of(request.inputs)
    if size is None and not _SIZE_NAME.fullmatch(name):
        raise Refused(
            "VMSizeNotSupported",
            f"The VM size of {name} of agent pool '{request.name}' is not allowed in your "
            f"subscription in location '{cluster_of(request).properties['location']}'. For more details, please visit "
            "https://aka.ms/cpu-quota",
            "use a name such as Standard_D4s_v5",
        )
    if size is None:
        request.warn_unknown("VM size", name)
    elif request.get("osDiskType") == "Ephemeral":
        _refuse_ephemeral_disk(request, size)


def _refuse_ephemeral_disk(request: Request, size: VmSize) -> None:
    wanted = request.get("osDiskSizeGB") or 0
    local = max(size.cache, size.temporary_disk)
    if local == 0:
        raise Refused(
            "VMSizeDoesNotSupportEphemeralOS",
            f"The virtual machine size {size.name} of agent pool '{request.name}' doesn't support ephemeral OS disk: "
            "it has neither a cache nor a temporary disk.",
            "use a size with a local disk (a 'd' in its name), or osDiskType Managed",
        )
    if wanted > local:
        kind, code = (
            ("cache", "VMCacheSizeTooSmall")
            if size.cache > size.temporary_disk
            else ("temporary disk", "VMTemporaryDiskTooSmall")
        )
        raise Refused(
            code,
            f"The virtual machine size {size.name} has a {kind} of {local:g} GB, but the OS disk of agent pool "
            f"'{request.name}' requires {wanted} GB.",
            f"use an OS disk of up to {local:g} GB, a larger size, or osDiskType Managed",
        )


def refuse_system_pool(request: Request) -> None:
    """Refuses System pools with Windows, Spot priority, or a VM size that is too small."""
    if request.get("mode") != "System":
        return
    if str(request.get("osType", "Linux")) != "Linux":
        raise Refused("SystemPoolMustBeLinux", f"System pool '{request.name}' must be Linux.", "set osType to Linux")
    if request.get("scaleSetPriority") == "Spot":
        raise Refused(
            "SystemPoolMustBeRegular",
            f"System pool '{request.name}' must have scale set priority Regular, not Spot.",
            "use a User pool for Spot nodes",
        )
    size = size_of(request.inputs)
    if size is not None and (size.cpus < SYSTEM_POOL_CPUS or size.memory < SYSTEM_POOL_MEMORY_GIB):
        raise Refused(
            "SystemPoolSkuTooLow",
            f"System node pool must use VM sku with at least {SYSTEM_POOL_CPUS} cores and {SYSTEM_POOL_MEMORY_GIB} GB "
            f"memory, currently the VM sku of '{request.name}' is {size.name}.",
            "use a larger size",
        )


def refuse_no_system_pool(request: Request) -> None:
    """Refuses to change the last System pool to a User pool."""
    if request.previous("mode") != "System" or request.get("mode") == "System":
        return
    others = [item for item in pools_of(request.cloud, cluster_of(request).id) if not arm_ids.same(item.id, request.id)]
    if not any(item.properties.get("mode") == "System" for item in others):
        raise Refused(
            "MustDefineAtLeastOneSystemPool",
            f"There has to be at least one system agent pool. '{request.name}' is the last one.",
            "add another System pool first",
        )


def refuse_counts(request: Request) -> None:
    """Refuses node counts outside the limits of AKS and the autoscaler."""
    lowest = 1 if request.get("mode") == "System" else 0
    count, low, high = (request.get(key) for key in ("count", "minCount", "maxCount"))
    if not request.get("enableAutoScaling"):
        if low is not None or high is not None:
            raise Refused(
                "AutoScalingNotEnabled",
                f"Agent pool '{request.name}' has minCount {low} and maxCount {high} although enableAutoScaling is "
                "not true.",
                "set enableAutoScaling, or remove minCount and maxCount",
            )
        low, high = lowest, MAX_NODES
    for key, value in (("minCount", low), ("maxCount", high)):
        if value is None:
            raise Refused(
                "InvalidParameter",
                f"Required parameter agentPoolProfile.{key} is missing (null). Agent pool '{request.name}' has "
                "enableAutoScaling.",
                f"set {key}",
            )
        if not lowest <= value <= MAX_NODES:
            raise invalid(
                f"agentPoolProfile.{key}",
                f"agentPoolProfile.{key} of '{request.name}' was {value}. It must be {lowest} to {MAX_NODES}.",
                "use a value in the range",
            )
    if low > high:
        raise invalid(
            "agentPoolProfile.minCount",
            f"minCount {low} of '{request.name}' is greater than maxCount {high}.",
            "set minCount to at most maxCount",
        )
    # On creation, Azure accepts a count outside the range (AVM Bicep creates with count 1 and minCount 3).
    if not low <= count <= high and not (request.get("enableAutoScaling") and request.old is None):
        raise invalid(
            "agentPoolProfile.count",
            f"agentPoolProfile.count of '{request.name}' was {count}. It must be greater or equal to minCount:{low} "
            f"and less than or equal to maxCount:{high}.",
            "choose a count in the range",
        )


def refuse_max_pods(request: Request) -> None:
    """Refuses values of maxPods outside AKS's limits."""
    pods = request.get("maxPods")
    if pods not in PODS_PER_NODE:
        raise Refused(
            "InsufficientMaxPods" if pods < PODS_PER_NODE.start else "MaxPodsLimitExceeded",
            f"maxPods of agent pool '{request.name}' is {pods}. Allowed: {PODS_PER_NODE.start} to "
            f"{PODS_PER_NODE.stop - 1}.",
            "choose a value in the range",
        )


def warn_of_unknown_zones(request: Request) -> None:
    """Warns about zones that the region does not have here."""
    request.warn_unknown_zones(request.get("availabilityZones", []), str(cluster_of(request).properties["location"]))


def refuse_version(request: Request) -> None:
    """Refuses versions newer than the control plane, and upgrades by more than one minor version."""
    control_plane = cluster_of(request).properties["currentKubernetesVersion"]
    running = request.previous("currentOrchestratorVersion")
    given = request.get("orchestratorVersion")
    if given:
        kubernetes_versions.check_offer(request, given)
    version = kubernetes_versions.resolve(given, running) if given else running or control_plane
    kubernetes_versions.refuse_newer_pool(version, control_plane)
    if running:
        kubernetes_versions.refuse_change(running, version)


def refuse_too_many(request: Request) -> None:
    """Refuses pools beyond the limit of a cluster."""
    count = len(pools_of(request.cloud, cluster_of(request).id))
    if request.old is None and count >= MAX_POOLS:
        raise Refused(
            "MaxAgentPoolCountReached",
            f"The cluster of agent pool '{request.name}' has {count} pools; the limit is {MAX_POOLS}.",
            "delete a pool first",
        )


def refuse_last_system_pool(deletion: Deletion) -> None:
    """Refuses to delete the last System pool; only the deletion of the cluster removes it."""
    cluster = arm_ids.parent(deletion.record.id)
    others = [item for item in pools_of(deletion.cloud, cluster) if not arm_ids.same(item.id, deletion.record.id)]
    is_system = deletion.record.properties.get("mode") == "System"
    if is_system and not any(item.properties.get("mode") == "System" for item in others):
        raise Refused(
            "MustDefineAtLeastOneSystemPool",
            f"There has to be at least one system agent pool. '{arm_ids.name(deletion.record.id)}' is the last one of "
            f"{cluster}.",
            "add another System pool first, or delete the cluster",
        )
