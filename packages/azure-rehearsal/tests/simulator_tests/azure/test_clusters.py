"""How clusters and pools behave when AKS accepts what is written."""

from __future__ import annotations

import base64
from typing import Any, Final

import pytest
import yaml

from azure_rehearsal.azure.services.containerservice.kubernetes_versions import LATEST_PATCH
from simulator_tests.azure.cluster_setup import access, api_server_subnet, cluster, kubelet, maintenance
from simulator_tests.azure.world import GROUP, Made, World, refused

ENTRA: Final = {"aadProfile": {"managed": True, "enableAzureRBAC": True}, "disableLocalAccounts": True}
ASKED: Final = {"resourceGroupName": GROUP, "resourceName": "aks-voice"}


def kubeconfig(world: World, kind: str = "User") -> dict[str, Any]:
    answer = world.ask(f"containerservice:listManagedCluster{kind}Credentials", **ASKED)
    assert [item["name"] for item in answer["kubeconfigs"]] == [f"cluster{kind}"]
    return yaml.safe_load(base64.b64decode(answer["kubeconfigs"][0]["value"]))


def test_an_inline_pool_is_a_pool_and_the_node_group_is_a_group(world: World) -> None:
    made = world.cluster()

    pool = world.ask("containerservice:getAgentPool", **ASKED, agentPoolName="system")
    nodes = world.ask("resources:getResourceGroup", resourceGroupName=made["nodeResourceGroup"])

    assert pool["vmSize"] == "Standard_D4s_v5"
    assert nodes["managedBy"] == made.id


def test_a_cluster_that_is_written_with_its_system_pool_keeps_the_others(world: World) -> None:
    made = world.cluster()
    world.pool()

    changed = world.change(made, tags={"owner": "voice"})

    assert [pool["name"] for pool in changed["agentPoolProfiles"]] == ["system", "agents"]


def test_a_minor_version_means_its_newest_patch_and_keeps_the_running_one(world: World) -> None:
    made = world.cluster(kubernetesVersion="1.36.1")
    assert made["currentKubernetesVersion"] == "1.36.1"

    kept = world.change(made, kubernetesVersion="1.36")

    assert kept["currentKubernetesVersion"] == "1.36.1"


def test_an_upgrade_by_one_minor_version_leaves_the_pools_where_they_are(world: World) -> None:
    made = world.cluster(kubernetesVersion="1.35")
    pool = world.pool()

    upgraded = world.change(made, kubernetesVersion="1.36")
    followed = world.change(pool, orchestratorVersion="1.36")

    assert upgraded["currentKubernetesVersion"] == LATEST_PATCH["1.36"]
    assert [item["currentOrchestratorVersion"] for item in upgraded["agentPoolProfiles"]] == [LATEST_PATCH["1.35"]] * 2
    assert followed["currentOrchestratorVersion"] == LATEST_PATCH["1.36"]


def test_the_issuer_is_on_unless_it_is_turned_off(world: World) -> None:
    issuer = world.cluster()["oidcIssuerProfile"]

    assert issuer["enabled"]
    assert issuer["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")


def test_a_user_assigned_identity_shows_its_ids(world: World) -> None:
    made = world.cluster()
    identity = world["id-cluster"]

    assert made["identity"]["userAssignedIdentities"] == {
        identity.id: {"clientId": identity["clientId"], "principalId": identity["principalId"]}
    }


def test_a_role_on_the_group_is_a_role_on_its_subnets(world: World) -> None:
    world.group()
    world.network()
    world.subnet()
    world.role(world.identity()["principalId"], "Network Contributor", world[GROUP].id)

    assert cluster(world)["provisioningState"] == "Succeeded"


def test_a_kubelet_identity_that_may_be_assigned_is_used(world: World) -> None:
    world.place_for_cluster()
    changes = kubelet(world)
    world.role(world["id-cluster"]["principalId"], "Managed Identity Operator", world["id-kubelet"].id)

    made = cluster(world, **changes)

    assert made["identityProfile"]["kubeletidentity"]["objectId"] == world["id-kubelet"]["principalId"]


def test_the_kubelet_identity_that_aks_makes_can_be_given_roles(world: World) -> None:
    made = world.cluster()
    identity = made["identityProfile"]["kubeletidentity"]

    role = world.role(identity["objectId"], "AcrPull", world[GROUP].id)

    assert role["principalId"] == identity["objectId"]
    assert identity["resourceId"] in world.cloud.leftovers()


def test_an_api_server_in_the_network_is_accepted_and_uses_its_subnet(world: World) -> None:
    world.place_for_cluster()
    changes = api_server_subnet(world)
    world.role(world["id-cluster"]["principalId"], "Network Contributor", world["snet-api"].id)
    cluster(world, **changes)

    with refused("InUseSubnetCannotBeDeleted", "managedClusters/aks-voice"):
        world.delete(world["snet-api"])


def test_api_server_integration_cannot_be_taken_back(world: World) -> None:
    world.place_for_cluster()
    changes = api_server_subnet(world)
    world.role(world["id-cluster"]["principalId"], "Network Contributor", world["snet-api"].id)
    made = cluster(world, **changes)

    with refused("PropertyChangeNotAllowed", "enableVnetIntegration", "cannot be disabled"):
        world.change(made, apiServerAccessProfile=None)


def test_a_private_cluster_has_a_private_name(world: World) -> None:
    made = world.cluster(**access(enablePrivateCluster=True, enablePrivateClusterPublicFQDN=False))

    assert made["privateFQDN"].startswith("voice-")
    assert made["privateFQDN"].endswith(".privatelink.westeurope.azmk8s.io")
    assert "fqdn" not in made.outputs
    assert kubeconfig(world)["clusters"][0]["cluster"]["server"] == f"https://{made['privateFQDN']}:443"


# Credentials


def test_with_entra_the_kubeconfig_calls_kubelogin(world: World) -> None:
    made = world.cluster(**ENTRA)

    config = kubeconfig(world)

    assert config["clusters"][0]["cluster"]["server"] == f"https://{made['fqdn']}:443"
    command = config["users"][0]["user"]["exec"]
    assert command["command"] == "kubelogin"
    assert command["args"][command["args"].index("--server-id") + 1] == "6dae42f8-4368-4678-94ff-3960e28e3630"
    assert command["args"][-2:] == ["--login", "devicecode"]
    assert command["args"][command["args"].index("--tenant-id") + 1] == world.client.tenant_id


def test_without_local_accounts_there_are_no_admin_credentials(world: World) -> None:
    world.cluster(**ENTRA)

    with refused("BadRequest", "Getting static credential is not allowed", "disable local accounts"):
        kubeconfig(world, "Admin")


def test_without_entra_the_kubeconfig_has_a_certificate(world: World) -> None:
    world.cluster()

    user, admin = kubeconfig(world), kubeconfig(world, "Admin")

    assert set(user["users"][0]["user"]) == {"client-certificate-data", "client-key-data", "token"}
    assert admin["current-context"] == "aks-voice-admin"
    assert user["clusters"] == admin["clusters"]


def test_the_kubeconfig_stays_the_same_over_calls_and_updates(world: World) -> None:
    made = world.cluster()
    before = kubeconfig(world)

    world.change(made, tags={"owner": "voice"})

    assert kubeconfig(world) == before


# Pools


@pytest.mark.parametrize(
    ("size", "disk", "kind"),
    [
        ("Standard_D4s_v5", 128, "Managed"),
        ("Standard_D8s_v5", 256, "Managed"),
        ("Standard_D16ds_v5", 512, "Ephemeral"),
    ],
)
def test_an_os_disk_is_chosen_by_size(world: World, size: str, disk: int, kind: str) -> None:
    world.cluster()

    made = world.pool(vmSize=size)

    assert (made["osDiskSizeGB"], made["osDiskType"]) == (disk, kind)


def test_an_ephemeral_disk_that_fits_is_accepted(world: World) -> None:
    world.cluster()

    made = world.pool(vmSize="Standard_D8ds_v5", osDiskType="Ephemeral", osDiskSizeGB=128)

    assert made["osDiskType"] == "Ephemeral"


def autoscaled(world: World, **changes: Any) -> Made:
    inputs = {"enableAutoScaling": True, "minCount": 2, "maxCount": 5, "count": None, **changes}
    return world.pool(**inputs)


def test_an_autoscaled_pool_starts_at_its_minimum_and_keeps_what_the_autoscaler_chose(world: World) -> None:
    world.cluster()
    made = autoscaled(world)
    assert made["count"] == 2
    world.cloud.set(made.id, "count", 4)

    changed = world.change(made, tags={"owner": "voice"})

    assert changed["count"] == 4


def test_a_higher_minimum_grows_the_pool(world: World) -> None:
    world.cluster()

    changed = world.change(autoscaled(world), minCount=3)

    assert changed["count"] == 3


def test_taints_labels_and_bounds_change_in_place(world: World) -> None:
    world.cluster()
    made = autoscaled(world)

    changed = world.change(
        made,
        minCount=0,
        nodeTaints=["generation=retiring:NoSchedule"],
        nodeLabels={"voice.example/pool": "agents"},
    )

    assert changed["minCount"] == 0
    assert changed["nodeTaints"] == ["generation=retiring:NoSchedule"]


def test_host_ports_and_groups_change_in_place(world: World) -> None:
    world.cluster()
    made = world.pool()

    changed = world.change(
        made, networkProfile={"allowedHostPorts": [{"portStart": 16384, "portEnd": 29999, "protocol": "UDP"}]}
    )

    assert changed["networkProfile"]["allowedHostPorts"][0]["portEnd"] == 29999


def test_a_spot_pool_may_name_its_taint(world: World) -> None:
    world.cluster()

    made = world.pool(
        scaleSetPriority="Spot",
        scaleSetEvictionPolicy="Delete",
        spotMaxPrice=-1,
        nodeTaints=["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
    )

    assert made["scaleSetPriority"] == "Spot"


def test_a_maintenance_window_is_accepted_and_goes_with_the_cluster(world: World) -> None:
    made = world.cluster()
    window = maintenance(world)
    assert window["maintenanceWindow"]["durationHours"] == 4

    world.delete(made)

    assert window.id not in world.cloud.leftovers()
