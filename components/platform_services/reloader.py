"""Restarts what reads a secret that has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from model.charts import RELOADER
from model.kubernetes import NAMESPACES, SYSTEM

RELEASE: Final = "reloader"
REPLICAS: Final = 2
WATCHED: Final = tuple(
    namespace.name for namespace in NAMESPACES if not namespace.carries_calls and namespace.name != SYSTEM.name
)
"""Namespaces in which it may restart pods, beside its own, which it always watches."""


@dataclass(frozen=True, kw_only=True)
class ReloaderArgs:
    """Args of `Reloader`. `namespace` is that of the controllers."""

    namespace: pulumi.Input[str]


class Reloader(pulumi.ComponentResource):
    """Rolls a workload whose secret or configuration has changed, if its annotations ask for that.

    Owns Reloader. It may touch nothing where pods carry calls: it has no role there, whatever their annotations say. A
    generated secret of the platform's rolls its readers by its generation, without Reloader.

    Secrets come from the vault as files, so it watches what the Secrets Store driver reports of them
    (annotation `secretproviderclass.reloader.stakater.com/auto`), beside Secrets and ConfigMaps.
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
            # A role in each of these, and none for the whole cluster.
            "watchGlobally": False,
            "namespaces": list(WATCHED),
            # Without it a variable would be added to the container, which whoever keeps the workload takes away again.
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
