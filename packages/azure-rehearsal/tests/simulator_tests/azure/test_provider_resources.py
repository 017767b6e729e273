"""Create, read, refresh, delete and invoke of the fake azure-native provider."""

from __future__ import annotations

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.provider import FakeAzureProvider
from simulator_tests.azure.harness import GROUP, NETWORK, SEED, AzureHarness, refused


def test_creating_an_existing_resource_is_refused(azure: AzureHarness) -> None:
    azure.group()
    azure.network()

    with refused("ResourceAlreadyExists", "cannot create already existing resource", NETWORK):
        azure.network()


def test_a_refresh_without_drift_changes_nothing(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network(tags={"owner": "shop"})
    azure.subnet()

    read = azure.read(made)

    assert read is not None
    assert read[2] == made.inputs


def test_a_refresh_copies_drift_into_the_inputs(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network(tags={"owner": "shop"})
    azure.cloud.set(made.id, "tags.owner", "another-team")
    azure.cloud.set(made.id, "addressSpace.addressPrefixes[0]", "10.10.0.0/15")

    read = azure.read(made)

    assert read is not None
    _, outputs, inputs = read
    assert outputs["tags"] == {"owner": "another-team"}
    assert inputs == {
        **made.inputs,
        "tags": {"owner": "another-team"},
        "addressSpace": {"addressPrefixes": ["10.10.0.0/15"]},
    }


def test_a_refresh_reports_a_missing_resource(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network()
    azure.cloud.remove(made.id)

    assert azure.read(made) is None


def test_an_import_derives_inputs_from_the_id_and_the_response(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network()

    read = azure.provider.read(made.resource, made.id, {}, {})

    assert read is not None
    assert read[2]["resourceGroupName"] == GROUP
    assert read[2]["virtualNetworkName"] == NETWORK
    assert read[2]["addressSpace"] == {"addressPrefixes": ["10.10.0.0/16"]}


def test_a_refresh_of_a_cluster_shows_its_separate_pools(azure: AzureHarness) -> None:
    """AKS lists every pool in the cluster's response, so a refresh copies them into the cluster's inputs."""
    made = azure.cluster()
    azure.pool()

    read = azure.read(made)

    assert read is not None
    assert [pool["name"] for pool in read[2]["agentPoolProfiles"]] == ["system", "workers"]


def test_deleting_a_missing_resource_succeeds(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network()

    azure.delete(made)
    azure.delete(made)

    assert azure.cloud.leftovers() == [azure[GROUP].id]


def test_updating_a_missing_resource_creates_it(azure: AzureHarness) -> None:
    """An ARM write is a PUT, which creates a missing resource."""
    azure.group()
    made = azure.network()
    azure.cloud.remove(made.id)

    azure.change(made, tags={"owner": "shop"})

    assert made.id in azure.cloud.leftovers()


def test_get_client_config_returns_the_ids_of_the_client(azure: AzureHarness) -> None:
    azure.provider.configure({"subscriptionId": "11111111-0000-0000-0000-000000000000"})

    answer = azure.invoke("authorization:getClientConfig")

    assert answer == {
        "subscriptionId": "11111111-0000-0000-0000-000000000000",
        "tenantId": Client().tenant_id,
        "objectId": Client().object_id,
        "clientId": Client().client_id,
    }


def test_ids_that_are_not_configured_are_placeholders(azure: AzureHarness) -> None:
    provider = FakeAzureProvider(
        azure.cloud, Client.named(tenant_id="22222222-0000-0000-0000-000000000000", object_id="")
    )

    answer = provider.invoke("azure-native:authorization:getClientConfig", {}, preview=False)

    assert answer["tenantId"] == "22222222-0000-0000-0000-000000000000"
    assert answer["objectId"] == Client().object_id


def test_a_getter_returns_the_outputs_and_the_id(azure: AzureHarness) -> None:
    azure.group()
    made = azure.address()

    answer = azure.invoke("network:getPublicIPAddress", resourceGroupName=GROUP, publicIpAddressName="pip-out")

    assert answer == {**made.outputs, "id": made.id}


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("resources:getResourceGroup", {}),
        ("network:getVirtualNetwork", {"virtualNetworkName": NETWORK}),
        ("network:getSubnet", {"virtualNetworkName": NETWORK, "subnetName": "snet-nodes"}),
        ("managedidentity:getUserAssignedIdentity", {"resourceName": "id-cluster"}),
        ("containerservice:getManagedCluster", {"resourceName": "aks-shop"}),
        ("containerservice:getAgentPool", {"resourceName": "aks-shop", "agentPoolName": "system"}),
    ],
)
def test_every_type_has_a_getter(azure: AzureHarness, function: str, arguments: dict[str, str]) -> None:
    azure.cluster()

    answer = azure.invoke(function, resourceGroupName=GROUP, **arguments)

    assert answer["id"] in azure.cloud.leftovers()


def test_a_getter_of_a_missing_resource_is_refused(azure: AzureHarness) -> None:
    azure.group()

    with refused("ResourceNotFound", "'Microsoft.Network/publicIPAddresses/pip-x' under resource group 'rg-shop'"):
        azure.invoke("network:getPublicIPAddress", resourceGroupName=GROUP, publicIpAddressName="pip-x")
    with refused("ResourceGroupNotFound", "'rg-x' could not be found"):
        azure.invoke("network:getPublicIPAddress", resourceGroupName="rg-x", publicIpAddressName="pip-x")


def test_a_getter_reports_its_missing_arguments(azure: AzureHarness) -> None:
    with refused("MissingArgument", "publicIpAddressName"):
        azure.invoke("network:getPublicIPAddress", resourceGroupName=GROUP)


def test_an_unknown_function_is_refused(azure: AzureHarness) -> None:
    with refused("UnknownFunction", "listSomething"):
        azure.invoke("network:listSomething")


def test_a_generated_name_depends_on_the_seed(azure: AzureHarness) -> None:
    resource = azure.resource("network:NatGateway", "out")

    one, _ = azure.provider.check(resource, {}, {"resourceGroupName": GROUP}, SEED)
    other, _ = azure.provider.check(resource, {}, {"resourceGroupName": GROUP}, b"another seed")

    assert one["natGatewayName"] != other["natGatewayName"]
