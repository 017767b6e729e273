"""Storage accounts: endpoints, the default blob service, containers, keys."""

from __future__ import annotations

import pytest

from simulator_tests.azure.harness import GROUP, AzureHarness
from simulator_tests.azure.makers.storage import account, blob_service, container, lifecycle, lifecycle_rule


def names(azure: AzureHarness) -> set[str]:
    return {id.rsplit("/", 1)[-1] for id in azure.cloud.leftovers()}


def test_an_account_has_an_endpoint_for_each_service(azure: AzureHarness) -> None:
    azure.group()

    made = account(azure)

    assert made["primaryEndpoints"]["blob"] == "https://stshop.blob.core.windows.net/"
    assert made["secondaryLocation"] == "northeurope"
    assert "secondaryEndpoints" not in made.outputs


@pytest.mark.parametrize(
    ("sku", "region", "secondary"),
    [
        ("Standard_RAGRS", "westeurope", "https://stshop-secondary.blob.core.windows.net/"),
        ("Standard_RAGZRS", "westeurope", "https://stshop-secondary.blob.core.windows.net/"),
        ("Standard_GZRS", "westeurope", None),
        ("Standard_LRS", "westeurope", None),
    ],
)
def test_only_read_access_geo_redundancy_has_secondary_endpoints(
    azure: AzureHarness, sku: str, region: str, secondary: str | None
) -> None:
    azure.group()

    made = account(azure, sku={"name": sku}, location=region)

    assert (made.outputs.get("secondaryEndpoints") or {}).get("blob") == secondary
    assert ("secondaryLocation" in made.outputs) == ("G" in sku.split("_")[1])


def test_a_container_does_not_require_a_declared_blob_service(azure: AzureHarness) -> None:
    azure.group()
    account(azure)

    made = container(azure)

    assert made.id.endswith("/blobServices/default/containers/reports")


def test_the_provider_adopts_the_blob_service_of_an_account(azure: AzureHarness) -> None:
    azure.group()
    account(azure)
    container(azure)

    made = blob_service(azure, deleteRetentionPolicy={"enabled": True, "days": 30})

    assert made["isVersioningEnabled"] is True
    assert made["sku"]["name"] == "Standard_GRS"


def test_deleting_the_blob_service_resets_it_and_keeps_the_containers(azure: AzureHarness) -> None:
    azure.group()
    account(azure)
    kept = container(azure)
    made = blob_service(azure)

    azure.delete(made)

    assert azure.read(kept) is not None
    assert blob_service(azure, isVersioningEnabled=False)["isVersioningEnabled"] is False
    live = azure.invoke(
        "storage:getBlobServiceProperties", resourceGroupName=GROUP, accountName="stshop", blobServicesName="default"
    )
    assert not live["isVersioningEnabled"]


def test_deleting_an_account_deletes_its_containers(azure: AzureHarness) -> None:
    azure.group()
    account(azure)
    blob_service(azure)
    container(azure)
    lifecycle(azure, lifecycle_rule())

    azure.delete(azure["stshop"])

    assert names(azure) == {GROUP}


def test_deleting_a_group_deletes_its_accounts(azure: AzureHarness) -> None:
    azure.group()
    account(azure)
    container(azure)

    azure.delete(azure[GROUP])

    assert azure.cloud.leftovers() == []
    assert list(azure.cloud) == []


def test_keys_are_listed_even_without_shared_key_access(azure: AzureHarness) -> None:
    azure.group()
    account(azure, allowSharedKeyAccess=False)

    answer = azure.invoke("storage:listStorageAccountKeys", resourceGroupName=GROUP, accountName="stshop")

    assert [item["keyName"] for item in answer["keys"]] == ["key1", "key2"]
    assert len({item["value"] for item in answer["keys"]}) == 2


def test_a_recreated_account_has_other_keys(azure: AzureHarness) -> None:
    azure.group()
    account(azure)
    before = azure.invoke("storage:listStorageAccountKeys", resourceGroupName=GROUP, accountName="stshop")
    azure.delete(azure["stshop"])
    account(azure)

    after = azure.invoke("storage:listStorageAccountKeys", resourceGroupName=GROUP, accountName="stshop")

    assert before != after


@pytest.mark.parametrize("change", [{"isHnsEnabled": True}, {"location": "northeurope"}])
def test_changes_that_replace_an_account(azure: AzureHarness, change: dict[str, object]) -> None:
    azure.group()

    assert azure.diff(account(azure), **change).replaces == list(change)
