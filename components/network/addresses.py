"""Public addresses and prefixes of a region, and the NAT gateway that uses some of them.

Addresses are read by name after creation, so that a plan knows them while the address resource is updated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.network.context import NetworkContext
from model.address_plan import MEDIA_SUBNETS
from model.public_addresses import ENTRANCES, PublicAddress
from settings.schema.network import NatGatewaySettings, NetworkSettings


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


def media_prefixes(
    context: NetworkContext, lengths: Mapping[str, int], zones: Sequence[str]
) -> dict[tuple[str, str], MediaPrefix]:
    """One prefix for each media pool and zone. `lengths` are the prefix lengths of the pools."""
    found: dict[tuple[str, str], MediaPrefix] = {}
    for pool, length in lengths.items():
        for zone in zones:
            found[pool, zone] = _read_prefix(context, pool, zone, length, _media_prefix(context, pool, zone, length))
    return found


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


def _media_prefix(context: NetworkContext, pool: str, zone: str, length: int) -> network.PublicIPPrefix:
    return network.PublicIPPrefix(
        f"{context.name}-prefix-{pool}-{zone}",
        public_ip_prefix_name=context.scope.names.public_prefix(pool, zone),
        resource_group_name=context.scope.resource_group_name,
        location=context.scope.location,
        prefix_length=length,
        public_ip_address_version="IPv4",
        sku=network.PublicIPPrefixSkuArgs(name="Standard", tier="Regional"),
        zones=[zone],
        tags=context.scope.tags,
        # Carriers allow-list these addresses; a new prefix has other addresses.
        opts=context.options(protect=context.scope.protect),
    )


def _read_prefix(
    context: NetworkContext, pool: str, zone: str, length: int, resource: network.PublicIPPrefix
) -> MediaPrefix:
    """Raises `pulumi.RunError`, also in a preview, if the prefix exists with another length: Azure refuses the change
    when `up` has changed other resources already.
    """
    name = context.scope.names.public_prefix(pool, zone)

    def checked(cidr: str) -> str:
        deployed = int(cidr.partition("/")[2])
        if deployed != length:
            raise pulumi.RunError(
                f"`voice:aks.mediaPools.{pool}.prefixLength` is {length}, but the prefix {name} exists with length "
                f"{deployed}. Expected: the length of the deployed prefix, because Azure cannot change it and carriers "
                f"allow its addresses. Set `prefixLength: {deployed}`."
            )
        return cidr

    found = network.get_public_ip_prefix_output(
        resource_group_name=context.scope.names.resource_group,
        public_ip_prefix_name=name,
        opts=context.read_after(resource),
    )
    return MediaPrefix(id=resource.id, cidr=found.ip_prefix.apply(checked))


def _media_group(context: NetworkContext, pool: str) -> network.ApplicationSecurityGroup:
    return network.ApplicationSecurityGroup(
        f"{context.name}-group-{pool}",
        application_security_group_name=context.scope.names.application_security_group(pool),
        resource_group_name=context.scope.resource_group_name,
        location=context.scope.location,
        tags=context.scope.tags,
        opts=context.options(),
    )
