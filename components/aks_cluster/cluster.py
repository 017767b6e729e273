"""The cluster."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice

from components.aks_cluster import profiles
from components.aks_cluster.identities import ClusterIdentities, ClusterIdentitiesArgs
from components.aks_cluster.kubeconfig import unattended
from components.aks_cluster.maintenance import maintenance_windows
from components.aks_cluster.node_pools import AgentPoolPlan, PoolContext, PoolNetwork, agent_pools
from components.creation_retries import MISSING_CLUSTER_ROLES, retry_on
from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.address_plan import AddressPlan, Subnet
from model.drain import drain_budget
from model.roles import Role
from settings.schema.aks import AksSettings
from settings.schema.azure import DeployerSettings
from settings.schema.mesh import MeshSettings
from settings.schema.telephony import TelephonySettings

CLUSTER_MINUTES = 60
POOL_MINUTES = 60
"""How long Pulumi waits for Azure, without the time that nodes need to drain (azure-native's default is 30)."""


@dataclass(frozen=True, kw_only=True)
class AksClusterArgs:
    """Args of `AksCluster`.

    `plan` has the ranges of pods and services. `egress_cidrs` are the public ranges that the cluster's own nodes send
    from; they join the authorized ranges of a public API server. `control_plane_roles` are the roles that Azure
    requires before it creates the cluster, by a short name. `private_zone_id` is the DNS zone of a private API server.
    `managed_metrics` and `scaling` enable the add-ons of Azure Monitor for Prometheus and KEDA, `defender` enables
    Microsoft Defender for Containers.
    """

    plan: AddressPlan
    tenant_id: str
    deployer: DeployerSettings
    settings: AksSettings
    telephony: TelephonySettings
    pool_network: PoolNetwork
    outbound_address_id: pulumi.Input[str]
    egress_cidrs: Sequence[pulumi.Input[str]]
    control_plane_roles: Mapping[str, tuple[Role, RoleScope]]
    private_zone_id: pulumi.Input[str] | None = None
    managed_metrics: bool = False
    scaling: bool = False
    mesh: MeshSettings = field(default_factory=MeshSettings)
    defender: bool = False


class AksCluster(pulumi.ComponentResource):
    """The Kubernetes cluster of one region, and the one Kubernetes provider of the program.

    Owns the cluster with its small system pool, every other node pool, the cluster's identities and their roles, the
    deployer's roles, the maintenance windows and the provider. Does not own addresses, subnets or prefixes (Network),
    nor anything inside the cluster (PlatformServices, VoiceWorkloads).

    Pools other than the system pool are separate resources: an edit of one inline pool puts all inline pools into a
    scaling operation, and Azure refuses changes of inline pools that require a replacement.
    """

    cluster_id: pulumi.Output[str]
    cluster_name: str
    kubeconfig: pulumi.Output[str]
    """Secret. The login method is the setting `deployer.kubernetesLogin`."""
    oidc_issuer_url: pulumi.Output[str]
    """Issuer of ServiceAccount tokens, for federated credentials."""
    kubelet: Principal
    """The identity of the nodes. The registry's owner grants it the right to pull."""
    provider: kubernetes.Provider | None
    """The program's only Kubernetes provider. Give it to every resource in the cluster. `None` with
    `aks.kubernetesObjects: false`, because the engine connects each declared provider to its API server.
    """

    def __init__(
        self, name: str, scope: Scope, args: AksClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:AksCluster", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        self.cluster_name = scope.names.cluster
        identities = ClusterIdentities(
            f"{name}-identities",
            scope,
            ClusterIdentitiesArgs(control_plane_roles=args.control_plane_roles),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.kubelet = identities.kubelet
        deployer_roles = self._deployer_roles()
        cluster = self._cluster(identities, deployer_roles)
        self.cluster_id = cluster.id
        last = self._maintenance(cluster)
        self._pools(after=last)
        self.oidc_issuer_url = self._issuer(cluster)
        self.kubeconfig = self._kubeconfig(cluster)
        self.provider = self._kubernetes_provider(cluster, deployer_roles) if args.settings.kubernetes_objects else None
        self.register_outputs(
            {"clusterId": self.cluster_id, "clusterName": self.cluster_name, "oidcIssuerUrl": self.oidc_issuer_url}
        )

    def _cluster(
        self, identities: ClusterIdentities, deployer_roles: Sequence[pulumi.Resource]
    ) -> containerservice.ManagedCluster:
        scope, args, aks = self._scope, self._args, self._args.settings
        name = f"{self._name}-cluster"
        return containerservice.ManagedCluster(
            name,
            resource_name_=scope.names.cluster,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            dns_prefix=scope.names.cluster_dns_prefix,
            node_resource_group=scope.names.node_resource_group,
            kubernetes_version=aks.kubernetes_version,
            sku=containerservice.ManagedClusterSKUArgs(name="Base", tier=aks.tier),
            support_plan="AKSLongTermSupport" if aks.long_term_support else "KubernetesOfficial",
            **_identity_arguments(identities),
            agent_pool_profiles=[profiles.system_pool(aks, args.pool_network.subnet_ids[Subnet.SYSTEM])],
            network_profile=profiles.network_profile(args.plan, args.outbound_address_id),
            api_server_access_profile=self._api_server(),
            enable_rbac=True,
            disable_local_accounts=not aks.local_accounts,
            aad_profile=containerservice.ManagedClusterAADProfileArgs(
                managed=True,
                enable_azure_rbac=True,
                tenant_id=args.tenant_id,
                admin_group_object_ids=list(aks.admin_group_object_ids),
            ),
            oidc_issuer_profile=containerservice.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
            security_profile=profiles.security_profile(aks, scope.log_workspace_id if args.defender else None),
            azure_monitor_profile=containerservice.ManagedClusterAzureMonitorProfileArgs(
                # Set `False` explicitly: omitting it leaves a running add-on enabled.
                metrics=containerservice.ManagedClusterAzureMonitorProfileMetricsArgs(enabled=args.managed_metrics)
            ),
            addon_profiles=profiles.addon_profiles(aks, scope.log_workspace_id),
            workload_auto_scaler_profile=profiles.workload_autoscalers(keda=args.scaling),
            service_mesh_profile=profiles.mesh_profile(args.mesh),
            auto_scaler_profile=profiles.autoscaler_profile(aks),
            auto_upgrade_profile=containerservice.ManagedClusterAutoUpgradeProfileArgs(
                upgrade_channel=aks.upgrade_channel, node_os_upgrade_channel=aks.node_os_upgrade_channel
            ),
            tags=scope.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=scope.protect,
                # Azure checks the roles when it creates the cluster, and they take effect with a delay.
                depends_on=[identities, *deployer_roles],
                hooks=retry_on(name, MISSING_CLUSTER_ROLES),
                custom_timeouts=_timeouts(CLUSTER_MINUTES),
            ),
        )

    def _api_server(self) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
        args, server = self._args, self._args.settings.api_server
        if server.access == "private":
            return profiles.private_api_server(args.private_zone_id)
        return profiles.public_api_server([*args.deployer.egress_cidrs, *server.authorized_cidrs], args.egress_cidrs)

    def _maintenance(self, cluster: containerservice.ManagedCluster) -> pulumi.Resource:
        """Declares the windows in a chain, because a cluster takes one write at a time. Returns the last."""
        previous: pulumi.Resource = cluster
        for config_name, window in maintenance_windows(self._args.settings.maintenance).items():
            previous = containerservice.MaintenanceConfiguration(
                f"{self._name}-maintenance-{config_name}",
                config_name=config_name,
                resource_group_name=self._scope.resource_group_name,
                resource_name_=self._scope.names.cluster,
                maintenance_window=window,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous]),
            )
        return previous

    def _pools(self, after: pulumi.Resource) -> None:
        """Declares the pools in a chain, because a cluster takes one operation at a time."""
        args = self._args
        previous = after
        context = PoolContext(
            scope=self._scope,
            aks=args.settings,
            telephony=args.telephony,
            network=args.pool_network,
        )
        for plan in agent_pools(context):
            previous = self._pool(plan, after=previous)

    def _pool(self, plan: AgentPoolPlan, after: pulumi.Resource) -> containerservice.AgentPool:
        drain_minutes = drain_budget(self._args.telephony).node_minutes
        # The SDK's form with an args object fails for a type that has a property of the name `resource_name`.
        properties = {key: value for key, value in vars(plan.args).items() if key != "resource_name"}
        return containerservice.AgentPool(
            f"{self._name}-pool-{plan.azure_name}",
            resource_name_=self._scope.names.cluster,
            **properties,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=self._scope.protect and plan.carries_calls,
                depends_on=[after],
                custom_timeouts=_timeouts(POOL_MINUTES + drain_minutes * plan.max_nodes),
            ),
        )

    def _deployer_roles(self) -> list[pulumi.Resource]:
        """The roles to fetch a kubeconfig and to use it; Azure grants neither to the creator of a cluster.

        On the resource group, which contains only this cluster: assigned before the cluster exists, they have taken
        effect when its API server answers. AKS's authorization needs up to five minutes to see a new role.
        """
        names, args = self._scope.names, self._args
        deployer = Principal(
            id=args.deployer.principal_id, identifier=args.deployer.principal_id, type=args.deployer.principal_type
        )
        group_id = pulumi.Output.concat(
            f"/subscriptions/{names.subscription_id}/resourceGroups/", self._scope.resource_group_name
        )
        role_scope = RoleScope(id=group_id, plain_id=names.resource_group_id)
        roles = {"user": Role.AKS_CLUSTER_USER, "admin": Role.AKS_RBAC_CLUSTER_ADMIN}
        return [
            assign_role(
                f"{self._name}-deployer-{short}",
                role,
                deployer,
                role_scope,
                names.subscription_id,
                # The deployer must not lose a role during the deployment that replaces it.
                pulumi.ResourceOptions(parent=self, delete_before_replace=False),
            )
            for short, role in roles.items()
        ]

    def _issuer(self, cluster: containerservice.ManagedCluster) -> pulumi.Output[str]:
        answer = containerservice.get_managed_cluster_output(
            resource_group_name=self._scope.names.resource_group,
            resource_name=self._scope.names.cluster,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[cluster]),
        )
        return answer.oidc_issuer_profile.apply(lambda profile: profile.issuer_url if profile else "")

    def _kubeconfig(self, cluster: containerservice.ManagedCluster) -> pulumi.Output[str]:
        """Reads the kubeconfig by name: as an output of the cluster it would be unknown during each update of the
        cluster, and plans would lose the charts.
        """
        answer = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name=self._scope.names.resource_group,
            resource_name=self._scope.names.cluster,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[cluster]),
        )
        login = self._args.deployer.kubernetes_login

        def decode(kubeconfigs: Sequence[containerservice.outputs.CredentialResultResponse]) -> str:
            return unattended(base64.b64decode(kubeconfigs[0].value).decode(), login)

        return pulumi.Output.secret(answer.kubeconfigs.apply(decode))

    def _kubernetes_provider(
        self, cluster: containerservice.ManagedCluster, deployer_roles: list[pulumi.Resource]
    ) -> kubernetes.Provider:
        return kubernetes.Provider(
            f"{self._name}-kubernetes",
            kubeconfig=self.kubeconfig,
            # Use the id, not a computed value: replacing the cluster must replace all resources in it.
            cluster_identifier=cluster.id,
            # Update in place: a replacement would remove them under running pods (decision 0017).
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=deployer_roles),
        )


def _identity_arguments(identities: ClusterIdentities) -> dict[str, Any]:
    """The arguments of `ManagedCluster` that name its identities."""
    return {
        "identity": containerservice.ManagedClusterIdentityArgs(
            type=containerservice.ResourceIdentityType.USER_ASSIGNED,
            user_assigned_identities=[identities.control_plane_id],
        ),
        "identity_profile": {
            "kubeletidentity": containerservice.UserAssignedIdentityArgs(
                resource_id=identities.kubelet_id,
                client_id=identities.kubelet_client_id,
                object_id=identities.kubelet_principal_id,
            )
        },
    }


def _timeouts(minutes: int) -> pulumi.CustomTimeouts:
    limit = f"{minutes}m"
    return pulumi.CustomTimeouts(create=limit, update=limit, delete=limit)
