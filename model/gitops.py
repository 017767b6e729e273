"""The Kubernetes objects that Argo CD may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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
