"""The REST front: the responses that tools read, in the form of azure-rest-api-specs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.subscription import DenyPolicy, DeployerRole
from azure_rehearsal.azure.rest.server import Front, serving
from azure_rehearsal.testing import arm_endpoint, subscription_of
from simulator_tests.azure.harness import LOCATION, AzureHarness
from simulator_tests.azure.keyvault_setup import vault_deleted

CLIENT: Final = Client()
SUBSCRIPTION: Final = CLIENT.subscription
OWNER: Final = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


class Arm:
    """A simulated Azure in a file, and its front."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "azure.json"
        self.azure = AzureHarness(Cloud.open(self.file, write_seconds=0), CLIENT)
        self.front = Front(self.file, CLIENT)

    def call(self, path: str, method: str = "GET", **query: str) -> tuple[int, Any]:
        """The status and body of a request. A path without a leading slash is below the subscription."""
        self.azure.cloud.subscription.save()
        target = path if path.startswith("/") else f"{SUBSCRIPTION}/{path}".rstrip("/")
        parameters = "".join(f"&%24{key}={quote(value)}" for key, value in query.items())
        return self.front.respond(method, f"{target}?api-version=2022-12-01{parameters}")

    def get(self, path: str, **query: str) -> Any:
        status, body = self.call(path, **query)
        assert status == 200, body
        return body

    def items(self, path: str, **query: str) -> dict[str, Any]:
        """The items of a list by name."""
        found = self.get(path, **query)["value"]
        return {item["name"]["value"] if isinstance(item["name"], dict) else item["name"]: item for item in found}

    def refused(self, path: str, method: str = "GET") -> tuple[int, str]:
        """The status and ARM's code of a refused request."""
        status, body = self.call(path, method)
        assert set(body) == {"error"}
        assert body["error"]["message"]
        return status, body["error"]["code"]


@pytest.fixture
def arm(tmp_path: Path) -> Arm:
    return Arm(tmp_path)


def test_the_subscription_belongs_to_the_tenant_of_the_client(arm: Arm) -> None:
    body = arm.get("")
    assert (body["subscriptionId"], body["tenantId"]) == (CLIENT.subscription_id, CLIENT.tenant_id)
    assert body["state"] == "Enabled"
    assert [item["id"] for item in arm.get("/subscriptions")["value"]] == [SUBSCRIPTION]
    assert [item["tenantId"] for item in arm.get("/tenants")["value"]] == [CLIENT.tenant_id]


@pytest.mark.parametrize("path", ["", "/locations", "/providers/Microsoft.Authorization/roleAssignments"])
def test_another_subscription_does_not_exist(arm: Arm, path: str) -> None:
    assert arm.refused(f"/subscriptions/other{path}") == (404, "SubscriptionNotFound")


def test_without_a_client_every_subscription_exists(tmp_path: Path) -> None:
    status, body = Front(tmp_path / "azure.json").respond("GET", "/subscriptions/any?api-version=1")
    assert (status, body["subscriptionId"]) == (200, "any")


def test_a_request_without_api_version_is_refused(arm: Arm) -> None:
    status, body = arm.front.respond("GET", SUBSCRIPTION)
    assert (status, body["error"]["code"]) == (400, "MissingApiVersionParameter")


def test_locations_have_zones_and_a_pair_where_azure_has_them(arm: Arm) -> None:
    locations = arm.items("locations")
    zones = [item["logicalZone"] for item in locations["westeurope"]["availabilityZoneMappings"]]
    assert zones == ["1", "2", "3"]
    assert locations["westeurope"]["metadata"]["pairedRegion"] == [
        {"name": "northeurope", "id": f"{SUBSCRIPTION}/locations/northeurope"}
    ]
    assert "availabilityZoneMappings" not in locations["northcentralus"]
    assert locations["italynorth"]["metadata"]["pairedRegion"] == []


# Providers


def test_a_registration_is_kept_and_admits_writes(arm: Arm) -> None:
    arm.azure.cloud.subscription.make_fresh()
    assert arm.get("providers/microsoft.NETWORK")["registrationState"] == "NotRegistered"
    states = {name["namespace"]: name["registrationState"] for name in arm.get("providers")["value"]}
    assert states["Microsoft.Resources"] == "Registered"
    assert states["Microsoft.Network"] == "NotRegistered"

    status, body = arm.call("providers/Microsoft.Network/register", "POST")

    assert (status, body["registrationState"], body["namespace"]) == (200, "Registering", "Microsoft.Network")
    later = AzureHarness(Cloud.open(arm.file, write_seconds=0), CLIENT)
    later.group()
    later.network()
    assert Front(arm.file, CLIENT).respond("GET", f"{SUBSCRIPTION}/providers/Microsoft.Network?api-version=1")[1][
        "registrationState"
    ] == ("Registered")


def test_a_provider_lists_the_locations_of_its_types(arm: Arm) -> None:
    types = {item["resourceType"]: item for item in arm.get("providers/Microsoft.Network")["resourceTypes"]}
    assert "westeurope" in types["virtualNetworks"]["locations"]
    assert types["dnsZones"]["locations"] == ["global"]


def test_an_unknown_namespace_is_refused(arm: Arm) -> None:
    assert arm.refused("providers/Microsoft.Nothing") == (404, "InvalidResourceNamespace")
    assert arm.refused("providers/Microsoft.Nothing/register", "POST") == (404, "InvalidResourceNamespace")


@pytest.mark.parametrize(
    "path",
    [
        "Microsoft.Compute/skus",
        "Microsoft.Compute/locations/eastus/usages",
        "Microsoft.Network/locations/eastus/usages",
        "Microsoft.DBforPostgreSQL/locations/eastus/resourceType/flexibleServers/usages",
        "Microsoft.DBforPostgreSQL/locations/eastus/capabilities",
    ],
)
def test_an_unregistered_provider_does_not_respond(arm: Arm, path: str) -> None:
    assert arm.call(f"providers/{path}")[0] == 200
    arm.azure.cloud.subscription.make_fresh()
    assert arm.refused(f"providers/{path}") == (409, "MissingSubscriptionRegistration")


# Quotas and offers


def test_usages_have_limits_and_the_use_of_the_deployed_resources(arm: Arm) -> None:
    arm.azure.cloud.subscription.set_quota("standardDSv5Family", 100)
    arm.azure.cluster()
    arm.azure.prefix()

    compute = arm.items(f"providers/Microsoft.Compute/locations/{LOCATION}/usages")
    network = arm.items(f"providers/Microsoft.Network/locations/{LOCATION}/usages")

    family = compute["standardDSv5Family"]
    assert (family["limit"], family["currentValue"], family["unit"]) == (100, 8, "Count")
    assert family["name"]["localizedValue"] == "Standard DSv5 Family vCPUs"
    assert (compute["cores"]["limit"], compute["cores"]["currentValue"]) == (20, 8)
    assert network["IPv4StandardSkuPublicIpAddresses"]["currentValue"] == 16
    assert arm.items("providers/Microsoft.Compute/locations/eastus/usages")["cores"]["currentValue"] == 0


def test_an_unknown_location_is_refused(arm: Arm) -> None:
    code = "LocationNotAvailableForResourceType"
    assert arm.refused("providers/Microsoft.Compute/locations/atlantis/usages") == (400, code)


def test_sizes_have_zones_a_family_and_restrictions(arm: Arm) -> None:
    arm.azure.cloud.subscription.restricted_sizes.add("standard_d4s_v5")

    sizes = arm.items("providers/Microsoft.Compute/skus", filter="location eq 'eastus'")

    free, restricted = sizes["Standard_D8s_v5"], sizes["Standard_D4s_v5"]
    assert (free["family"], free["restrictions"]) == ("standardDSv5Family", [])
    assert free["locationInfo"][0]["zones"] == ["1", "2", "3"]
    assert {"name": "vCPUs", "value": "8"} in free["capabilities"]
    assert {item["type"] for item in restricted["restrictions"]} == {"Location", "Zone"}
    assert {item["reasonCode"] for item in restricted["restrictions"]} == {"NotAvailableForSubscription"}
    without = arm.items("providers/Microsoft.Compute/skus", filter="location eq 'northcentralus'")
    assert without["Standard_D8s_v5"]["locationInfo"][0]["zones"] == []


@pytest.mark.parametrize(
    ("location", "zone_redundant", "geo_backup"),
    [
        ("eastus", "Enabled", "Enabled"),
        ("italynorth", "Enabled", "Disabled"),
        ("northcentralus", "Disabled", "Enabled"),
    ],
)
def test_the_capabilities_of_postgresql_follow_the_region(
    arm: Arm, location: str, zone_redundant: str, geo_backup: str
) -> None:
    (body,) = arm.get(f"providers/Microsoft.DBforPostgreSQL/locations/{location}/capabilities")["value"]
    assert (body["zoneRedundantHaSupported"], body["geoBackupSupported"]) == (zone_redundant, geo_backup)
    editions = {item["name"]: item["supportedServerSkus"] for item in body["supportedServerEditions"]}
    assert set(editions) == {"Burstable", "GeneralPurpose", "MemoryOptimized"}
    assert {"Standard_D4ds_v5"} <= {item["name"] for item in editions["GeneralPurpose"]}


# Roles and policies


def test_the_deployer_owns_the_subscription_unless_its_roles_are_set(arm: Arm) -> None:
    path = "providers/Microsoft.Authorization/roleAssignments"
    mine = f"assignedTo('{CLIENT.object_id}')"
    (own,) = arm.get(path, filter=mine)["value"]
    assert own["properties"]["scope"] == SUBSCRIPTION
    assert own["properties"]["roleDefinitionId"] == (
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"
    )
    assert arm.get(own["properties"]["roleDefinitionId"])["properties"]["permissions"][0]["actions"] == ["*"]

    arm.azure.cloud.subscription.deployer_roles = [DeployerRole("Reader")]

    (own,) = arm.get(path, filter=mine)["value"]
    assert arm.get(own["properties"]["roleDefinitionId"])["properties"]["roleName"] == "Reader"


def test_role_assignments_are_filtered_by_principal_and_scope(arm: Arm) -> None:
    arm.azure.group()
    identity = arm.azure.identity()
    arm.azure.role(identity["principalId"], "Reader", arm.azure["rg-shop"].id)
    path, wanted = "providers/Microsoft.Authorization/roleAssignments", f"principalId eq '{identity['principalId']}'"

    (found,) = arm.get(path, filter=wanted)["value"]

    assert found["properties"]["scope"] == arm.azure["rg-shop"].id
    assert arm.get(path, filter=f"atScope() and assignedTo('{identity['principalId']}')")["value"] == []
    inside = arm.get(f"resourceGroups/rg-shop/{path}", filter="atScope()")["value"]
    assert {item["properties"]["principalId"] for item in inside} == {identity["principalId"], CLIENT.object_id}


def test_role_definitions_are_found_by_name_and_by_id(arm: Arm) -> None:
    (found,) = arm.get("providers/Microsoft.Authorization/roleDefinitions", filter="roleName eq 'Owner'")["value"]
    assert found["name"] == OWNER
    assert arm.get(f"/providers/Microsoft.Authorization/roleDefinitions/{OWNER}")["properties"]["roleName"] == "Owner"
    assert arm.refused("providers/Microsoft.Authorization/roleDefinitions/x") == (404, "RoleDefinitionDoesNotExist")


def test_policies_have_their_definition_and_parameters(arm: Arm) -> None:
    arm.azure.cloud.subscription.policies += [
        DenyPolicy("here", "allowed-locations", ("eastus",)),
        DenyPolicy("owner", "required-tag", ("owner",)),
    ]

    assigned = arm.items("providers/Microsoft.Authorization/policyAssignments", filter="atScope()")

    assert assigned["here"]["properties"]["parameters"] == {"listOfAllowedLocations": {"value": ["eastus"]}}
    assert assigned["owner"]["properties"]["parameters"] == {"tagName": {"value": "owner"}}
    rule = arm.get(assigned["here"]["properties"]["policyDefinitionId"])["properties"]["policyRule"]
    assert rule["then"] == {"effect": "deny"}
    assert arm.refused("providers/Microsoft.Authorization/policyDefinitions/x") == (404, "PolicyDefinitionNotFound")


# Resources


def test_deleted_vaults_are_listed_and_found(arm: Arm) -> None:
    vault_deleted(arm.azure)
    arm.azure.cloud.save()

    deleted = arm.items("providers/Microsoft.KeyVault/deletedVaults")["kv-shop"]

    assert deleted["properties"]["vaultId"].endswith(
        "/resourceGroups/rg-shop/providers/Microsoft.KeyVault/vaults/kv-shop"
    )
    assert (deleted["properties"]["location"], deleted["properties"]["purgeProtectionEnabled"]) == (LOCATION, True)
    one = f"providers/Microsoft.KeyVault/locations/{LOCATION}/deletedVaults/KV-shop"
    assert arm.get(one) == deleted
    other = "providers/Microsoft.KeyVault/locations/eastus/deletedVaults/kv-shop"
    assert arm.refused(other) == (404, "DeletedVaultNotFound")


def test_a_resource_has_arms_envelope_around_its_properties(arm: Arm) -> None:
    arm.azure.group()
    made = arm.azure.address()

    body = arm.get(made.id.upper())

    assert (body["id"], body["type"]) == (made.id, "Microsoft.Network/publicIPAddresses")
    assert body["sku"]["name"] == "Standard"
    assert body["properties"]["ipAddress"] == made["ipAddress"]
    assert body["properties"]["provisioningState"] == "Succeeded"


def test_a_missing_resource_and_a_missing_group_are_not_found(arm: Arm) -> None:
    address = "resourceGroups/rg-shop/providers/Microsoft.Network/publicIPAddresses/none"
    assert arm.refused(address) == (404, "ResourceGroupNotFound")
    assert arm.call("resourcegroups/rg-shop", "HEAD")[0] == 404
    arm.azure.group()
    assert arm.refused(address) == (404, "ResourceNotFound")
    assert arm.call("resourcegroups/rg-shop", "HEAD") == (204, None)


def test_the_groups_of_the_subscription_are_listed(arm: Arm) -> None:
    arm.azure.group()
    assert list(arm.items("resourcegroups")) == ["rg-shop"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_the_front_is_read_only(arm: Arm, method: str) -> None:
    arm.azure.group()
    assert arm.refused("resourceGroups/rg-shop", method) == (405, "MethodNotAllowed")
    assert arm.azure.cloud.leftovers() == [arm.azure["rg-shop"].id]


# HTTP


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with subscription_of(tmp_path) as facts:
        facts.make_fresh()
    with arm_endpoint(tmp_path, CLIENT) as url:
        yield url


def _http(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, f"{parts.path}?api-version=2022-12-01", body)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_the_endpoint_serves_a_state_directory_on_loopback_and_keeps_a_registration(url: str, tmp_path: Path) -> None:
    assert url.startswith("http://127.0.0.1:")
    status, headers, body = _http(f"{url}{SUBSCRIPTION}")
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert json.loads(body)["subscriptionId"] == CLIENT.subscription_id

    assert _http(f"{url}{SUBSCRIPTION}/providers/Microsoft.Network/register", "POST", b"{}")[0] == 200

    with subscription_of(tmp_path) as facts:
        assert facts.is_registered("Microsoft.Network")
        assert not facts.is_registered("Microsoft.Storage")


def test_a_head_request_has_no_body(url: str) -> None:
    status, _, body = _http(f"{url}{SUBSCRIPTION}/resourcegroups/none", "HEAD")
    assert (status, body) == (404, b"")


def test_a_stopped_endpoint_frees_its_port(tmp_path: Path) -> None:
    with serving(Front(tmp_path / "azure.json")) as url:
        port = int(url.rsplit(":", 1)[1])
    with serving(Front(tmp_path / "azure.json"), port) as again:
        assert again == url
