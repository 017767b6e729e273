"""A region of the simulated Azure that is down."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.chaos.outage import CLUSTER, AzureOutage, ClusterOutage, location_of, locations
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import Refused
from simulator_tests.azure.harness import AzureHarness, Deployed

DOWN = "northeurope"


@pytest.fixture
def world() -> AzureHarness:
    """A network in each of two regions; then one region goes down."""
    world = AzureHarness()
    for place in ("westeurope", DOWN):
        world.make("resources:ResourceGroup", f"group-{place}", resourceGroupName=f"rg-{place}", location=place)
        world.make(
            "network:VirtualNetwork",
            f"network-{place}",
            resourceGroupName=f"rg-{place}",
            virtualNetworkName=f"vnet-{place}",
            location=place,
            addressSpace={"addressPrefixes": ["10.10.0.0/16"]},
        )
        world.make(
            "network:Subnet",
            f"subnet-{place}",
            resourceGroupName=f"rg-{place}",
            virtualNetworkName=f"vnet-{place}",
            subnetName="api",
            addressPrefix="10.10.1.0/24",
        )
    return world


@pytest.fixture
def outage(world: AzureHarness) -> AzureOutage:
    return AzureOutage(world.provider, world.cloud, world.client, frozenset({DOWN}))


def unreachable() -> Any:
    return pytest.raises(Refused, match=f"GatewayTimeout.*{DOWN}")


@pytest.mark.parametrize("what", ["group", "network", "subnet"])
def test_nothing_in_a_region_that_is_down_responds_including_children_without_a_location(
    world: AzureHarness, outage: AzureOutage, what: str
) -> None:
    made = world[f"{what}-{DOWN}"]
    before = world.cloud.leftovers()
    with unreachable():
        outage.read(made.resource, made.id, made.inputs, made.outputs)
    with unreachable():
        outage.update(made.resource, made.id, made.inputs, made.outputs, made.inputs, preview=False)
    with unreachable():
        outage.delete(made.resource, made.id, made.inputs, made.outputs)
    assert world.cloud.leftovers() == before


@pytest.mark.parametrize("what", ["group", "network", "subnet"])
def test_the_other_region_responds(world: AzureHarness, outage: AzureOutage, what: str) -> None:
    made = world[f"{what}-westeurope"]
    assert outage.read(made.resource, made.id, made.inputs, made.outputs) is not None
    outage.update(made.resource, made.id, made.inputs, made.outputs, made.inputs, preview=False)


def test_a_plan_needs_no_response_but_a_creation_does(world: AzureHarness, outage: AzureOutage) -> None:
    made = _another_subnet(world)
    assert outage.create(made.resource, made.inputs, preview=True)[0] == ""
    with unreachable():
        outage.create(made.resource, made.inputs, preview=False)


def _another_subnet(world: AzureHarness) -> Deployed:
    inputs = {**world[f"subnet-{DOWN}"].inputs, "subnetName": "web", "addressPrefix": "10.10.2.0/24"}
    return Deployed(world.resource("network:Subnet", "web"), "", inputs, {})


def test_a_lookup_by_name_times_out_in_a_plan_too(outage: AzureOutage) -> None:
    def looked_up(place: str) -> dict[str, Any]:
        arguments = {"resourceGroupName": f"rg-{place}", "virtualNetworkName": f"vnet-{place}"}
        return outage.invoke("azure-native:network:getVirtualNetwork", arguments, preview=True)

    assert looked_up("westeurope")["name"] == "vnet-westeurope"
    with unreachable():
        looked_up(DOWN)
    assert outage.invoke("azure-native:authorization:getClientConfig", {}, preview=True)["subscriptionId"]


def test_global_resources_respond_whatever_the_location_of_their_group(world: AzureHarness) -> None:
    zone = world.make(
        "privatedns:PrivateZone",
        "zone",
        resourceGroupName=f"rg-{DOWN}",
        privateZoneName="shop.internal",
        location="global",
    )
    role = f"{world[f'network-{DOWN}'].id}/providers/Microsoft.Authorization/roleAssignments/a"
    assert location_of(world.cloud, zone.id) == "global"
    assert location_of(world.cloud, role) == ""
    assert location_of(world.cloud, world[f"subnet-{DOWN}"].id) == DOWN


def test_a_registry_replica_is_managed_in_the_home_region_of_its_registry(
    world: AzureHarness, outage: AzureOutage
) -> None:
    home = {"resourceGroupName": "rg-westeurope", "registryName": "acrofthehome"}
    world.make("containerregistry:Registry", "registry", **home, location=DOWN, sku={"name": "Premium"})
    replica = world.make(
        "containerregistry:Replication", "replica", **home, replicationName="westeurope", location="westeurope"
    )
    assert location_of(world.cloud, replica.id) == DOWN
    with unreachable():
        outage.update(replica.resource, replica.id, replica.inputs, replica.outputs, replica.inputs, preview=False)


def test_an_unreachable_resource_can_be_excluded_by_its_name(world: AzureHarness, outage: AzureOutage) -> None:
    made = world[f"network-{DOWN}"]
    with pytest.raises(Refused, match=rf"--exclude '\*\*network-{DOWN}'"):
        outage.delete(made.resource, made.id, made.inputs, made.outputs)


class RespondingClusters:
    """Clusters that all respond."""

    def by_server(self, server_url: str) -> Any:
        return f"the cluster at {server_url}"


def test_the_api_server_of_a_cluster_in_a_region_that_is_down_does_not_respond() -> None:
    cloud = Cloud()
    group = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters"
    for place in ("westeurope", DOWN):
        properties = {
            "name": place,
            "location": place,
            "fqdn": f"{place}.azmk8s.io",
            "currentKubernetesVersion": "1.36.2",
        }
        cloud.put(Record(f"{group}/{place}", CLUSTER, properties))
    clusters = ClusterOutage(RespondingClusters(), cloud, frozenset({DOWN}))
    assert clusters.by_server("https://westeurope.azmk8s.io:443") is not None
    assert clusters.by_server(f"https://{DOWN}.azmk8s.io:443") is None


def test_a_location_can_have_its_display_name_and_must_exist() -> None:
    assert locations(["West Europe", "eastus"]) == {"westeurope", "eastus"}
    with pytest.raises(UsageError, match=r"mars.*unknown Azure location. Known: .*westeurope"):
        locations(["mars"])
