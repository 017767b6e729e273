"""Mutual TLS between pods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from model.mesh_exceptions import MeshException, mesh_exceptions
from settings.schema.aks_stack import AksStackSettings

API: Final = "security.istio.io/v1"
WHOLE_NAMESPACE: Final = "default"
"""The name that Istio reserves for the rule of all pods of a namespace."""


@dataclass(frozen=True, kw_only=True)
class MeshArgs:
    """Args of `Mesh`: the settings of the whole stack, because exceptions depend on many sections. `namespaces` are the
    platform's, by name.
    """

    settings: AksStackSettings
    namespaces: Mapping[str, pulumi.Input[str]]


class Mesh(pulumi.ComponentResource):
    """Mutual TLS for the pods of the namespaces in `voice:mesh`, with exceptions for pods that do not support it.

    Owns the rule of each such namespace and its exceptions (`model.mesh_exceptions`). Does not own the mesh, an add-on
    of the cluster, nor the label that enables sidecars (`Namespaces`). A running pod gets its sidecar at its next
    restart; until then it cannot reach pods with a sidecar.
    """

    def __init__(self, name: str, args: MeshArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Mesh", name, None, opts)
        self._name, self._args = name, args
        # Exceptions first: the rule alone would cut off pods without a sidecar.
        exceptions = [self._exception(exception) for exception in mesh_exceptions(args.settings)]
        for namespace in args.settings.mesh.namespaces:
            self._rule(WHOLE_NAMESPACE, namespace, {"mtls": {"mode": "STRICT"}}, after=exceptions)
        self.register_outputs({})

    def _exception(self, exception: MeshException) -> pulumi.Resource:
        spec = {
            "selector": {"matchLabels": dict(exception.pods.labels)},
            "mtls": {"mode": "STRICT"},
            "portLevelMtls": {str(port): {"mode": mode} for port, mode in exception.modes.items()},
        }
        return self._rule(f"plain-{exception.pods.name}", exception.pods.namespace, spec, after=[])

    def _rule(self, name: str, namespace: str, spec: dict[str, Any], after: list[pulumi.Resource]) -> pulumi.Resource:
        return custom_resource(
            f"{self._name}-{namespace}-{name}",
            API,
            "PeerAuthentication",
            kubernetes.meta.v1.ObjectMetaArgs(name=name, namespace=self._args.namespaces[namespace]),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=after),
        )
