"""The admitted flows of a cluster as table rows: source, target, ports and the documented reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from model.flow import Flow
from model.policy_endpoints import HostNetworkPods, Peer
from model.ports import Ports
from tests.cluster.flow_check import Question, covers
from tests.cluster.flow_endpoints import NOT_HERE, Endpoint, Port

NOT_OURS: Final = "everyone outside the platform's namespaces"


def table(ends: Sequence[Endpoint], open: Iterable[Question], flows: Iterable[Flow]) -> Any:
    """The data of the page: the endpoints by origin, and the open flows in the order of `flows`.

    Endpoints that the stack does not have are checked but not listed.
    """
    found = {kind: sorted(end.name for end in ends if end.found == kind) for kind in {end.found: None for end in ends}}
    return {"asked": found, "open": list(_rows([end for end in ends if end.found != NOT_HERE], open, flows))}


def _rows(listed: Sequence[Endpoint], open: Iterable[Question], flows: Iterable[Flow]) -> Iterator[Mapping[str, Any]]:
    by_flow: dict[int, dict[tuple[Endpoint, Endpoint], list[Port]]] = {}
    for question in open:
        if question.source in listed and question.target in listed:
            for flow in question.flows:
                pairs = by_flow.setdefault(id(flow), {})
                pairs.setdefault((question.source, question.target), []).append(question.port)
    sources: dict[tuple[str, tuple[str, ...], str], set[str]] = {}
    for flow in flows:
        for (source, target), numbers in by_flow.get(id(flow), {}).items():
            if ports := tuple(_ports(flow, numbers)):
                key = (_name(target, flow.target), ports, flow.reason)
                sources.setdefault(key, set()).add(_name(source, flow.source))
    targets: dict[tuple[tuple[str, ...], tuple[str, ...], str], set[str]] = {}
    for (target, ports, reason), names in sources.items():
        grouped = tuple(_grouped(names, [end for end in listed if end.is_source]))
        targets.setdefault((grouped, ports, reason), set()).add(target)
    for (grouped, ports, reason), names in targets.items():
        to = list(_grouped(names, [end for end in listed if end.is_target]))
        yield {"from": list(grouped), "to": to, "ports": list(ports), "why": reason}


def _ports(flow: Flow, open: Sequence[Port]) -> Iterator[str]:
    """The open ports of a flow; ranges only when both ends are open."""
    for ports in flow.ports:
        inside = [port for port in open if covers(ports, port)]
        if isinstance(ports, Ports):
            if {ports.first, ports.last} <= {port.number for port in inside}:
                yield f"{ports}/{ports.protocol.lower()}"
        elif inside:
            yield str(inside[0])


def _name(end: Endpoint, peer: Peer) -> str:
    """The name of a host-network peer comes from the flow, because policies cannot distinguish pods on a node."""
    return str(peer) if isinstance(peer, HostNetworkPods) else end.name


def _grouped(names: set[str], ends: Sequence[Endpoint]) -> Iterator[str]:
    """The sorted names, with one name for a complete group."""
    groups: dict[str, set[str]] = {NOT_OURS: {end.name for end in ends if not end.is_ours}}
    for end in ends:
        if end.group:
            groups.setdefault(end.group, set()).add(end.name)
    remaining, grouped = set(names), []
    for group, members in groups.items():
        if members <= remaining:
            grouped.append(group)
            remaining -= members
    yield from sorted([*grouped, *remaining])
