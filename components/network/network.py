"""The network of one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network, privatedns

from components.diagnostics import diagnose
from components.network.security import SecurityContext, security_rules
from components.role_assignment import RoleScope
from model.address_plan import MEDIA_SUBNETS, NODE_SUBNETS, Subnet, region_plan
from model.naming import Naming
from model.private_dns import kubernetes_api_zone
from model.public_addresses import ENTRANCES, PublicAddress
from model.roles import Role
from settings.schema.azure import Region
from settings.schema.freeswitch import EventSocket
from settings.schema.gateway import Exposure
from settings.schema.network import NetworkSettings
from settings.schema.telephony import TelephonySettings

PUBLIC_PREFIX_LENGTH = 28
"""The largest prefix of its own addresses that Azure gives out: 16 addresses."""

_DELEGATIONS = {Subnet.POSTGRESQL: "Microsoft.DBforPostgreSQL/flexibleServers"}
_SERVICE_ENDPOINTS = {Subnet.POSTGRESQL: ["Microsoft.Storage"]}
"""PostgreSQL writes its log to storage; without the endpoint that traffic would leave the network."""

_WITH_NAT = (Subnet.SYSTEM, Subnet.WORKLOAD, Subnet.RUNNERS)


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Args of `Network`.

    `peers` are the regions that exist before this one, `others` all others: databases replicate among them.
    `media_zones` are the zones that get a prefix of public addresses for each media pool. `private_api_server` adds
    what a private Kubernetes API needs: its DNS zone and a subnet for runners.
    """

    resource_group_name: pulumi.Input[str]
    names: Naming
    region: Region
    peers: Sequence[Region]
    others: Sequence[Region]
    settings: NetworkSettings
    telephony: TelephonySettings
    event_socket: EventSocket
    gateway_exposure: Exposure
    media_zones: Sequence[str]
    private_api_server: bool
    private_zones: Sequence[str]
    workspace_id: pulumi.Input[str]
    protect: bool
    tags: Mapping[str, str]


class Network(pulumi.ComponentResource):
    """The virtual network of one region and everything that has an address of its own in it.

    Owns the network, its subnets and their security groups, the NAT gateway, the public addresses and prefixes, the
    ASGs of the media pools, the private DNS zones with their links, and both directions of the peering with the
    regions that exist before this one.

    Does not own load balancers: AKS makes them from Services, which name an address of ours. Does not own the
    resource group, nor private endpoints: they come with what they lead to.

    Addresses are outputs of invokes by name, so they stay known while the address resource is updated.
    """

    virtual_network_id: pulumi.Output[str]
    subnet_ids: Mapping[Subnet, pulumi.Output[str]]
    media_prefix_ids: Mapping[tuple[str, str], pulumi.Output[str]]
    """By pool and zone."""
    media_prefixes: Mapping[tuple[str, str], pulumi.Output[str]]
    """The prefixes in CIDR form, by pool and zone: what carriers allow-list for `direct` and for media."""
    media_group_ids: Mapping[str, pulumi.Output[str]]
    """ASGs by media pool."""
    public_address_ids: Mapping[PublicAddress, pulumi.Output[str]]
    public_addresses: Mapping[PublicAddress, pulumi.Output[str]]
    nat_addresses: Sequence[pulumi.Output[str]]
    private_zone_ids: Mapping[str, pulumi.Output[str]]
    """By the zone's name."""
    cluster_roles: Mapping[str, tuple[Role, RoleScope]]
    """What the cluster's control plane must be able to change, and as what, by a short name."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Network", name, None, opts)
        self._name, self._args = name, args
        self._plan = region_plan(args.region)
        self._children = pulumi.ResourceOptions(parent=self)
        self._zone_links: dict[str, pulumi.Resource] = {}

        virtual_network = self._virtual_network()
        self.virtual_network_id = virtual_network.id
        self._public_addresses()
        self._media_prefixes()
        groups = {str(pool): self._media_group(pool) for pool in MEDIA_SUBNETS}
        self.media_group_ids = {pool: group.id for pool, group in groups.items()}
        subnets = self._subnets(virtual_network, self._nat_gateway())
        self._private_zones(virtual_network)
        last_write = self._peerings(virtual_network, after=subnets[list(subnets)[-1]])
        self.subnet_ids = {subnet: _once(last_write, resource) for subnet, resource in subnets.items()}
        self.cluster_roles = self._cluster_roles()
        self.register_outputs({"virtualNetworkId": self.virtual_network_id, "natAddresses": list(self.nat_addresses)})

    def _diagnose(self, short: str, resource_id: pulumi.Input[str], *, metrics: bool = True) -> None:
        diagnose(
            f"{self._name}-diagnostics-{short}", resource_id, self._args.workspace_id, self._children, metrics=metrics
        )

    def _virtual_network(self) -> network.VirtualNetwork:
        settings = self._args.settings
        plan_id = settings.ddos_protection_plan_id
        virtual_network = network.VirtualNetwork(
            f"{self._name}-virtual-network",
            virtual_network_name=self._args.names.virtual_network,
            resource_group_name=self._args.resource_group_name,
            location=self._args.region.location,
            address_space=network.AddressSpaceArgs(address_prefixes=[self._plan.network]),
            enable_ddos_protection=settings.ddos_protection == "plan",
            ddos_protection_plan=network.SubResourceArgs(id=plan_id) if plan_id else None,
            tags=self._args.tags,
            opts=self._children,
        )
        self._diagnose("virtual-network", virtual_network.id)
        return virtual_network

    def _public_addresses(self) -> None:
        addresses = {purpose: self._public_address(purpose) for purpose in PublicAddress}
        self.public_address_ids = {purpose: address.id for purpose, address in addresses.items()}
        self.public_addresses = {
            purpose: self._address_of(self._args.names.public_address(purpose), address)
            for purpose, address in addresses.items()
        }

    def _public_address(self, purpose: str) -> network.PublicIPAddress:
        """A static, zone-redundant address; without `zones` Azure would pin a Standard address to none."""
        ddos = self._args.settings.ddos_protection == "publicAddresses" and purpose in ENTRANCES
        address = network.PublicIPAddress(
            f"{self._name}-address-{purpose}",
            public_ip_address_name=self._args.names.public_address(purpose),
            resource_group_name=self._args.resource_group_name,
            location=self._args.region.location,
            public_ip_allocation_method="Static",
            public_ip_address_version="IPv4",
            sku=network.PublicIPAddressSkuArgs(name="Standard", tier="Regional"),
            zones=["1", "2", "3"],
            ddos_settings=network.DdosSettingsArgs(protection_mode="Enabled") if ddos else None,
            tags=self._args.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
        self._diagnose(f"address-{purpose}", address.id)
        return address

    def _address_of(self, address_name: str, made_by: network.PublicIPAddress) -> pulumi.Output[str]:
        answer = network.get_public_ip_address_output(
            resource_group_name=self._args.names.resource_group,
            public_ip_address_name=address_name,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[made_by]),
        )
        return answer.ip_address.apply(str)

    def _media_prefixes(self) -> None:
        prefixes = {
            (str(pool), zone): self._media_prefix(pool, zone)
            for pool in MEDIA_SUBNETS
            for zone in self._args.media_zones
        }
        self.media_prefix_ids = {place: prefix.id for place, prefix in prefixes.items()}
        self.media_prefixes = {
            place: network.get_public_ip_prefix_output(
                resource_group_name=self._args.names.resource_group,
                public_ip_prefix_name=self._args.names.public_prefix(*place),
                opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[prefix]),
            ).ip_prefix
            for place, prefix in prefixes.items()
        }

    def _media_prefix(self, pool: str, zone: str) -> network.PublicIPPrefix:
        return network.PublicIPPrefix(
            f"{self._name}-prefix-{pool}-{zone}",
            public_ip_prefix_name=self._args.names.public_prefix(pool, zone),
            resource_group_name=self._args.resource_group_name,
            location=self._args.region.location,
            prefix_length=PUBLIC_PREFIX_LENGTH,
            public_ip_address_version="IPv4",
            sku=network.PublicIPPrefixSkuArgs(name="Standard", tier="Regional"),
            zones=[zone],
            tags=self._args.tags,
            # Carriers list these addresses; a new prefix is another one.
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )

    def _media_group(self, pool: str) -> network.ApplicationSecurityGroup:
        return network.ApplicationSecurityGroup(
            f"{self._name}-group-{pool}",
            application_security_group_name=self._args.names.application_security_group(pool),
            resource_group_name=self._args.resource_group_name,
            location=self._args.region.location,
            tags=self._args.tags,
            opts=self._children,
        )

    def _nat_gateway(self) -> network.NatGateway:
        settings = self._args.settings.nat_gateway
        purposes = [f"nat-{number}" for number in range(1, settings.public_addresses + 1)]
        addresses = [self._public_address(purpose) for purpose in purposes]
        self.nat_addresses = [
            self._address_of(self._args.names.public_address(purpose), address)
            for purpose, address in zip(purposes, addresses, strict=True)
        ]
        return network.NatGateway(
            f"{self._name}-nat-gateway",
            nat_gateway_name=self._args.names.nat_gateway,
            resource_group_name=self._args.resource_group_name,
            location=self._args.region.location,
            sku=network.NatGatewaySkuArgs(name="Standard"),
            idle_timeout_in_minutes=settings.tcp_idle_timeout_minutes,
            public_ip_addresses=[network.SubResourceArgs(id=address.id) for address in addresses],
            tags=self._args.tags,
            opts=self._children,
        )

    def _subnets(
        self, virtual_network: network.VirtualNetwork, nat_gateway: network.NatGateway
    ) -> dict[Subnet, network.Subnet]:
        """Declares the subnets one after another: Azure refuses two writes to one network at a time."""
        context = SecurityContext(
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
            previous = subnets[subnet] = self._subnet(subnet, nat_gateway, context, after=previous)
        return subnets

    def _subnet(
        self, subnet: Subnet, nat_gateway: network.NatGateway, context: SecurityContext, after: pulumi.Resource
    ) -> network.Subnet:
        security_group = network.NetworkSecurityGroup(
            f"{self._name}-security-{subnet}",
            network_security_group_name=self._args.names.security_group(subnet),
            resource_group_name=self._args.resource_group_name,
            location=self._args.region.location,
            security_rules=security_rules(subnet, context),
            tags=self._args.tags,
            opts=self._children,
        )
        self._diagnose(f"security-{subnet}", security_group.id, metrics=False)
        delegation = _DELEGATIONS.get(subnet)
        return network.Subnet(
            f"{self._name}-subnet-{subnet}",
            subnet_name=self._args.names.subnet(subnet),
            resource_group_name=self._args.resource_group_name,
            virtual_network_name=self._args.names.virtual_network,
            address_prefix=self._plan.subnets[subnet],
            # Azure's own default way out is retired; every subnet that needs one has it by name.
            default_outbound_access=False,
            network_security_group=network.NetworkSecurityGroupArgs(id=security_group.id),
            nat_gateway=network.SubResourceArgs(id=nat_gateway.id) if subnet in _WITH_NAT else None,
            delegations=[network.DelegationArgs(name=delegation.split("/")[0], service_name=delegation)]
            if delegation
            else None,
            service_endpoints=[
                network.ServiceEndpointPropertiesFormatArgs(service=service, locations=[self._args.region.location])
                for service in _SERVICE_ENDPOINTS.get(subnet, [])
            ]
            or None,
            private_endpoint_network_policies="NetworkSecurityGroupEnabled"
            if subnet is Subnet.PRIVATE_ENDPOINTS
            else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _peerings(self, virtual_network: network.VirtualNetwork, after: pulumi.CustomResource) -> pulumi.CustomResource:
        """Both directions, one after the other: to each earlier network, and from it. Returns the last write."""
        names = self._args.names
        for peer in self._args.peers:
            there = names.in_scope(peer.name)
            here_to_there = self._peering(names, there, after=after)
            after = self._peering(there, names, after=here_to_there)
            if names.postgresql_zone in self._args.private_zones:
                # A server and its replica elsewhere find each other by these names.
                self._postgresql_link(names, there, depends_on=[self._zone_links[names.postgresql_zone]])
                self._postgresql_link(there, names, depends_on=[virtual_network])
        return after

    def _peering(self, at: Naming, to: Naming, after: pulumi.Resource) -> network.VirtualNetworkPeering:
        return network.VirtualNetworkPeering(
            f"{self._name}-peering-{at.scope}-{to.scope}",
            virtual_network_peering_name=at.peering(to.scope),
            resource_group_name=at.resource_group,
            virtual_network_name=at.virtual_network,
            remote_virtual_network=network.SubResourceArgs(id=to.virtual_network_id),
            allow_virtual_network_access=True,
            allow_forwarded_traffic=False,
            allow_gateway_transit=False,
            use_remote_gateways=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _postgresql_link(self, at: Naming, to: Naming, depends_on: Sequence[pulumi.Resource]) -> None:
        """Lets the network of `to` resolve the PostgreSQL zone of `at`."""
        privatedns.VirtualNetworkLink(
            f"{self._name}-link-postgresql-{at.scope}-{to.scope}",
            virtual_network_link_name=to.zone_link(),
            private_zone_name=at.postgresql_zone,
            resource_group_name=at.resource_group,
            location="global",
            registration_enabled=False,
            virtual_network=privatedns.SubResourceArgs(id=to.virtual_network_id),
            tags=self._args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(depends_on)),
        )

    def _private_zones(self, virtual_network: network.VirtualNetwork) -> None:
        self.private_zone_ids = {zone: self._private_zone(zone, virtual_network) for zone in self._args.private_zones}

    def _private_zone(self, zone_name: str, virtual_network: network.VirtualNetwork) -> pulumi.Output[str]:
        """A zone with its link, without which what is in the zone has a name that nobody resolves."""
        zone = privatedns.PrivateZone(
            f"{self._name}-zone-{zone_name}",
            private_zone_name=zone_name,
            resource_group_name=self._args.resource_group_name,
            location="global",
            tags=self._args.tags,
            opts=self._children,
        )
        link = privatedns.VirtualNetworkLink(
            f"{self._name}-link-{zone_name}",
            virtual_network_link_name=self._args.names.zone_link(),
            private_zone_name=zone_name,
            resource_group_name=self._args.resource_group_name,
            location="global",
            registration_enabled=False,
            virtual_network=privatedns.SubResourceArgs(id=virtual_network.id),
            tags=self._args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[zone]),
        )
        self._zone_links[zone_name] = link
        return _once(link, zone)

    def _cluster_roles(self) -> Mapping[str, tuple[Role, RoleScope]]:
        names = self._args.names
        vnet = names.virtual_network
        scopes: dict[str, RoleScope] = {}
        for subnet in (*NODE_SUBNETS, Subnet.LOAD_BALANCERS):
            plain = names.resource_id("Microsoft.Network/virtualNetworks/subnets", vnet, names.subnet(subnet))
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
        # Whichever address a Service names, AKS lists all of the group first; a role on each of them does not allow it.
        group = pulumi.Output.concat(
            f"/subscriptions/{names.subscription_id}/resourceGroups/", self._args.resource_group_name
        )
        roles["addresses"] = (Role.READER, RoleScope(id=group, plain_id=names.resource_group_id))
        if self._args.private_api_server:
            zone = kubernetes_api_zone(self._args.region.location)
            plain = names.resource_id("Microsoft.Network/privateDnsZones", zone)
            api_zone = RoleScope(id=self.private_zone_ids[zone], plain_id=plain)
            roles["api-zone"] = (Role.PRIVATE_DNS_ZONE_CONTRIBUTOR, api_zone)
            network_scope = RoleScope(id=self.virtual_network_id, plain_id=names.virtual_network_id)
            roles["api-zone-link"] = (Role.NETWORK_CONTRIBUTOR, network_scope)
        return roles


def _once(last: pulumi.CustomResource, resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """The id of `resource` for those who must wait for `last` too.

    A zone without its link resolves for nobody, and Azure puts nothing into a network that is still being written to.
    """
    return pulumi.Output.all(resource.id, last.id).apply(lambda ids: ids[0])
