"""One region of the platform, on Azure Kubernetes Service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_azure_native import resources

from components.aks_cluster import AksCluster, AksClusterArgs
from components.aks_cluster.node_pools import PoolNetwork
from components.data_tier import DataTier, DataTierArgs
from components.data_tier.postgresql import server_id
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.grafana import GrafanaAccess, GrafanaAccessArgs
from components.key_vault import KeyVault, KeyVaultArgs
from components.network import Network, NetworkArgs
from components.observability import (
    ClusterMonitoring,
    ClusterMonitoringArgs,
    Observability,
    ObservabilityArgs,
    RecordingRules,
    RecordingRulesArgs,
    TelemetryAccess,
    TelemetryAccessArgs,
)
from components.outputs import region_outputs
from components.platform_services import PlatformServices, PlatformServicesArgs
from components.region_dns import RegionDns, RegionDnsArgs
from components.registry import RegistryAccess, RegistryAccessArgs
from components.scope import Scope
from components.voice_workloads import VoiceWorkloads, VoiceWorkloadsArgs
from components.workload_grants import WorkloadGrants
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from model.address_plan import Subnet, region_plan
from model.host_names import host_names
from model.identities import WorkloadAccount, workload_accounts
from model.naming import region_names
from model.pools import media_prefix_lengths
from model.private_dns import PrivateZone, kubernetes_api_zone, private_zones
from model.public_addresses import PublicAddress, public_addresses
from model.secrets import GENERATED_SECRETS
from model.traffic_profiles import traffic_profiles
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True, kw_only=True)
class AksRegionArgs:
    """Args of `AksRegion`: the settings of the whole stack, because a region composes all sections.

    `secrets` are the values of `voice:secrets`. `global_part` is the component that owns the global part, in the one
    stack that has it; components that use the global part depend on it there.
    """

    settings: AksStackSettings
    secrets: Mapping[str, pulumi.Output[str]]
    global_part: pulumi.Resource | None = None


class AksRegion(pulumi.ComponentResource):
    """All resources of one region, so that a change reaches one region at a time and an outage blocks no other region.

    Owns the region's resource group and the identities of the workloads. Composes monitoring, network, cluster, data
    tier, vault, the shared services in the cluster and the voice workloads. Does not own the global part; it attaches
    the region to it.
    """

    scope: Scope
    """Resource group, names, location, tags and workspaces of the region."""
    observability: Observability
    network: Network
    cluster: AksCluster
    identities: Mapping[str, WorkloadIdentity]
    """By the name of the ServiceAccount."""
    data_tier: DataTier
    key_vault: KeyVault
    services: PlatformServices | None
    voice: VoiceWorkloads | None
    """`services` and `voice` are `None` until their step of a first deployment (docs/deploy.md)."""
    outputs: Mapping[str, Any]
    """The stack's exports of the region, as JSON-like values."""

    def __init__(self, name: str, args: AksRegionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:AksRegion", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._managed_metrics = args.settings.metrics.backend == "managed"
        self._children = pulumi.ResourceOptions(parent=self)
        self._after_global = [args.global_part] if args.global_part is not None else []
        scope = self._resource_group()
        self.observability = Observability(
            f"{name}-observability", scope, ObservabilityArgs(settings=args.settings.observability), opts=self._children
        )
        self.scope = scope.with_workspaces(self.observability.workspaces)
        self.network = self._network()
        self.cluster = self._cluster()
        self._cluster_monitoring()
        accounts = workload_accounts(args.settings)
        self.identities = {account.name: self._identity(account) for account in accounts}
        self._grants = WorkloadGrants(accounts, self.identities)
        self.data_tier = self._data_tier()
        self.key_vault = self._key_vault()
        registry_access = self._registry_access()
        self._grafana_access()
        if args.settings.observability.flow_logs:
            self._flow_logs()
        after, provider = [self._dns(), self._telemetry_access()], self.cluster.provider
        self._in_cluster = pulumi.ResourceOptions(parent=self, providers=[provider] if provider else None)
        self.services = self._platform_services(registry_access, after) if provider else None
        self.voice = self._voice_workloads(self.services) if self.services and args.settings.workloads.enabled else None
        self.outputs = region_outputs(args.settings, self.network, self.cluster)
        self.register_outputs({"clusterName": self.cluster.cluster_name})

    def _resource_group(self) -> Scope:
        """Creates the group. Returns the region's scope, without workspaces."""
        settings = self._settings
        names, location = region_names(settings), settings.this_region.location
        group = resources.ResourceGroup(
            f"{self._name}-resource-group",
            resource_group_name=names.resource_group,
            location=location,
            tags=settings.all_tags,
            opts=self._children,
        )
        return Scope(
            resource_group_name=group.name,
            names=names,
            location=location,
            tags=settings.all_tags,
            protect=settings.protect,
        )

    def _network(self) -> Network:
        settings = self._settings
        return Network(
            f"{self._name}-network",
            self.scope,
            NetworkArgs(
                region=settings.this_region,
                peers=settings.regions_before,
                others=[region for region in settings.regions if region != settings.this_region],
                settings=settings.network,
                telephony=settings.telephony,
                event_socket=settings.freeswitch.event_socket,
                gateway_exposure=settings.gateway.exposure,
                public_addresses=public_addresses(settings),
                media_zones=settings.aks.zones,
                media_prefix_lengths=media_prefix_lengths(settings.aks),
                private_api_server=settings.aks.api_server.access == "private",
                private_zones=private_zones(settings),
            ),
            opts=self._children,
        )

    def _cluster(self) -> AksCluster:
        settings, network = self._settings, self.network
        single_addresses = [*network.nat_addresses, network.public_addresses[PublicAddress.OUTBOUND]]
        return AksCluster(
            f"{self._name}-aks",
            self.scope,
            AksClusterArgs(
                plan=region_plan(settings.this_region),
                tenant_id=settings.azure.tenant_id,
                deployer=settings.deployer,
                settings=settings.aks,
                telephony=settings.telephony,
                pool_network=PoolNetwork(
                    subnet_ids=network.subnet_ids,
                    media_prefix_ids=network.media_prefix_ids,
                    media_group_ids=network.media_group_ids,
                ),
                outbound_address_id=network.public_address_ids[PublicAddress.OUTBOUND],
                egress_cidrs=[
                    *(pulumi.Output.concat(address, "/32") for address in single_addresses),
                    *network.media_prefixes.values(),
                ],
                control_plane_roles=network.cluster_roles,
                private_zone_id=network.private_zone_ids.get(kubernetes_api_zone(self.scope.location)),
                managed_metrics=self._managed_metrics,
                scaling=settings.scaling.enabled,
                mesh=settings.mesh,
                defender=settings.observability.defender,
            ),
            opts=self._children,
        )

    def _cluster_monitoring(self) -> None:
        cluster_id, workspace_id = self.cluster.cluster_id, self.observability.monitor_workspace_id
        ClusterMonitoring(
            f"{self._name}-monitoring",
            self.scope,
            ClusterMonitoringArgs(
                cluster_id=cluster_id,
                monitor_workspace_id=workspace_id,
                managed_metrics=self._managed_metrics,
            ),
            opts=self._children,
        )
        if self._managed_metrics:
            rules = RecordingRulesArgs(cluster_id=cluster_id, monitor_workspace_id=workspace_id)
            RecordingRules(f"{self._name}-rules", self.scope, rules, opts=self._children)

    def _identity(self, account: WorkloadAccount) -> WorkloadIdentity:
        issuer = self.cluster.oidc_issuer_url
        args = WorkloadIdentityArgs(workload=account.name, issuer_url=issuer, subject=account.subject)
        return WorkloadIdentity(f"{self._name}-identity-{account.name}", self.scope, args, opts=self._children)

    def _telemetry_access(self) -> TelemetryAccess:
        return TelemetryAccess(
            f"{self._name}-telemetry",
            self.scope,
            TelemetryAccessArgs(
                monitor_workspace_id=self.observability.monitor_workspace_id,
                application_insights_id=self.observability.application_insights_id,
                metrics_readers=self._grants.principals(lambda account: account.reads_metrics),
                trace_writers=self._grants.principals(lambda account: account.writes_traces),
            ),
            opts=self._children,
        )

    def _data_tier(self) -> DataTier:
        settings, primary = self._settings, self._settings.primary_region
        primary_server = None if settings.this_region == primary else server_id(self.scope.names.in_scope(primary.name))
        return DataTier(
            f"{self._name}-data",
            self.scope,
            DataTierArgs(
                tenant_id=settings.azure.tenant_id,
                settings=settings.data,
                primary_server_id=primary_server,
                after=[self.network],
                subnet_ids=self.network.subnet_ids,
                zone_ids=self.network.private_zone_ids,
                database_administrators=self._grants.database_administrators(settings.data.postgresql.administrators),
                redis_readers=self._grants.redis_readers(),
                file_writers=self._grants.file_writers(),
                records_rooms=settings.egress.enabled,
            ),
            opts=self._children,
        )

    def _key_vault(self) -> KeyVault:
        settings = self._settings
        return KeyVault(
            f"{self._name}-vault",
            self.scope,
            KeyVaultArgs(
                tenant_id=settings.azure.tenant_id,
                settings=settings.key_vault,
                generated_secrets=GENERATED_SECRETS,
                user_secrets=self._args.secrets,
                managed_secrets=self.data_tier.keys,
                readers=self._grants.secret_readers(self._args.secrets),
                certificate_writers=self._grants.principals(lambda account: account.writes_certificates),
                subnet_id=self.network.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=self.network.private_zone_ids[PrivateZone.VAULT],
            ),
            opts=self._children,
        )

    def _registry_access(self) -> RegistryAccess:
        return RegistryAccess(
            f"{self._name}-registry",
            self.scope,
            RegistryAccessArgs(
                home=self._settings.registry_home,
                subnet_id=self.network.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=self.network.private_zone_ids.get(PrivateZone.REGISTRY),
                puller=self.cluster.kubelet,
                after=self._after_global,
            ),
            opts=self._children,
        )

    def _grafana_access(self) -> None:
        GrafanaAccess(
            f"{self._name}-grafana",
            self.scope,
            GrafanaAccessArgs(
                monitor_workspace_id=self.observability.monitor_workspace_id,
                reads_metrics=self._managed_metrics,
                home=self.scope.location == self._settings.registry_home,
                after=self._after_global,
            ),
            opts=self._children,
        )

    def _dns(self) -> RegionDns:
        settings = self._settings
        return RegionDns(
            f"{self._name}-dns",
            self.scope,
            RegionDnsArgs(
                region=settings.this_region,
                position=len(settings.regions_before),
                hosts=host_names(settings),
                profiles=traffic_profiles(settings),
                settings=settings.dns,
                exposure=settings.gateway.exposure,
                gateway_address=region_plan(settings.this_region).gateway_address,
                address_ids=self.network.public_address_ids,
                writers=self._grants.dns_writers(),
                listers=self._grants.principals(lambda account: account.lists_dns_zones),
                home=self.scope.location == settings.registry_home,
                after=self._after_global,
            ),
            opts=self._children,
        )

    def _flow_logs(self) -> None:
        args = FlowLogsArgs(virtual_network_id=self.network.virtual_network_id)
        FlowLogs(f"{self._name}-flows", self.scope, args, opts=self._children)

    def _platform_services(self, registry_access: RegistryAccess, after: Sequence[pulumi.Resource]) -> PlatformServices:
        return PlatformServices(
            f"{self._name}-services",
            self.scope,
            PlatformServicesArgs(
                settings=self._settings,
                identities=self.identities,
                cluster=self.cluster,
                registry_access=registry_access,
                after=after,
                metrics_endpoint=self.observability.metrics_endpoint,
                trace_connection=self.observability.trace_connection,
            ),
            opts=self._in_cluster,
        )

    def _voice_workloads(self, services: PlatformServices) -> VoiceWorkloads:
        return VoiceWorkloads(
            f"{self._name}-voice",
            VoiceWorkloadsArgs(
                settings=self._settings,
                identities=self.identities,
                namespaces=services.namespaces,
                prometheus_address=services.prometheus_address,
                after=[services, self.data_tier, self.key_vault],
            ),
            opts=self._in_cluster,
        )
