"""Which flows the policies of a cluster admit between all endpoints, and which of these flows are documented.

No packets are sent: `tests/unit/admission.py` evaluates the policies as Kubernetes and Cilium do.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from model.flow import Flow
from model.ports import Ports
from tests.cluster.flow_endpoints import Endpoint, Port
from tests.unit.admission import CILIUM, PLAIN, Admission, Pod
from tests.unit.graph import Graph, Registered

KINDS: Final = {PLAIN: ("networking.k8s.io/v1", "NetworkPolicy"), CILIUM: ("cilium.io/v2", "CiliumNetworkPolicy")}
OTHERS: Final = (Port("TCP", 22), Port("TCP", 10250), Port("TCP", 65000), Port("UDP", 65000))
"""Ports that no flow uses."""
_HIGHEST: Final = 65535
_DIRECTIONS: Final = ("ingress", "egress")


@dataclass(frozen=True)
class Policy:
    """One policy of a cluster, of either kind."""

    type: str
    item: Object

    @property
    def namespace(self) -> str:
        return self.item["metadata"]["namespace"]

    @property
    def is_denial(self) -> bool:
        """Whether it only denies: it has no rule."""
        return not any(self.item["spec"].get(direction) for direction in _DIRECTIONS)

    def __str__(self) -> str:
        return f"{KINDS[self.type][1]} {self.namespace}/{self.item['metadata']['name']}"

    def without_each_rule(self) -> Iterator[tuple[str, Policy]]:
        """Copies of the policy, each without one of its rules, with a description."""
        for direction in _DIRECTIONS:
            for place, rule in enumerate(self.item["spec"].get(direction) or ()):
                remaining = copy.deepcopy(self.item)
                del remaining["spec"][direction][place]
                yield f"{self} without {direction} {rule}", Policy(self.type, remaining)


def live_policies(cluster: RealCluster) -> list[Policy]:
    """The policies of a cluster."""
    return [Policy(type, item) for type, kind in KINDS.items() for item in cluster.list_objects(*kind)]


def admission(policies: Iterable[Policy]) -> Admission:
    """The combined admission of these policies."""
    resources = (
        Registered(urn=str(policy), type=policy.type, name=str(policy), parent="", custom=True, inputs=policy.item)
        for policy in policies
    )
    return Admission(Graph(stack="", resources=tuple(resources)))


@dataclass(frozen=True)
class Question:
    """A possible connection between two endpoints. Without documented `flows` it must be closed."""

    source: Endpoint
    target: Endpoint
    port: Port
    flows: tuple[Flow, ...]

    def is_open(self, admission: Admission) -> bool:
        """Whether the policies admit it, by port number or by port name."""
        named = (self.port.number, self.port.name)
        return any(
            admission.admits(self.source.place, self.target.place, port, self.port.protocol) for port in named if port
        )

    def concerns(self, namespace: str) -> bool:
        """Whether policies of that namespace apply."""
        places = (self.source.place, self.target.place)
        return any(isinstance(place, Pod) and place.namespace == namespace for place in places)

    def __str__(self) -> str:
        return f"{self.source.name} -> {self.target.name} {self.port}"


def questions(ends: Sequence[Endpoint], flows: Sequence[Flow]) -> list[Question]:
    """All possible connections: all endpoints, with every port of a flow, the adjacent ports and some others."""
    numbers, names = _numbers(flows), {port for flow in flows for port in flow.ports if isinstance(port, str)}
    named_only = [Port("TCP", None, name) for name in sorted(names)]
    found = []
    for target in (end for end in ends if end.is_target):
        own = {(port.protocol, port.number) for port in target.ports}
        ports = [*target.ports, *(port for port in numbers if (port.protocol, port.number) not in own)]
        if isinstance(target.place, Pod) and not target.has_complete_ports:
            ports += named_only
        to_target = [flow for flow in flows if target.is_target_of(flow)]
        for source in (end for end in ends if end.is_source):
            if source.is_ours or target.is_ours:
                between = [flow for flow in to_target if source.is_source_of(flow)]
                for port in ports:
                    documented = tuple(flow for flow in between if _has(flow, port))
                    found.append(Question(source, target, port, documented))
    return found


def _has(flow: Flow, port: Port) -> bool:
    return any(covers(ports, port) for ports in flow.ports)


def covers(ports: Ports | str, port: Port) -> bool:
    """Whether a flow's port or range contains this port."""
    if isinstance(ports, str):
        return ports == port.name
    return (
        port.number is not None and ports.protocol.upper() == port.protocol and ports.first <= port.number <= ports.last
    )


def _numbers(flows: Iterable[Flow]) -> list[Port]:
    """The ends of every range and the adjacent ports."""
    found = {
        Port(ports.protocol.upper(), number)
        for flow in flows
        for ports in flow.ports
        if isinstance(ports, Ports)
        for number in (ports.first - 1, ports.first, ports.last, ports.last + 1)
        if 1 <= number <= _HIGHEST
    }
    return sorted({*found, *OTHERS}, key=lambda port: (port.protocol, port.number or 0))
