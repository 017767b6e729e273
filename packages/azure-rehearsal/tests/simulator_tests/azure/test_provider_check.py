"""Check of the fake azure-native provider: names, locations, required properties, types."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.azure.harness import GROUP, LOCATION, AzureHarness, refused
from simulator_tests.azure.provider_setup import NETWORK_INPUTS


def test_a_missing_name_is_generated_from_the_logical_name_and_the_seed(azure: AzureHarness) -> None:
    first, _ = azure.check("network:NatGateway", "out", resourceGroupName=GROUP)
    again, _ = azure.check("network:NatGateway", "out", resourceGroupName=GROUP)

    assert re.fullmatch(r"out[0-9a-f]{8}", first["natGatewayName"])
    assert again["natGatewayName"] == first["natGatewayName"]


def test_a_generated_name_is_stable(azure: AzureHarness) -> None:
    old = {"resourceGroupName": GROUP, "natGatewayName": "out0badcafe"}

    checked, _ = azure.check("network:NatGateway", "out", old, resourceGroupName=GROUP)

    assert checked["natGatewayName"] == "out0badcafe"


def test_a_role_assignment_without_name_gets_a_guid(azure: AzureHarness) -> None:
    checked, _ = azure.check("authorization:RoleAssignment", "reader", scope="/", principalId="p", roleDefinitionId="r")

    assert uuid.UUID(checked["roleAssignmentName"])


def test_the_location_input_has_precedence(azure: AzureHarness) -> None:
    checked, _ = azure.check("network:VirtualNetwork", "net", **NETWORK_INPUTS, location="East US")

    assert checked["location"] == "East US"


def test_the_old_location_has_precedence_over_the_configured_one(azure: AzureHarness) -> None:
    fresh, _ = azure.check("network:VirtualNetwork", "net", **NETWORK_INPUTS)
    kept, _ = azure.check("network:VirtualNetwork", "net", {"location": "eastus"}, **NETWORK_INPUTS)

    assert fresh["location"] == LOCATION
    assert kept["location"] == "eastus"


def test_the_default_location_is_that_of_the_resource_group(azure: AzureHarness) -> None:
    azure.group(location="Southeast Asia")
    azure.provider.configure({})

    known, _ = azure.check("network:VirtualNetwork", "net", **NETWORK_INPUTS)
    unknown, _ = azure.check("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "resourceGroupName": UNKNOWN})
    absent, failures = azure.check("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "resourceGroupName": "rg-x"})

    assert known["location"] == "southeastasia"
    assert unknown["location"] is UNKNOWN
    assert "location" not in absent
    assert not failures


def test_check_requires_the_location_of_a_cluster(azure: AzureHarness) -> None:
    azure.provider.configure({})

    _, failures = azure.check("containerservice:ManagedCluster", "aks", resourceGroupName="rg-x")

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
            {"resourceGroupName": GROUP, "securityRules": [{"name": "web", "priority": 100}]},
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
                "agentPoolName": "web",
                "upgradeSettings": {"drainTimeoutInMinutes": 1441},
            },
            "'upgradeSettings.drainTimeoutInMinutes' is too high (1441 > 1440)",
        ),
        (
            "containerservice:AgentPool",
            {
                "resourceGroupName": GROUP,
                "resourceName": "aks",
                "agentPoolName": "web",
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
def test_check_fails_with_the_providers_messages(
    azure: AzureHarness, type: str, inputs: dict[str, Any], reason: str
) -> None:
    _, failures = azure.check(type, "thing", **inputs)

    assert reason in [failure.reason for failure in failures]


def test_check_accepts_unknown_values_unknown_keys_and_wrong_enum_values(azure: AzureHarness) -> None:
    """As in the real provider. ARM refuses the last two at creation."""
    _, failures = azure.check(
        "network:PublicIPAddress", "out", resourceGroupName=UNKNOWN, sku={"name": "Golden"}, skuu="Standard"
    )

    assert failures == []


def test_a_type_outside_the_sdk_is_refused_with_a_remediation(azure: AzureHarness) -> None:
    with refused("UnknownResourceType", "azure-native:network/v20230901:BastionHost", "without an API version"):
        azure.check("network/v20230901:BastionHost", "bastion")
