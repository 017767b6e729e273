"""The ports of pods in the mesh that accept connections without mutual TLS.

They follow from the flows: a peer outside the mesh has no sidecar. That is the Gateway, pods on the network of their
nodes and readers of metrics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from model.flows import flows
from model.gateway import BUILT_IN_ROUTES, served_routes
from model.host_names import host_names
from model.policy_endpoints import Peer, Pods, named
from settings.schema.aks_stack import AksStackSettings

Mode = Literal["PERMISSIVE", "DISABLE"]

PERMISSIVE: Final[Mode] = "PERMISSIVE"
"""Plain or mutual TLS: the sidecar detects it from the client's first bytes."""
DISABLE: Final[Mode] = "DISABLE"
"""Plain only: when the server sends first, waiting for the client's first bytes would never end."""


@dataclass(frozen=True)
class MeshException:
    """Ports of pods in the mesh that also accept plain connections."""

    pods: Pods
    modes: Mapping[int, Mode]


def mesh_exceptions(settings: AksStackSettings) -> list[MeshException]:
    """Returns the exceptions of a stack. Raises `ValueError` for a flow whose ports are not single numbers."""
    found: dict[tuple[str, str], tuple[Pods, dict[int, Mode]]] = {}
    for pods, port, mode in (*_of_flows(settings), *_of_routes(settings)):
        _, modes = found.setdefault((pods.namespace, pods.name), (pods, {}))
        if modes.get(port) != DISABLE:
            modes[port] = mode
    return [MeshException(pods, dict(sorted(modes.items()))) for pods, modes in found.values()]


def _of_flows(settings: AksStackSettings) -> Iterator[tuple[Pods, int, Mode]]:
    for flow in flows(settings):
        pods = _of_the_mesh(flow.target, settings)
        # Routes reach pods without labels (below).
        if pods is None or not pods.labels or _of_the_mesh(flow.source, settings):
            continue
        for port in flow.ports:
            if isinstance(port, str) or port.first != port.last:
                raise ValueError(f"{flow.source} reaches {pods}, in the mesh, at port {port}: state one number")
            if port.protocol == "Tcp":
                yield pods, port.first, DISABLE if flow.target_speaks_first else PERMISSIVE


def _of_routes(settings: AksStackSettings) -> Iterator[tuple[Pods, int, Mode]]:
    """In the mesh the pods of a route's Service have its name as label `app.kubernetes.io/name` and listen on its port,
    because an exception needs named pods.
    """
    own = {route.name for route in BUILT_IN_ROUTES}
    for route in served_routes(settings.gateway, host_names(settings)):
        if route.name not in own and route.namespace in settings.mesh.namespaces:
            yield named(route.service, route.namespace), route.port, PERMISSIVE


def _of_the_mesh(peer: Peer, settings: AksStackSettings) -> Pods | None:
    return peer if isinstance(peer, Pods) and peer.namespace in settings.mesh.namespaces else None
