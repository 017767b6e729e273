"""A recording as a graph."""

from __future__ import annotations

import pytest

from azure_rehearsal.reports.recording_graph import Graph, operation
from simulator_tests.reports.recordings import component, record, urn


def test_the_component_of_a_resource_is_the_nearest_above_it() -> None:
    cell = component("cell", "RegionCell")
    network = component("net", "Network", cell["urn"])
    subnet = record("subnet", "network:Subnet", parent=network["urn"])
    graph = Graph([cell, network, subnet])
    owner = graph.component_of(graph.by_urn[subnet["urn"]])
    assert owner is not None
    assert owner.name == "net"


def test_a_type_is_known_whatever_its_api_version() -> None:
    (resource,) = Graph([record("subnet", "network/v20240501:Subnet")]).resources
    assert resource.type == "azure-native:network:Subnet"


def test_a_resource_waits_for_what_its_parent_waits_for() -> None:
    vault = record("vault", "keyvault:Vault")
    workloads = component("workloads", "Workloads", waits_for=[vault["urn"]])
    role = record("role", "authorization:RoleAssignment", parent=workloads["urn"])
    graph = Graph([vault, workloads, role])
    assert graph.waits_for(graph.by_urn[role["urn"]]) == {workloads["urn"]}
    assert graph.waits_for(graph.by_urn[workloads["urn"]]) == {vault["urn"]}


def test_whoever_waits_for_a_component_waits_for_all_that_is_in_it() -> None:
    network = component("net")
    subnet = record("subnet", "network:Subnet", parent=network["urn"])
    cluster = record("cluster", "containerservice:ManagedCluster", waits_for=[network["urn"]])
    inner = record("inner", "network:Subnet", parent=network["urn"], waits_for=[network["urn"]])
    graph = Graph([network, subnet, cluster, inner])
    assert graph.waits_for(graph.by_urn[cluster["urn"]]) == {network["urn"], subnet["urn"], inner["urn"]}
    assert graph.waits_for(graph.by_urn[inner["urn"]]) == {network["urn"]}


@pytest.mark.parametrize("named", [True, False])
def test_an_object_waits_for_the_provider_that_serves_it(named: bool) -> None:
    provider = record("aks", "pulumi:providers:kubernetes")
    default = record("default_4_34", "pulumi:providers:kubernetes")
    other = record("aks", "pulumi:providers:kubernetes", stack="other")
    namespace = record("ns", "kubernetes:core/v1:Namespace")
    if named:
        namespace["provider"] = provider["urn"] + "::4f0c"
    graph = Graph([provider, default, other, namespace])
    assert graph.waits_for(graph.by_urn[namespace["urn"]]) == {provider["urn"]}


@pytest.mark.parametrize(
    ("ops", "meant"),
    [
        (["same"], "same"),
        (["read"], "same"),
        (["create-replacement", "replace", "delete-replaced"], "replace"),
        (["delete-replaced"], "replace"),
        (["same", "update"], "update"),
        (["delete"], "delete"),
    ],
)
def test_the_steps_on_a_resource_come_to_one_operation(ops: list[str], meant: str) -> None:
    assert operation(ops) == meant


def test_a_recording_of_one_stack_twice_is_refused() -> None:
    twice = [record("a", "network:Subnet"), record("a", "network:Subnet")]
    with pytest.raises(ValueError, match="same stack twice"):
        Graph(twice)


def test_the_name_in_azure_is_shown_once_it_is_known() -> None:
    known, unknown = (
        Graph([record("logical", "network:Subnet", outputs={"name": name})]).resources[0].physical_name
        for name in ("snet-a", "[unknown]")
    )
    assert (known, unknown) == ("snet-a", "logical")
    assert urn("logical").endswith("::logical")


def test_a_component_of_any_package_is_one_and_a_resource_with_something_below_it_is_none() -> None:
    tenant = record("tenant", "random:place:Tenant")
    pet = record("pet", "random:index/randomPet:RandomPet", parent=tenant["urn"])
    server = record("server", "dbforpostgresql:Server")
    inner = record("inner", "dbforpostgresql:Database", parent=server["urn"])
    graph = Graph([tenant, pet, server, inner])
    assert [item.name for item in graph.resources if graph.is_component(item)] == ["tenant"]
