"""Reloader: restarts pods whose secret or configuration changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from model.charts import RELOADER
from model.kubernetes import NAMESPACES
from model.scrape_targets import SYSTEM_NAMESPACE

RELEASE: Final = "reloader"
REPLICAS: Final = 2
WATCHED: Final = tuple(
    namespace.name for namespace in NAMESPACES if not namespace.carries_calls and namespace.name != SYSTEM_NAMESPACE
)
"""Namespaces in which it may restart pods, in addition to its own, which it always watches."""


@dataclass(frozen=True, kw_only=True)
class ReloaderArgs:
    """Args of `Reloader`. `namespace` is the controllers' namespace."""

    namespace: pulumi.Input[str]


class Reloader(pulumi.ComponentResource):
    """Restarts a workload whose secret or configuration changed, if its annotations enable that.

    Owns Reloader. Does not restart pods that carry calls: it has no role in their namespaces. A new generation of a
    generated secret restarts its readers without Reloader.

    Secrets from the vault are files, so Reloader watches the status objects of the Secrets Store driver (annotation
    `secretproviderclass.reloader.stakater.com/auto`) in addition to Secrets and ConfigMaps.
    """

    def __init__(self, name: str, args: ReloaderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Reloader", name, None, opts)
        third_party_release(
            f"{name}-release",
            RELOADER,
            release_name=RELEASE,
            namespace=args.namespace,
            values=_values(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _values() -> dict[str, Any]:
    return {
        "fullnameOverride": RELEASE,
        "reloader": {
            "autoReloadAll": False,
            # A role in each of these namespaces, and no cluster role.
            "watchGlobally": False,
            "namespaces": list(WATCHED),
            # The default strategy adds an environment variable, which the workload's owner would remove again.
            "reloadStrategy": "annotations",
            "enableCSIIntegration": True,
            "ignoreJobs": True,
            "ignoreCronJobs": True,
            "enableHA": True,
            "readOnlyRootFileSystem": True,
            "logFormat": "json",
            "serviceAccount": {"name": RELEASE},
            "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
            "deployment": {
                "replicas": REPLICAS,
                "nodeSelector": CONTROLLER_NODES,
                "priorityClassName": CONTROLLER_PRIORITY,
                "resources": {"requests": {"cpu": "20m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
                "containerSecurityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            },
        },
    }
