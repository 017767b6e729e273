"""Names in the cluster that the program, the charts and the tests share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

POOL_LABEL: Final = "voice.platform/pool"
"""Node label with the pool's name; pods select pools by it, for AKS's own `agentpool` names zone and generation too."""
GENERATION_LABEL: Final = "voice.platform/generation"
"""Node label with the generation's name; a retiring one is left out of the workloads' node affinity."""
RETIRING_TAINT: Final = "voice.platform/retiring=true:NoSchedule"
SYSTEM_POOL_TAINT: Final = "CriticalAddonsOnly=true:NoSchedule"
SPOT_TAINT: Final = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"
"""AKS puts it on spot nodes; stated, so that a plan shows no difference."""


def dedicated_taint(pool: str) -> str:
    """The taint that keeps other pods off a pool."""
    return f"{pool}=true:NoSchedule"


@dataclass(frozen=True)
class Namespace:
    """A namespace and the Pod Security level that it enforces.

    `mesh`: whether its pods can have a sidecar. `carries_calls`: whether a restart of its pods waits for calls to end.
    """

    name: str
    pod_security: Literal["restricted", "baseline", "privileged"]
    purpose: str
    mesh: bool = False
    carries_calls: bool = False


OWN_SERVICES_NAMESPACE: Final = "voice-apps"
"""The one namespace in which nothing is the platform's: teams deploy here, by GitOps or by hand."""

NAMESPACES: Final = (
    Namespace("voice-edge", "restricted", "SIP edge"),
    # hostNetwork is all that these pods have beyond `restricted`; Pod Security has no level between.
    Namespace(
        "voice-media",
        "privileged",
        "FreeSWITCH, LiveKit and LiveKit SIP, on the network of their nodes",
        carries_calls=True,
    ),
    Namespace("voice-agents", "restricted", "agents and recording of rooms", mesh=True, carries_calls=True),
    Namespace("voice-system", "baseline", "controllers that the platform brings"),
    Namespace(OWN_SERVICES_NAMESPACE, "restricted", "services of your own", mesh=True),
)


@dataclass(frozen=True)
class PriorityClass:
    """Who is placed first, and who gives way, when nodes are short. Higher `value` wins."""

    name: str
    value: int
    purpose: str


PRIORITY_CLASSES: Final = (
    PriorityClass("voice-media", 1_000_000, "pods that carry calls; never give way"),
    PriorityClass("voice-agents", 900_000, "agents in calls"),
    PriorityClass("voice-platform", 500_000, "controllers and gateways"),
    PriorityClass("voice-batch", -10, "work that may wait; first to give way"),
)


@dataclass(frozen=True)
class StorageClass:
    """A kind of volume, by Azure's disk SKU."""

    name: str
    sku: str
    purpose: str


STORAGE_CLASSES: Final = (
    StorageClass("fast-ssd", "Premium_LRS", "databases and caches"),
    StorageClass("standard-ssd", "StandardSSD_LRS", "application data"),
    # Azure disks have no compression switch: who writes logs and backups compresses them.
    StorageClass("bulk-storage", "Standard_LRS", "logs and backups"),
)
CLIENT_ID_ANNOTATION: Final = "azure.workload.identity/client-id"
"""Names the identity of a ServiceAccount's pods; source:
https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html.
"""
STORAGE_PROVISIONER: Final = "disk.csi.azure.com"

PROMETHEUS_AUTHENTICATION: Final = "prometheus"
"""The ClusterTriggerAuthentication by which ScaledObjects read metrics, where these are in Azure Monitor."""
