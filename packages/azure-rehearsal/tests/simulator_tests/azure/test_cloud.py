"""What exists outside Pulumi's state, and its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from simulator_tests.azure.world import GROUP, World, refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clouds" / "azure.json"


def test_a_cloud_without_file_is_empty_and_makes_one(path: Path) -> None:
    cloud = Cloud.open(path)
    assert cloud.leftovers() == []

    cloud.save()

    assert path.exists()


def test_another_run_finds_what_was_left(path: Path) -> None:
    first = World(Cloud.open(path, write_seconds=0))
    cluster = first.cluster()

    second = World(Cloud.open(path, write_seconds=0))

    assert second.cloud.leftovers() == first.cloud.leftovers()
    assert second.ask("containerservice:getManagedCluster", resourceGroupName=GROUP, resourceName="aks-voice") == {
        **cluster.outputs,
        "id": cluster.id,
    }


def test_another_run_still_knows_who_refers_to_whom(path: Path) -> None:
    World(Cloud.open(path, write_seconds=0)).cluster()
    world = World(Cloud.open(path, write_seconds=0))
    subnet = world.ask(
        "network:getSubnet", resourceGroupName=GROUP, virtualNetworkName="vnet-voice", subnetName="snet-nodes"
    )

    with refused("InUseSubnetCannotBeDeleted", "agentPools/system"):
        world.provider.delete(world.resource("network:Subnet", "nodes"), subnet["id"], {}, {})


def test_another_run_still_knows_the_principals_of_deleted_identities(path: Path) -> None:
    first = World(Cloud.open(path, write_seconds=0))
    first.group()
    principal = first.identity()["principalId"]
    first.delete(first["id-cluster"])

    second = World(Cloud.open(path, write_seconds=0))

    with refused("PrincipalNotFound", "deleted"):
        second.role(principal, "Reader", first[GROUP].id)


def test_an_identity_of_an_earlier_run_is_replicated(path: Path) -> None:
    first = World(Cloud.open(path, write_seconds=0))
    first.group()
    principal = first.identity()["principalId"]

    second = World(Cloud.open(path, write_seconds=0))
    made = second.role(principal, "Reader", first[GROUP].id, principalType=None)

    assert made["principalType"] == "ServicePrincipal"


def test_a_file_of_another_format_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format": 99}')

    with pytest.raises(ValueError, match="has format 99, expected 1"):
        Cloud.open(path)


def test_ids_are_compared_without_case(world: World) -> None:
    made = world.group()

    found = world.cloud.get(made.id.upper())

    assert found is not None
    assert found.id == made.id


def test_a_cluster_is_found_by_the_address_of_its_server_until_it_is_gone(world: World) -> None:
    made = world.cluster()
    server = f"https://{made['fqdn']}:443"

    cluster = world.cloud.cluster_by_server(server)
    world.delete(made)

    assert cluster is not None
    assert (cluster.name, cluster.kubernetes_version) == ("aks-voice", "1.36.2")
    assert world.cloud.cluster_by_server(server) is None


def test_a_cluster_made_again_is_another_cluster_at_another_address(world: World) -> None:
    made = world.cluster()
    first = world.cloud.cluster_by_server(f"https://{made['fqdn']}")
    world.delete(made)

    again = world.make("containerservice:ManagedCluster", "aks", **made.inputs)
    second = world.cloud.cluster_by_server(f"https://{again['fqdn']}")

    assert first is not None
    assert second is not None
    assert second.creation_id != first.creation_id
    assert again["fqdn"] != made["fqdn"]


def test_an_update_keeps_the_cluster_what_it_is(world: World) -> None:
    made = world.cluster()

    changed = world.change(made, tags={"owner": "voice"})

    for key in ("fqdn", "oidcIssuerProfile", "resourceUID", "identityProfile"):
        assert changed[key] == made[key]


def test_a_property_set_behind_pulumis_back_is_there(world: World) -> None:
    made = world.group(tags={"owner": "voice"})

    world.cloud.set(made.id, "tags.owner", "somebody")
    world.cloud.set(made.id, "tags.reason", "drift")

    assert world.ask("resources:getResourceGroup", resourceGroupName=GROUP)["tags"] == {
        "owner": "somebody",
        "reason": "drift",
    }


def test_a_property_of_nothing_cannot_be_set(world: World) -> None:
    made = world.group(tags={"owner": "voice"})

    with refused("ResourceNotFound", "rg-x"):
        world.cloud.set(made.id.replace(GROUP, "rg-x"), "tags.owner", "somebody")
    with refused("InvalidPath", "tags.owner.name"):
        world.cloud.set(made.id, "tags.owner.name", "somebody")


def test_removal_behind_pulumis_back_asks_nobody(world: World) -> None:
    world.cluster()

    world.cloud.remove(world["vnet-voice"].id)

    assert world["snet-nodes"].id not in world.cloud.leftovers()
