"""Agent pools: the type, its defaults and outputs. The rules are in `pool_*.py` and `node_settings.py`."""

from __future__ import annotations

import math
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, Request, get_path
from azure_rehearsal.azure.services.containerservice import kubernetes_versions
from azure_rehearsal.azure.services.containerservice.common import CLUSTER_PATH, ONE_OPERATION_PER_CLUSTER, pools_of
from azure_rehearsal.azure.services.containerservice.node_settings import NODE_RULES
from azure_rehearsal.azure.services.containerservice.pool_network import (
    refuse_host_ports,
    refuse_pod_range,
    refuse_public_addresses,
    refuse_subnet,
)
from azure_rehearsal.azure.services.containerservice.pool_rules import (
    cluster_of,
    refuse_counts,
    refuse_last_system_pool,
    refuse_max_pods,
    refuse_no_system_pool,
    refuse_size,
    refuse_system_pool,
    refuse_too_many,
    refuse_version,
    size_of,
    warn_of_unknown_zones,
)
from azure_rehearsal.azure.services.network.common import AGENT_POOL

DEFAULT_OS_DISK_GB: Final = ((64, 1024), (16, 512), (8, 256), (1, 128))
"""Default size of a managed OS disk: (minimum CPUs of the VM size, GB)."""
NODE_IMAGE: Final = "AKSUbuntu-2404gen2containerd-202611.01.0"
_POOL_REMEDIATION: Final = "create a new pool with the change, move the workload, and delete this pool"
_CONFIG_CODE: Final = "CustomKubeletConfigOrCustomLinuxOSConfigCanNotBeChanged"
_CONFIG_MESSAGE: Final = (
    "Custom kubelet config or custom Linux OS config of an agent pool can not be changed: 'properties.{path}'."
)


def _fill_defaults(request: Request) -> None:
    """Sets the inputs that AKS derives from others before it validates."""
    inputs, cluster = request.inputs, cluster_of(request)
    if inputs.get("count") is None:
        lowest = inputs.get("minCount") if inputs.get("enableAutoScaling") else None
        inputs["count"] = max(request.previous("count", 0) or lowest or 1, lowest or 0)
    elif request.old is None and inputs.get("enableAutoScaling"):
        inputs["count"] = min(
            max(inputs["count"], inputs.get("minCount") or 0), inputs.get("maxCount") or inputs["count"]
        )
    if inputs.get("maxPods") is None:
        inputs["maxPods"] = 250 if get_path(cluster.properties, "networkProfile.networkPluginMode") == "overlay" else 30
    for key in ("vmSize", "osDiskSizeGB", "osDiskType"):
        if inputs.get(key) is None and request.previous(key) is not None:
            inputs[key] = request.previous(key)


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    size = size_of(request.inputs)
    running = request.previous("currentOrchestratorVersion")
    given = request.get("orchestratorVersion")
    version = (
        kubernetes_versions.resolve(given, running)
        if given
        else running or cluster_of(request).properties["currentKubernetesVersion"]
    )
    default_disk = next(disk for cpus, disk in DEFAULT_OS_DISK_GB if size is None or size.cpus >= cpus)
    local = math.floor(max(size.cache, size.temporary_disk)) if size else 0
    return {
        "type": request.get("type"),
        "orchestratorVersion": given or version,
        "currentOrchestratorVersion": version,
        "nodeImageVersion": request.previous("nodeImageVersion", NODE_IMAGE),
        "powerState": {"code": "Running"},
        "osDiskSizeGB": request.get("osDiskSizeGB") or default_disk,
        "osDiskType": request.get("osDiskType") or ("Ephemeral" if local >= default_disk else "Managed"),
    }


def nodes_of(cloud: Cloud, cluster_id: str) -> int:
    """The number of nodes of a cluster."""
    return sum(int(pool.properties.get("count") or 0) for pool in pools_of(cloud, cluster_id))


_PORTS: Final = Limit(minimum=1, maximum=65535)


TYPE: Final = ArmType(
    token=AGENT_POOL,
    path=f"{CLUSTER_PATH}/agentPools/{{agentPoolName}}",
    force_new=("vmSize", "gpuInstanceProfile", "networkProfile.nodePublicIPTags"),
    limits={
        "agentPoolName": Limit(min_length=1, max_length=12, pattern=r"^[a-z][a-z0-9]{0,11}$"),
        "osDiskSizeGB": Limit(minimum=0, maximum=2048),
        "upgradeSettings.drainTimeoutInMinutes": Limit(minimum=1, maximum=1440),
        "upgradeSettings.nodeSoakDurationInMinutes": Limit(minimum=0, maximum=30),
        "kubeletConfig.containerLogMaxFiles": Limit(minimum=2),
        "linuxOSConfig.sysctls.netIpv4TcpkeepaliveIntvl": Limit(minimum=10, maximum=90),
        "linuxOSConfig.sysctls.netNetfilterNfConntrackMax": Limit(minimum=131072, maximum=2097152),
        "linuxOSConfig.sysctls.netNetfilterNfConntrackBuckets": Limit(minimum=65536, maximum=524288),
        "networkProfile.allowedHostPorts[].portStart": _PORTS,
        "networkProfile.allowedHostPorts[].portEnd": _PORTS,
        "gatewayProfile.publicIPPrefixSize": Limit(minimum=28, maximum=31),
    },
    defaults={
        "mode": "User",
        "type": "VirtualMachineScaleSets",
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "kubeletDiskType": "OS",
        "scaleDownMode": "Delete",
        "enableFIPS": False,
        "enableNodePublicIP": False,
    },
    immutable=(
        *(
            Immutable(path, remediation=_POOL_REMEDIATION)
            for path in (
                "vmSize",
                "osType",
                "osDiskSizeGB",
                "vnetSubnetID",
                "podSubnetID",
                "availabilityZones",
                "enableNodePublicIP",
                "nodePublicIPPrefixID",
                "maxPods",
                "scaleSetPriority",
                "scaleSetEvictionPolicy",
                "spotMaxPrice",
                "enableFIPS",
                "enableEncryptionAtHost",
                "enableUltraSSD",
                "proximityPlacementGroupID",
                "capacityReservationGroupID",
                "hostGroupID",
                "gpuInstanceProfile",
                "networkProfile.nodePublicIPTags",
                "type",
            )
        ),
        Immutable("osDiskType", "CannotChangeOSDiskType", remediation=_POOL_REMEDIATION),
        Immutable("kubeletDiskType", "CannotChangeKubeletDisk", remediation=_POOL_REMEDIATION),
        Immutable("kubeletConfig", _CONFIG_CODE, _CONFIG_MESSAGE, _POOL_REMEDIATION),
        Immutable("linuxOSConfig", _CONFIG_CODE, _CONFIG_MESSAGE, _POOL_REMEDIATION),
    ),
    rules=(
        _fill_defaults,
        refuse_too_many,
        refuse_size,
        refuse_system_pool,
        refuse_no_system_pool,
        refuse_counts,
        refuse_max_pods,
        warn_of_unknown_zones,
        refuse_version,
        *NODE_RULES,
        refuse_subnet,
        refuse_pod_range,
        refuse_host_ports,
        refuse_public_addresses,
    ),
    outputs=_outputs,
    exclusive_writes=ONE_OPERATION_PER_CLUSTER,
    delete_rules=(refuse_last_system_pool,),
)
