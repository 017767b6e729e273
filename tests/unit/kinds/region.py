"""A region without a cluster, composed from the shared components."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_azure_native import network, privatedns, resources

from components.data_tier.storage import Storage, StorageArgs
from components.key_vault import KeyVault, KeyVaultArgs
from components.observability import Observability, ObservabilityArgs
from components.registry import Registry, RegistryAccess, RegistryAccessArgs, RegistryArgs
from components.scope import Scope
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from model.address_plan import region_network
from model.naming import region_names
from model.private_dns import PrivateZone
from tests.unit.kinds.clusterless import SESSION_KEY, ClusterlessSettings, Subnet, subnets

WORKLOAD = "functions"
CONTAINER = "uploads"
ZONES = (PrivateZone.BLOB, PrivateZone.VAULT, PrivateZone.REGISTRY)


@dataclass(frozen=True, kw_only=True)
class ClusterlessRegionArgs:
    """Args of `ClusterlessRegion`, with the names that `VoicePlatform` uses."""

    settings: ClusterlessSettings
    secrets: Mapping[str, pulumi.Output[str]]
    global_part: pulumi.Resource | None = None


class ClusterlessNetwork(pulumi.ComponentResource):
    """The network of a region of this kind. Owns its virtual network, subnets and private DNS zones."""

    subnet_ids: Mapping[Subnet, pulumi.Output[str]]
    zone_ids: Mapping[PrivateZone, pulumi.Output[str]]

    def __init__(
        self, name: str, scope: Scope, settings: ClusterlessSettings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:ClusterlessNetwork", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        virtual_network = network.VirtualNetwork(
            f"{name}-virtual-network",
            virtual_network_name=scope.names.virtual_network,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            address_space=network.AddressSpaceArgs(address_prefixes=[region_network(settings.this_region)]),
            tags=scope.tags,
            opts=children,
        )
        previous: pulumi.Resource = virtual_network
        found: dict[Subnet, pulumi.Output[str]] = {}
        for subnet, cidr in subnets(settings.this_region).items():
            # In sequence: Azure refuses concurrent writes to one network.
            previous = network.Subnet(
                f"{name}-subnet-{subnet}",
                subnet_name=scope.names.subnet(subnet),
                virtual_network_name=scope.names.virtual_network,
                resource_group_name=scope.resource_group_name,
                address_prefix=cidr,
                default_outbound_access=False,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous]),
            )
            found[subnet] = previous.id
        self.subnet_ids = found
        self.zone_ids = {zone: self._zone(name, scope, zone, virtual_network) for zone in ZONES}
        self.register_outputs({})

    def _zone(
        self, name: str, scope: Scope, zone: PrivateZone, virtual_network: network.VirtualNetwork
    ) -> pulumi.Output[str]:
        private_zone = privatedns.PrivateZone(
            f"{name}-zone-{zone.name.lower()}",
            private_zone_name=str(zone),
            resource_group_name=scope.resource_group_name,
            location="global",
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        privatedns.VirtualNetworkLink(
            f"{name}-link-{zone.name.lower()}",
            virtual_network_link_name=scope.names.zone_link(),
            private_zone_name=str(zone),
            resource_group_name=scope.resource_group_name,
            location="global",
            registration_enabled=False,
            virtual_network=privatedns.SubResourceArgs(id=virtual_network.id),
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[private_zone]),
        )
        return private_zone.id


class ClusterlessRegion(pulumi.ComponentResource):
    """A region of this kind. Creates the environment's registry too, if the stack owns the global part."""

    outputs: Mapping[str, Any]

    def __init__(self, name: str, args: ClusterlessRegionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:ClusterlessRegion", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._children = pulumi.ResourceOptions(parent=self)
        scope = self._scope("resource-group", region_names(args.settings).scope)
        observability = Observability(
            f"{name}-observability", scope, ObservabilityArgs(settings=args.settings.observability), opts=self._children
        )
        scope = scope.with_workspaces(observability.workspaces)
        net = ClusterlessNetwork(f"{name}-network", scope, args.settings, opts=self._children)
        identity = WorkloadIdentity(
            f"{name}-identity",
            scope,
            WorkloadIdentityArgs(
                workload=WORKLOAD, issuer_url=args.settings.functions.issuer, subject="repo:functions"
            ),
            opts=self._children,
        )
        endpoint = net.subnet_ids[Subnet.PRIVATE_ENDPOINTS]
        KeyVault(
            f"{name}-vault",
            scope,
            KeyVaultArgs(
                tenant_id=args.settings.azure.tenant_id,
                settings=args.settings.key_vault,
                generated_secrets=[SESSION_KEY],
                user_secrets=args.secrets,
                readers={WORKLOAD: (identity.principal, [SESSION_KEY.name])},
                subnet_id=endpoint,
                zone_id=net.zone_ids[PrivateZone.VAULT],
            ),
            opts=self._children,
        )
        Storage(
            f"{name}-files",
            scope,
            StorageArgs(
                account_name=scope.names.storage_account,
                purpose="files",
                containers=[CONTAINER],
                writers={WORKLOAD: (identity.principal, [CONTAINER])},
                settings=args.settings.storage,
                subnet_id=endpoint,
                zone_id=net.zone_ids[PrivateZone.BLOB],
            ),
            opts=self._children,
        )
        RegistryAccess(
            f"{name}-registry-access",
            scope,
            RegistryAccessArgs(
                home=args.settings.registry_home,
                subnet_id=endpoint,
                zone_id=net.zone_ids[PrivateZone.REGISTRY] if args.settings.registry.private else None,
                puller=identity.principal,
                after=self._registry(),
            ),
            opts=self._children,
        )
        self.outputs = {"resourceGroup": scope.names.resource_group}
        self.register_outputs({})

    def _scope(self, short: str, scope: str) -> Scope:
        names = region_names(self._settings).in_scope(scope)
        location = self._settings.this_region.location
        group = resources.ResourceGroup(
            f"{self._name}-{short}",
            resource_group_name=names.resource_group,
            location=location,
            tags=self._settings.all_tags,
            opts=self._children,
        )
        return Scope(
            resource_group_name=group.name,
            names=names,
            location=location,
            tags=self._settings.all_tags,
            protect=self._settings.protect,
        )

    def _registry(self) -> list[pulumi.Resource]:
        if self._settings.global_part is None:
            return []
        scope = dataclasses.replace(self._scope("global-resource-group", "global"), protect=False)
        args = RegistryArgs(settings=self._settings.registry)
        return [Registry(f"{self._name}-registry", scope, args, opts=self._children)]
