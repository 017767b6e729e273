"""Evaluates the network policies of a graph as Kubernetes and Cilium do."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.unit.graph import Graph

NAME: Final = "app.kubernetes.io/name"
PLAIN: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CILIUM: Final = "kubernetes:cilium.io/v2:CiliumNetworkPolicy"


@dataclass(frozen=True)
class Pod:
    """A pod on the pod network."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A node, the API server, or an address outside the cluster, with Cilium's name for it. CIDR rules match neither
    nodes nor the API server.
    """

    entity: str
    address: str | None = None


NODE: Final = Place("remote-node")
OWN_NODE: Final = Place("host", "169.254.10.10")
API_SERVER: Final = Place("kube-apiserver")


def pod(namespace: str, name: str) -> Pod:
    return Pod(namespace, {NAME: name})


def address(of: str) -> Place:
    return Place("world", of)


class Admission:
    """Tells for two endpoints whether the policies of a graph admit a connection."""

    def __init__(self, graph: Graph) -> None:
        self._policies = [(item.inputs, False) for item in graph.of_type(PLAIN)]
        self._policies += [(item.inputs, True) for item in graph.of_type(CILIUM)]

    def admits(self, source: Pod | Place, target: Pod | Place, port: int | str, protocol: str = "TCP") -> bool:
        """Whether the connection is admitted. Policies that select the source or the target must admit it."""
        return self._side("egress", source, target, port, protocol) and self._side(
            "ingress", target, source, port, protocol
        )

    def _side(self, direction: str, subject: Pod | Place, other: Pod | Place, port: int | str, protocol: str) -> bool:
        if not isinstance(subject, Pod):
            return True
        selecting = [item for item in self._policies if _selects(item, subject, direction)]
        return not selecting or any(
            _fits(rule, direction, other, port, protocol) for rule in _rules(selecting, direction)
        )


def _selects(policy: tuple[Mapping[str, Any], bool], subject: Pod, direction: str) -> bool:
    inputs, is_cilium = policy
    spec = inputs["spec"]
    concerned = direction in spec if is_cilium else direction.capitalize() in spec["policyTypes"]
    selector = spec["endpointSelector" if is_cilium else "podSelector"]
    return concerned and inputs["metadata"]["namespace"] == subject.namespace and _matches(selector, subject.labels)


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return set(selector) <= {"matchLabels"} and selector.get("matchLabels", {}).items() <= labels.items()


def _rules(policies: Sequence[tuple[Mapping[str, Any], bool]], direction: str) -> Iterator[Mapping[str, Any]]:
    for inputs, _ in policies:
        yield from inputs["spec"].get(direction, [])


def _fits(rule: Mapping[str, Any], direction: str, other: Pod | Place, port: int | str, protocol: str) -> bool:
    word = "from" if direction == "ingress" else "to"
    allowed = [*rule.get("ports", []), *(item for group in rule.get("toPorts", []) for item in group["ports"])]
    if allowed and not any(_is_port(item, port, protocol) for item in allowed):
        return False
    if not any(rule.get(f"{word}{kind}") for kind in ("", "Entities", "CIDRSet")):
        # A rule without peers applies to all peers.
        return True
    blocks = [*rule.get(f"{word}CIDRSet", []), *(peer["ipBlock"] for peer in rule.get(word, []) if "ipBlock" in peer)]
    if isinstance(other, Pod):
        return "cluster" in rule.get(f"{word}Entities", []) or any(
            peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": other.namespace}
            and _matches(peer["podSelector"], other.labels)
            for peer in rule.get(word, [])
            if "podSelector" in peer
        )
    in_cluster = ["cluster"] if other.entity in ("host", "remote-node") else []
    if {other.entity, *in_cluster} & set(rule.get(f"{word}Entities", [])):
        return True
    return other.address is not None and any(_in_block(block, other.address) for block in blocks)


def _is_port(item: Mapping[str, Any], port: int | str, protocol: str) -> bool:
    if item["protocol"] != protocol:
        return False
    first = str(item["port"])
    if isinstance(port, str) or not first.isdigit():
        return first == port
    return int(first) <= port <= int(item.get("endPort", first))


def _in_block(block: Mapping[str, Any], of: str) -> bool:
    here = ipaddress.ip_address(of)
    inside = here in ipaddress.ip_network(block["cidr"])
    return inside and not any(here in ipaddress.ip_network(cidr) for cidr in block.get("except", []))
