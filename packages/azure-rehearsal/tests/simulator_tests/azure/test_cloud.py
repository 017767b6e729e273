"""The stored cloud and its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from simulator_tests.azure.harness import GROUP, AzureHarness, refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clouds" / "azure.json"


def test_opening_a_missing_file_gives_an_empty_cloud_that_creates_it(path: Path) -> None:
    cloud = Cloud.open(path)
    assert cloud.leftovers() == []

    cloud.save()

    assert path.exists()


def test_another_run_reads_the_resources_of_the_first(path: Path) -> None:
    first = AzureHarness(Cloud.open(path, write_seconds=0))
    cluster = first.cluster()

    second = AzureHarness(Cloud.open(path, write_seconds=0))

    assert second.cloud.leftovers() == first.cloud.leftovers()
    assert second.invoke("containerservice:getManagedCluster", resourceGroupName=GROUP, resourceName="aks-shop") == {
        **cluster.outputs,
        "id": cluster.id,
    }


def test_another_run_reads_the_references(path: Path) -> None:
    AzureHarness(Cloud.open(path, write_seconds=0)).cluster()
    azure = AzureHarness(Cloud.open(path, write_seconds=0))
    subnet = azure.invoke(
        "network:getSubnet", resourceGroupName=GROUP, virtualNetworkName="vnet-shop", subnetName="snet-nodes"
    )

    with refused("InUseSubnetCannotBeDeleted", "agentPools/system"):
        azure.provider.delete(azure.resource("network:Subnet", "nodes"), subnet["id"], {}, {})


def test_another_run_reads_the_deleted_principals(path: Path) -> None:
    first = AzureHarness(Cloud.open(path, write_seconds=0))
    first.group()
    principal = first.identity()["principalId"]
    first.delete(first["id-cluster"])

    second = AzureHarness(Cloud.open(path, write_seconds=0))

    with refused("PrincipalNotFound", "deleted"):
        second.role(principal, "Reader", first[GROUP].id)


def test_an_identity_of_an_earlier_run_is_replicated(path: Path) -> None:
    first = AzureHarness(Cloud.open(path, write_seconds=0))
    first.group()
    principal = first.identity()["principalId"]

    second = AzureHarness(Cloud.open(path, write_seconds=0))
    made = second.role(principal, "Reader", first[GROUP].id, principalType=None)

    assert made["principalType"] == "ServicePrincipal"


def test_a_file_of_another_format_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format": 99}')

    with pytest.raises(ValueError, match="has format 99, expected 1"):
        Cloud.open(path)


def test_comparisons_of_ids_ignore_case(azure: AzureHarness) -> None:
    made = azure.group()

    found = azure.cloud.get(made.id.upper())

    assert found is not None
    assert found.id == made.id


def test_a_cluster_is_found_by_its_server_address_until_its_deletion(azure: AzureHarness) -> None:
    made = azure.cluster()
    server = f"https://{made['fqdn']}:443"

    cluster = azure.cloud.cluster_by_server(server)
    azure.delete(made)

    assert cluster is not None
    assert (cluster.name, cluster.kubernetes_version) == ("aks-shop", "1.36.2")
    assert azure.cloud.cluster_by_server(server) is None


def test_a_recreated_cluster_has_another_identity_and_address(azure: AzureHarness) -> None:
    made = azure.cluster()
    first = azure.cloud.cluster_by_server(f"https://{made['fqdn']}")
    azure.delete(made)

    again = azure.make("containerservice:ManagedCluster", "aks", **made.inputs)
    second = azure.cloud.cluster_by_server(f"https://{again['fqdn']}")

    assert first is not None
    assert second is not None
    assert second.creation_id != first.creation_id
    assert again["fqdn"] != made["fqdn"]


def test_an_update_keeps_the_identity_of_the_cluster(azure: AzureHarness) -> None:
    made = azure.cluster()

    changed = azure.change(made, tags={"owner": "shop"})

    for key in ("fqdn", "oidcIssuerProfile", "resourceUID", "identityProfile"):
        assert changed[key] == made[key]


def test_a_property_set_outside_pulumi_is_stored(azure: AzureHarness) -> None:
    made = azure.group(tags={"owner": "shop"})

    azure.cloud.set(made.id, "tags.owner", "another-team")
    azure.cloud.set(made.id, "tags.reason", "drift")

    assert azure.invoke("resources:getResourceGroup", resourceGroupName=GROUP)["tags"] == {
        "owner": "another-team",
        "reason": "drift",
    }


def test_setting_a_property_of_a_missing_resource_is_refused(azure: AzureHarness) -> None:
    made = azure.group(tags={"owner": "shop"})

    with refused("ResourceNotFound", "rg-x"):
        azure.cloud.set(made.id.replace(GROUP, "rg-x"), "tags.owner", "another-team")
    with refused("InvalidPath", "tags.owner.name"):
        azure.cloud.set(made.id, "tags.owner.name", "another-team")


def test_removal_outside_pulumi_ignores_references(azure: AzureHarness) -> None:
    azure.cluster()

    azure.cloud.remove(azure["vnet-shop"].id)

    assert azure["snet-nodes"].id not in azure.cloud.leftovers()
