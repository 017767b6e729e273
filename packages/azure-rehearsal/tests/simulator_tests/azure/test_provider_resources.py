"""Create, read, refresh, delete and invoke of the fake azure-native provider."""

from __future__ import annotations

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.provider import FakeAzureProvider
from simulator_tests.azure.world import GROUP, NETWORK, SEED, World, refused


def test_what_exists_is_not_created_again(world: World) -> None:
    world.group()
    world.network()

    with refused("ResourceAlreadyExists", "cannot create already existing resource", NETWORK):
        world.network()


def test_a_refresh_of_what_has_not_changed_changes_nothing(world: World) -> None:
    world.group()
    made = world.network(tags={"owner": "voice"})
    world.subnet()

    read = world.read(made)

    assert read is not None
    assert read[2] == made.inputs


def test_a_refresh_copies_into_the_inputs_what_somebody_changed(world: World) -> None:
    world.group()
    made = world.network(tags={"owner": "voice"})
    world.cloud.set(made.id, "tags.owner", "somebody else")
    world.cloud.set(made.id, "addressSpace.addressPrefixes[0]", "10.10.0.0/15")

    read = world.read(made)

    assert read is not None
    _, outputs, inputs = read
    assert outputs["tags"] == {"owner": "somebody else"}
    assert inputs == {
        **made.inputs,
        "tags": {"owner": "somebody else"},
        "addressSpace": {"addressPrefixes": ["10.10.0.0/15"]},
    }


def test_a_refresh_of_what_is_gone_says_so(world: World) -> None:
    world.group()
    made = world.network()
    world.cloud.remove(made.id)

    assert world.read(made) is None


def test_an_import_takes_its_inputs_from_the_id_and_the_response(world: World) -> None:
    world.group()
    made = world.network()

    read = world.provider.read(made.resource, made.id, {}, {})

    assert read is not None
    assert read[2]["resourceGroupName"] == GROUP
    assert read[2]["virtualNetworkName"] == NETWORK
    assert read[2]["addressSpace"] == {"addressPrefixes": ["10.10.0.0/16"]}


def test_pools_beside_a_cluster_show_up_when_the_cluster_is_refreshed(world: World) -> None:
    """AKS lists every pool in the cluster, so a refresh copies them into the cluster's inputs."""
    made = world.cluster()
    world.pool()

    read = world.read(made)

    assert read is not None
    assert [pool["name"] for pool in read[2]["agentPoolProfiles"]] == ["system", "agents"]


def test_a_deletion_of_what_is_gone_is_no_error(world: World) -> None:
    world.group()
    made = world.network()

    world.delete(made)
    world.delete(made)

    assert world.cloud.leftovers() == [world[GROUP].id]


def test_an_update_of_what_is_gone_creates_it_again(world: World) -> None:
    """An ARM write is a PUT: it does not ask whether the resource is there."""
    world.group()
    made = world.network()
    world.cloud.remove(made.id)

    world.change(made, tags={"owner": "voice"})

    assert made.id in world.cloud.leftovers()


def test_the_client_config_is_that_of_the_provider(world: World) -> None:
    world.provider.configure({"subscriptionId": "11111111-0000-0000-0000-000000000000"})

    answer = world.ask("authorization:getClientConfig")

    assert answer == {
        "subscriptionId": "11111111-0000-0000-0000-000000000000",
        "tenantId": Client().tenant_id,
        "objectId": Client().object_id,
        "clientId": Client().client_id,
    }


def test_ids_that_nobody_names_are_placeholders(world: World) -> None:
    provider = FakeAzureProvider(
        world.cloud, Client.named(tenant_id="22222222-0000-0000-0000-000000000000", object_id="")
    )

    answer = provider.invoke("azure-native:authorization:getClientConfig", {}, preview=False)

    assert answer["tenantId"] == "22222222-0000-0000-0000-000000000000"
    assert answer["objectId"] == Client().object_id


def test_a_getter_answers_what_the_resource_has_and_its_id(world: World) -> None:
    world.group()
    made = world.address()

    answer = world.ask("network:getPublicIPAddress", resourceGroupName=GROUP, publicIpAddressName="pip-out")

    assert answer == {**made.outputs, "id": made.id}


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("resources:getResourceGroup", {}),
        ("network:getVirtualNetwork", {"virtualNetworkName": NETWORK}),
        ("network:getSubnet", {"virtualNetworkName": NETWORK, "subnetName": "snet-nodes"}),
        ("managedidentity:getUserAssignedIdentity", {"resourceName": "id-cluster"}),
        ("containerservice:getManagedCluster", {"resourceName": "aks-voice"}),
        ("containerservice:getAgentPool", {"resourceName": "aks-voice", "agentPoolName": "system"}),
    ],
)
def test_every_kind_can_be_asked_for(world: World, function: str, arguments: dict[str, str]) -> None:
    world.cluster()

    answer = world.ask(function, resourceGroupName=GROUP, **arguments)

    assert answer["id"] in world.cloud.leftovers()


def test_a_getter_of_nothing_is_not_found(world: World) -> None:
    world.group()

    with refused("ResourceNotFound", "'Microsoft.Network/publicIPAddresses/pip-x' under resource group 'rg-voice'"):
        world.ask("network:getPublicIPAddress", resourceGroupName=GROUP, publicIpAddressName="pip-x")
    with refused("ResourceGroupNotFound", "'rg-x' could not be found"):
        world.ask("network:getPublicIPAddress", resourceGroupName="rg-x", publicIpAddressName="pip-x")


def test_a_getter_without_its_arguments_says_which(world: World) -> None:
    with refused("MissingArgument", "publicIpAddressName"):
        world.ask("network:getPublicIPAddress", resourceGroupName=GROUP)


def test_a_function_that_is_not_there_is_refused(world: World) -> None:
    with refused("UnknownFunction", "listSomething"):
        world.ask("network:listSomething")


def test_the_seed_decides_a_made_up_name(world: World) -> None:
    resource = world.resource("network:NatGateway", "out")

    one, _ = world.provider.check(resource, {}, {"resourceGroupName": GROUP}, SEED)
    other, _ = world.provider.check(resource, {}, {"resourceGroupName": GROUP}, b"another seed")

    assert one["natGatewayName"] != other["natGatewayName"]
