"""Private DNS zones of a region with their links, and the peerings with other regions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pulumi
from pulumi_azure_native import network, privatedns

from components.network.context import NetworkContext
from model.naming import Naming


def private_zone(
    context: NetworkContext, zone_name: str, virtual_network: network.VirtualNetwork
) -> tuple[privatedns.PrivateZone, privatedns.VirtualNetworkLink]:
    """A zone and its link. Without the link, no client of the network resolves names of the zone."""
    names = context.scope.names
    zone = privatedns.PrivateZone(
        f"{context.name}-zone-{zone_name}",
        private_zone_name=zone_name,
        resource_group_name=context.scope.resource_group_name,
        location="global",
        tags=context.scope.tags,
        opts=context.options(),
    )
    link = privatedns.VirtualNetworkLink(
        f"{context.name}-link-{zone_name}",
        virtual_network_link_name=names.zone_link(),
        private_zone_name=zone_name,
        resource_group_name=context.scope.resource_group_name,
        location="global",
        registration_enabled=False,
        virtual_network=privatedns.SubResourceArgs(id=virtual_network.id),
        tags=context.scope.tags,
        opts=context.options(after=[zone]),
    )
    return zone, link


def peerings(
    context: NetworkContext,
    peers: Iterable[str],
    *,
    postgresql_zone: tuple[pulumi.Resource, pulumi.Resource] | None,
    after: pulumi.CustomResource,
) -> pulumi.CustomResource:
    """Both directions of the peering with each region in `peers`, in a chain. Returns the last write to a network.

    `postgresql_zone` is the link of this region's PostgreSQL zone and the virtual network, if the region has such a
    zone: a server and its replica in another region find each other by names of these zones.
    """
    names = context.scope.names
    for peer in peers:
        peer_names = names.in_scope(peer)
        outward = _peering(context, names, peer_names, after=after)
        after = _peering(context, peer_names, names, after=outward)
        if postgresql_zone is not None:
            zone_link, virtual_network = postgresql_zone
            _postgresql_link(context, names, peer_names, after=[zone_link])
            _postgresql_link(context, peer_names, names, after=[virtual_network])
    return after


def _peering(context: NetworkContext, at: Naming, to: Naming, after: pulumi.Resource) -> network.VirtualNetworkPeering:
    return network.VirtualNetworkPeering(
        f"{context.name}-peering-{at.scope}-{to.scope}",
        virtual_network_peering_name=at.peering(to.scope),
        resource_group_name=at.resource_group,
        virtual_network_name=at.virtual_network,
        remote_virtual_network=network.SubResourceArgs(id=to.virtual_network_id),
        allow_virtual_network_access=True,
        allow_forwarded_traffic=False,
        allow_gateway_transit=False,
        use_remote_gateways=False,
        opts=context.options(after=[after]),
    )


def _postgresql_link(context: NetworkContext, at: Naming, to: Naming, after: Sequence[pulumi.Resource]) -> None:
    """Lets the network of `to` resolve the PostgreSQL zone of `at`."""
    privatedns.VirtualNetworkLink(
        f"{context.name}-link-postgresql-{at.scope}-{to.scope}",
        virtual_network_link_name=to.zone_link(),
        private_zone_name=at.postgresql_zone,
        resource_group_name=at.resource_group,
        location="global",
        registration_enabled=False,
        virtual_network=privatedns.SubResourceArgs(id=to.virtual_network_id),
        tags=context.scope.tags,
        opts=context.options(after=after),
    )
