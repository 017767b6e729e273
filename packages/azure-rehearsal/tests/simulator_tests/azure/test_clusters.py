"""Clusters and agent pools that AKS accepts: outputs, updates, credentials."""

from __future__ import annotations

import base64
from typing import Any, Final

import pytest
import yaml

from azure_rehearsal.azure.services.containerservice.kubernetes_versions import LATEST_PATCH
from simulator_tests.azure.cluster_setup import access, api_server_subnet, cluster, kubelet, maintenance
from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed, refused

ENTRA: Final = {"aadProfile": {"managed": True, "enableAzureRBAC": True}, "disableLocalAccounts": True}
ASKED: Final = {"resourceGroupName": GROUP, "resourceName": "aks-shop"}


def kubeconfig(azure: AzureHarness, kind: str = "User") -> dict[str, Any]:
    answer = azure.invoke(f"containerservice:listManagedCluster{kind}Credentials", **ASKED)
    assert [item["name"] for item in answer["kubeconfigs"]] == [f"cluster{kind}"]
    return yaml.safe_load(base64.b64decode(answer["kubeconfigs"][0]["value"]))


def test_inline_pools_and_the_node_resource_group_are_resources(azure: AzureHarness) -> None:
    made = azure.cluster()

    pool = azure.invoke("containerservice:getAgentPool", **ASKED, agentPoolName="system")
    nodes = azure.invoke("resources:getResourceGroup", resourceGroupName=made["nodeResourceGroup"])

    assert pool["vmSize"] == "Standard_D4s_v5"
    assert nodes["managedBy"] == made.id


def test_a_cluster_update_with_its_system_pool_keeps_the_other_pools(azure: AzureHarness) -> None:
    made = azure.cluster()
    azure.pool()

    changed = azure.change(made, tags={"owner": "shop"})

    assert [pool["name"] for pool in changed["agentPoolProfiles"]] == ["system", "workers"]


def test_a_minor_version_resolves_to_its_newest_patch_and_keeps_the_running_one(azure: AzureHarness) -> None:
    made = azure.cluster(kubernetesVersion="1.36.1")
    assert made["currentKubernetesVersion"] == "1.36.1"

    kept = azure.change(made, kubernetesVersion="1.36")

    assert kept["currentKubernetesVersion"] == "1.36.1"


def test_an_upgrade_by_one_minor_version_keeps_the_versions_of_the_pools(azure: AzureHarness) -> None:
    made = azure.cluster(kubernetesVersion="1.35")
    pool = azure.pool()

    upgraded = azure.change(made, kubernetesVersion="1.36")
    followed = azure.change(pool, orchestratorVersion="1.36")

    assert upgraded["currentKubernetesVersion"] == LATEST_PATCH["1.36"]
    assert [item["currentOrchestratorVersion"] for item in upgraded["agentPoolProfiles"]] == [LATEST_PATCH["1.35"]] * 2
    assert followed["currentOrchestratorVersion"] == LATEST_PATCH["1.36"]


def test_the_oidc_issuer_is_enabled_by_default(azure: AzureHarness) -> None:
    issuer = azure.cluster()["oidcIssuerProfile"]

    assert issuer["enabled"]
    assert issuer["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")


def test_the_response_contains_the_ids_of_a_user_assigned_identity(azure: AzureHarness) -> None:
    made = azure.cluster()
    identity = azure["id-cluster"]

    assert made["identity"]["userAssignedIdentities"] == {
        identity.id: {"clientId": identity["clientId"], "principalId": identity["principalId"]}
    }


def test_a_role_on_the_group_applies_to_its_subnets(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    azure.subnet()
    azure.role(azure.identity()["principalId"], "Network Contributor", azure[GROUP].id)

    assert cluster(azure)["provisioningState"] == "Succeeded"


def test_an_assignable_kubelet_identity_is_used(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    changes = kubelet(azure)
    azure.role(azure["id-cluster"]["principalId"], "Managed Identity Operator", azure["id-kubelet"].id)
    azure.cloud.delayed.pass_time()

    made = cluster(azure, **changes)

    assert made["identityProfile"]["kubeletidentity"]["objectId"] == azure["id-kubelet"]["principalId"]


def test_the_kubelet_identity_that_aks_creates_can_get_roles(azure: AzureHarness) -> None:
    made = azure.cluster()
    identity = made["identityProfile"]["kubeletidentity"]

    role = azure.role(identity["objectId"], "AcrPull", azure[GROUP].id)

    assert role["principalId"] == identity["objectId"]
    assert identity["resourceId"] in azure.cloud.leftovers()


def test_an_api_server_in_the_network_is_accepted_and_uses_its_subnet(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    changes = api_server_subnet(azure)
    azure.role(azure["id-cluster"]["principalId"], "Network Contributor", azure["snet-api"].id)
    cluster(azure, **changes)

    with refused("InUseSubnetCannotBeDeleted", "managedClusters/aks-shop"):
        azure.delete(azure["snet-api"])


def test_api_server_vnet_integration_cannot_be_disabled(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    changes = api_server_subnet(azure)
    azure.role(azure["id-cluster"]["principalId"], "Network Contributor", azure["snet-api"].id)
    made = cluster(azure, **changes)

    with refused("PropertyChangeNotAllowed", "enableVnetIntegration", "cannot be disabled"):
        azure.change(made, apiServerAccessProfile=None)


def test_a_private_cluster_has_a_private_name(azure: AzureHarness) -> None:
    made = azure.cluster(**access(enablePrivateCluster=True, enablePrivateClusterPublicFQDN=False))

    assert made["privateFQDN"].startswith("shop-")
    assert made["privateFQDN"].endswith(".privatelink.westeurope.azmk8s.io")
    assert "fqdn" not in made.outputs
    assert kubeconfig(azure)["clusters"][0]["cluster"]["server"] == f"https://{made['privateFQDN']}:443"


# Credentials


def test_the_kubeconfig_uses_kubelogin_with_entra(azure: AzureHarness) -> None:
    made = azure.cluster(**ENTRA)

    config = kubeconfig(azure)

    assert config["clusters"][0]["cluster"]["server"] == f"https://{made['fqdn']}:443"
    command = config["users"][0]["user"]["exec"]
    assert command["command"] == "kubelogin"
    assert command["args"][command["args"].index("--server-id") + 1] == "6dae42f8-4368-4678-94ff-3960e28e3630"
    assert command["args"][-2:] == ["--login", "devicecode"]
    assert command["args"][command["args"].index("--tenant-id") + 1] == azure.client.tenant_id


def test_admin_credentials_are_refused_without_local_accounts(azure: AzureHarness) -> None:
    azure.cluster(**ENTRA)

    with refused("BadRequest", "Getting static credential is not allowed", "disable local accounts"):
        kubeconfig(azure, "Admin")


def test_the_kubeconfig_has_a_certificate_without_entra(azure: AzureHarness) -> None:
    azure.cluster()

    user, admin = kubeconfig(azure), kubeconfig(azure, "Admin")

    assert set(user["users"][0]["user"]) == {"client-certificate-data", "client-key-data", "token"}
    assert admin["current-context"] == "aks-shop-admin"
    assert user["clusters"] == admin["clusters"]


def test_the_kubeconfig_is_stable_across_calls_and_updates(azure: AzureHarness) -> None:
    made = azure.cluster()
    before = kubeconfig(azure)

    azure.change(made, tags={"owner": "shop"})

    assert kubeconfig(azure) == before


# Pools


@pytest.mark.parametrize(
    ("size", "disk", "kind"),
    [
        ("Standard_D4s_v5", 128, "Managed"),
        ("Standard_D8s_v5", 256, "Managed"),
        ("Standard_D16ds_v5", 512, "Ephemeral"),
    ],
)
def test_the_default_os_disk_depends_on_the_vm_size(azure: AzureHarness, size: str, disk: int, kind: str) -> None:
    azure.cluster()

    made = azure.pool(vmSize=size)

    assert (made["osDiskSizeGB"], made["osDiskType"]) == (disk, kind)


def test_an_ephemeral_disk_that_fits_is_accepted(azure: AzureHarness) -> None:
    azure.cluster()

    made = azure.pool(vmSize="Standard_D8ds_v5", osDiskType="Ephemeral", osDiskSizeGB=128)

    assert made["osDiskType"] == "Ephemeral"


def autoscaled(azure: AzureHarness, **changes: Any) -> Deployed:
    inputs = {"enableAutoScaling": True, "minCount": 2, "maxCount": 5, "count": None, **changes}
    return azure.pool(**inputs)


def test_an_autoscaled_pool_starts_at_its_minimum_and_keeps_the_autoscalers_count(azure: AzureHarness) -> None:
    azure.cluster()
    made = autoscaled(azure)
    assert made["count"] == 2
    azure.cloud.set(made.id, "count", 4)

    changed = azure.change(made, tags={"owner": "shop"})

    assert changed["count"] == 4


def test_a_higher_minimum_grows_the_pool(azure: AzureHarness) -> None:
    azure.cluster()

    changed = azure.change(autoscaled(azure), minCount=3)

    assert changed["count"] == 3


def test_taints_labels_and_bounds_change_in_place(azure: AzureHarness) -> None:
    azure.cluster()
    made = autoscaled(azure)

    changed = azure.change(
        made,
        minCount=0,
        nodeTaints=["generation=retiring:NoSchedule"],
        nodeLabels={"shop.example/pool": "workers"},
    )

    assert changed["minCount"] == 0
    assert changed["nodeTaints"] == ["generation=retiring:NoSchedule"]


def test_host_ports_and_groups_change_in_place(azure: AzureHarness) -> None:
    azure.cluster()
    made = azure.pool()

    changed = azure.change(
        made, networkProfile={"allowedHostPorts": [{"portStart": 8000, "portEnd": 29999, "protocol": "UDP"}]}
    )

    assert changed["networkProfile"]["allowedHostPorts"][0]["portEnd"] == 29999


def test_a_spot_pool_can_declare_its_own_taint(azure: AzureHarness) -> None:
    azure.cluster()

    made = azure.pool(
        scaleSetPriority="Spot",
        scaleSetEvictionPolicy="Delete",
        spotMaxPrice=-1,
        nodeTaints=["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
    )

    assert made["scaleSetPriority"] == "Spot"


def test_a_maintenance_window_is_accepted_and_deleted_with_the_cluster(azure: AzureHarness) -> None:
    made = azure.cluster()
    window = maintenance(azure)
    assert window["maintenanceWindow"]["durationHours"] == 4

    azure.delete(made)

    assert window.id not in azure.cloud.leftovers()
