"""The model of an architecture diagram: regions with their networks, clusters, pools and addresses.

A region is a resource group with a virtual network; every other group is shown without structure. The code reads only
the properties that are named here, so that no secret can reach a diagram. Meant for recordings of deployments: in a
plan, unknown ids connect nothing.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from azure_rehearsal.reports.arm_names import last_name, subnet_of
from azure_rehearsal.reports.drawn_types import AUXILIARY, AZURE, PLACED
from azure_rehearsal.reports.inbound import InboundRule, inbound_rules
from azure_rehearsal.reports.recording_graph import Graph, Recording, Resource

_GROUP: Final = AZURE + "resources:ResourceGroup"
_SUBNET_PATHS: Final = ("network.delegatedSubnetResourceId", "subnet.id")
_WORKLOADS: Final = ("kubernetes:apps/v1:", "kubernetes:helm.sh/")


@dataclass(frozen=True)
class Pool:
    """A node pool. `prefix` is the name of its nodes' public IP prefix, `groups` are its ASGs."""

    name: str
    size: str
    min_count: Any
    max_count: Any
    zones: tuple[str, ...]
    spot: bool
    taints: tuple[str, ...]
    prefix: str
    groups: tuple[str, ...]


@dataclass
class Subnet:
    """A subnet with the inbound rules of its security group; `None` if it has no group."""

    name: str
    cidr: str
    rules: list[InboundRule] | None
    nat: str = ""
    delegation: str = ""
    pools: list[Pool] = field(default_factory=list)
    others: list[Resource] = field(default_factory=list)


@dataclass(frozen=True)
class Address:
    """A public address or prefix. `subnet` is its target; empty if the target is the cluster, or there is none.

    `rules` admit traffic to it. `outbound`: traffic leaves through it. `unused`: nothing refers to it.
    """

    name: str
    value: str
    subnet: str
    rules: tuple[InboundRule, ...] = ()
    zones: tuple[str, ...] = ()
    outbound: bool = False
    unused: bool = False


@dataclass
class Cluster:
    resource: Resource
    namespaces: list[str]
    workloads: list[str]


@dataclass
class Region:
    """A resource group with a network. `pools` have no known subnet. `others` are all other resources by component."""

    group: str
    location: str
    network: Resource
    subnets: list[Subnet]
    addresses: list[Address]
    cluster: Cluster | None
    pools: list[Pool]
    zones: list[str]
    peers: list[str]
    others: dict[str, list[Resource]]


@dataclass
class Group:
    """A resource group without a network."""

    name: str
    location: str
    others: dict[str, list[Resource]]


@dataclass
class Architecture:
    environment: str
    stacks: list[str]
    regions: list[Region]
    groups: list[Group]
    not_drawn: Counter[str]


def architecture_of(recording: Recording) -> Architecture:
    """The model of a recording of one stack, or of all stacks of an environment."""
    graph = Graph(recording)
    resources = sorted((item for item in graph.resources if item.op != "delete"), key=lambda item: item.urn)
    by_group: dict[str, list[Resource]] = {}
    for resource in resources:
        if resource.type.startswith(AZURE) and isinstance(name := resource.value("resourceGroupName"), str):
            by_group.setdefault(name, []).append(resource)
    found = Architecture(_environment(resources), graph.stacks, [], [], _not_drawn(resources))
    order = {resource.urn: index for index, resource in enumerate(graph.resources)}
    for name, members in sorted(by_group.items(), key=lambda item: min(order[member.urn] for member in item[1])):
        networks = _of(members, "network:VirtualNetwork")
        for network in networks:
            found.regions.append(_region(graph, resources, name, members, network))
        if not networks:
            found.groups.append(Group(name, _location(members), _others(graph, members, set())))
    return found


def _region(
    graph: Graph, all_resources: list[Resource], group: str, members: list[Resource], network: Resource
) -> Region:
    name = network.physical_name
    rules = {item.physical_name: inbound_rules(item.inputs) for item in _of(members, "network:NetworkSecurityGroup")}
    subnets = [
        _subnet(item, rules) for item in _of(members, "network:Subnet") if item.value("virtualNetworkName") == name
    ]
    subnets.sort(key=lambda subnet: _first_address(subnet.cidr))
    by_name = {subnet.name: subnet for subnet in subnets}
    clusters = _of(members, "containerservice:ManagedCluster")
    unplaced: list[Pool] = []
    for pool, subnet in [*_inline_pools(clusters), *_separate_pools(members)]:
        (by_name[subnet].pools if subnet in by_name else unplaced).append(pool)
    placed_urns: set[str] = set()
    for resource in members:
        place = next((found for path in _SUBNET_PATHS if (found := subnet_of(resource.value(path)))), None)
        if place is not None and place[0] == name and place[1] in by_name:
            by_name[place[1]].others.append(resource)
            placed_urns.add(resource.urn)
    return Region(
        group=group,
        location=_location(members),
        network=network,
        subnets=subnets,
        addresses=_addresses(members, subnets, clusters),
        cluster=_cluster(clusters[0], all_resources) if clusters else None,
        pools=unplaced,
        zones=[item.physical_name for item in _of(members, "privatedns:PrivateZone")],
        peers=[
            last_name(item.value("remoteVirtualNetwork.id"))
            for item in _of(members, "network:VirtualNetworkPeering")
            if item.value("virtualNetworkName") == name
        ],
        others=_others(graph, [*clusters[1:], *(item for item in members if item.type not in PLACED)], placed_urns),
    )


def _subnet(subnet: Resource, rules: dict[str, list[InboundRule]]) -> Subnet:
    delegations = [item.get("serviceName", "") for item in subnet.values("delegations")]
    return Subnet(
        name=subnet.physical_name,
        cidr=str(subnet.value("addressPrefix") or ""),
        rules=rules.get(last_name(subnet.value("networkSecurityGroup.id"))),
        nat=last_name(subnet.value("natGateway.id")),
        delegation=", ".join(delegations),
    )


def _inline_pools(clusters: Iterable[Resource]) -> list[tuple[Pool, str]]:
    return [_pool(pool, pool.get("name", "")) for cluster in clusters for pool in cluster.values("agentPoolProfiles")]


def _separate_pools(members: Iterable[Resource]) -> list[tuple[Pool, str]]:
    return [_pool(pool.inputs, pool.physical_name) for pool in _of(members, "containerservice:AgentPool")]


def _pool(pool: dict[str, Any], name: str) -> tuple[Pool, str]:
    """A pool, and the name of its nodes' subnet."""
    scaled = pool.get("enableAutoScaling")
    groups = (pool.get("networkProfile") or {}).get("applicationSecurityGroups") or []
    found = Pool(
        name=name,
        size=str(pool.get("vmSize", "")),
        min_count=pool.get("minCount" if scaled else "count"),
        max_count=pool.get("maxCount" if scaled else "count"),
        zones=tuple(pool.get("availabilityZones") or ()),
        spot=pool.get("scaleSetPriority") == "Spot",
        taints=tuple(pool.get("nodeTaints") or ()),
        prefix=last_name(pool.get("nodePublicIPPrefixID")),
        groups=tuple(last_name(group) for group in groups),
    )
    return found, (subnet_of(pool.get("vnetSubnetID")) or ("", ""))[1]


def _addresses(members: list[Resource], subnets: list[Subnet], clusters: list[Resource]) -> list[Address]:
    """The addresses with their targets: the pools whose nodes have the address, the subnet whose rules name it, or the
    subnets or cluster whose outbound traffic uses it."""
    found = []
    outbound = {
        last_name(item.get("id"))
        for cluster in clusters
        for item in cluster.values("networkProfile.loadBalancerProfile.outboundIPs.publicIPs")
    }
    behind_nat = {
        last_name(item.get("id")): gateway.physical_name
        for gateway in _of(members, "network:NatGateway")
        for path in ("publicIpAddresses", "publicIpPrefixes")
        for item in gateway.values(path)
    }
    for item in [*_of(members, "network:PublicIPAddress"), *_of(members, "network:PublicIPPrefix")]:
        name, zones = item.physical_name, tuple(item.values("zones"))
        value = str(item.outputs.get("ipAddress") or item.outputs.get("ipPrefix") or "")
        if place := _target(name, value, subnets):
            found.append(Address(name, value, place[0].name, place[1], zones))
        elif name in behind_nat:
            first = next((subnet.name for subnet in subnets if subnet.nat == behind_nat[name]), "")
            found.append(Address(name, value, first, (), zones, outbound=True))
        else:
            found.append(Address(name, value, "", (), zones, outbound=True, unused=name not in outbound))
    return found


def _target(name: str, value: str, subnets: list[Subnet]) -> tuple[Subnet, tuple[InboundRule, ...]] | None:
    for subnet in subnets:
        pools = [pool for pool in subnet.pools if pool.prefix == name]
        groups = {group for pool in pools for group in pool.groups}
        wanted = groups if pools else {value}
        rules = tuple(
            rule
            for rule in subnet.rules or []
            if rule.allows and rule.outside and wanted.intersection(rule.destinations)
        )
        if pools or (rules and value):
            return subnet, rules
    return None


def _cluster(cluster: Resource, all_resources: list[Resource]) -> Cluster:
    own = [item for item in all_resources if item.stack == cluster.stack]
    return Cluster(
        cluster,
        sorted(item.physical_name for item in own if item.type == "kubernetes:core/v1:Namespace"),
        sorted({item.physical_name for item in own if item.type.startswith(_WORKLOADS)}),
    )


def _others(graph: Graph, members: list[Resource], placed_urns: set[str]) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for resource in members:
        if resource.type not in AUXILIARY | {_GROUP} and resource.urn not in placed_urns:
            component = graph.component_of(resource)
            found.setdefault(component.name if component else "", []).append(resource)
    return found


def _not_drawn(resources: list[Resource]) -> Counter[str]:
    plumbing = Counter(item.type for item in resources if item.type in AUXILIARY)
    unplaced = Counter(
        item.type
        for item in resources
        if item.type.startswith(AZURE)
        and item.type not in AUXILIARY
        and not isinstance(item.value("resourceGroupName"), str)
    )
    return plumbing + unplaced


def _environment(resources: list[Resource]) -> str:
    tags = [item.value("tags.environment") for item in resources if item.type == _GROUP]
    return next((tag for tag in tags if isinstance(tag, str)), "")


def _of(members: Iterable[Resource], kind: str) -> list[Resource]:
    return sorted((item for item in members if item.type == AZURE + kind), key=lambda item: item.physical_name)


def _location(members: Iterable[Resource]) -> str:
    groups = _of(members, "resources:ResourceGroup")
    return str(groups[0].value("location")) if groups else ""


def _first_address(cidr: str) -> tuple[int, str]:
    try:
        return int(ipaddress.ip_network(cidr, strict=False).network_address), cidr
    except ValueError:
        return 0, cidr
