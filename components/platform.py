"""The platform: one stack of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.account import require_account
from components.global_services import GlobalServices, GlobalServicesArgs
from components.region_cell import RegionCell, RegionCellArgs
from settings.dns import GATEWAY_SERVICES, OWN_SERVICES, HostNames
from settings.public_addresses import PublicAddress
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class VoicePlatformArgs:
    """Args of `VoicePlatform`. `secrets` are the values of `voice:secrets`, by name."""

    settings: Settings
    secrets: Mapping[str, pulumi.Output[str]]


class VoicePlatform(pulumi.ComponentResource):
    """One stack: a region, and the global part where the stack owns it.

    Raises `pulumi.RunError` when the credentials are not those of the stack's subscription.
    """

    outputs: dict[str, Any]
    """What the stack exports: where carriers, clients and operators find the platform."""

    def __init__(self, name: str, args: VoicePlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:VoicePlatform", name, None, opts)
        settings = args.settings
        require_account(settings.azure)
        children = pulumi.ResourceOptions(parent=self)
        global_services = None
        if settings.global_part is not None:
            global_services = GlobalServices(
                f"{name}-global",
                GlobalServicesArgs(
                    names=settings.global_names,
                    location=settings.global_part.location,
                    home=settings.registry_home,
                    deployer=settings.deployer,
                    registry=settings.registry,
                    dns=settings.dns,
                    protect=settings.protect,
                    tags=settings.all_tags,
                ),
                opts=children,
            )
        cell = RegionCell(
            f"{name}-{settings.region}",
            RegionCellArgs(settings=settings, secrets=args.secrets, global_part=global_services),
            opts=children,
        )
        self.outputs = _outputs(settings, cell)
        if global_services is not None:
            self.outputs |= _delegation(settings, global_services.name_servers)
        self.register_outputs({})


def _outputs(settings: Settings, cell: RegionCell) -> dict[str, Any]:
    net = cell.network
    return {
        "resourceGroup": settings.region_names.resource_group,
        "clusterName": cell.cluster.cluster_name,
        "kubeconfig": cell.cluster.kubeconfig,
        "oidcIssuerUrl": cell.cluster.oidc_issuer_url,
        "virtualNetworkId": net.virtual_network_id,
        # What carriers are told: where to send SIP, and which addresses calls and registrations come from.
        "sipAddress": net.public_addresses[PublicAddress.SIP_EDGE],
        "turnAddress": net.public_addresses[PublicAddress.TURN],
        "gatewayAddress": net.public_addresses[PublicAddress.GATEWAY],
        "mediaPrefixes": {f"{pool}-{zone}": prefix for (pool, zone), prefix in net.media_prefixes.items()},
        "outboundAddresses": list(net.nat_addresses),
        "hosts": _hosts(settings.hosts),
    }


def _hosts(hosts: HostNames) -> dict[str, Any]:
    """What clients and carriers are told: names of the environment lead to the best region, a region's own to it."""
    return {
        "environment": {service: hosts.of_environment(service) for service in GATEWAY_SERVICES},
        "region": {service: hosts.of_region(service) for service in OWN_SERVICES},
        "sipDomain": hosts.region_zone,
    }


def _delegation(settings: Settings, name_servers: pulumi.Output[Sequence[str]]) -> dict[str, Any]:
    """What whoever owns the zone above must enter there, once."""
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
