"""The cluster."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice

from components.aks_cluster.identities import ClusterIdentities, ClusterIdentitiesArgs
from components.aks_cluster.kubeconfig import unattended
from components.aks_cluster.maintenance import maintenance_windows
from components.aks_cluster.node_pools import AgentPoolPlan, PoolContext, PoolNetwork, agent_pools
from components.role_assignment import Principal, RoleScope, assign_role
from model.address_plan import AddressPlan, Subnet
from model.drain import drain_budget
from model.kubernetes import POOL_LABEL, SYSTEM_POOL_TAINT
from model.naming import Naming
from model.pools import SURGE
from model.roles import Role
from settings.schema.aks import AksSettings
from settings.schema.azure import AzureSettings, DeployerSettings
from settings.schema.mesh import MeshSettings
from settings.schema.telephony import TelephonySettings

SYSTEM_POOL = "system"
AUTOSCALER_GRACE_SECONDS = 600
"""AKS's default, kept: pods with calls opt out of eviction, so this only bounds all the others."""

CLUSTER_MINUTES = 60
POOL_MINUTES = 60
"""How long Pulumi waits for Azure, beside what nodes need to empty (azure-native gives up after 30 by default)."""


@dataclass(frozen=True, kw_only=True)
class AksClusterArgs:
    """Args of `AksCluster`.

    `own_ways_out` are the public addresses and ranges that the cluster's own nodes send from: with authorised ranges
    they must be among them, or nodes cannot reach their API server. `private_zone_id` is set for a private one only.
    `managed_metrics` and `scaling` are the add-ons of Azure Monitor for Prometheus and of KEDA.
    """

    resource_group_name: pulumi.Input[str]
    names: Naming
    location: str
    plan: AddressPlan
    azure: AzureSettings
    deployer: DeployerSettings
    settings: AksSettings
    telephony: TelephonySettings
    pool_network: PoolNetwork
    outbound_address_id: pulumi.Input[str]
    own_ways_out: Sequence[pulumi.Input[str]]
    private_zone_id: pulumi.Input[str] | None
    control_plane_roles: Mapping[str, tuple[Role, RoleScope]]
    workspace_id: pulumi.Input[str]
    managed_metrics: bool
    scaling: bool
    mesh: MeshSettings
    defender: bool
    protect: bool
    tags: Mapping[str, str]


class AksCluster(pulumi.ComponentResource):
    """The Kubernetes cluster of one region, and the one Kubernetes provider of the program.

    Owns the cluster with its small system pool, every other node pool, the cluster's identities and their roles, the
    deployer's roles, the maintenance windows and the provider. Does not own addresses, subnets or prefixes (Network),
    nor anything inside the cluster (PlatformServices, VoiceWorkloads).

    Pools other than the system pool are never inline: an edit of one inline pool sets all of them to scaling, and
    Azure refuses to change there what it would replace here.
    """

    cluster_id: pulumi.Output[str]
    cluster_name: str
    kubeconfig: pulumi.Output[str]
    """Secret; signs in as `deployer.kubernetesLogin` says."""
    oidc_issuer_url: pulumi.Output[str]
    kubelet: Principal
    """Who the nodes are: what they may pull is given by whoever owns it."""
    provider: kubernetes.Provider

    def __init__(self, name: str, args: AksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:AksCluster", name, None, opts)
        self._name, self._args = name, args
        self.cluster_name = args.names.cluster
        identities = ClusterIdentities(
            f"{name}-identities",
            ClusterIdentitiesArgs(
                resource_group_name=args.resource_group_name,
                names=args.names,
                location=args.location,
                control_plane_roles=args.control_plane_roles,
                tags=args.tags,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.kubelet = identities.kubelet
        cluster = self._cluster(identities)
        self.cluster_id = cluster.id
        last = self._maintenance(cluster)
        self._pools(after=last)
        deployer_roles = self._deployer_roles(cluster)
        self.oidc_issuer_url = self._issuer(cluster)
        self.kubeconfig = self._kubeconfig(cluster)
        self.provider = kubernetes.Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            # The id, never computed: a replaced cluster must replace what was in it.
            cluster_identifier=cluster.id,
            # Changed in place: deleted and made again, they would be missing under pods that run (decision 0017).
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=deployer_roles),
        )
        self.register_outputs({"clusterId": self.cluster_id, "clusterName": self.cluster_name})

    def _cluster(self, identities: ClusterIdentities) -> containerservice.ManagedCluster:
        args, aks = self._args, self._args.settings
        return containerservice.ManagedCluster(
            f"{self._name}-cluster",
            resource_name_=args.names.cluster,
            resource_group_name=args.resource_group_name,
            location=args.location,
            dns_prefix=args.names.cluster_dns_prefix,
            node_resource_group=args.names.node_resource_group,
            kubernetes_version=aks.kubernetes_version,
            sku=containerservice.ManagedClusterSKUArgs(name="Base", tier=aks.tier),
            support_plan="AKSLongTermSupport" if aks.long_term_support else "KubernetesOfficial",
            identity=containerservice.ManagedClusterIdentityArgs(
                type=containerservice.ResourceIdentityType.USER_ASSIGNED,
                user_assigned_identities=[identities.control_plane_id],
            ),
            identity_profile={
                "kubeletidentity": containerservice.UserAssignedIdentityArgs(
                    resource_id=identities.kubelet_id,
                    client_id=identities.kubelet_client_id,
                    object_id=identities.kubelet_principal_id,
                )
            },
            agent_pool_profiles=[self._system_pool()],
            network_profile=self._network_profile(),
            api_server_access_profile=self._api_server(),
            enable_rbac=True,
            disable_local_accounts=not aks.local_accounts,
            aad_profile=containerservice.ManagedClusterAADProfileArgs(
                managed=True,
                enable_azure_rbac=True,
                tenant_id=args.azure.tenant_id,
                admin_group_object_ids=list(aks.admin_group_object_ids),
            ),
            oidc_issuer_profile=containerservice.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
            security_profile=containerservice.ManagedClusterSecurityProfileArgs(
                workload_identity=containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
                image_cleaner=containerservice.ManagedClusterSecurityProfileImageCleanerArgs(
                    enabled=True, interval_hours=aks.image_cleaner_hours
                ),
                defender=self._defender(),
            ),
            azure_monitor_profile=containerservice.ManagedClusterAzureMonitorProfileArgs(
                # Off is said: left out, an add-on that runs would stay.
                metrics=containerservice.ManagedClusterAzureMonitorProfileMetricsArgs(enabled=args.managed_metrics)
            ),
            addon_profiles={
                "omsagent": containerservice.ManagedClusterAddonProfileArgs(
                    enabled=True,
                    config={
                        "logAnalyticsWorkspaceResourceID": args.workspace_id,
                        # Azure's older way in, with the workspace's key, ended on 2026-09-30.
                        "useAADAuth": "true",
                    },
                ),
                "azureKeyvaultSecretsProvider": containerservice.ManagedClusterAddonProfileArgs(
                    enabled=True,
                    config={
                        "enableSecretRotation": "true",
                        "rotationPollInterval": f"{aks.secret_rotation_minutes}m",
                    },
                ),
            },
            workload_auto_scaler_profile=containerservice.ManagedClusterWorkloadAutoScalerProfileArgs(
                keda=containerservice.ManagedClusterWorkloadAutoScalerProfileKedaArgs(enabled=args.scaling),
                vertical_pod_autoscaler=containerservice.ManagedClusterWorkloadAutoScalerProfileVerticalPodAutoscalerArgs(
                    enabled=True
                ),
            ),
            service_mesh_profile=self._mesh(),
            auto_scaler_profile=self._autoscaler(),
            auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
                upgrade_channel=aks.upgrade_channel, node_os_upgrade_channel=aks.node_os_upgrade_channel
            ),
            tags=args.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                # Azure checks the roles when it creates the cluster.
                depends_on=[identities],
                custom_timeouts=_timeouts(CLUSTER_MINUTES),
            ),
        )

    def _defender(self) -> containerservice.ManagedClusterSecurityProfileDefenderArgs | None:
        if not self._args.defender:
            return None
        return containerservice.ManagedClusterSecurityProfileDefenderArgs(
            log_analytics_workspace_resource_id=self._args.workspace_id,
            security_monitoring=containerservice.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs(
                enabled=True
            ),
        )

    def _mesh(self) -> containerservice.ServiceMeshProfileArgs:
        """Off is said: left out, a mesh that runs would stay. How traffic reaches sidecars is left to the revision's
        default, a plugin of the node; this version of Azure's API has no word for it.
        """
        mesh = self._args.mesh
        if not mesh.enabled:
            return containerservice.ServiceMeshProfileArgs(mode=containerservice.ServiceMeshMode.DISABLED)
        return containerservice.ServiceMeshProfileArgs(
            mode=containerservice.ServiceMeshMode.ISTIO,
            istio=containerservice.IstioServiceMeshArgs(revisions=list(mesh.revisions)),
        )

    def _system_pool(self) -> containerservice.ManagedClusterAgentPoolProfileArgs:
        pool, aks = self._args.settings.system_pool, self._args.settings
        return containerservice.ManagedClusterAgentPoolProfileArgs(
            name=SYSTEM_POOL,
            mode="System",
            type="VirtualMachineScaleSets",
            orchestrator_version=aks.kubernetes_version,
            os_type="Linux",
            os_sku="Ubuntu",
            vm_size=pool.vm_size,
            os_disk_size_gb=pool.os_disk.gib,
            os_disk_type=pool.os_disk.type,
            enable_auto_scaling=True,
            min_count=pool.min_nodes,
            max_count=pool.max_nodes,
            availability_zones=list(aks.zones),
            vnet_subnet_id=self._args.pool_network.subnet_ids[Subnet.SYSTEM],
            enable_node_public_ip=False,
            node_taints=[SYSTEM_POOL_TAINT],
            node_labels={POOL_LABEL: SYSTEM_POOL},
            upgrade_settings=containerservice.AgentPoolUpgradeSettingsArgs(max_surge=SURGE),
        )

    def _network_profile(self) -> containerservice.ContainerServiceNetworkProfileArgs:
        """Overlay with Cilium. Outbound by the cluster's load balancer and our address; a subnet's NAT gateway goes
        before it.

        What Azure would fill in and never changes is said too: a cluster that is taken into the state by import, as
        after a killed deployment, would be replaced for what the program leaves out.
        """
        plan = self._args.plan
        return containerservice.ContainerServiceNetworkProfileArgs(
            network_plugin="azure",
            network_plugin_mode="overlay",
            network_dataplane="cilium",
            network_policy="cilium",
            ip_families=["IPv4"],
            pod_cidr=plan.pods,
            pod_cidrs=[plan.pods],
            service_cidr=plan.services,
            service_cidrs=[plan.services],
            dns_service_ip=plan.dns_service_ip,
            load_balancer_sku="standard",
            outbound_type="loadBalancer",
            load_balancer_profile=containerservice.ManagedClusterLoadBalancerProfileArgs(
                outbound_ips=containerservice.ManagedClusterLoadBalancerProfileOutboundIPsArgs(
                    public_ips=[containerservice.ResourceReferenceArgs(id=self._args.outbound_address_id)]
                )
            ),
        )

    def _api_server(self) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
        server = self._args.settings.api_server
        if server.access == "private":
            return containerservice.ManagedClusterAPIServerAccessProfileArgs(
                enable_private_cluster=True,
                enable_private_cluster_public_fqdn=False,
                private_dns_zone=self._args.private_zone_id,
            )
        people = sorted({*self._args.deployer.egress_cidrs, *server.authorized_cidrs})
        return containerservice.ManagedClusterAPIServerAccessProfileArgs(
            enable_private_cluster=False,
            authorized_ip_ranges=[*people, *self._args.own_ways_out],
        )

    def _autoscaler(self) -> containerservice.ManagedClusterPropertiesAutoScalerProfileArgs:
        """Azure takes all of them as text."""
        autoscaler = self._args.settings.autoscaler
        return containerservice.ManagedClusterPropertiesAutoScalerProfileArgs(
            scale_down_delay_after_add=autoscaler.scale_down_delay_after_add,
            scale_down_unneeded_time=autoscaler.scale_down_unneeded_time,
            scale_down_utilization_threshold=str(autoscaler.scale_down_utilization_threshold),
            scan_interval=autoscaler.scan_interval,
            max_graceful_termination_sec=str(AUTOSCALER_GRACE_SECONDS),
            # The zones of a media pool are pools of their own; without this one of them takes everything.
            balance_similar_node_groups="true",
            # Pods with calls are marked not safe to evict; an emptyDir alone must not keep a node.
            skip_nodes_with_local_storage="false",
        )

    def _maintenance(self, cluster: containerservice.ManagedCluster) -> pulumi.Resource:
        """One after another, as every write to a cluster. Returns the last."""
        previous: pulumi.Resource = cluster
        for config_name, window in maintenance_windows(self._args.settings.maintenance).items():
            previous = containerservice.MaintenanceConfiguration(
                f"{self._name}-maintenance-{config_name}",
                config_name=config_name,
                resource_group_name=self._args.resource_group_name,
                resource_name_=self._args.names.cluster,
                maintenance_window=window,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous]),
            )
        return previous

    def _pools(self, after: pulumi.Resource) -> None:
        """One after another: a cluster takes one operation at a time."""
        args = self._args
        previous = after
        context = PoolContext(
            resource_group_name=args.resource_group_name,
            names=args.names,
            aks=args.settings,
            telephony=args.telephony,
            network=args.pool_network,
            tags=args.tags,
        )
        for plan in agent_pools(context):
            previous = self._pool(plan, after=previous)

    def _pool(self, plan: AgentPoolPlan, after: pulumi.Resource) -> containerservice.AgentPool:
        drain_minutes = drain_budget(self._args.telephony).node_minutes
        # The SDK's form with an args object fails for a type that has a property of the name `resource_name`.
        properties = {key: value for key, value in vars(plan.args).items() if key != "resource_name"}
        return containerservice.AgentPool(
            f"{self._name}-pool-{plan.azure_name}",
            resource_name_=self._args.names.cluster,
            **properties,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=self._args.protect and plan.carries_calls,
                depends_on=[after],
                custom_timeouts=_timeouts(POOL_MINUTES + drain_minutes * plan.most_nodes),
            ),
        )

    def _deployer_roles(self, cluster: containerservice.ManagedCluster) -> list[pulumi.Resource]:
        """What the deployer needs to fetch a kubeconfig and to use it; Azure gives neither to who creates a cluster."""
        args = self._args
        deployer = Principal(
            id=args.deployer.principal_id, identifier=args.deployer.principal_id, type=args.deployer.principal_type
        )
        plain = args.names.resource_id("Microsoft.ContainerService/managedClusters", args.names.cluster)
        scope = RoleScope(id=cluster.id, plain_id=plain)
        roles = {"user": Role.AKS_CLUSTER_USER, "admin": Role.AKS_RBAC_CLUSTER_ADMIN}
        return [
            assign_role(
                f"{self._name}-deployer-{short}",
                role,
                deployer,
                scope,
                args.names.subscription_id,
                pulumi.ResourceOptions(parent=self),
            )
            for short, role in roles.items()
        ]

    def _issuer(self, cluster: containerservice.ManagedCluster) -> pulumi.Output[str]:
        answer = containerservice.get_managed_cluster_output(
            resource_group_name=self._args.names.resource_group,
            resource_name=self._args.names.cluster,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[cluster]),
        )
        return answer.oidc_issuer_profile.apply(lambda profile: profile.issuer_url if profile else "")

    def _kubeconfig(self, cluster: containerservice.ManagedCluster) -> pulumi.Output[str]:
        """Read by name: made from the cluster's outputs it would be unknown at each of its updates, and charts would
        vanish.
        """
        answer = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name=self._args.names.resource_group,
            resource_name=self._args.names.cluster,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[cluster]),
        )
        login = self._args.deployer.kubernetes_login

        def decode(kubeconfigs: Sequence[containerservice.outputs.CredentialResultResponse]) -> str:
            return unattended(base64.b64decode(kubeconfigs[0].value).decode(), login)

        return pulumi.Output.secret(answer.kubeconfigs.apply(decode))


def _timeouts(minutes: int) -> pulumi.CustomTimeouts:
    limit = f"{minutes}m"
    return pulumi.CustomTimeouts(create=limit, update=limit, delete=limit)
