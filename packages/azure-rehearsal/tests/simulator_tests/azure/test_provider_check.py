"""Check of the fake azure-native provider: names, locations, required properties, types."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.azure.provider_setup import NETWORK_INPUTS
from simulator_tests.azure.world import GROUP, LOCATION, World, refused


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
