"""How services of your own reach the cluster, and how they learn of a new secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from settings.types import Section


class GitOpsSettings(Section):
    """Argo CD with one application of applications. It keeps your services; the program keeps the platform."""

    repository: Annotated[
        str,
        StringConstraints(pattern=r"^https://[^\s]+$"),
        Field(json_schema_extra={"x-allowed": "an https:// address of a Git repository"}),
    ]
    """Git repository with the applications."""
    path: Annotated[str, StringConstraints(pattern=r"^[^/\s][^\s]*$")] = "applications"
    """Folder of the applications in it."""
    revision: Annotated[str, StringConstraints(min_length=1)] = "main"
    """Branch, tag or commit."""


class DeliverySettings(Section):
    """What brings changes to running services."""

    git_ops: GitOpsSettings | None = None
    """Argo CD; off by default, for two owners of one object fight."""
    reloader: bool = False
    """Restarts pods that ask for it by annotation when a secret of theirs changes; never pods that carry calls."""


@dataclass(frozen=True)
class DeployedKind:
    """A kind of objects in the Kubernetes API: `resource` is its name in addresses and roles."""

    group: str
    kind: str
    resource: str


GIT_OPS_KINDS: Final = (
    DeployedKind("", "ConfigMap", "configmaps"),
    DeployedKind("", "PersistentVolumeClaim", "persistentvolumeclaims"),
    DeployedKind("", "Service", "services"),
    DeployedKind("", "ServiceAccount", "serviceaccounts"),
    DeployedKind("apps", "Deployment", "deployments"),
    DeployedKind("apps", "StatefulSet", "statefulsets"),
    DeployedKind("argoproj.io", "Application", "applications"),
    DeployedKind("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    DeployedKind("batch", "CronJob", "cronjobs"),
    DeployedKind("batch", "Job", "jobs"),
    DeployedKind("keda.sh", "ScaledObject", "scaledobjects"),
    DeployedKind("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    DeployedKind("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
    DeployedKind("secrets-store.csi.x-k8s.io", "SecretProviderClass", "secretproviderclasses"),
    DeployedKind("security.istio.io", "PeerAuthentication", "peerauthentications"),
)
"""What Argo CD may write. No Secrets: a repository is no place for them. No routes, quotas or roles: the first two are
the platform's, and who may write roles may do anything.
"""
