"""The flows of one stack: those of the table, and those that follow from its carriers, routes and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model import policy_endpoints as peers
from model import ports
from model.flow_conditions import AGENT_WATCH, ROOM_RECORDING
from model.flows import FLOWS, MEDIA_NAMESPACE, Flow
from model.gateway import BUILT_IN_ROUTES, served_routes
from model.host_names import host_names
from model.policy_endpoints import Outside, Pods, everyone
from model.ports import Ports
from model.scrape_targets import scrape_targets
from settings.schema.aks_stack import AksStackSettings

EVERY_TCP_PORT: Final = Ports(1, 65535, "Tcp")


def flows(settings: AksStackSettings) -> tuple[Flow, ...]:
    """The flows of a stack: those of the table whose time it is, and what follows from its routes and metrics."""
    table = (flow for flow in FLOWS if flow.when.holds(settings))
    return (*table, *_to_registrars(settings), *_to_services_of_routes(settings), *_to_metrics(settings))


def _to_registrars(settings: AksStackSettings) -> Iterator[Flow]:
    """A carrier's registrar is known by name and port; its address is the carrier's to change."""
    for carrier in settings.telephony.carriers:
        registrar = carrier.registrar
        if registrar is not None:
            port = Ports(registrar.port, registrar.port, "Udp" if registrar.transport == "udp" else "Tcp")
            yield Flow(source=peers.SIP_EDGE, target=Outside.INTERNET, ports=(port,), reason="registration")


def _to_services_of_routes(settings: AksStackSettings) -> Iterator[Flow]:
    """A route names a Service; on which port the pods behind it listen is theirs to say. A node has other ports than
    those of its pods: there it is the Service's.
    """
    own = {route.name for route in BUILT_IN_ROUTES}
    routes = [route for route in served_routes(settings.gateway, host_names(settings)) if route.name not in own]
    reason = "services of your own"
    for namespace in sorted({route.namespace for route in routes} - {MEDIA_NAMESPACE}):
        yield Flow(source=peers.GATEWAY, target=everyone(namespace), ports=(EVERY_TCP_PORT,), reason=reason)
    for port in sorted({route.port for route in routes if route.namespace == MEDIA_NAMESPACE}):
        node_port = Ports(port, port, "Tcp")
        yield Flow(source=peers.GATEWAY, target=peers.OWN_ON_NODES, ports=(node_port,), reason=reason)


def _to_metrics(settings: AksStackSettings) -> Iterator[Flow]:
    """Monitors of workloads come with their charts; those on nodes are no matter of policies."""
    readers = {"managed": peers.AZURE_METRICS_AGENTS, "inCluster": (peers.PROMETHEUS,), "none": ()}
    targets: list[tuple[Pods, Ports | str]] = [
        (peers.SIP_EDGE, ports.SIP_EDGE_METRICS),
        (peers.AGENT, ports.AGENT_METRICS),
    ]
    if ROOM_RECORDING.holds(settings):
        targets.append((peers.EGRESS, ports.EGRESS_METRICS))
    if AGENT_WATCH.holds(settings):
        targets.append((peers.AGENT_WATCH, ports.AGENT_WATCH_METRICS))
    for target in scrape_targets(settings):
        port = Ports(target.port, target.port, "Tcp") if isinstance(target.port, int) else target.port
        targets.append((Pods(target.name, target.namespace, target.labels), port))
    for pods, port in targets:
        for reader in readers[settings.metrics.backend]:
            yield Flow(source=reader, target=pods, ports=(port,), reason="metrics")
