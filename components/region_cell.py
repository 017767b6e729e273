"""One region of the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from components.platform_services import PlatformServices, PlatformServicesArgs
from components.region_dns import RegionDns, RegionDnsArgs
from components.registry import RegistryAccess, RegistryAccessArgs
from components.voice_workloads import VoiceWorkloads, VoiceWorkloadsArgs
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from model.address_plan import Subnet, region_plan
from model.host_names import host_names
from model.identities import WorkloadAccount, workload_accounts
from model.naming import global_names, region_names
from model.private_dns import PrivateZone, kubernetes_api_zone, private_zones
from model.public_addresses import PublicAddress
from model.traffic_profiles import traffic_profiles
from settings.schema.aks_stack import AksStackSettings
from settings.schema.data import DatabaseAdministrator


@dataclass(frozen=True, kw_only=True)
class RegionCellArgs:
    """Args of `RegionCell`: the whole stack, since a cell composes what all its sections describe.

    `secrets` are the values of `voice:secrets`. `global_part` is the component that owns the global part, in the one
    stack that has it: what attaches to it waits for it there.
    """

    settings: AksStackSettings
    secrets: Mapping[str, pulumi.Output[str]]
    global_part: pulumi.Resource | None


class RegionCell(pulumi.ComponentResource):
    """Everything of one region, so that a change reaches one region at a time and a region that is down blocks no
    other.

    Owns the region's resource group and composes its monitoring, network, cluster, data tier, vault and what is in
    the cluster. Does not own the global part; it attaches the region to it.
    """

    network: Network
    cluster: AksCluster

    def __init__(self, name: str, args: RegionCellArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:RegionCell", name, None, opts)
        self._name, self._args, self._settings = name, args, args.settings
        self._location = args.settings.this_region.location
        self._managed_metrics = args.settings.metrics.backend == "managed"
        self._children = pulumi.ResourceOptions(parent=self)
        # What needs the registry or Grafana waits for the global part where this stack makes it.
        self._after_global = [args.global_part] if args.global_part is not None else []
        group = resources.ResourceGroup(
            f"{name}-resource-group",
            resource_group_name=region_names(args.settings).resource_group,
            location=self._location,
            tags=args.settings.all_tags,
            opts=self._children,
        )
        self._group = group.name
        self.observability = self._observability()
        self.network = self._network()
        self.cluster = self._cluster()
        self._cluster_monitoring()
        if self._managed_metrics:
            self._recording_rules()
        self._accounts = workload_accounts(args.settings)
        identities = {account.name: self._identity(account) for account in self._accounts}
        self.data_tier = self._data_tier(identities)
        self.key_vault = self._key_vault(identities)
        self._registry_access()
        self._grafana_access()
        if args.settings.observability.flow_logs:
            self._flow_logs()
        services = PlatformServices(
            f"{name}-services",
            PlatformServicesArgs(
                settings=args.settings,
                identities=identities,
                cluster=self.cluster,
                after=[self._dns(identities), self._telemetry_access(identities)],
                metrics_endpoint=self.observability.metrics_endpoint,
                trace_connection=self.observability.trace_connection,
            ),
            opts=pulumi.ResourceOptions(parent=self, providers=[self.cluster.provider]),
        )
        VoiceWorkloads(
            f"{name}-voice",
            VoiceWorkloadsArgs(
                settings=args.settings,
                identities=identities,
                namespaces=services.namespaces,
                prometheus_address=services.prometheus_address,
                after=[services, self.data_tier, self.key_vault],
            ),
            opts=pulumi.ResourceOptions(parent=self, providers=[self.cluster.provider]),
        )
        self.register_outputs({"clusterName": self.cluster.cluster_name})

    def _observability(self) -> Observability:
        return Observability(
            f"{self._name}-observability",
            ObservabilityArgs(
                resource_group_name=self._group,
                names=region_names(self._settings),
                location=self._location,
                settings=self._settings.observability,
                tags=self._settings.all_tags,
            ),
            opts=self._children,
        )

    def _network(self) -> Network:
        settings = self._settings
        return Network(
            f"{self._name}-network",
            NetworkArgs(
                resource_group_name=self._group,
                names=region_names(settings),
                region=settings.this_region,
                peers=settings.regions_before,
                others=[region for region in settings.regions if region != settings.this_region],
                settings=settings.network,
                telephony=settings.telephony,
                event_socket=settings.freeswitch.event_socket,
                gateway_exposure=settings.gateway.exposure,
                media_zones=settings.aks.zones,
                private_api_server=settings.aks.api_server.access == "private",
                private_zones=private_zones(settings),
                workspace_id=self.observability.workspace_id,
                protect=settings.protect,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _cluster(self) -> AksCluster:
        settings, net = self._settings, self.network
        single = [*net.nat_addresses, net.public_addresses[PublicAddress.OUTBOUND]]
        return AksCluster(
            f"{self._name}-aks",
            AksClusterArgs(
                resource_group_name=self._group,
                names=region_names(settings),
                location=self._location,
                plan=region_plan(settings.this_region),
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
                private_zone_id=net.private_zone_ids.get(kubernetes_api_zone(self._location)),
                control_plane_roles=net.cluster_roles,
                workspace_id=self.observability.workspace_id,
                managed_metrics=self._managed_metrics,
                scaling=settings.scaling.enabled,
                mesh=settings.mesh,
                defender=settings.observability.defender,
                protect=settings.protect,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _cluster_monitoring(self) -> None:
        ClusterMonitoring(
            f"{self._name}-monitoring",
            ClusterMonitoringArgs(
                resource_group_name=self._group,
                names=region_names(self._settings),
                location=self._location,
                cluster_id=self.cluster.cluster_id,
                workspace_id=self.observability.workspace_id,
                audit_workspace_id=self.observability.audit_workspace_id,
                monitor_workspace_id=self.observability.monitor_workspace_id,
                managed_metrics=self._managed_metrics,
                tags=self._settings.all_tags,
            ),
            opts=self._children,
        )

    def _recording_rules(self) -> None:
        RecordingRules(
            f"{self._name}-rules",
            RecordingRulesArgs(
                resource_group_name=self._group,
                names=region_names(self._settings),
                location=self._location,
                cluster_id=self.cluster.cluster_id,
                monitor_workspace_id=self.observability.monitor_workspace_id,
                tags=self._settings.all_tags,
            ),
            opts=self._children,
        )

    def _telemetry_access(self, identities: Mapping[str, WorkloadIdentity]) -> TelemetryAccess:
        return TelemetryAccess(
            f"{self._name}-telemetry",
            TelemetryAccessArgs(
                names=region_names(self._settings),
                monitor_workspace_id=self.observability.monitor_workspace_id,
                application_insights_id=self.observability.application_insights_id,
                metrics_readers={
                    account.name: identities[account.name].principal
                    for account in self._accounts
                    if account.reads_metrics
                },
                trace_writers={
                    account.name: identities[account.name].principal
                    for account in self._accounts
                    if account.writes_traces
                },
            ),
            opts=self._children,
        )

    def _identity(self, account: WorkloadAccount) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{self._name}-identity-{account.name}",
            WorkloadIdentityArgs(
                resource_group_name=self._group,
                names=region_names(self._settings),
                location=self._location,
                account=account,
                issuer_url=self.cluster.oidc_issuer_url,
                tags=self._settings.all_tags,
            ),
            opts=self._children,
        )

    def _data_tier(self, identities: Mapping[str, WorkloadIdentity]) -> DataTier:
        settings = self._settings
        primary = settings.primary_region
        administrators: dict[str, tuple[pulumi.Input[str], DatabaseAdministrator | None]] = {
            account.name: (identities[account.name].principal.id, None)
            for account in self._accounts
            if account.database_administrator
        }
        for person in settings.data.postgresql.administrators:
            administrators[person.name] = (person.object_id, person)
        return DataTier(
            f"{self._name}-data",
            DataTierArgs(
                resource_group_name=self._group,
                names=region_names(settings),
                location=self._location,
                tenant_id=settings.azure.tenant_id,
                settings=settings.data,
                primary_server_id=None
                if settings.this_region == primary
                else server_id(region_names(settings).in_scope(primary.name)),
                after=[self.network],
                subnet_ids=self.network.subnet_ids,
                zone_ids=self.network.private_zone_ids,
                database_administrators=administrators,
                redis_readers={
                    account.name: identities[account.name].principal.id for account in self._accounts if account.redis
                },
                file_writers={
                    account.name: (identities[account.name].principal, account.containers)
                    for account in self._accounts
                    if account.containers
                },
                workspace_id=self.observability.workspace_id,
                audit_workspace_id=self.observability.audit_workspace_id,
                protect=settings.protect,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _key_vault(self, identities: Mapping[str, WorkloadIdentity]) -> KeyVault:
        settings = self._settings
        given: Sequence[str] = tuple(self._args.secrets)
        return KeyVault(
            f"{self._name}-vault",
            KeyVaultArgs(
                resource_group_name=self._group,
                names=region_names(settings),
                location=self._location,
                tenant_id=settings.azure.tenant_id,
                settings=settings.key_vault,
                given=self._args.secrets,
                made_by_azure=self.data_tier.keys,
                readers={
                    account.name: (identities[account.name].principal, account.reads(given))
                    for account in self._accounts
                },
                certificate_writers={
                    account.name: identities[account.name].principal
                    for account in self._accounts
                    if account.writes_certificates
                },
                subnet_id=self.network.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=self.network.private_zone_ids[PrivateZone.VAULT],
                workspace_id=self.observability.audit_workspace_id,
                protect=settings.protect,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _registry_access(self) -> None:
        settings = self._settings
        RegistryAccess(
            f"{self._name}-registry",
            RegistryAccessArgs(
                resource_group_name=self._group,
                names=region_names(settings),
                registry_names=global_names(settings),
                home=settings.registry_home,
                location=self._location,
                subnet_id=self.network.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=self.network.private_zone_ids[PrivateZone.REGISTRY],
                kubelet=self.cluster.kubelet,
                after=self._after_global,
                workspace_id=self.observability.audit_workspace_id,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _grafana_access(self) -> None:
        GrafanaAccess(
            f"{self._name}-grafana",
            GrafanaAccessArgs(
                names=region_names(self._settings),
                grafana_names=global_names(self._settings),
                monitor_workspace_id=self.observability.monitor_workspace_id,
                workspace_id=self.observability.workspace_id,
                reads_metrics=self._managed_metrics,
                home=self._location == self._settings.registry_home,
                after=self._after_global,
            ),
            opts=self._children,
        )

    def _dns(self, identities: Mapping[str, WorkloadIdentity]) -> RegionDns:
        settings = self._settings
        return RegionDns(
            f"{self._name}-dns",
            RegionDnsArgs(
                resource_group_name=self._group,
                names=region_names(settings),
                global_names=global_names(settings),
                region=settings.this_region,
                position=len(settings.regions_before),
                hosts=host_names(settings),
                profiles=traffic_profiles(settings),
                settings=settings.dns,
                exposure=settings.gateway.exposure,
                gateway_address=region_plan(settings.this_region).gateway_address,
                address_ids=self.network.public_address_ids,
                writers={
                    account.name: (identities[account.name].principal, account.dns_zones)
                    for account in self._accounts
                    if account.dns_zones
                },
                listers={
                    account.name: identities[account.name].principal
                    for account in self._accounts
                    if account.lists_dns_zones
                },
                workspace_id=self.observability.workspace_id,
                home=self._location == settings.registry_home,
                after=self._after_global,
                tags=settings.all_tags,
            ),
            opts=self._children,
        )

    def _flow_logs(self) -> None:
        FlowLogs(
            f"{self._name}-flows",
            FlowLogsArgs(
                names=region_names(self._settings),
                location=self._location,
                virtual_network_id=self.network.virtual_network_id,
                storage_id=self.data_tier.storage.account_id,
                workspace_id=self.observability.workspace_id,
                tags=self._settings.all_tags,
            ),
            opts=self._children,
        )
