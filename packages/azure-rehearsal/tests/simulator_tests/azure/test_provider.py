"""The provider's own part: what Check completes, what Diff replaces, what a plan knows, what a refresh finds."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.provider import FakeAzureProvider
from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.azure.world import GROUP, LOCATION, NETWORK, SEED, World, refused

NETWORK_INPUTS: Final[dict[str, Any]] = {
    "resourceGroupName": GROUP,
    "virtualNetworkName": NETWORK,
    "addressSpace": {"addressPrefixes": ["10.10.0.0/16"]},
}


# Check


def test_a_missing_name_is_the_logical_name_and_eight_digits_of_the_seed(world: World) -> None:
    first, _ = world.check("network:NatGateway", "out", resourceGroupName=GROUP)
    again, _ = world.check("network:NatGateway", "out", resourceGroupName=GROUP)

    assert re.fullmatch(r"out[0-9a-f]{8}", first["natGatewayName"])
    assert again["natGatewayName"] == first["natGatewayName"]


def test_a_made_up_name_stays_while_the_resource_lives(world: World) -> None:
    old = {"resourceGroupName": GROUP, "natGatewayName": "out0badcafe"}

    checked, _ = world.check("network:NatGateway", "out", old, resourceGroupName=GROUP)

    assert checked["natGatewayName"] == "out0badcafe"


def test_a_role_assignment_without_name_gets_a_guid(world: World) -> None:
    checked, _ = world.check("authorization:RoleAssignment", "reader", scope="/", principalId="p", roleDefinitionId="r")

    assert uuid.UUID(checked["roleAssignmentName"])


def test_a_location_comes_from_the_inputs_first(world: World) -> None:
    checked, _ = world.check("network:VirtualNetwork", "net", **NETWORK_INPUTS, location="East US")

    assert checked["location"] == "East US"


def test_a_missing_location_is_the_old_one_before_the_configured_one(world: World) -> None:
    fresh, _ = world.check("network:VirtualNetwork", "net", **NETWORK_INPUTS)
    kept, _ = world.check("network:VirtualNetwork", "net", {"location": "eastus"}, **NETWORK_INPUTS)

    assert fresh["location"] == LOCATION
    assert kept["location"] == "eastus"


def test_without_configuration_a_location_is_that_of_the_group(world: World) -> None:
    world.group(location="Southeast Asia")
    world.provider.configure({})

    known, _ = world.check("network:VirtualNetwork", "net", **NETWORK_INPUTS)
    unknown, _ = world.check("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "resourceGroupName": UNKNOWN})
    absent, failures = world.check("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "resourceGroupName": "rg-x"})

    assert known["location"] == "southeastasia"
    assert unknown["location"] is UNKNOWN
    assert "location" not in absent
    assert not failures


def test_a_cluster_needs_a_location_before_anything_is_planned(world: World) -> None:
    world.provider.configure({})

    _, failures = world.check("containerservice:ManagedCluster", "aks", resourceGroupName="rg-x")

    assert len(failures) == 1
    assert failures[0].reason.startswith("missing required property 'location'. Either set it explicitly")


@pytest.mark.parametrize(
    ("type", "inputs", "reason"),
    [
        ("network:VirtualNetwork", {"addressSpace": {}}, "missing required property 'resourceGroupName'"),
        (
            "network:VirtualNetwork",
            {**NETWORK_INPUTS, "addressSpace": "10.10.0.0/16"},
            "'addressSpace' should be of type 'object' but got a string",
        ),
        (
            "network:VirtualNetwork",
            {**NETWORK_INPUTS, "enableDdosProtection": "yes"},
            "'enableDdosProtection' should be of type 'boolean' but got a string",
        ),
        (
            "containerservice:AgentPool",
            {"resourceGroupName": GROUP, "resourceName": "aks", "count": 1.5},
            "'count' should be of type 'integer' but got the number 1.5",
        ),
        (
            "network:NetworkSecurityGroup",
            {"resourceGroupName": GROUP, "securityRules": [{"name": "sip", "priority": 100}]},
            "missing required property 'securityRules[0].access'",
        ),
        (
            "containerservice:AgentPool",
            {"resourceGroupName": GROUP, "resourceName": "aks", "agentPoolName": "livekitmedia1"},
            "'agentPoolName' is too long (13): at most 12 characters allowed",
        ),
        (
            "containerservice:AgentPool",
            {"resourceGroupName": GROUP, "resourceName": "aks", "agentPoolName": "livekit-a"},
            "'agentPoolName' does not match expression '^[a-z][a-z0-9]{0,11}$'",
        ),
        (
            "containerservice:AgentPool",
            {
                "resourceGroupName": GROUP,
                "resourceName": "aks",
                "agentPoolName": "media",
                "upgradeSettings": {"drainTimeoutInMinutes": 1441},
            },
            "'upgradeSettings.drainTimeoutInMinutes' is too high (1441 > 1440)",
        ),
        (
            "containerservice:AgentPool",
            {
                "resourceGroupName": GROUP,
                "resourceName": "aks",
                "agentPoolName": "media",
                "upgradeSettings": {"nodeSoakDurationInMinutes": 31},
            },
            "'upgradeSettings.nodeSoakDurationInMinutes' is too high (31 > 30)",
        ),
        (
            "containerservice:MaintenanceConfiguration",
            {
                "resourceGroupName": GROUP,
                "resourceName": "aks",
                "maintenanceWindow": {"durationHours": 3, "schedule": {}, "startTime": "02:00"},
            },
            "'maintenanceWindow.durationHours' is too low (3 < 4)",
        ),
        (
            "containerservice:MaintenanceConfiguration",
            {
                "resourceGroupName": GROUP,
                "resourceName": "aks",
                "maintenanceWindow": {"durationHours": 4, "schedule": {}, "startTime": "2 am"},
            },
            "'maintenanceWindow.startTime' does not match expression '^\\d{2}:\\d{2}$'",
        ),
    ],
)
def test_check_fails_in_the_providers_words(world: World, type: str, inputs: dict[str, Any], reason: str) -> None:
    _, failures = world.check(type, "thing", **inputs)

    assert reason in [failure.reason for failure in failures]


def test_check_lets_unknown_values_unknown_keys_and_wrong_enumerations_pass(world: World) -> None:
    """The real provider does; ARM refuses the last two when it is asked to create."""
    _, failures = world.check(
        "network:PublicIPAddress", "out", resourceGroupName=UNKNOWN, sku={"name": "Golden"}, skuu="Standard"
    )

    assert failures == []


def test_a_type_without_rules_is_refused_with_the_way_to_add_it(world: World) -> None:
    with refused(
        "UnknownResourceType", "no rules for azure-native:network:BastionHost", "azure_rehearsal/azure/services/network"
    ):
        world.check("network:BastionHost", "bastion")


# Diff


def test_equal_inputs_are_no_difference(world: World) -> None:
    world.group()
    made = world.network(location="West Europe")

    difference = world.difference(made, location="westeurope")

    assert difference.changed == []


def test_a_tag_is_an_update(world: World) -> None:
    world.group()
    made = world.network(tags={"owner": "voice"})

    difference = world.difference(made, tags={"owner": "platform"})

    assert difference.changed == ["tags.owner"]
    assert difference.replaces == []


@pytest.mark.parametrize(
    ("changes", "replaces"),
    [
        ({"virtualNetworkName": "vnet-b"}, ["virtualNetworkName"]),
        ({"resourceGroupName": "rg-b"}, ["resourceGroupName"]),
        ({"location": "eastus"}, ["location"]),
        ({"addressSpace": {"addressPrefixes": ["10.11.0.0/16"]}}, []),
        ({"resourceGroupName": UNKNOWN}, ["resourceGroupName"]),
    ],
)
def test_path_parameters_and_force_new_properties_replace(
    world: World, changes: dict[str, Any], replaces: list[str]
) -> None:
    world.group()
    made = world.network()

    difference = world.difference(made, **changes)

    assert difference.replaces == replaces
    assert len(difference.changed) == 1


def test_any_part_of_a_clusters_network_profile_replaces_it(world: World) -> None:
    made = world.cluster()

    difference = world.difference(made, networkProfile={"outboundType": "none"})

    assert difference.replaces == ["networkProfile.outboundType"]


def test_a_pools_vm_size_replaces_it_and_its_zones_do_not(world: World) -> None:
    world.cluster()
    made = world.pool()

    assert world.difference(made, vmSize="Standard_D8s_v5").replaces == ["vmSize"]
    assert world.difference(made, availabilityZones=["1"]).replaces == []


def test_an_explicitly_named_resource_is_deleted_before_its_replacement(world: World) -> None:
    world.group()
    named = world.network()
    automatic = world.make("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "virtualNetworkName": None})

    assert world.difference(named, location="eastus").delete_before_replace
    assert not world.difference(automatic, location="eastus").delete_before_replace


def test_a_replaced_role_assignment_of_its_own_guid_is_deleted_first_a_made_up_one_is_not(world: World) -> None:
    world.group()
    principal = world.identity()["principalId"]
    scope = world[GROUP].id
    named = world.role(principal, "Reader", scope)
    automatic = world.role(principal, "Contributor", scope, roleAssignmentName=None)

    assert world.difference(named, principalId="another").delete_before_replace
    assert not world.difference(automatic, principalId="another").delete_before_replace


# Previews


def test_a_planned_creation_knows_the_inputs_that_the_response_repeats(world: World) -> None:
    resource = world.resource("network:PublicIPAddress", "out")
    inputs, _ = world.check(
        "network:PublicIPAddress",
        "out",
        resourceGroupName=GROUP,
        publicIpAddressName="pip-out",
        sku={"name": "Standard"},
        zones=["1", UNKNOWN],
        tags={"owner": UNKNOWN},
    )

    id, outputs = world.provider.create(resource, inputs, preview=True)

    assert id == ""
    assert outputs["sku"] == {"name": "Standard", "tier": UNKNOWN}
    assert outputs["zones"] == ["1", UNKNOWN]
    assert outputs["tags"] == {"owner": UNKNOWN}
    assert outputs["ipAddress"] is UNKNOWN
    assert outputs["name"] is UNKNOWN
    assert "publicIpAddressName" not in outputs


def test_a_plan_creates_nothing_and_refuses_nothing(world: World) -> None:
    resource = world.resource("network:Subnet", "nodes")

    world.provider.create(resource, {"resourceGroupName": "rg-x", "virtualNetworkName": "vnet-x"}, preview=True)

    assert world.cloud.leftovers() == []


def test_a_planned_update_knows_name_and_location_and_nothing_else_that_azure_made(world: World) -> None:
    made = world.cluster()
    new = {**made.inputs, "tags": {"owner": "platform"}}

    outputs = world.provider.update(made.resource, made.id, made.inputs, made.outputs, new, preview=True)

    assert outputs["name"] == "aks-voice"
    assert outputs["location"] == LOCATION
    assert outputs["tags"] == {"owner": "platform"}
    assert outputs["fqdn"] is UNKNOWN
    assert outputs["oidcIssuerProfile"] is UNKNOWN
    assert outputs["identity"]["userAssignedIdentities"] is UNKNOWN


# Create and read


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


# Functions


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
