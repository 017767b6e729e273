"""The network policies that the cluster has, for the pods that it has: open is what `settings/flows.py` says, no more.

Nothing here carries packets: the policies are read as Kubernetes and Cilium read them (`tests/unit/admission.py`), and
their selectors are resolved against live pods and namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.kubernetes.cluster import Object
from rehearsal.kubernetes.real.real_clusters import LiveCluster
from settings.flows import FLOWS, Flow
from settings.loader import load_stack_file
from settings.peers import OnNodes, Outside, Peer, Pods
from settings.ports import Ports
from tests.cluster.asking import pods, workload
from tests.unit.admission import CILIUM, NODE, PLAIN, Admission, Place, Pod
from tests.unit.stacks import PROJECT

pytestmark = pytest.mark.cluster

KINDS = {PLAIN: ("networking.k8s.io/v1", "NetworkPolicy"), CILIUM: ("cilium.io/v2", "CiliumNetworkPolicy")}
OTHERS = (("TCP", 22), ("TCP", 10250), ("TCP", 65000), ("UDP", 65000))
"""Ports that nobody says anything about."""


@dataclass(frozen=True)
class LivePolicies:
    """The policies of a cluster, in the shape in which a resource graph has them."""

    cluster: LiveCluster

    def of_type(self, type: str) -> list[Any]:
        items = self.cluster.list_objects(*KINDS[type])
        return [SimpleNamespace(inputs=item) for item in items]


@dataclass(frozen=True)
class End:
    """Who talks or is talked to: a live pod, or some node. `ports` are a pod's own, with their names."""

    name: str
    place: Pod | Place
    ports: tuple[tuple[str, int, str], ...] = ()


def ends(cluster: LiveCluster) -> list[End]:
    found = {
        workload(pod): End(
            workload(pod), Pod(pod["metadata"]["namespace"], pod["metadata"].get("labels") or {}), tuple(_ports(pod))
        )
        for pod in pods(cluster)
        if not pod["spec"].get("hostNetwork")
    }
    return [*found.values(), End("a node", NODE)]


def test_exactly_the_documented_flows_are_open_between_live_pods(cluster: LiveCluster) -> None:
    settings = load_stack_file(PROJECT / "Pulumi.staging.yaml")
    flows = [flow for flow in FLOWS if flow.when.holds(settings)]
    admission = Admission(LivePolicies(cluster))  # ty: ignore[invalid-argument-type]
    every = ends(cluster)
    assert len(every) > 3, "there are pods on the pod network"
    numbers = {(ports.protocol.upper(), number) for flow in flows for ports in flow.ports if isinstance(ports, Ports)
               for number in (ports.first, ports.last)}  # fmt: skip
    wrong, asked = [], 0
    for source in every:
        for target in every:
            if source is target or (source.place is NODE and target.place is NODE):
                continue
            named = {(protocol, number): name for protocol, number, name in target.ports}
            for protocol, number in sorted({*numbers, *named, *OTHERS}):
                name = named.get((protocol, number), "")
                is_open = admission.admits(source.place, target.place, number, protocol) or (
                    bool(name) and admission.admits(source.place, target.place, name, protocol)
                )
                documented = any(_is_of(flow, source, target, protocol, number, name) for flow in flows)
                asked += 1
                if is_open != documented:
                    state = "open" if is_open else "closed"
                    wrong.append(f"{source.name} -> {target.name} {number}/{protocol} is {state}")
    assert asked > 100
    assert wrong == []


def _is_of(flow: Flow, source: End, target: End, protocol: str, number: int, name: str) -> bool:
    if not (_is_end(flow.source, source) and _is_end(flow.target, target)):
        return False
    return any(
        ports == name
        if isinstance(ports, str)
        else ports.protocol.upper() == protocol and ports.first <= number <= ports.last
        for ports in flow.ports
    )


def _is_end(peer: Peer, end: End) -> bool:
    if isinstance(peer, OnNodes):
        return end.place is NODE
    if isinstance(peer, Pods):
        return (
            isinstance(end.place, Pod)
            and end.place.namespace == peer.namespace
            and peer.labels.items() <= end.place.labels.items()
        )
    return peer is Outside.ANYONE


def _ports(pod: Object) -> Iterator[tuple[str, int, str]]:
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            yield port.get("protocol", "TCP"), port["containerPort"], port.get("name", "")
