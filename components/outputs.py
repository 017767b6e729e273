"""The exports of a stack: addresses, hosts and names for carriers, clients and operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from components.aks_cluster import AksCluster
from components.network import Network
from model import ports
from model.address_plan import region_plan
from model.host_names import GATEWAY_SERVICES, LIVEKIT, OWN_SERVICES, SIP, TURN, host_names
from model.naming import region_names
from model.pools import LIVEKIT as LIVEKIT_POOL
from model.pools import SIP as SIP_POOL
from model.pools import Pool
from model.ports import Ports, freeswitch_rtp
from model.public_addresses import PublicAddress
from model.traffic_profiles import CALLS, traffic_profiles
from settings.schema.aks_stack import AksStackSettings
from settings.schema.telephony import Carrier, Registrar

Addresses = Sequence[pulumi.Input[str]]


def region_outputs(settings: AksStackSettings, network: Network, cluster: AksCluster) -> dict[str, Any]:
    """The outputs of a region. Addresses are CIDR ranges of media nodes or single addresses without a mask."""
    addresses = network.public_addresses
    public_gateway = settings.gateway.exposure == "public"
    return {
        "resourceGroup": region_names(settings).resource_group,
        "clusterName": cluster.cluster_name,
        "kubeconfig": cluster.kubeconfig,
        "oidcIssuerUrl": cluster.oidc_issuer_url,
        "virtualNetworkId": network.virtual_network_id,
        "sipAddress": addresses[PublicAddress.SIP_EDGE],
        **({"turnAddress": addresses[PublicAddress.TURN]} if settings.livekit.turn_tls else {}),
        "gatewayAddress": (
            addresses[PublicAddress.GATEWAY] if public_gateway else region_plan(settings.this_region).gateway_address
        ),
        "mediaPrefixes": {f"{pool}-{zone}": prefix for (pool, zone), prefix in network.media_prefixes.items()},
        "outboundAddresses": list(network.nat_addresses),
        "hosts": _hosts(settings),
        "carriers": {carrier.name: _carrier(carrier, settings, network) for carrier in settings.telephony.carriers},
        "clients": _clients(settings, network),
    }


def delegation_outputs(settings: AksStackSettings, name_servers: pulumi.Output[Sequence[str]]) -> dict[str, Any]:
    """The NS records that the owner of the parent zone must enter once."""
    zone, ttl = settings.dns.zone, settings.dns.ttl_seconds
    parent = zone.partition(".")[2]
    return {
        "dnsNameServers": name_servers,
        "dnsDelegation": {
            "where": f"in the zone {parent}, or at the registrar if {zone} is a domain that was bought",
            "records": name_servers.apply(lambda servers: [f"{zone}. {ttl} IN NS {server}" for server in servers]),
            "then": "set voice:dns.delegated to true (docs/runbooks/delegation.md)",
        },
    }


def _hosts(settings: AksStackSettings) -> dict[str, Any]:
    """Host names by service. Names of the environment resolve to the best region."""
    hosts = host_names(settings)
    everywhere = [*GATEWAY_SERVICES, *(CALLS.services if CALLS in traffic_profiles(settings) else ())]
    return {
        "environment": {service: hosts.of_environment(service) for service in everywhere},
        "region": {
            service: hosts.of_region(service)
            for service in OWN_SERVICES
            if service != TURN or settings.livekit.turn_tls
        },
        "sipDomain": hosts.region_zone,
    }


def _carrier(carrier: Carrier, settings: AksStackSettings, network: Network) -> dict[str, Any]:
    """A carrier's configuration: the destination of its calls, and the addresses that it must allow."""
    nodes = _pool_prefixes(network, SIP_POOL)
    edge = network.public_addresses[PublicAddress.SIP_EDGE]
    by_edge = carrier.ingress == "edge"
    found: dict[str, Any] = {
        "sendCallsTo": _edge_entrance(settings, edge) if by_edge else _direct_entrance(nodes),
        "allow": {
            # The edge answers requests that it received; all later messages of a call come from its node.
            "signalling": [edge, *nodes] if by_edge else nodes,
            "media": nodes,
            "mediaPorts": _port_text(freeswitch_rtp(settings.telephony.rtp_ports)),
        },
    }
    if carrier.outbound is not None:
        found["callsComeFrom"] = {"addresses": nodes, "ports": _port_texts(ports.FREESWITCH_CARRIER_PROFILE)}
    if carrier.registrar is not None:
        found["registration"] = {
            "at": _registrar(carrier.registrar),
            "comesFrom": list(network.nat_addresses),
            "contact": f"{host_names(settings).of_region(SIP)}:{ports.SIP_EDGE_SIGNALLING[0]}",
        }
    return found


def _edge_entrance(settings: AksStackSettings, edge: pulumi.Input[str]) -> dict[str, Any]:
    """Omits the TLS port: FreeSWITCH has no TLS, so ACK, BYE and audio of a call over TLS would be in clear text."""
    udp, tcp, _tls = ports.SIP_EDGE_SIGNALLING
    return {
        "domain": host_names(settings).region_zone,
        "host": host_names(settings).of_region(SIP),
        "bestRegion": host_names(settings).of_environment(SIP),
        "address": edge,
        "ports": [_port_text(udp), _port_text(tcp)],
    }


def _direct_entrance(nodes: Addresses) -> dict[str, Any]:
    """The ranges of all present and future nodes; `make status` shows the addresses in use."""
    return {"addresses": nodes, "ports": _port_texts(ports.FREESWITCH_EDGE_PROFILE)}


def _registrar(registrar: Registrar) -> str:
    return f"sip:{registrar.host}:{registrar.port};transport={registrar.transport}"


def _clients(settings: AksStackSettings, network: Network) -> dict[str, Any]:
    """The endpoints of clients. A room lives in one region, so clients in a room use the region's name."""
    hosts = host_names(settings)
    found: dict[str, Any] = {
        "reachable": "from the internet" if settings.gateway.exposure == "public" else "inside the network",
        "signalling": f"wss://{hosts.of_region(LIVEKIT)}",
        "media": {
            "addresses": _pool_prefixes(network, LIVEKIT_POOL),
            "ports": _port_texts((ports.LIVEKIT_ICE_TCP, ports.LIVEKIT_ICE_MUX, ports.LIVEKIT_TURN_UDP)),
        },
    }
    if settings.gateway.exposure == "public":
        found["firstContact"] = f"wss://{hosts.of_environment(LIVEKIT)}"
    if settings.livekit.turn_tls:
        host, port = hosts.of_region(TURN), ports.LIVEKIT_TURN_TLS_FRONTEND
        found["turn"] = {"host": host, "url": f"turns:{host}:{port}?transport=tcp"}
    return found


def _pool_prefixes(network: Network, pool: Pool) -> Addresses:
    return [prefix for (owner, _), prefix in network.media_prefixes.items() if owner == pool.name]


def _port_texts(many: Sequence[Ports]) -> list[str]:
    return [_port_text(one) for one in many]


def _port_text(one: Ports) -> str:
    """A port in the usual notation: `5060/udp`."""
    return f"{one}/{one.protocol.lower()}"
