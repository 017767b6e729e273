"""The profiles of a managed cluster: pure functions from settings to the nested arguments of `ManagedCluster`.

Each profile states a disabled feature explicitly, because Azure leaves an omitted add-on as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pulumi
from pulumi_azure_native import containerservice

from model.address_plan import AddressPlan
from model.address_ranges import without_contained
from model.kubernetes import POOL_LABEL, SYSTEM_POOL_TAINT
from model.pools import SURGE
from settings.schema.aks import AksSettings
from settings.schema.mesh import MeshSettings

SYSTEM_POOL: Final = "system"
AUTOSCALER_GRACE_SECONDS: Final = 600
"""AKS's default. Pods with calls are excluded from eviction, so this limits only the other pods."""


def system_pool(aks: AksSettings, subnet_id: pulumi.Input[str]) -> containerservice.ManagedClusterAgentPoolProfileArgs:
    """The only inline pool. It runs the pods of AKS."""
    pool = aks.system_pool
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
        vnet_subnet_id=subnet_id,
        enable_node_public_ip=False,
        node_taints=[SYSTEM_POOL_TAINT],
        node_labels={POOL_LABEL: SYSTEM_POOL},
        upgrade_settings=containerservice.AgentPoolUpgradeSettingsArgs(max_surge=SURGE),
    )


def network_profile(
    plan: AddressPlan, outbound_address_id: pulumi.Input[str]
) -> containerservice.ContainerServiceNetworkProfileArgs:
    """Cilium in overlay mode. Outbound traffic uses the cluster's load balancer with our address; the NAT gateway of a
    subnet takes precedence.

    The profile also states values that Azure would fill in and that never change. Without them, a cluster imported
    into the state (after an interrupted deployment, for example) would be replaced.
    """
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
                public_ips=[containerservice.ResourceReferenceArgs(id=outbound_address_id)]
            )
        ),
    )


def private_api_server(
    private_zone_id: pulumi.Input[str] | None,
) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
    """An API server that only the virtual network reaches."""
    return containerservice.ManagedClusterAPIServerAccessProfileArgs(
        enable_private_cluster=True,
        enable_private_cluster_public_fqdn=False,
        private_dns_zone=private_zone_id,
    )


def public_api_server(
    user_cidrs: Iterable[str], cluster_cidrs: Iterable[pulumi.Input[str]]
) -> containerservice.ManagedClusterAPIServerAccessProfileArgs:
    """A public API server with authorized ranges.

    `cluster_cidrs` are the egress ranges of the cluster's own nodes: nodes outside the ranges cannot reach the API
    server.
    """
    return containerservice.ManagedClusterAPIServerAccessProfileArgs(
        enable_private_cluster=False,
        authorized_ip_ranges=[*without_contained(user_cidrs), *cluster_cidrs],
    )


def autoscaler_profile(aks: AksSettings) -> containerservice.ManagedClusterPropertiesAutoScalerProfileArgs:
    """Azure takes all values as text."""
    autoscaler = aks.autoscaler
    return containerservice.ManagedClusterPropertiesAutoScalerProfileArgs(
        scale_down_delay_after_add=autoscaler.scale_down_delay_after_add,
        scale_down_unneeded_time=autoscaler.scale_down_unneeded_time,
        scale_down_utilization_threshold=str(autoscaler.scale_down_utilization_threshold),
        scan_interval=autoscaler.scan_interval,
        max_graceful_termination_sec=str(AUTOSCALER_GRACE_SECONDS),
        # Each zone of a media pool is a separate pool; without balancing, one zone would take all pods.
        balance_similar_node_groups="true",
        # Pods with calls are marked not safe to evict; an emptyDir alone must not keep a node.
        skip_nodes_with_local_storage="false",
    )


def mesh_profile(mesh: MeshSettings) -> containerservice.ServiceMeshProfileArgs:
    """Istio, or `Disabled`: omitting the profile leaves a running mesh enabled.

    The revision's default (a CNI plugin) redirects traffic to sidecars; this API version has no setting for it.
    """
    if not mesh.enabled:
        return containerservice.ServiceMeshProfileArgs(mode=containerservice.ServiceMeshMode.DISABLED)
    return containerservice.ServiceMeshProfileArgs(
        mode=containerservice.ServiceMeshMode.ISTIO,
        istio=containerservice.IstioServiceMeshArgs(revisions=list(mesh.revisions)),
    )


def security_profile(
    aks: AksSettings, defender_workspace_id: pulumi.Input[str] | None
) -> containerservice.ManagedClusterSecurityProfileArgs:
    """Workload identity, the image cleaner, and Defender if it has a workspace."""
    defender = None
    if defender_workspace_id is not None:
        defender = containerservice.ManagedClusterSecurityProfileDefenderArgs(
            log_analytics_workspace_resource_id=defender_workspace_id,
            security_monitoring=containerservice.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs(
                enabled=True
            ),
        )
    return containerservice.ManagedClusterSecurityProfileArgs(
        workload_identity=containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
        image_cleaner=containerservice.ManagedClusterSecurityProfileImageCleanerArgs(
            enabled=True, interval_hours=aks.image_cleaner_hours
        ),
        defender=defender,
    )


def addon_profiles(
    aks: AksSettings, workspace_id: pulumi.Input[str]
) -> dict[str, containerservice.ManagedClusterAddonProfileArgs]:
    """Container Insights and the Secrets Store driver."""
    return {
        "omsagent": containerservice.ManagedClusterAddonProfileArgs(
            enabled=True,
            config={
                "logAnalyticsWorkspaceResourceID": workspace_id,
                # Azure retired the older sign-in, with the workspace's key, on 2026-09-30.
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
    }


def workload_autoscalers(*, keda: bool) -> containerservice.ManagedClusterWorkloadAutoScalerProfileArgs:
    """KEDA by setting; the vertical pod autoscaler always."""
    return containerservice.ManagedClusterWorkloadAutoScalerProfileArgs(
        keda=containerservice.ManagedClusterWorkloadAutoScalerProfileKedaArgs(enabled=keda),
        vertical_pod_autoscaler=containerservice.ManagedClusterWorkloadAutoScalerProfileVerticalPodAutoscalerArgs(
            enabled=True
        ),
    )
