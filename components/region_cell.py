"""One region of the platform."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.aks_cluster import AksCluster, AksClusterArgs
from components.aks_cluster.node_pools import PoolNetwork
from components.network import Network, NetworkArgs
from components.platform_services import PlatformServices, PlatformServicesArgs
from settings.private_dns import kubernetes_api_zone
from settings.public_addresses import PublicAddress
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class RegionCellArgs:
    """Args of `RegionCell`: the whole stack, since a cell composes what all its sections describe."""

    settings: Settings


class RegionCell(pulumi.ComponentResource):
    """Everything of one region, so that a change reaches one region at a time and a region that is down blocks no
    other.

    Owns the region's resource group and composes its network, its cluster and what is in it. Does not own the
    global part.
    """

    network: Network
    cluster: AksCluster

    def __init__(self, name: str, args: RegionCellArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:RegionCell", name, None, opts)
        self._name, self._settings = name, args.settings
        self._children = pulumi.ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            f"{name}-resource-group",
            resource_group_name=args.settings.region_names.resource_group,
            location=args.settings.this_region.location,
            tags=args.settings.all_tags,
            opts=self._children,
        )
        self.network = self._network(group.name)
        self.cluster = self._cluster(group.name)
        PlatformServices(
            f"{name}-services",
            PlatformServicesArgs(kubernetes_version=args.settings.aks.kubernetes_version),
            opts=pulumi.ResourceOptions(parent=self, providers=[self.cluster.provider]),
        )
        self.register_outputs({"clusterName": self.cluster.cluster_name})

    def _network(self, resource_group_name: pulumi.Input[str]) -> Network:
        settings = self._settings
        return Network(
            f"{self._name}-network",
            NetworkArgs(
                resource_group_name=resource_group_name,
                names=settings.region_names,
                region=settings.this_region,
                peers=settings.regions_before,
                settings=settings.network,
                telephony=settings.telephony,
                media_zones=settings.aks.zones,
                private_api_server=settings.aks.api_server.access == "private",
                protect=settings.protect,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _cluster(self, resource_group_name: pulumi.Input[str]) -> AksCluster:
        settings, net = self._settings, self.network
        location = settings.this_region.location
        single = [*net.nat_addresses, net.public_addresses[PublicAddress.OUTBOUND]]
        return AksCluster(
            f"{self._name}-aks",
            AksClusterArgs(
                resource_group_name=resource_group_name,
                names=settings.region_names,
                location=location,
                plan=settings.this_region.plan(),
                azure=settings.azure,
                deployer=settings.deployer,
                settings=settings.aks,
                telephony=settings.telephony,
                pool_network=PoolNetwork(
                    subnet_ids=net.subnet_ids,
                    media_prefix_ids=net.media_prefix_ids,
                    media_group_ids=net.media_group_ids,
                ),
                outbound_address_id=net.public_address_ids[PublicAddress.OUTBOUND],
                own_ways_out=[
                    *(pulumi.Output.concat(address, "/32") for address in single),
                    *net.media_prefixes.values(),
                ],
                private_zone_id=net.private_zone_ids.get(kubernetes_api_zone(location)),
                control_plane_roles=net.cluster_roles,
                protect=settings.protect,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )
