"""Values of the chart of Argo CD."""

from __future__ import annotations

from typing import Any, Final

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY
from model.kubernetes import OWN_SERVICES_NAMESPACE

REPOSITORY_REPLICAS: Final = 2
CONTROLLER_ACCOUNT: Final = "argocd-application-controller"
CONTROLLER_READS: Final[dict[str, list[str]]] = {
    "": ["endpoints", "events", "pods", "pods/log"],
    "apps": ["controllerrevisions", "replicasets"],
    "discovery.k8s.io": ["endpointslices"],
}
"""Objects that Kubernetes derives from the deployed ones, by group: Argo CD reads them to judge health."""

_OFF: Final = {"enabled": False}


def git_ops_values() -> dict[str, Any]:
    """Only the core: the application controller, the repository server and a disposable cache."""
    return {
        "global": {
            "nodeSelector": CONTROLLER_NODES,
            "priorityClassName": CONTROLLER_PRIORITY,
            # The platform's network policies apply instead.
            "networkPolicy": {"create": False},
        },
        "configs": {
            "cm": {
                "admin.enabled": "false",
                # Ignore kinds that it may not list.
                "resource.respectRBAC": "strict",
            },
            "params": {"application.namespaces": OWN_SERVICES_NAMESPACE},
            # Its own cluster, limited to one namespace.
            "clusterCredentials": {
                "in-cluster": {
                    "server": "https://kubernetes.default.svc",
                    "namespaces": OWN_SERVICES_NAMESPACE,
                    "config": {"tlsClientConfig": {"insecure": False}},
                }
            },
        },
        "controller": {
            "serviceAccount": {"name": CONTROLLER_ACCOUNT},
            # It watches applications in all namespaces; all other permissions are in the roles of two namespaces.
            "clusterRoleRules": {
                "enabled": True,
                "rules": [
                    {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["get", "list", "watch"]}
                ],
            },
            "resources": _resources("100m", "512Mi", "2Gi"),
        },
        "repoServer": {
            "replicas": REPOSITORY_REPLICAS,
            "pdb": {"enabled": True, "maxUnavailable": 1},
            "resources": _resources("50m", "256Mi", "1Gi"),
        },
        "redis": {"resources": _resources("20m", "64Mi", "256Mi")},
        # No web UI and no accounts: users have their own permissions in the cluster.
        "server": {"replicas": 0, "clusterRoleRules": {"enabled": True, "rules": []}},
        "dex": _OFF,
        "notifications": _OFF,
        "applicationSet": {"replicas": 0},
    }


def _resources(cpu: str, memory: str, most_memory: str) -> dict[str, dict[str, str]]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most_memory}}
