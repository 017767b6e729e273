"""The inputs of a region's cluster and of the resources around it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from components.aks_cluster.kubeconfig import unattended
from model.roles import Role
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import non_default
from tests.unit.stacks import KUBECONFIG, PRODUCTION, address_of, graph_of

CLUSTER = "azure-native:containerservice:ManagedCluster"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


@pytest.fixture(scope="module")
def cluster(graph: Graph) -> Registered:
    return graph.one(CLUSTER)


def pools(graph: Graph) -> dict[str, dict[str, Any]]:
    return {
        pool.inputs["agentPoolName"]: pool.inputs for pool in graph.of_type("azure-native:containerservice:AgentPool")
    }


@pytest.mark.requirement("B4")
def test_users_sign_in_through_entra_and_local_accounts_are_disabled(cluster: Registered) -> None:
    assert cluster.value("disableLocalAccounts") is True
    assert cluster.value("enableRBAC") is True
    assert cluster.value("aadProfile.managed") is True
    assert cluster.value("aadProfile.enableAzureRBAC") is True
    assert cluster.inputs["resourceName"] == "aks-voice-test-eastus"


@pytest.mark.requirement("B5", "C8", "K9")
def test_the_kubernetes_version_is_a_supported_minor_for_control_plane_and_nodes(
    graph: Graph, cluster: Registered
) -> None:
    assert cluster.inputs["kubernetesVersion"] == "1.36"
    versions = {pool["orchestratorVersion"] for pool in pools(graph).values()}
    assert versions == {"1.36"}


@pytest.mark.requirement("B6", "B7", "C15")
def test_the_network_is_azure_cni_overlay_with_cilium_policies(cluster: Registered) -> None:
    profile = cluster.inputs["networkProfile"]
    assert (profile["networkPlugin"], profile["networkPluginMode"]) == ("azure", "overlay")
    assert (profile["networkDataplane"], profile["networkPolicy"]) == ("cilium", "cilium")
    assert (profile["podCidr"], profile["serviceCidr"], profile["dnsServiceIP"]) == (
        "100.64.0.0/16",
        "172.16.0.0/20",
        "172.16.0.10",
    )


@pytest.mark.requirement("B8")
def test_the_system_pool_is_inline_small_and_only_for_kubernetes(cluster: Registered) -> None:
    (pool,) = cluster.inputs["agentPoolProfiles"]
    assert (pool["vmSize"], pool["minCount"], pool["maxCount"], pool["osDiskSizeGB"]) == ("Standard_D4s_v5", 2, 4, 128)
    assert pool["nodeTaints"] == ["CriticalAddonsOnly=true:NoSchedule"]


@pytest.mark.requirement("B9", "A18")
def test_livekit_nodes_have_a_taint_a_zone_and_public_addresses(graph: Graph) -> None:
    for zone in "123":
        pool = pools(graph)[f"livekit{zone}a"]
        assert pool["vmSize"] == "Standard_D8s_v5"
        assert pool["nodeTaints"] == ["livekit=true:NoSchedule"]
        assert pool["enableAutoScaling"] is True
        assert pool["availabilityZones"] == [zone]
        assert pool["nodePublicIPPrefixID"].endswith(f"/ippre-voice-test-eastus-livekit-{zone}")
        assert pool["vnetSubnetID"].endswith("/snet-livekit")


@pytest.mark.requirement("A18")
def test_media_nodes_open_their_public_ports_and_join_their_security_group(graph: Graph) -> None:
    profile = pools(graph)["sip1a"]["networkProfile"]
    opened = {(port["portStart"], port["portEnd"], port["protocol"]) for port in profile["allowedHostPorts"]}
    assert opened == {
        (5060, 5060, "UDP"),
        (5060, 5060, "TCP"),
        (5080, 5080, "UDP"),
        (5080, 5080, "TCP"),
        (16384, 29999, "UDP"),
    }
    (group,) = profile["applicationSecurityGroups"]
    assert group.endswith("/asg-voice-test-eastus-sip")


@pytest.mark.requirement("B10", "B11")
def test_the_agent_pool_is_dedicated_and_the_api_pool_is_open(graph: Graph) -> None:
    agents, api = pools(graph)["agentsa"], pools(graph)["apia"]
    assert (agents["vmSize"], agents["nodeTaints"]) == ("Standard_D4s_v5", ["agents=true:NoSchedule"])
    assert (api["vmSize"], api.get("nodeTaints")) == ("Standard_D4s_v5", None)
    assert agents["enableAutoScaling"]
    assert api["enableAutoScaling"]
    assert agents["availabilityZones"] == ["1", "2", "3"]


def test_pods_can_select_a_pool_by_its_label(graph: Graph) -> None:
    labels = {name: pool["nodeLabels"] for name, pool in pools(graph).items()}
    assert labels["sip2a"] == {"voice.platform/pool": "sip", "voice.platform/generation": "a"}
    assert labels["apia"]["voice.platform/pool"] == "api"


@pytest.mark.requirement("B12")
def test_the_autoscaler_has_the_required_times_as_text(cluster: Registered) -> None:
    profile = cluster.inputs["autoScalerProfile"]
    assert profile["scaleDownDelayAfterAdd"] == "10m"
    assert profile["scaleDownUnneededTime"] == "10m"
    assert profile["scaleDownUtilizationThreshold"] == "0.5"
    assert profile["maxGracefulTerminationSec"] == "600"


def test_address_ranges_are_set_in_singular_and_plural_properties(cluster: Registered) -> None:
    """Azure fills in omitted properties; the difference would replace an imported cluster."""
    network = cluster.inputs["networkProfile"]
    assert network["ipFamilies"] == ["IPv4"]
    assert network["podCidrs"] == [network["podCidr"]]
    assert network["serviceCidrs"] == [network["serviceCidr"]]


@pytest.mark.requirement("B74")
def test_a_spot_pool_has_its_priority_and_its_taint() -> None:
    pool = pools(non_default())["batcha"]
    assert (pool["scaleSetPriority"], pool["scaleSetEvictionPolicy"], pool["spotMaxPrice"]) == ("Spot", "Delete", -1)
    assert pool["nodeTaints"] == ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]
    assert "upgradeSettings" not in pool


@pytest.mark.requirement("B74")
def test_no_pool_with_calls_is_spot(graph: Graph) -> None:
    assert not any("scaleSetPriority" in pool for pool in pools(graph).values())


@pytest.mark.requirement("C52")
def test_azure_patches_in_the_configured_weekly_windows(graph: Graph, cluster: Registered) -> None:
    assert cluster.inputs["autoUpgradeProfile"] == {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "SecurityPatch"}
    windows = {
        item.inputs["configName"]: item.inputs["maintenanceWindow"]
        for item in graph.of_type("azure-native:containerservice:MaintenanceConfiguration")
    }
    assert set(windows) == {"default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}
    for window in windows.values():
        assert window["durationHours"] >= 4
        assert set(window["schedule"]) == {"weekly"}


def test_upgrades_wait_for_the_longest_call_and_cordon_nodes_that_do_not_drain(graph: Graph) -> None:
    for name, pool in pools(graph).items():
        upgrade = pool["upgradeSettings"]
        longest = 3600 + 15 + 60 + 30
        assert upgrade["drainTimeoutInMinutes"] * 60 >= longest, name
        assert upgrade["undrainableNodeBehavior"] == "Cordon"
    assert pools(graph)["sip1a"]["upgradeSettings"]["maxSurge"] == "1", "each surge node uses an address of the prefix"


def test_workload_identity_secrets_scaling_and_image_cleaning_are_enabled(cluster: Registered) -> None:
    assert cluster.value("oidcIssuerProfile.enabled") is True
    assert cluster.value("securityProfile.workloadIdentity.enabled") is True
    assert cluster.value("securityProfile.imageCleaner") == {"enabled": True, "intervalHours": 168}
    assert cluster.value("workloadAutoScalerProfile.keda.enabled") is True
    assert cluster.value("workloadAutoScalerProfile.verticalPodAutoscaler.enabled") is True
    assert cluster.value("addonProfiles.azureKeyvaultSecretsProvider") == {
        "enabled": True,
        "config": {"enableSecretRotation": "true", "rotationPollInterval": "2m"},
    }


def test_the_api_server_admits_users_and_the_egress_of_the_cluster(cluster: Registered) -> None:
    admitted = cluster.value("apiServerAccessProfile.authorizedIPRanges")
    assert admitted[0] == "198.51.100.16/28"
    assert address_of("pip-voice-test-eastus-nat-1") + "/32" in admitted
    assert address_of("pip-voice-test-eastus-outbound") + "/32" in admitted
    for pool in ("sip", "livekit"):
        for zone in "123":
            assert address_of(f"ippre-voice-test-eastus-{pool}-{zone}") + "/28" in admitted, (
                "the API server would refuse the nodes"
            )


def test_a_private_api_server_has_a_private_zone_and_no_authorized_ranges() -> None:
    graph = non_default()
    profile = graph.one(CLUSTER).inputs["apiServerAccessProfile"]
    assert profile["enablePrivateCluster"] is True
    assert "authorizedIPRanges" not in profile
    assert profile["privateDNSZone"].endswith("/privateDnsZones/privatelink.eastus.azmk8s.io")
    scopes = {
        (role.inputs["roleDefinitionId"].rsplit("/", 1)[-1], role.inputs["scope"].rsplit("/", 1)[-1])
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
    }
    assert (Role.PRIVATE_DNS_ZONE_CONTRIBUTOR.value, "privatelink.eastus.azmk8s.io") in scopes


def test_outbound_traffic_uses_the_address_of_the_region(cluster: Registered) -> None:
    profile = cluster.inputs["networkProfile"]
    assert profile["outboundType"] == "loadBalancer"
    (address,) = profile["loadBalancerProfile"]["outboundIPs"]["publicIPs"]
    assert address["id"].endswith("/pip-voice-test-eastus-outbound")


def test_the_cluster_waits_for_every_role_of_its_identity(graph: Graph, cluster: Registered) -> None:
    roles = {
        role.urn
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if "identities-role" in role.name
    }
    assert roles <= set(cluster.dependencies), "Azure checks the roles when it creates the cluster"


def test_the_control_plane_can_change_only_the_resources_that_it_joins(graph: Graph) -> None:
    joined = {
        role.inputs["scope"].rsplit("/", 1)[-1]
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.inputs["roleDefinitionId"].endswith(Role.NETWORK_CONTRIBUTOR.value)
    }
    prefixes = {f"ippre-voice-test-eastus-{pool}-{zone}" for pool in ("sip", "livekit") for zone in "123"}
    addresses = {f"pip-voice-test-eastus-{purpose}" for purpose in ("sip-edge", "turn", "gateway", "outbound")}
    subnets = {f"snet-{name}" for name in ("system", "workload", "livekit", "sip", "load-balancers")}
    assert joined == prefixes | addresses | subnets | {"asg-voice-test-eastus-sip", "asg-voice-test-eastus-livekit"}


def test_the_control_plane_can_list_the_addresses_of_services(graph: Graph) -> None:
    """cloud-provider-azure lists all public addresses of a resource group before it uses one."""
    (role,) = [
        role
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.name.endswith("aks-identities-role-addresses")
    ]
    assert role.inputs["roleDefinitionId"].endswith(Role.READER.value)
    assert role.inputs["scope"].endswith("/resourceGroups/rg-voice-test-eastus")


def test_the_deployer_can_use_the_cluster(graph: Graph) -> None:
    provider = graph.one("pulumi:providers:kubernetes")
    roles = [
        role
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.inputs["principalId"] == "00000000-0000-4000-8000-000000000003" and "-deployer-" in role.name
    ]
    assert {role.inputs["roleDefinitionId"].rsplit("/", 1)[-1] for role in roles} == {
        Role.AKS_CLUSTER_USER.value,
        Role.AKS_RBAC_CLUSTER_ADMIN.value,
    }
    assert {role.urn for role in roles} <= set(provider.dependencies)
    assert {role.urn for role in roles} <= set(graph.one(CLUSTER).dependencies), "new roles need minutes to take effect"
    assert {role.inputs["scope"].rsplit("/", 2)[-2] for role in roles} == {"resourceGroups"}


def test_the_provider_depends_on_the_id_of_the_cluster(graph: Graph) -> None:
    provider = graph.one("pulumi:providers:kubernetes")
    assert provider.inputs["clusterIdentifier"].endswith("/managedClusters/aks-voice-test-eastus")
    assert graph.one(CLUSTER).urn in provider.property_dependencies["clusterIdentifier"]


def test_the_node_resource_group_contains_no_resource_of_the_program(graph: Graph, cluster: Registered) -> None:
    group = cluster.inputs["nodeResourceGroup"]
    assert group == "rg-voice-test-eastus-nodes"
    assert group not in {resource.inputs.get("resourceGroupName") for resource in graph.resources}


@pytest.mark.parametrize("login", ["azurecli", "workloadidentity", "azurepipelines"])
def test_the_kubeconfig_signs_in_without_interaction(login: str) -> None:
    user = yaml.safe_load(unattended(KUBECONFIG, login))["users"][0]["user"]["exec"]
    assert user["args"] == ["get-token", "--login", login]


def test_a_kubeconfig_keeps_the_server_and_drops_user_client_and_tenant() -> None:
    arguments = ["get-token", "--login", "devicecode", "--server-id", "s", "--client-id", "c", "--tenant-id=t"]
    config = yaml.safe_dump({"users": [{"name": "u", "user": {"exec": {"command": "kubelogin", "args": arguments}}}]})
    (user,) = yaml.safe_load(unattended(config, "azurecli"))["users"]
    assert user["user"]["exec"]["args"] == ["get-token", "--server-id", "s", "--login", "azurecli"]


def test_a_kubeconfig_with_certificates_is_unchanged() -> None:
    config = yaml.safe_dump({"users": [{"name": "u", "user": {"client-certificate-data": "x"}}]})
    assert unattended(config, "azurecli") == config


def test_an_unusable_kubeconfig_is_refused_with_its_user() -> None:
    config = yaml.safe_dump({"users": [{"name": "old", "user": {"auth-provider": {}}}]})
    with pytest.raises(ValueError, match=r"auth-provider for user 'old'"):
        unattended(config, "azurecli")
