"""Namespaces, priority classes, storage classes and labels of the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

POOL_LABEL: Final = "voice.platform/pool"
"""Node label with the pool's name, by which pods select pools. AKS's `agentpool` also contains zone and generation."""
GENERATION_LABEL: Final = "voice.platform/generation"
"""Node label with the generation's name. Workloads have no node affinity to a retiring generation."""
RETIRING_TAINT: Final = "voice.platform/retiring=true:NoSchedule"
SYSTEM_POOL_TAINT: Final = "CriticalAddonsOnly=true:NoSchedule"
SPOT_TAINT: Final = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"
"""AKS adds this taint to spot nodes. The program states it so that a plan shows no difference."""


@dataclass(frozen=True)
class Namespace:
    """A namespace and the Pod Security level that it enforces.

    `mesh`: its pods can have a sidecar. `carries_calls`: a restart of its pods waits for calls to end.
    """

    name: str
    pod_security: Literal["restricted", "baseline", "privileged"]
    purpose: str
    mesh: bool = False
    carries_calls: bool = False


EDGE: Final = Namespace("voice-edge", "restricted", "SIP edge")
# Except for hostNetwork these pods are `restricted`; Pod Security has no level in between.
MEDIA: Final = Namespace(
    "voice-media",
    "privileged",
    "FreeSWITCH, LiveKit and LiveKit SIP, on the network of their nodes",
    carries_calls=True,
)
AGENTS: Final = Namespace("voice-agents", "restricted", "agents and recording of rooms", mesh=True, carries_calls=True)
SYSTEM: Final = Namespace("voice-system", "baseline", "controllers that the platform brings")
APPS: Final = Namespace("voice-apps", "restricted", "services of your own", mesh=True)
"""The only namespace without anything of the platform: teams deploy here, by GitOps or by hand."""


def service_host(name: str, namespace: Namespace) -> str:
    """Returns the DNS name of a Service in the cluster."""
    return f"{name}.{namespace.name}.svc.cluster.local"


NAMESPACES: Final = (EDGE, MEDIA, AGENTS, SYSTEM, APPS)
ADDON_NAMESPACE: Final = "kube-system"
"""Namespace of AKS's add-ons."""


@dataclass(frozen=True)
class PriorityClass:
    """The order in which pods are placed and give way when nodes are short: a higher `value` wins."""

    name: str
    value: int
    purpose: str


MEDIA_PRIORITY: Final = PriorityClass("voice-media", 1_000_000, "pods that carry calls; never give way")
AGENTS_PRIORITY: Final = PriorityClass("voice-agents", 900_000, "agents in calls")
PLATFORM_PRIORITY: Final = PriorityClass("voice-platform", 500_000, "controllers and gateways")
BATCH_PRIORITY: Final = PriorityClass("voice-batch", -10, "work that may wait; first to give way")

PRIORITY_CLASSES: Final = (MEDIA_PRIORITY, AGENTS_PRIORITY, PLATFORM_PRIORITY, BATCH_PRIORITY)


@dataclass(frozen=True)
class StorageClass:
    """A class of volumes on one of Azure's disk SKUs."""

    name: str
    sku: str
    purpose: str


STORAGE_CLASSES: Final = (
    StorageClass("fast-ssd", "Premium_LRS", "databases and caches"),
    StorageClass("standard-ssd", "StandardSSD_LRS", "application data"),
    # Azure disks have no compression: writers of logs and backups compress them.
    StorageClass("bulk-storage", "Standard_LRS", "logs and backups"),
)
CLIENT_ID_ANNOTATION: Final = "azure.workload.identity/client-id"
"""Names the identity of a ServiceAccount's pods; source:
https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html.
"""
STORAGE_PROVISIONER: Final = "disk.csi.azure.com"

PROMETHEUS_AUTHENTICATION: Final = "prometheus"
"""The ClusterTriggerAuthentication by which ScaledObjects read metrics, where these are in Azure Monitor."""
