"""Neighbors of the reported mistakes that Azure accepts, so the rehearsal does too."""

from __future__ import annotations

import pytest

from simulator_tests.azure.cluster_setup import SYSTEM_POOL, cluster
from simulator_tests.azure.harness import GROUP, AzureHarness
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.storage import account
from simulator_tests.azure.network_setup import peering


@pytest.fixture
def azure() -> AzureHarness:
    """An empty simulated Azure with instantaneous writes."""
    return AzureHarness()


def test_an_upgrade_that_names_no_version_leaves_the_separate_pools(azure: AzureHarness) -> None:
    made = azure.cluster()
    azure.pool()

    assert azure.change(made, kubernetesVersion="1.37")["currentKubernetesVersion"] == "1.37.0"


def test_an_upgrade_can_name_the_version_of_every_pool(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    pool = {**SYSTEM_POOL, "vnetSubnetID": azure["snet-nodes"].id}
    made = cluster(azure, agentPoolProfiles=[{**pool, "orchestratorVersion": "1.36"}])

    changed = azure.change(made, kubernetesVersion="1.37", agentPoolProfiles=[{**pool, "orchestratorVersion": "1.37"}])

    assert changed["agentPoolProfiles"][0]["currentOrchestratorVersion"] == "1.37.0"


def test_a_version_beside_separate_pools_is_fine_without_an_upgrade(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    pool = {**SYSTEM_POOL, "vnetSubnetID": azure["snet-nodes"].id, "orchestratorVersion": "1.36"}
    made = cluster(azure, agentPoolProfiles=[pool])
    azure.pool()

    assert azure.change(made, tags={"owner": "shop"})["tags"] == {"owner": "shop"}


def test_a_spot_pool_without_a_surge(azure: AzureHarness) -> None:
    azure.cluster()

    assert azure.pool(scaleSetPriority="Spot", scaleSetEvictionPolicy="Delete")["scaleSetPriority"] == "Spot"


def test_an_empty_list_of_access_policies(azure: AzureHarness) -> None:
    azure.group()

    assert vault(azure, enableRbacAuthorization=None, accessPolicies=[])["properties"]["accessPolicies"] == []


@pytest.mark.parametrize(("location", "sku"), [("westeurope", "Standard_GZRS"), ("italynorth", "Standard_ZRS")])
def test_a_redundancy_that_the_region_has(azure: AzureHarness, location: str, sku: str) -> None:
    azure.group()

    assert account(azure, location=location, sku={"name": sku})["sku"]["name"] == sku


def test_a_third_network_of_another_range(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    for name, space in (("vnet-b", "10.20.0.0/16"), ("vnet-c", "10.30.0.0/16")):
        azure.network(name, space)
        peering(azure, "vnet-shop", name, f"to-{name}")

    assert len(azure.cloud.children(azure["vnet-shop"].id, "azure-native:network:VirtualNetworkPeering")) == 2


def test_disjoint_prefixes_in_one_rule(azure: AzureHarness) -> None:
    azure.group()
    rule = {
        "name": "sip", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Udp",
        "sourcePortRange": "*", "sourceAddressPrefixes": ["198.51.100.0/24", "203.0.113.7/32"],
        "destinationAddressPrefix": "*", "destinationPortRange": "5060",
    }  # fmt: skip

    made = azure.make(
        "network:NetworkSecurityGroup",
        "nsg",
        resourceGroupName=GROUP,
        networkSecurityGroupName="nsg",
        securityRules=[rule],
    )

    assert made["securityRules"][0]["name"] == "sip"
