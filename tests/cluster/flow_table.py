"""What a cluster's policies leave open, as rows for people: who, whom, at which ports, and why that is documented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from settings.flows import Flow
from settings.peers import OnNodes, Peer
from settings.ports import Ports
from tests.cluster.flow_check import Question, covers
from tests.cluster.flow_endpoints import NOT_HERE, End, Port

NOT_OURS: Final = "everyone outside the platform's namespaces"


def table(ends: Sequence[End], open: Iterable[Question], flows: Iterable[Flow]) -> Any:
    """The data of the page: the ends by how they were found, and what is open, in the order of `flows`.

    Those whom the stack does not have were asked too; a row for them would mean nothing.
    """
    found = {kind: sorted(end.name for end in ends if end.found == kind) for kind in {end.found: None for end in ends}}
    return {"asked": found, "open": list(_rows([end for end in ends if end.found != NOT_HERE], open, flows))}


def _rows(listed: Sequence[End], open: Iterable[Question], flows: Iterable[Flow]) -> Iterator[Mapping[str, Any]]:
    by_flow: dict[int, dict[tuple[End, End], list[Port]]] = {}
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
        told = tuple(_grouped(names, [end for end in listed if end.is_source]))
        targets.setdefault((told, ports, reason), set()).add(target)
    for (told, ports, reason), names in targets.items():
        to = list(_grouped(names, [end for end in listed if end.is_target]))
        yield {"from": list(told), "to": to, "ports": list(ports), "why": reason}


def _ports(flow: Flow, open: Sequence[Port]) -> Iterator[str]:
    """The ports of a flow that are open, ranges from end to end."""
    for ports in flow.ports:
        inside = [port for port in open if covers(ports, port)]
        if isinstance(ports, Ports):
            if {ports.first, ports.last} <= {port.number for port in inside}:
                yield f"{ports}/{ports.protocol.lower()}"
        elif inside:
            yield str(inside[0])


def _name(end: End, peer: Peer) -> str:
    """A policy cannot tell which pod on a node is meant; the flow can."""
    return str(peer) if isinstance(peer, OnNodes) else end.name


def _grouped(names: set[str], ends: Sequence[End]) -> Iterator[str]:
    """The names in order, and one name for a group that is there as a whole."""
    groups: dict[str, set[str]] = {NOT_OURS: {end.name for end in ends if not end.is_ours}}
    for end in ends:
        if end.group:
            groups.setdefault(end.group, set()).add(end.name)
    left, told = set(names), []
    for group, members in groups.items():
        if members <= left:
            told.append(group)
            left -= members
    yield from sorted([*told, *left])
