"""The flows that the cluster's network policies admit. All other traffic is denied, in both directions.

A pod on the network of its node is covered by no policy, only by the security group of its subnet: for FreeSWITCH,
LiveKit and LiveKit SIP a flow states what pods may do with them. A pod's own node always reaches it, because kubelets
probe: a health port needs a flow only if another peer probes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from model import policy_endpoints as peers
from model.controller_flows import CONTROLLER_FLOWS, METRICS_FLOWS, namespace_flows, prometheus_flow
from model.flow import Flow
from model.flow_conditions import ALWAYS
from model.gateway import BUILT_IN_ROUTES, served_routes
from model.host_names import host_names
from model.kubernetes import MEDIA
from model.policy_endpoints import Outside, Pods, everyone
from model.ports import Ports
from model.scrape_targets import scrape_targets
from model.workloads import CATALOG
from model.workloads.sip_edge import WORKLOAD as SIP_EDGE
from model.workloads.workload import Workload
from settings.schema.aks_stack import AksStackSettings

EVERY_TCP_PORT: Final = Ports(1, 65535, "Tcp")


def _workload_flows(workload: Workload) -> Iterator[Flow]:
    """The flows of a workload exist only while it is enabled."""
    for flow in workload.flows:
        yield replace(flow, when=workload.enabled) if flow.when is ALWAYS else flow


FLOWS: Final = (
    *namespace_flows(),
    *(flow for workload in CATALOG for flow in _workload_flows(workload)),
    *CONTROLLER_FLOWS,
    *METRICS_FLOWS,
    *(
        prometheus_flow(peers.PROMETHEUS, workload.endpoint, workload.metrics)
        for workload in CATALOG
        if workload.metrics is not None and workload.host_network
    ),
)
"""Every flow that a stack can have, except those that follow from its carriers, routes and metrics."""


def flows(settings: AksStackSettings) -> tuple[Flow, ...]:
    """Returns the flows of a stack: those of `FLOWS` whose condition holds, and those of its routes and metrics."""
    table = (flow for flow in FLOWS if flow.when.holds(settings))
    return (*table, *_to_registrars(settings), *_to_services_of_routes(settings), *_to_metrics(settings))


def _to_registrars(settings: AksStackSettings) -> Iterator[Flow]:
    """A registrar is known by name and port; the carrier may change its address."""
    for carrier in settings.telephony.carriers:
        registrar = carrier.registrar
        if registrar is not None:
            port = Ports(registrar.port, registrar.port, "Udp" if registrar.transport == "udp" else "Tcp")
            yield Flow(source=SIP_EDGE.endpoint, target=Outside.INTERNET, ports=(port,), reason="registration")


def _to_services_of_routes(settings: AksStackSettings) -> Iterator[Flow]:
    """A route names a Service, whose pods may listen on any port. On a node only the Service's port is admitted,
    because the node has other ports than those of its pods.
    """
    own = {route.name for route in BUILT_IN_ROUTES}
    routes = [route for route in served_routes(settings.gateway, host_names(settings)) if route.name not in own]
    reason = "services of your own"
    for namespace in sorted({route.namespace for route in routes} - {MEDIA.name}):
        yield Flow(source=peers.GATEWAY, target=everyone(namespace), ports=(EVERY_TCP_PORT,), reason=reason)
    for port in sorted({route.port for route in routes if route.namespace == MEDIA.name}):
        node_port = Ports(port, port, "Tcp")
        yield Flow(source=peers.GATEWAY, target=peers.APPS_ON_NODES, ports=(node_port,), reason=reason)


def _to_metrics(settings: AksStackSettings) -> Iterator[Flow]:
    """The flows to metrics of pods on the pod network; policies do not cover pods on nodes."""
    readers = {"managed": peers.AZURE_METRICS_AGENTS, "inCluster": (peers.PROMETHEUS,), "none": ()}
    targets: list[tuple[Pods, Ports | str]] = [
        (workload.endpoint, workload.metrics)
        for workload in CATALOG
        if workload.metrics is not None and isinstance(workload.endpoint, Pods) and workload.enabled.holds(settings)
    ]
    for target in scrape_targets(settings):
        port = Ports(target.port, target.port, "Tcp") if isinstance(target.port, int) else target.port
        targets.append((Pods(target.name, target.namespace, target.labels), port))
    for pods, port in targets:
        for reader in readers[settings.metrics.backend]:
            yield Flow(source=reader, target=pods, ports=(port,), reason="metrics")
