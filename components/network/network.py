"""The network of one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import network

from components.network.addresses import media_groups, media_prefixes, nat_gateway, public_addresses
from components.network.context import NetworkContext
from components.network.private_zones import peerings, private_zone
from components.network.security import SecurityContext, security_rules
from components.role_assignment import RoleScope
from components.scope import Scope
from model.address_plan import NODE_SUBNETS, Subnet, region_plan
from model.log_categories import LogSource
from model.private_dns import kubernetes_api_zone
from model.public_addresses import PublicAddress
from model.roles import Role
from settings.schema.azure import Region
from settings.schema.freeswitch import EventSocket
from settings.schema.gateway import Exposure
from settings.schema.network import NetworkSettings
from settings.schema.telephony import TelephonySettings

_DELEGATIONS: Final = {Subnet.POSTGRESQL: "Microsoft.DBforPostgreSQL/flexibleServers"}
_SERVICE_ENDPOINTS: Final = {Subnet.POSTGRESQL: ["Microsoft.Storage"]}
"""PostgreSQL writes its log to storage; without the endpoint that traffic would leave the network."""

_WITH_NAT: Final = (Subnet.SYSTEM, Subnet.WORKLOAD, Subnet.RUNNERS)


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Args of `Network`.

    `peers` are the regions that exist before this one, `others` all other regions: databases replicate among them.
    `public_addresses` are the purposes of the region's static addresses. `media_zones` are the zones that get a public
    prefix for each media pool, of the pool's length in `media_prefix_lengths`. `private_api_server` adds the DNS zone
    and the runner subnet that a private Kubernetes API needs. `private_zones` are names of private DNS zones.
    """

    region: Region
    peers: Sequence[Region] = ()
    others: Sequence[Region] = ()
    settings: NetworkSettings
    telephony: TelephonySettings
    event_socket: EventSocket
    gateway_exposure: Exposure
    public_addresses: Sequence[PublicAddress]
    media_zones: Sequence[str]
    media_prefix_lengths: Mapping[str, int]
    private_api_server: bool = False
    private_zones: Sequence[str] = ()


class Network(pulumi.ComponentResource):
    """The virtual network of one region and all resources with an address in it.

    Owns the network, its subnets and their security groups, the NAT gateway, the public addresses and prefixes, the
    ASGs of the media pools, the private DNS zones with their links, and both directions of the peering with the
    regions that exist before this one.

    Does not own load balancers: AKS creates them from Services that name one of our addresses. Does not own the
    resource group, nor private endpoints: the components of their services do.
    """

    virtual_network_id: pulumi.Output[str]
    subnet_ids: Mapping[Subnet, pulumi.Output[str]]
    """Each id is known once all writes to the network are complete."""
    media_prefix_ids: Mapping[tuple[str, str], pulumi.Output[str]]
    """By pool and zone."""
    media_prefixes: Mapping[tuple[str, str], pulumi.Output[str]]
    """The prefixes in CIDR form, by pool and zone. Carriers allow-list them for `direct` ingress and for media."""
    media_group_ids: Mapping[str, pulumi.Output[str]]
    """ASGs by media pool."""
    public_address_ids: Mapping[PublicAddress, pulumi.Output[str]]
    public_addresses: Mapping[PublicAddress, pulumi.Output[str]]
    """Addresses without a mask."""
    nat_addresses: Sequence[pulumi.Output[str]]
    """Source addresses of the subnets behind the NAT gateway."""
    private_zone_ids: Mapping[str, pulumi.Output[str]]
    """By zone name. Each id is known once the zone is linked to the network."""
    cluster_roles: Mapping[str, tuple[Role, RoleScope]]
    """The roles that the cluster's control plane needs on the network, by a short name."""

    def __init__(self, name: str, scope: Scope, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Network", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        self._plan = region_plan(args.region)
        self._context = NetworkContext(name=name, scope=scope, parent=self)

        virtual_network = self._virtual_network()
        self.virtual_network_id = virtual_network.id
        addresses = public_addresses(self._context, args.public_addresses, args.settings)
        self.public_address_ids = {purpose: address.id for purpose, address in addresses.items()}
        self.public_addresses = {purpose: address.address for purpose, address in addresses.items()}
        prefixes = media_prefixes(self._context, args.media_prefix_lengths, args.media_zones)
        self.media_prefix_ids = {place: prefix.id for place, prefix in prefixes.items()}
        self.media_prefixes = {place: prefix.cidr for place, prefix in prefixes.items()}
        self.media_group_ids = {pool: group.id for pool, group in media_groups(self._context).items()}
        gateway, self.nat_addresses = nat_gateway(self._context, args.settings)
        subnets = self._subnets(virtual_network, gateway)
        zones = {zone: private_zone(self._context, zone, virtual_network) for zone in args.private_zones}
        self.private_zone_ids = {name: _id_after(link, zone) for name, (zone, link) in zones.items()}
        shared_zone = zones.get(scope.names.postgresql_zone)
        last_write = peerings(
            self._context,
            [peer.name for peer in args.peers],
            postgresql_zone=(shared_zone[1], virtual_network) if shared_zone else None,
            after=subnets[list(subnets)[-1]],
        )
        self.subnet_ids = {subnet: _id_after(last_write, resource) for subnet, resource in subnets.items()}
        self.cluster_roles = self._cluster_roles()
        self.register_outputs({"virtualNetworkId": self.virtual_network_id, "natAddresses": list(self.nat_addresses)})

    def _virtual_network(self) -> network.VirtualNetwork:
        settings = self._args.settings
        plan_id = settings.ddos_protection_plan_id
        virtual_network = network.VirtualNetwork(
            f"{self._name}-virtual-network",
            virtual_network_name=self._scope.names.virtual_network,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            address_space=network.AddressSpaceArgs(address_prefixes=[self._plan.network]),
            enable_ddos_protection=settings.ddos_protection == "plan",
            ddos_protection_plan=network.SubResourceArgs(id=plan_id) if plan_id else None,
            tags=self._scope.tags,
            opts=self._context.options(),
        )
        self._context.diagnose("virtual-network", virtual_network.id)
        return virtual_network

    def _subnets(
        self, virtual_network: network.VirtualNetwork, gateway: network.NatGateway
    ) -> dict[Subnet, network.Subnet]:
        """Declares the subnets in a chain: Azure refuses two writes to one network at a time."""
        security = SecurityContext(
            plan=self._plan,
            peer_plans=[region_plan(other) for other in self._args.others],
            telephony=self._args.telephony,
            event_socket=self._args.event_socket,
            gateway_exposure=self._args.gateway_exposure,
            frontends=self.public_addresses,
            groups=self.media_group_ids,
        )
        wanted = [subnet for subnet in Subnet if subnet is not Subnet.RUNNERS or self._args.private_api_server]
        subnets: dict[Subnet, network.Subnet] = {}
        previous: pulumi.Resource = virtual_network
        for subnet in wanted:
            previous = subnets[subnet] = self._subnet(subnet, gateway, security, after=previous)
        return subnets

    def _subnet(
        self, subnet: Subnet, gateway: network.NatGateway, security: SecurityContext, after: pulumi.Resource
    ) -> network.Subnet:
        names, location = self._scope.names, self._scope.location
        security_group = network.NetworkSecurityGroup(
            f"{self._name}-security-{subnet}",
            network_security_group_name=names.security_group(subnet),
            resource_group_name=self._scope.resource_group_name,
            location=location,
            security_rules=security_rules(subnet, security),
            tags=self._scope.tags,
            opts=self._context.options(),
        )
        self._context.diagnose(f"security-{subnet}", security_group.id, source=LogSource.SECURITY_GROUP, metrics=False)
        delegation = _DELEGATIONS.get(subnet)
        return network.Subnet(
            f"{self._name}-subnet-{subnet}",
            subnet_name=names.subnet(subnet),
            resource_group_name=self._scope.resource_group_name,
            virtual_network_name=names.virtual_network,
            address_prefix=self._plan.subnets[subnet],
            # Azure retired default outbound access; each subnet that needs egress has an explicit one.
            default_outbound_access=False,
            network_security_group=network.NetworkSecurityGroupArgs(id=security_group.id),
            nat_gateway=network.SubResourceArgs(id=gateway.id) if subnet in _WITH_NAT else None,
            delegations=[network.DelegationArgs(name=delegation.split("/")[0], service_name=delegation)]
            if delegation
            else None,
            service_endpoints=[
                network.ServiceEndpointPropertiesFormatArgs(service=service, locations=[location])
                for service in _SERVICE_ENDPOINTS.get(subnet, [])
            ]
            or None,
            private_endpoint_network_policies="NetworkSecurityGroupEnabled"
            if subnet is Subnet.PRIVATE_ENDPOINTS
            else None,
            opts=self._context.options(after=[after]),
        )

    def _cluster_roles(self) -> Mapping[str, tuple[Role, RoleScope]]:
        names = self._scope.names
        scopes: dict[str, RoleScope] = {}
        for subnet in (*NODE_SUBNETS, Subnet.LOAD_BALANCERS):
            plain = names.resource_id(
                "Microsoft.Network/virtualNetworks/subnets", names.virtual_network, names.subnet(subnet)
            )
            scopes[f"subnet-{subnet}"] = RoleScope(id=self.subnet_ids[subnet], plain_id=plain)
        for (pool, zone), prefix_id in self.media_prefix_ids.items():
            plain = names.resource_id("Microsoft.Network/publicIPPrefixes", names.public_prefix(pool, zone))
            scopes[f"prefix-{pool}-{zone}"] = RoleScope(id=prefix_id, plain_id=plain)
        for pool, group_id in self.media_group_ids.items():
            group = names.application_security_group(pool)
            plain = names.resource_id("Microsoft.Network/applicationSecurityGroups", group)
            scopes[f"group-{pool}"] = RoleScope(id=group_id, plain_id=plain)
        for purpose, address_id in self.public_address_ids.items():
            plain = names.resource_id("Microsoft.Network/publicIPAddresses", names.public_address(purpose))
            scopes[f"address-{purpose}"] = RoleScope(id=address_id, plain_id=plain)
        roles = {short: (Role.NETWORK_CONTRIBUTOR, scope) for short, scope in scopes.items()}
        # AKS lists all addresses of the group before it uses one; roles on single addresses do not allow that.
        group = pulumi.Output.concat(
            f"/subscriptions/{names.subscription_id}/resourceGroups/", self._scope.resource_group_name
        )
        roles["addresses"] = (Role.READER, RoleScope(id=group, plain_id=names.resource_group_id))
        if self._args.private_api_server:
            roles |= self._private_api_roles()
        return roles

    def _private_api_roles(self) -> dict[str, tuple[Role, RoleScope]]:
        names, zone = self._scope.names, kubernetes_api_zone(self._scope.location)
        plain = names.resource_id("Microsoft.Network/privateDnsZones", zone)
        zone_scope = RoleScope(id=self.private_zone_ids[zone], plain_id=plain)
        network_scope = RoleScope(id=self.virtual_network_id, plain_id=names.virtual_network_id)
        return {
            "api-zone": (Role.PRIVATE_DNS_ZONE_CONTRIBUTOR, zone_scope),
            "api-zone-link": (Role.NETWORK_CONTRIBUTOR, network_scope),
        }


def _id_after(last: pulumi.CustomResource, resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """The id of `resource`, for dependents that must also wait for `last`.

    A zone without its link resolves for no client, and Azure refuses new resources in a network that is being written.
    """
    return pulumi.Output.all(resource.id, last.id).apply(lambda ids: ids[0])
