"""The inbound rules of each subnet's security group. All other inbound traffic is denied.

AKS writes rules for host ports and load balancers only into its own group (in the node resource group), not into the
groups of subnets. Both must admit a port; these are the subnets' rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import network

from model import ports
from model.address_plan import NODE_SUBNETS, AddressPlan, Subnet
from model.address_ranges import without_contained
from model.pools import LIVEKIT, SIP
from model.ports import Ports, freeswitch_rtp
from model.public_addresses import PublicAddress
from settings.schema.freeswitch import EventSocket
from settings.schema.gateway import Exposure
from settings.schema.telephony import TelephonySettings

ANY: Final = "*"
FIRST_PRIORITY: Final = 100
PRIORITY_STEP: Final = 10
DENY_PRIORITY: Final = 4096
"""The lowest priority that Azure offers; its default rules come after."""


@dataclass(frozen=True)
class SecurityContext:
    """The inputs of all rules. `frontends` are addresses of enabled load balancers, `groups` ASG ids by media pool."""

    plan: AddressPlan
    peer_plans: Sequence[AddressPlan]
    telephony: TelephonySettings
    event_socket: EventSocket
    gateway_exposure: Exposure
    frontends: Mapping[PublicAddress, pulumi.Input[str]]
    groups: Mapping[str, pulumi.Input[str]]

    @property
    def node_cidrs(self) -> list[str]:
        return [self.plan.subnets[subnet] for subnet in NODE_SUBNETS]


@dataclass(frozen=True)
class _Rule:
    """One line of a table below. `sources` are CIDRs or one service tag; the destination is `to_prefixes` (CIDRs or
    addresses) or the ASG `to_group`.
    """

    name: str
    sources: Sequence[str]
    allowed: Sequence[Ports] = ()
    to_prefixes: Sequence[pulumi.Input[str]] = (ANY,)
    to_group: pulumi.Input[str] | None = None
    access: str = "Allow"


def security_rules(subnet: Subnet, context: SecurityContext) -> list[network.SecurityRuleArgs]:
    """The inbound rules of a subnet, with priorities in the order of its table and a final `deny-all`."""
    rules = [args for rule in _TABLES[subnet](context) for args in _by_protocol(rule)]
    rules.append(_args("deny-all", ANY, [ANY], _Rule("deny-all", [ANY], access="Deny")))
    for position, args in enumerate(rules):
        args.priority = FIRST_PRIORITY + PRIORITY_STEP * position
    rules[-1].priority = DENY_PRIORITY
    return rules


def _by_protocol(rule: _Rule) -> Iterator[network.SecurityRuleArgs]:
    """One rule per protocol of a line, because Azure takes one each. A line without ports matches all traffic."""
    if not rule.allowed:
        yield _args(rule.name, ANY, [ANY], rule)
    for protocol in ("Udp", "Tcp"):
        ranges = [str(item) for item in rule.allowed if item.protocol == protocol]
        if ranges:
            yield _args(f"{rule.name}-{protocol.lower()}", protocol, ranges, rule)


def _args(name: str, protocol: str, ranges: list[str], rule: _Rule) -> network.SecurityRuleArgs:
    args = network.SecurityRuleArgs(
        name=name,
        access=rule.access,
        direction="Inbound",
        protocol=protocol,
        source_port_range=ANY,
        destination_port_ranges=ranges if len(ranges) > 1 else None,
        destination_port_range=ranges[0] if len(ranges) == 1 else None,
    )
    sources = rule.sources if len(rule.sources) == 1 else without_contained(rule.sources)
    if len(sources) == 1:
        args.source_address_prefix = sources[0]
    else:
        args.source_address_prefixes = sources
    if rule.to_group is not None:
        args.destination_application_security_groups = [network.ApplicationSecurityGroupArgs(id=rule.to_group)]
    else:
        _set_destinations(args, rule.to_prefixes)
    return args


def _set_destinations(args: network.SecurityRuleArgs, prefixes: Sequence[pulumi.Input[str]]) -> None:
    """Several destinations are always plain ranges: frontends are single addresses."""
    plain = [prefix for prefix in prefixes if isinstance(prefix, str)]
    destinations = without_contained(plain) if len(plain) == len(prefixes) > 1 else list(prefixes)
    if len(destinations) == 1:
        args.destination_address_prefix = destinations[0]
    else:
        args.destination_address_prefixes = destinations


def _cluster(subnet: Subnet, context: SecurityContext) -> Iterator[_Rule]:
    """AKS requires all ports between nodes and, in an overlay, pods (AKS networking documentation)."""
    inside = [context.plan.subnets[subnet], context.plan.pods]
    yield _Rule("cluster", [*context.node_cidrs, context.plan.pods], to_prefixes=inside)
    yield _Rule("load-balancer-probes", ["AzureLoadBalancer"], [ports.NODE_PORTS])


def _system(context: SecurityContext) -> Iterator[_Rule]:
    yield from _cluster(Subnet.SYSTEM, context)


def _workload(context: SecurityContext) -> Iterator[_Rule]:
    edge = [context.frontends[PublicAddress.SIP_EDGE]]
    if context.telephony.uses_edge:
        yield _Rule("sip-edge", context.telephony.edge_cidrs, ports.SIP_EDGE_SIGNALLING, to_prefixes=edge)
    yield _Rule("sip-edge-health", ["AzureTrafficManager"], [ports.SIP_EDGE_HEALTH], to_prefixes=edge)
    yield _Rule("sip-edge-probes", ["AzureLoadBalancer"], [ports.SIP_EDGE_HEALTH])
    yield _gateway(context)
    yield from _cluster(Subnet.WORKLOAD, context)


def _gateway(context: SecurityContext) -> _Rule:
    """Matches the frontend address: Azure's load balancer does not rewrite the destination."""
    entrance = [ports.HTTPS, ports.HTTP]
    if context.gateway_exposure == "internal":
        # The whole network, and in it Application Gateway's subnet.
        return _Rule("gateway", [context.plan.network], entrance, to_prefixes=[context.plan.gateway_address])
    return _Rule("gateway", ["Internet"], entrance, to_prefixes=[context.frontends[PublicAddress.GATEWAY]])


def _sip(context: SecurityContext) -> Iterator[_Rule]:
    telephony, group, vnet = context.telephony, context.groups[SIP.name], context.plan.network
    if context.event_socket == "private":
        # The cluster's network policies restrict this to the agents' pods.
        agents = [context.plan.subnets[Subnet.WORKLOAD], context.plan.pods]
        yield _Rule("event-socket-agents", agents, [ports.FREESWITCH_EVENT_SOCKET], to_group=group)
    yield _Rule("event-socket", [ANY], [ports.FREESWITCH_EVENT_SOCKET], access="Deny")
    if telephony.carriers:
        signalling = [*ports.FREESWITCH_EDGE_PROFILE, *ports.FREESWITCH_CARRIER_PROFILE]
        yield _Rule("carrier-signalling", telephony.signalling_cidrs, signalling, to_group=group)
        yield _Rule("carrier-media", telephony.media_cidrs, [freeswitch_rtp(telephony.rtp_ports)], to_group=group)
    inside = [*ports.FREESWITCH_INSIDE_PROFILE, *ports.LIVEKIT_SIP_SIGNALLING]
    yield _Rule("inside-signalling", [vnet, context.plan.pods], inside, to_group=group)
    yield _Rule(
        "inside-media",
        [vnet, context.plan.pods],
        [freeswitch_rtp(telephony.rtp_ports), ports.LIVEKIT_SIP_RTP],
        to_group=group,
    )
    yield from _cluster(Subnet.SIP, context)


def _livekit(context: SecurityContext) -> Iterator[_Rule]:
    group = context.groups[LIVEKIT.name]
    media = [ports.LIVEKIT_ICE_TCP, ports.LIVEKIT_ICE_MUX, ports.LIVEKIT_TURN_UDP]
    yield _Rule("clients", ["Internet"], media, to_group=group)
    if PublicAddress.TURN in context.frontends:
        frontend = [context.frontends[PublicAddress.TURN]]
        yield _Rule("turn-tls", ["Internet"], [ports.LIVEKIT_TURN_TLS_FRONTEND], to_prefixes=frontend)
    yield _Rule("turn-relay", [context.plan.network], [ports.LIVEKIT_TURN_RELAY], to_group=group)
    yield from _cluster(Subnet.LIVEKIT, context)


def _load_balancers(context: SecurityContext) -> Iterator[_Rule]:
    yield _Rule("gateway", [context.plan.network], [ports.HTTPS, ports.HTTP])


def _application_gateway(_: SecurityContext) -> Iterator[_Rule]:
    yield _Rule("clients", ["Internet"], [ports.HTTPS, ports.HTTP])
    yield _Rule("management", ["GatewayManager"], [ports.APPLICATION_GATEWAY_MANAGEMENT])
    yield _Rule("load-balancer", ["AzureLoadBalancer"])


def _postgresql(context: SecurityContext) -> Iterator[_Rule]:
    servers = [plan.subnets[Subnet.POSTGRESQL] for plan in (context.plan, *context.peer_plans)]
    yield _Rule("clients", [*context.node_cidrs, context.plan.subnets[Subnet.RUNNERS]], [ports.POSTGRESQL])
    yield _Rule("servers", servers, [ports.POSTGRESQL])


def _private_endpoints(context: SecurityContext) -> Iterator[_Rule]:
    clients = [*context.node_cidrs, context.plan.subnets[Subnet.RUNNERS]]
    yield _Rule("clients", clients, [ports.HTTPS, ports.REDIS])


def _runners(_: SecurityContext) -> Iterator[_Rule]:
    yield from ()


_TABLES: Final[Mapping[Subnet, Callable[[SecurityContext], Iterator[_Rule]]]] = {
    Subnet.SYSTEM: _system,
    Subnet.WORKLOAD: _workload,
    Subnet.SIP: _sip,
    Subnet.LIVEKIT: _livekit,
    Subnet.LOAD_BALANCERS: _load_balancers,
    Subnet.APPLICATION_GATEWAY: _application_gateway,
    Subnet.POSTGRESQL: _postgresql,
    Subnet.PRIVATE_ENDPOINTS: _private_endpoints,
    Subnet.RUNNERS: _runners,
}
