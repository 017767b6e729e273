"""The boxes of an architecture diagram: their texts and contents."""

from __future__ import annotations

import textwrap
from typing import Any, Final

from azure_rehearsal.reports.architecture import Address, Architecture, Cluster, Group, Pool, Region, Subnet
from azure_rehearsal.reports.boxes import GAP, Box
from azure_rehearsal.reports.inbound import ANYWHERE, INSIDE, PROBES, InboundRule, ports_text
from azure_rehearsal.reports.recording_graph import Resource

POOL_COLUMNS: Final = 3
SERVICE_COLUMNS: Final = 4
_RULE_COLUMNS: Final = 48
_ADDRESS_COLUMNS: Final = 34
_WIDE_COLUMNS: Final = 110
_ARROW: Final = 36.0
"""Space for the arrow between an address and its target."""


def environment_box(architecture: Architecture) -> Box:
    """The outermost box: all groups and regions."""
    regions = [_region_box(region) for region in architecture.regions]
    groups = [_group_box(group) for group in architecture.groups]
    counted = [
        f"{count}\N{NO-BREAK SPACE}{_short_type(name)}" for name, count in sorted(architecture.not_drawn.items())
    ]
    footer = [Box("text", lines=wrapped(f"Not drawn: {', '.join(counted)}", _WIDE_COLUMNS))] if counted else []
    return Box("environment", title_of(architecture), children=[*groups, *regions, *footer])


def title_of(architecture: Architecture) -> str:
    stacks = f"stack{'s' * (len(architecture.stacks) > 1)} {', '.join(architecture.stacks)}"
    return (
        f"Environment {architecture.environment}, {stacks}" if architecture.environment else stacks.strip().capitalize()
    )


def source_box(source: str, architecture: Architecture) -> Box:
    """A source of traffic, with the names of the rules that admit it."""
    rules = {
        rule.name.removesuffix("-udp").removesuffix("-tcp")
        for region in architecture.regions
        for address in region.addresses
        for rule in address.rules
        if source in rule.sources
    }
    return Box("source", "Internet, any address" if source == ANYWHERE else source, sorted(rules), key=source)


def address_box(region: Region, address: Address) -> Box:
    """A public address with its open ports, one line for each source."""
    texts = dict.fromkeys(
        ports_text(rule for rule in address.rules if source in rule.sources) for source in outside(address)
    )
    lines = [address.value or "no address yet", *(line for text in texts for line in wrapped(text, _ADDRESS_COLUMNS))]
    if address.outbound and not address.unused:
        lines.append("outbound")
    box = Box("address", address.name, lines, key=key(region, f"address {address.name}"))
    box.place(0, 0)
    return box


def addresses_by_target(region: Region) -> dict[str, list[Address]]:
    """The addresses by target: a subnet's name, `""` for the cluster, `"?"` for none."""
    found: dict[str, list[Address]] = {}
    for address in region.addresses:
        found.setdefault("?" if address.unused else address.subnet, []).append(address)
    return found


def outside(address: Address) -> list[str]:
    """The sources that can reach an address."""
    return sorted({source for rule in address.rules for source in rule.outside})


def key(region: Region, name: str) -> str:
    """The key of a box in a region. `name` is a subnet's name, or empty for the cluster."""
    return f"{region.group} / {region.network.physical_name} / {name}"


def address_width(region: Region) -> float:
    return max((address_box(region, address).width for address in region.addresses), default=0)


def wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns, subsequent_indent="  ", break_on_hyphens=False)


def _region_box(region: Region) -> Box:
    title = f"Region {region.location}" if region.location else "Region"
    room = address_width(region) + _ARROW if region.addresses else 0
    parts = [Box("text", children=[_network_box(region)], left=room, key=key(region, "network"))]
    if region.zones:
        parts.append(Box("zones", f"Private DNS zones ({len(region.zones)})", sorted(region.zones)))
    return Box("region", title, [f"resource group {region.group}"], [*parts, *_service_boxes(region.others)])


def _group_box(group: Group) -> Box:
    children = _service_boxes(group.others)
    lines = [f"location {group.location}", *([] if children else ["empty"])]
    return Box("group", f"Resource group {group.name}", lines, children)


def _service_boxes(others: dict[str, list[Resource]]) -> list[Box]:
    return [
        Box("group", component, children=[_service_box(item) for item in members], columns=SERVICE_COLUMNS)
        for component, members in sorted(others.items())
    ]


def _service_box(resource: Resource) -> Box:
    return Box("service", resource.physical_name, [resource.type.removeprefix("azure-native:"), *_sizes(resource)])


def _sizes(resource: Resource) -> list[str]:
    """Texts for the properties that state the size of any resource."""
    sku = [resource.value(path) for path in ("sku.name", "sku.tier")]
    named = {
        "version": "version",
        "storage.storageSizeGB": "GB of storage:",
        "highAvailability.mode": "high availability:",
        "createMode": "create mode:",
    }
    lines = [", ".join(text for text in dict.fromkeys(sku) if isinstance(text, str))]
    lines += [
        f"{label} {value}"
        for path, label in named.items()
        if isinstance(value := resource.value(path), (str, int, float))
    ]
    return [line for line in lines if line]


def _network_box(region: Region) -> Box:
    spaces = ", ".join(map(str, region.network.values("addressSpace.addressPrefixes")))
    lines = [f"peered with {', '.join(sorted(region.peers))}"] if region.peers else []
    with_nodes = [subnet for subnet in region.subnets if subnet.pools]
    without = [subnet for subnet in region.subnets if not subnet.pools]
    children = []
    if loose := addresses_by_target(region).get("?"):
        label = ["addresses without a known use"]
        children.append(Box("text", lines=label, key=key(region, "?"), min_height=_room(region, loose)))
    if region.cluster is not None:
        room = _room(region, addresses_by_target(region).get("", []))
        header = Box("text", lines=_cluster_lines(region.cluster), key=key(region, ""), min_height=room)
        parts = [header, *(_subnet_box(region, subnet) for subnet in with_nodes)]
        if region.pools:
            unplaced = [_pool_box(pool) for pool in region.pools]
            parts.append(Box("text", lines=["in an unknown subnet"], children=unplaced, columns=POOL_COLUMNS))
        children.append(Box("cluster", f"AKS {region.cluster.resource.physical_name}", children=parts))
        with_nodes = []
    rest = [_subnet_box(region, subnet) for subnet in [*with_nodes, *without]]
    children += [box for box in rest if box.min_height]
    if plain := [box for box in rest if not box.min_height]:
        children.append(Box("text", children=plain, columns=2))
    return Box("network", f"Virtual network {region.network.physical_name}  {spaces}", lines, children)


def _cluster_lines(cluster: Cluster) -> list[str]:
    value = cluster.resource.value
    ranges = len(cluster.resource.values("apiServerAccessProfile.authorizedIPRanges"))
    reached = f"public, {ranges} authorized ranges" if ranges else "public, any address"
    if value("apiServerAccessProfile.enablePrivateCluster"):
        reached = "private"
    lines = [
        f"API server {reached}",
        _known({"Kubernetes": value("kubernetesVersion"), "tier": value("sku.tier")}),
        _known(
            {
                "pods": value("networkProfile.podCidr"),
                "services": value("networkProfile.serviceCidr"),
                "dataplane": value("networkProfile.networkDataplane"),
            }
        ),
        _known({"namespaces": ", ".join(cluster.namespaces)}),
        _known({"workloads": ", ".join(cluster.workloads)}),
    ]
    return [part for line in lines for part in wrapped(line, _WIDE_COLUMNS)]


def _known(named: dict[str, Any]) -> str:
    """Labels with their values. Omits labels without a value."""
    return ", ".join(f"{label} {value}" for label, value in named.items() if value)


def _subnet_box(region: Region, subnet: Subnet) -> Box:
    inhabitants = [_pool_box(pool) for pool in subnet.pools] + [_service_box(item) for item in subnet.others]
    addressed = {rule for address in region.addresses for rule in address.rules}
    rules = Box("text", lines=_rule_lines(subnet, addressed))
    children = [Box("text", children=inhabitants, columns=POOL_COLUMNS), rules] if inhabitants else [rules]
    return Box(
        "subnet",
        f"{subnet.name}  {subnet.cidr}",
        children=children,
        columns=len(children),
        key=key(region, subnet.name),
        min_height=_room(region, addresses_by_target(region).get(subnet.name, [])),
    )


def _pool_box(pool: Pool) -> Box:
    nodes = f"{pool.min_count}" if pool.min_count == pool.max_count else f"{pool.min_count}\N{EN DASH}{pool.max_count}"
    zones = f", zone{'s' * (len(pool.zones) > 1)} {', '.join(pool.zones)}" if pool.zones else ""
    lines = [f"{pool.size}{', spot' * pool.spot}", f"{nodes} node{'s' * (nodes != '1')}{zones}"]
    if pool.prefix:
        lines.append("one public address per node")
    return Box("pool", pool.name, lines)


def _rule_lines(subnet: Subnet, addressed: set[InboundRule]) -> list[str]:
    """The allowed traffic, external sources first; the denied traffic; the outbound gateway."""
    allowed = [rule for rule in subnet.rules or [] if rule.allows]
    direct: dict[str, list[InboundRule]] = {}
    for rule in allowed:
        for source in rule.outside if rule not in addressed else ():
            direct.setdefault(source, []).append(rule)
    lines = [f"{ports_text(rules)} from {source}" for source, rules in sorted(direct.items())]
    if through := [rule for rule in allowed if rule in addressed]:
        lines.append(f"through public addresses: {ports_text(through)}")
    for label, kind in (("internal", INSIDE), ("load balancer probes", PROBES)):
        if rules := [rule for rule in allowed if kind in rule.sources]:
            lines.append(f"{label}: {ports_text(rules)}")
    if denied := [rule for rule in subnet.rules or [] if not rule.allows]:
        lines.append(f"denied: {ports_text(denied)}")
    if not allowed:
        lines.append("no security group" if subnet.rules is None else "no inbound traffic")
    if subnet.nat:
        lines.append(f"outbound: {subnet.nat}")
    if subnet.delegation:
        lines.append(f"delegated to {subnet.delegation}")
    return [part for line in lines for part in wrapped(line, _RULE_COLUMNS)]


def _room(region: Region, addresses: list[Address]) -> float:
    """The height of the addresses next to a box."""
    heights = [address_box(region, address).height for address in addresses]
    return sum(heights) + GAP * max(0, len(heights) - 1)


def _short_type(resource_type: str) -> str:
    return resource_type.rsplit(":", 1)[-1]
