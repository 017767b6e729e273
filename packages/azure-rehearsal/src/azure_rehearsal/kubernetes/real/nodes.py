"""The Nodes of agent pools, whose kubelets kwok simulates.

Owns the Nodes of a cluster. Does not decide their number above a pool's minimum (`autoscaler`).
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.real.agent_pools import Pool
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster

POOL_LABEL: Final = "kubernetes.azure.com/agentpool"
ZONE_LABEL: Final = "topology.kubernetes.io/zone"
DELETION_TAINT: Final = "ToBeDeletedByClusterAutoscaler"
"""Taint of a node that the cluster autoscaler is about to remove: no pod is scheduled on it."""
_OTHER_TAINTS: Final = ("node.kubernetes.io/", DELETION_TAINT)
"""Prefixes of taints that do not come from the pool."""
_PATH: Final = "/api/v1/nodes"
_FAKE: Final = {"kwok.x-k8s.io/node": "fake"}
_FIRST_SUBNET_HOST: Final = 4
"""Azure reserves the first addresses of a subnet."""
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Nodes:
    """The nodes of one cluster."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster = cluster
        self.problems: dict[str, str] = {}
        """Why a pool has too few nodes, by the pool's name."""

    def list_all(self) -> list[Object]:
        return self._cluster.list_objects("v1", "Node")

    def reconcile(self, pools: Sequence[Pool]) -> None:
        """Creates nodes up to each pool's minimum, updates labels and taints, and removes nodes without a pool."""
        nodes = self.list_all()
        by_pool = {pool.name: pool for pool in pools}
        for node in nodes:
            pool = by_pool.get(pool_of(node))
            if pool is None or not _has_zone(pool, node):
                self.remove(node)
            else:
                self._refresh(node, pool)
        for pool in pools:
            pool_nodes = [node for node in nodes if pool_of(node) == pool.name and _has_zone(pool, node)]
            for _ in range(pool.min_count - len(pool_nodes)):
                if self.add(pool) is None:
                    break
            if not pool.is_autoscaled:
                for node in pool_nodes[pool.max_count :]:
                    self.remove(node)

    def add(self, pool: Pool, zone: str = "") -> Object | None:
        """Adds a node to a pool, in `zone` or in the zone with the fewest nodes.

        Returns `None` when the pool's prefix has no free address, and reports that in `problems`.
        """
        nodes = self.list_all()
        public = ""
        if pool.public_prefix:
            public = _first_free(ipaddress.ip_network(pool.public_prefix), _used_addresses(nodes, "ExternalIP"), 0)
            if not public:
                self.problems[pool.name] = f"the prefix {pool.public_prefix} of pool {pool.name} has no address left"
                return None
        self.problems.pop(pool.name, None)
        subnet = ipaddress.ip_network(pool.subnet or "10.255.0.0/16")
        private = _first_free(subnet, _used_addresses(nodes, "InternalIP"), _FIRST_SUBNET_HOST)
        node = _node(pool, _free_name(pool, nodes), zone or least_used_zone(pool, nodes), private, public)
        return self._cluster.api.request("POST", _PATH, {"fieldManager": "aks"}, node)

    def remove(self, node: Object) -> None:
        """Removes a node; its pods are deleted with it."""
        try:
            self._cluster.begin_delete(Key("v1", "Node", "", node["metadata"]["name"]))
        except ApiError as error:
            if error.reason is not Reason.NOT_FOUND:
                raise

    def mark_for_deletion(self, node: Object) -> None:
        """Prevents the scheduling of pods on a node."""
        self._set_taints(node, [*(node["spec"].get("taints") or ()), {"key": DELETION_TAINT, "effect": "NoSchedule"}])

    def unmark_for_deletion(self, node: Object) -> None:
        """Allows the scheduling of pods on a node again."""
        self._set_taints(node, [taint for taint in node["spec"].get("taints") or () if taint["key"] != DELETION_TAINT])

    def _set_taints(self, node: Object, taints: list[dict[str, Any]]) -> None:
        path = f"{_PATH}/{node['metadata']['name']}"
        patch = {"spec": {"taints": taints}}
        node["spec"]["taints"] = self._cluster.api.request(
            "PATCH", path, {"fieldManager": "cluster-autoscaler"}, patch, MERGE
        )["spec"].get("taints", [])

    def _refresh(self, node: Object, pool: Pool) -> None:
        """Updates existing nodes after a change of the pool's labels or taints, as AKS does."""
        wanted = _labels(pool)
        labels = node["metadata"]["labels"]
        pool_taints = [_taint(text) for text in pool.taints]
        other_taints = [taint for taint in node["spec"].get("taints") or () if taint["key"].startswith(_OTHER_TAINTS)]
        patch: Object = {}
        if any(labels.get(name) != value for name, value in wanted.items()):
            patch["metadata"] = {"labels": dict(wanted)}
        if _sorted([*pool_taints, *other_taints]) != _sorted(node["spec"].get("taints") or ()):
            patch["spec"] = {"taints": [*pool_taints, *other_taints]}
        if patch:
            path = f"{_PATH}/{node['metadata']['name']}"
            self._cluster.api.request("PATCH", path, {"fieldManager": "aks"}, patch, MERGE)


def pool_of(node: Object) -> str:
    """The agent pool of a node."""
    return (node["metadata"].get("labels") or {}).get(POOL_LABEL, "")


def is_marked_for_deletion(node: Object) -> bool:
    """Whether the cluster autoscaler is about to remove a node."""
    return any(taint["key"] == DELETION_TAINT for taint in node["spec"].get("taints") or ())


def _has_zone(pool: Pool, node: Object) -> bool:
    """Whether the pool still has the node's zone, which can be lost in a fault."""
    zones = [pool.zone_of(zone) for zone in pool.zones] or [pool.zone_of("")]
    return node["metadata"]["labels"].get(ZONE_LABEL) in zones


def template(pool: Pool, zone: str) -> Object:
    """A node that the pool would create, for scheduling simulations."""
    return _node(pool, "template", zone, "", "")


def _node(pool: Pool, name: str, zone: str, private: str, public: str) -> Object:
    addresses = [("InternalIP", private), ("ExternalIP", public), ("Hostname", name)]
    labels = {
        **_labels(pool),
        "kubernetes.io/hostname": name,
        ZONE_LABEL: pool.zone_of(zone),
        "topology.disk.csi.azure.com/zone": pool.zone_of(zone) if zone else "",
    }
    taints = [_taint(text) for text in pool.taints]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": _FAKE},
        "spec": {"providerID": f"azure:///rehearsal/{pool.name}/{name}", **({"taints": taints} if taints else {})},
        "status": {
            "capacity": pool.capacity,
            "allocatable": pool.allocatable,
            "addresses": [{"type": type, "address": address} for type, address in addresses if address],
        },
    }


def _labels(pool: Pool) -> dict[str, str]:
    """The labels of learn.microsoft.com/azure/aks/use-labels#reserved-system-labels that selectors may use."""
    labels = {
        "agentpool": pool.name,
        POOL_LABEL: pool.name,
        "kubernetes.azure.com/cluster": pool.node_resource_group,
        "kubernetes.azure.com/mode": pool.mode.lower(),
        "kubernetes.azure.com/os-sku": "Ubuntu",
        "kubernetes.azure.com/role": "agent",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": pool.vm_size,
        "topology.kubernetes.io/region": pool.location,
        **pool.labels,
    }
    return {**labels, "kubernetes.azure.com/scalesetpriority": "spot"} if pool.is_spot else labels


def _taint(text: str) -> dict[str, str]:
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return {"key": key, "effect": effect, **({"value": value} if value else {})}


def _sorted(taints: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((taint["key"], taint.get("value", ""), taint["effect"]) for taint in taints)


def _free_name(pool: Pool, nodes: Sequence[Object]) -> str:
    """The next name of a scale set's machines, numbered in base 36."""
    used = {node["metadata"]["name"] for node in nodes}
    number = int(hashlib.sha256(pool.node_resource_group.encode()).hexdigest(), 16) % 10**8
    index = 0
    while (name := f"aks-{pool.name}-{number:08}-vmss{_base36(index)}") in used:
        index += 1
    return name


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits.rjust(6, "0")


def least_used_zone(pool: Pool, nodes: Sequence[Object]) -> str:
    """The pool's zone with the fewest nodes, where Azure creates the next one; empty for a pool without zones."""
    zones = [node["metadata"]["labels"].get(ZONE_LABEL) for node in nodes if pool_of(node) == pool.name]
    return min(pool.zones, key=lambda zone: zones.count(pool.zone_of(zone)), default="")


def _used_addresses(nodes: Sequence[Object], type: str) -> set[str]:
    return {address for node in nodes for address in _addresses(node, type)}


def _addresses(node: Object, type: str) -> Iterator[str]:
    for entry in node["status"].get("addresses") or ():
        if entry["type"] == type:
            yield entry["address"]


def _first_free(network: ipaddress.IPv4Network | ipaddress.IPv6Network, used: set[str], first: int) -> str:
    """The first unused address of a range; empty when there is none."""
    for index in range(first, network.num_addresses):
        address = str(network[index])
        if address not in used:
            return address
    return ""
