"""Flows as policy rules: Kubernetes policies where possible, Cilium policies if a peer is a node or the API server.

Kubernetes policies select pods and addresses, and Cilium does not match nodes by their addresses
(learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pulumi_kubernetes as kubernetes

from model.flow import Flow
from model.kubernetes import NAMESPACES
from model.policy_endpoints import API_SERVER_TUNNEL, Block, HostNetworkPods, Outside, Peer, Pods, blocks
from model.ports import Ports
from settings.schema.aks_stack import AksStackSettings

Direction = Literal["ingress", "egress"]

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
"""Kubernetes adds this label to every namespace."""
NODES: Final = ("host", "remote-node")
"""Cilium's names for the pod's own node and for the others."""
_OUR_NAMESPACES: Final = frozenset(namespace.name for namespace in NAMESPACES)


@dataclass(frozen=True)
class Ends:
    """The other end of a flow in the terms of policies. An empty one must not become a rule: it would admit all."""

    pods: tuple[Pods, ...] = ()
    blocks: tuple[Block, ...] = ()
    entities: tuple[str, ...] = ()


def ends(peer: Peer, direction: Direction, settings: AksStackSettings) -> Ends:
    """Returns a peer as the source (`ingress`) or the target (`egress`) of a flow."""
    if isinstance(peer, Pods):
        return Ends(pods=(peer,))
    if isinstance(peer, HostNetworkPods):
        return Ends(entities=NODES)
    if peer is Outside.API_SERVER:
        return Ends(pods=(API_SERVER_TUNNEL,)) if direction == "ingress" else Ends(entities=("kube-apiserver",))
    if peer is Outside.ANYONE:
        return Ends(entities=("world", "cluster"))
    # The DNS proxy listens on an address of the node.
    own_node = ("host",) if peer is Outside.NODE_LOCAL_DNS else ()
    return Ends(blocks=blocks(peer, settings), entities=own_node)


Rules = dict[Direction, list[Any]]


@dataclass
class PolicyGroup:
    """A group of pods and its admitted traffic, as Kubernetes and Cilium rules. It names the policies."""

    pods: Pods
    plain: Rules = field(default_factory=lambda: {"ingress": [], "egress": []})
    cilium: Rules = field(default_factory=lambda: {"ingress": [], "egress": []})
    _said: list[tuple[Direction, Ends, Sequence[Ports | str]]] = field(default_factory=list)

    def admit(self, direction: Direction, other: Ends, ports: Sequence[Ports | str]) -> None:
        """Adds a rule once. Ends that the stack does not have (for example carriers) add no rule."""
        if (direction, other, ports) in self._said:
            return
        self._said.append((direction, other, ports))
        if other.entities:
            self.cilium[direction].extend(_cilium_rules(direction, other, ports))
        elif other.pods or other.blocks:
            self.plain[direction].append(_plain_rule(direction, other, ports))


def policy_groups(flows: Iterable[Flow], settings: AksStackSettings) -> list[PolicyGroup]:
    """Returns the policies of all pods in our namespaces. Raises `ValueError` if two groups of pods share a name."""
    groups: dict[tuple[str, frozenset[tuple[str, str]]], PolicyGroup] = {}
    for flow in flows:
        sides: tuple[tuple[Peer, Direction, Peer], ...] = (
            (flow.source, "egress", flow.target),
            (flow.target, "ingress", flow.source),
        )
        for subject, direction, other in sides:
            if isinstance(subject, Pods) and subject.namespace in _OUR_NAMESPACES:
                key = (subject.namespace, frozenset(subject.labels.items()))
                group = groups.setdefault(key, PolicyGroup(subject))
                group.admit(direction, ends(other, direction, settings), flow.ports)
    names = [(group.pods.namespace, group.pods.name) for group in groups.values()]
    shared = sorted({name for name in names if names.count(name) > 1})
    if shared:
        raise ValueError(f"pods of different labels share a name: {shared}")
    return list(groups.values())


# Kubernetes


def selector(pods: Pods) -> kubernetes.meta.v1.LabelSelectorArgs:
    """Returns the selector of pods within their namespace."""
    return kubernetes.meta.v1.LabelSelectorArgs(match_labels=dict(pods.labels) or None)


def _plain_rule(direction: Direction, other: Ends, ports: Sequence[Ports | str]) -> Any:
    allowed = [_plain_port(port) for port in ports]
    peers = [*(_plain_pods(pods) for pods in other.pods), *(_plain_block(block) for block in other.blocks)]
    if direction == "ingress":
        return kubernetes.networking.v1.NetworkPolicyIngressRuleArgs(from_=peers, ports=allowed)
    return kubernetes.networking.v1.NetworkPolicyEgressRuleArgs(to=peers, ports=allowed)


def _plain_port(port: Ports | str) -> kubernetes.networking.v1.NetworkPolicyPortArgs:
    if isinstance(port, str):
        return kubernetes.networking.v1.NetworkPolicyPortArgs(port=port, protocol="TCP")
    return kubernetes.networking.v1.NetworkPolicyPortArgs(
        port=port.first, end_port=port.last if port.last != port.first else None, protocol=port.protocol.upper()
    )


def _plain_pods(pods: Pods) -> kubernetes.networking.v1.NetworkPolicyPeerArgs:
    return kubernetes.networking.v1.NetworkPolicyPeerArgs(
        namespace_selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels={NAMESPACE_LABEL: pods.namespace}),
        pod_selector=selector(pods),
    )


def _plain_block(block: Block) -> kubernetes.networking.v1.NetworkPolicyPeerArgs:
    return kubernetes.networking.v1.NetworkPolicyPeerArgs(
        ip_block=kubernetes.networking.v1.IPBlockArgs(cidr=block.cidr, except_=list(block.without) or None)
    )


# Cilium


def _cilium_rules(direction: Direction, other: Ends, ports: Sequence[Ports | str]) -> list[dict[str, Any]]:
    """Returns one rule per kind of end: the conditions of a single rule would all have to hold."""
    word = "from" if direction == "ingress" else "to"
    allowed = [{"ports": [_cilium_port(port) for port in ports]}]
    rules: list[dict[str, Any]] = [{f"{word}Entities": list(other.entities), "toPorts": allowed}]
    if other.blocks:
        ranges = [
            {"cidr": block.cidr, **({"except": list(block.without)} if block.without else {})} for block in other.blocks
        ]
        rules.append({f"{word}CIDRSet": ranges, "toPorts": allowed})
    return rules


def _cilium_port(port: Ports | str) -> dict[str, Any]:
    if isinstance(port, str):
        return {"port": port, "protocol": "TCP"}
    end = {"endPort": port.last} if port.last != port.first else {}
    return {"port": str(port.first), **end, "protocol": port.protocol.upper()}
