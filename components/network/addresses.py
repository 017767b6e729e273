"""Public addresses and prefixes of a region, and the NAT gateway that uses some of them.

Addresses are read by name after creation, so that a plan knows them while the address resource is updated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import network

from components.network.context import NetworkContext
from model.address_plan import MEDIA_SUBNETS
from model.public_addresses import ENTRANCES, PublicAddress
from settings.schema.network import NatGatewaySettings, NetworkSettings

PUBLIC_PREFIX_LENGTH: Final = 28
"""The largest prefix that Azure offers: 16 addresses."""


@dataclass(frozen=True, kw_only=True)
class StaticAddress:
    """A public address: the id of its resource, and the address itself without a mask."""

    id: pulumi.Output[str]
    address: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class MediaPrefix:
    """The public prefix of one media pool and zone: the id of its resource, and the prefix in CIDR form."""

    id: pulumi.Output[str]
    cidr: pulumi.Output[str]


def public_addresses(
    context: NetworkContext, purposes: Sequence[PublicAddress], settings: NetworkSettings
) -> dict[PublicAddress, StaticAddress]:
    """One static address for each purpose."""
    addresses = {purpose: _public_address(context, purpose, settings) for purpose in purposes}
    return {purpose: _read_address(context, purpose, address) for purpose, address in addresses.items()}


def media_prefixes(context: NetworkContext, zones: Sequence[str]) -> dict[tuple[str, str], MediaPrefix]:
    """One prefix for each media pool and zone."""
    prefixes = {(str(pool), zone): _media_prefix(context, pool, zone) for pool in MEDIA_SUBNETS for zone in zones}
    return {place: _read_prefix(context, place, prefix) for place, prefix in prefixes.items()}


def media_groups(context: NetworkContext) -> dict[str, network.ApplicationSecurityGroup]:
    """One application security group for the nodes of each media pool."""
    return {str(pool): _media_group(context, pool) for pool in MEDIA_SUBNETS}


def nat_gateway(
    context: NetworkContext, settings: NetworkSettings
) -> tuple[network.NatGateway, Sequence[pulumi.Output[str]]]:
    """The NAT gateway and its public addresses."""
    gateway_settings: NatGatewaySettings = settings.nat_gateway
    purposes = [f"nat-{number}" for number in range(1, gateway_settings.public_addresses + 1)]
    addresses = {purpose: _public_address(context, purpose, settings) for purpose in purposes}
    gateway = network.NatGateway(
        f"{context.name}-nat-gateway",
        nat_gateway_name=context.scope.names.nat_gateway,
        resource_group_name=context.scope.resource_group_name,
        location=context.scope.location,
        sku=network.NatGatewaySkuArgs(name="Standard"),
        idle_timeout_in_minutes=gateway_settings.tcp_idle_timeout_minutes,
        public_ip_addresses=[network.SubResourceArgs(id=address.id) for address in addresses.values()],
        tags=context.scope.tags,
        opts=context.options(),
    )
    return gateway, [_read_address(context, purpose, address).address for purpose, address in addresses.items()]


def _public_address(context: NetworkContext, purpose: str, settings: NetworkSettings) -> network.PublicIPAddress:
    """A static, zone-redundant address. Without `zones`, Azure creates a Standard address without zone redundancy."""
    ddos = settings.ddos_protection == "publicAddresses" and purpose in ENTRANCES
    address = network.PublicIPAddress(
        f"{context.name}-address-{purpose}",
        public_ip_address_name=context.scope.names.public_address(purpose),
        resource_group_name=context.scope.resource_group_name,
        location=context.scope.location,
        public_ip_allocation_method="Static",
        public_ip_address_version="IPv4",
        sku=network.PublicIPAddressSkuArgs(name="Standard", tier="Regional"),
        zones=["1", "2", "3"],
        ddos_settings=network.DdosSettingsArgs(protection_mode="Enabled") if ddos else None,
        tags=context.scope.tags,
        opts=context.options(protect=context.scope.protect),
    )
    context.diagnose(f"address-{purpose}", address.id)
    return address


def _read_address(context: NetworkContext, purpose: str, resource: network.PublicIPAddress) -> StaticAddress:
    found = network.get_public_ip_address_output(
        resource_group_name=context.scope.names.resource_group,
        public_ip_address_name=context.scope.names.public_address(purpose),
        opts=context.read_after(resource),
    )
    return StaticAddress(id=resource.id, address=found.ip_address.apply(str))


def _media_prefix(context: NetworkContext, pool: str, zone: str) -> network.PublicIPPrefix:
    return network.PublicIPPrefix(
        f"{context.name}-prefix-{pool}-{zone}",
        public_ip_prefix_name=context.scope.names.public_prefix(pool, zone),
        resource_group_name=context.scope.resource_group_name,
        location=context.scope.location,
        prefix_length=PUBLIC_PREFIX_LENGTH,
        public_ip_address_version="IPv4",
        sku=network.PublicIPPrefixSkuArgs(name="Standard", tier="Regional"),
        zones=[zone],
        tags=context.scope.tags,
        # Carriers allow-list these addresses; a new prefix has other addresses.
        opts=context.options(protect=context.scope.protect),
    )


def _read_prefix(context: NetworkContext, place: tuple[str, str], resource: network.PublicIPPrefix) -> MediaPrefix:
    found = network.get_public_ip_prefix_output(
        resource_group_name=context.scope.names.resource_group,
        public_ip_prefix_name=context.scope.names.public_prefix(*place),
        opts=context.read_after(resource),
    )
    return MediaPrefix(id=resource.id, cidr=found.ip_prefix)


def _media_group(context: NetworkContext, pool: str) -> network.ApplicationSecurityGroup:
    return network.ApplicationSecurityGroup(
        f"{context.name}-group-{pool}",
        application_security_group_name=context.scope.names.application_security_group(pool),
        resource_group_name=context.scope.resource_group_name,
        location=context.scope.location,
        tags=context.scope.tags,
        opts=context.options(),
    )
