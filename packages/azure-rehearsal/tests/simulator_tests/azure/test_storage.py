"""What a storage account has by itself, and what goes with it."""

from __future__ import annotations

import pytest

from simulator_tests.azure.makers.storage import account, blob_service, container, lifecycle, lifecycle_rule
from simulator_tests.azure.world import GROUP, World


def names(world: World) -> set[str]:
    return {id.rsplit("/", 1)[-1] for id in world.cloud.leftovers()}


def test_an_account_has_an_endpoint_for_each_service(world: World) -> None:
    world.group()

    made = account(world)

    assert made["primaryEndpoints"]["blob"] == "https://stvoice.blob.core.windows.net/"
    assert made["secondaryLocation"] == "northeurope"
    assert "secondaryEndpoints" not in made.outputs


@pytest.mark.parametrize(
    ("sku", "region", "secondary"),
    [
        ("Standard_RAGRS", "westeurope", "https://stvoice-secondary.blob.core.windows.net/"),
        ("Standard_RAGZRS", "westeurope", "https://stvoice-secondary.blob.core.windows.net/"),
        ("Standard_GZRS", "westeurope", None),
        ("Standard_LRS", "westeurope", None),
    ],
)
def test_only_read_access_geo_redundancy_has_secondary_endpoints(
    world: World, sku: str, region: str, secondary: str | None
) -> None:
    world.group()

    made = account(world, sku={"name": sku}, location=region)

    assert (made.outputs.get("secondaryEndpoints") or {}).get("blob") == secondary
    assert ("secondaryLocation" in made.outputs) == ("G" in sku.split("_")[1])


def test_containers_need_no_blob_service_in_the_program(world: World) -> None:
    world.group()
    account(world)

    made = container(world)

    assert made.id.endswith("/blobServices/default/containers/recordings")


def test_the_blob_service_of_an_account_can_be_taken_over(world: World) -> None:
    world.group()
    account(world)
    container(world)

    made = blob_service(world, deleteRetentionPolicy={"enabled": True, "days": 30})

    assert made["isVersioningEnabled"] is True
    assert made["sku"]["name"] == "Standard_GRS"


def test_removing_the_blob_service_sets_it_back_and_keeps_the_containers(world: World) -> None:
    world.group()
    account(world)
    kept = container(world)
    made = blob_service(world)

    world.delete(made)

    assert world.read(kept) is not None
    assert blob_service(world, isVersioningEnabled=False)["isVersioningEnabled"] is False
    live = world.ask(
        "storage:getBlobServiceProperties", resourceGroupName=GROUP, accountName="stvoice", blobServicesName="default"
    )
    assert not live["isVersioningEnabled"]


def test_an_account_takes_its_containers_along(world: World) -> None:
    world.group()
    account(world)
    blob_service(world)
    container(world)
    lifecycle(world, lifecycle_rule())

    world.delete(world["stvoice"])

    assert names(world) == {GROUP}


def test_a_group_takes_its_accounts_along(world: World) -> None:
    world.group()
    account(world)
    container(world)

    world.delete(world[GROUP])

    assert world.cloud.leftovers() == []
    assert list(world.cloud) == []


def test_keys_are_listed_even_where_they_may_not_be_used(world: World) -> None:
    world.group()
    account(world, allowSharedKeyAccess=False)

    answer = world.ask("storage:listStorageAccountKeys", resourceGroupName=GROUP, accountName="stvoice")

    assert [item["keyName"] for item in answer["keys"]] == ["key1", "key2"]
    assert len({item["value"] for item in answer["keys"]}) == 2


def test_an_account_that_is_created_again_has_other_keys(world: World) -> None:
    world.group()
    account(world)
    before = world.ask("storage:listStorageAccountKeys", resourceGroupName=GROUP, accountName="stvoice")
    world.delete(world["stvoice"])
    account(world)

    after = world.ask("storage:listStorageAccountKeys", resourceGroupName=GROUP, accountName="stvoice")

    assert before != after


@pytest.mark.parametrize("change", [{"isHnsEnabled": True}, {"location": "northeurope"}])
def test_what_replaces_an_account(world: World, change: dict[str, object]) -> None:
    world.group()

    assert world.difference(account(world), **change).replaces == list(change)
