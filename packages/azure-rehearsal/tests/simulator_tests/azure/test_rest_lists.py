"""The REST front: resources of a group, Kubernetes versions, and the availability of global names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.rest.server import Front
from azure_rehearsal.azure.services.containerservice.kubernetes_versions import LATEST_PATCH
from simulator_tests.azure.harness import LOCATION, AzureHarness
from simulator_tests.azure.keyvault_setup import vault_deleted, with_vault

CLIENT: Final = Client()
VAULTS: Final = "Microsoft.KeyVault/vaults"


class Arm:
    """A simulated Azure in a file, and its front."""

    def __init__(self, directory: Path) -> None:
        self.azure = AzureHarness(Cloud.open(directory / "azure.json", write_seconds=0), CLIENT)
        self._front = Front(directory / "azure.json", CLIENT)

    def call(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """GET, or POST with a body. The path is below the subscription."""
        self.azure.cloud.save()
        self.azure.cloud.subscription.save()
        method, content = ("POST", json.dumps(body).encode()) if body else ("GET", b"")
        return self._front.respond(method, f"{CLIENT.subscription}/{path}?api-version=2022-12-01", content)

    def is_available(self, name: str, kind: str = VAULTS) -> bool:
        namespace = kind.split("/", maxsplit=1)[0]
        status, answer = self.call(f"providers/{namespace}/checkNameAvailability", {"name": name, "type": kind})
        assert status == 200, answer
        return answer["nameAvailable"]


@pytest.fixture
def arm(tmp_path: Path) -> Arm:
    return Arm(tmp_path)


def group_of(arm: Arm) -> str:
    return arm.azure.deployed["kv-shop"].id.split("/")[4]


def test_a_group_lists_its_resources_with_a_location(arm: Arm) -> None:
    with_vault(arm.azure)
    status, body = arm.call(f"resourceGroups/{group_of(arm)}/resources")
    assert status == 200
    (item,) = body["value"]
    assert (item["id"], item["type"], item["location"]) == (arm.azure["kv-shop"].id, VAULTS, LOCATION)
    assert "properties" not in item


def test_a_group_lists_the_resources_of_a_type(arm: Arm) -> None:
    with_vault(arm.azure)
    group = group_of(arm)
    _, vaults = arm.call(f"resourceGroups/{group}/providers/{VAULTS}")
    assert [item["name"] for item in vaults["value"]] == [arm.azure["kv-shop"].id.rsplit("/", 1)[-1]]
    assert vaults["value"][0]["properties"]["tenantId"] == CLIENT.tenant_id
    assert arm.call(f"resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks") == (200, {"value": []})


@pytest.mark.parametrize("path", ["resources", f"providers/{VAULTS}"])
def test_a_group_that_does_not_exist_is_not_found(path: str, arm: Arm) -> None:
    status, body = arm.call(f"resourceGroups/none/{path}")
    assert (status, body["error"]["code"]) == (404, "ResourceGroupNotFound")


def test_a_region_offers_the_kubernetes_versions_that_clusters_accept(arm: Arm) -> None:
    path = f"providers/Microsoft.ContainerService/locations/{LOCATION}/kubernetesVersions"
    status, body = arm.call(path)
    assert status == 200
    assert [item["version"] for item in body["values"]] == list(LATEST_PATCH)
    assert sum(1 for item in body["values"] if item.get("isDefault")) == 1
    arm.azure.cloud.subscription.make_fresh()
    assert arm.call(path)[0] == 409


def test_a_name_is_available_until_a_resource_has_it(arm: Arm) -> None:
    assert arm.is_available("kv-other")
    with_vault(arm.azure)
    taken = arm.azure["kv-shop"].id.rsplit("/", 1)[-1]
    assert not arm.is_available(taken.upper())
    assert arm.is_available("kv-other")
    assert arm.is_available(taken, "Microsoft.Storage/storageAccounts")


def test_a_deleted_vault_keeps_its_name(arm: Arm) -> None:
    vault_deleted(arm.azure)
    assert not arm.is_available(arm.azure["kv-shop"].id.rsplit("/", 1)[-1])


def test_an_unregistered_provider_checks_no_names(arm: Arm) -> None:
    arm.azure.cloud.subscription.make_fresh()
    status, body = arm.call("providers/Microsoft.KeyVault/checkNameAvailability", {"name": "x", "type": VAULTS})
    assert (status, body["error"]["code"]) == (409, "MissingSubscriptionRegistration")
