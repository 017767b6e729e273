"""What the chart of Argo CD is told."""

from __future__ import annotations

from typing import Any, Final

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY
from model.kubernetes import APPS

REPOSITORY_REPLICAS: Final = 2
CONTROLLER_ACCOUNT: Final = "argocd-application-controller"
CONTROLLER_READS: Final[dict[str, list[str]]] = {
    "": ["endpoints", "events", "pods", "pods/log"],
    "apps": ["controllerrevisions", "replicasets"],
    "discovery.k8s.io": ["endpointslices"],
}
"""What follows from objects that it writes, by group: to tell whether they are well."""

_OFF: Final = {"enabled": False}


def git_ops_values() -> dict[str, Any]:
    """Its core: what compares and writes, what reads repositories, and a cache that may be lost."""
    return {
        "global": {
            "nodeSelector": CONTROLLER_NODES,
            "priorityClassName": CONTROLLER_PRIORITY,
            # The platform's table of flows rules instead.
            "networkPolicy": {"create": False},
        },
        "configs": {
            "cm": {
                "admin.enabled": "false",
                # What it may not list it leaves alone.
                "resource.respectRBAC": "strict",
            },
            "params": {"application.namespaces": APPS.name},
            # The cluster that it runs in, seen through one namespace.
            "clusterCredentials": {
                "in-cluster": {
                    "server": "https://kubernetes.default.svc",
                    "namespaces": APPS.name,
                    "config": {"tlsClientConfig": {"insecure": False}},
                }
            },
        },
        "controller": {
            "serviceAccount": {"name": CONTROLLER_ACCOUNT},
            # Applications are looked for in all namespaces; all else stands in roles of two.
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
        # Pages and accounts: nobody is let in from outside, and people have rights of their own in the cluster.
        "server": {"replicas": 0, "clusterRoleRules": {"enabled": True, "rules": []}},
        "dex": _OFF,
        "notifications": _OFF,
        "applicationSet": {"replicas": 0},
    }


def _resources(cpu: str, memory: str, most_memory: str) -> dict[str, dict[str, str]]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most_memory}}
