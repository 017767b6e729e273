"""A recording as a graph."""

from __future__ import annotations

import pytest

from azure_rehearsal.reports.recording_graph import Graph, operation
from simulator_tests.reports.recordings import component, entry, urn


def test_the_component_of_a_resource_is_the_nearest_above_it() -> None:
    region = component("region", "Region")
    network = component("net", "Network", region["urn"])
    subnet = entry("subnet", "network:Subnet", parent=network["urn"])
    graph = Graph([region, network, subnet])
    owner = graph.component_of(graph.by_urn[subnet["urn"]])
    assert owner is not None
    assert owner.name == "net"


def test_a_type_has_no_api_version() -> None:
    (resource,) = Graph([entry("subnet", "network/v20240501:Subnet")]).resources
    assert resource.type == "azure-native:network:Subnet"


def test_a_resource_waits_for_the_dependencies_of_its_parent() -> None:
    vault = entry("vault", "keyvault:Vault")
    workloads = component("workloads", "Workloads", waits_for=[vault["urn"]])
    role = entry("role", "authorization:RoleAssignment", parent=workloads["urn"])
    graph = Graph([vault, workloads, role])
    assert graph.waits_for(graph.by_urn[role["urn"]]) == {workloads["urn"]}
    assert graph.waits_for(graph.by_urn[workloads["urn"]]) == {vault["urn"]}


def test_a_dependency_on_a_component_includes_all_its_resources() -> None:
    network = component("net")
    subnet = entry("subnet", "network:Subnet", parent=network["urn"])
    cluster = entry("cluster", "containerservice:ManagedCluster", waits_for=[network["urn"]])
    inner = entry("inner", "network:Subnet", parent=network["urn"], waits_for=[network["urn"]])
    graph = Graph([network, subnet, cluster, inner])
    assert graph.waits_for(graph.by_urn[cluster["urn"]]) == {network["urn"], subnet["urn"], inner["urn"]}
    assert graph.waits_for(graph.by_urn[inner["urn"]]) == {network["urn"]}


@pytest.mark.parametrize("named", [True, False])
def test_an_object_waits_for_its_provider(named: bool) -> None:
    provider = entry("aks", "pulumi:providers:kubernetes")
    default = entry("default_4_34", "pulumi:providers:kubernetes")
    other = entry("aks", "pulumi:providers:kubernetes", stack="other")
    namespace = entry("ns", "kubernetes:core/v1:Namespace")
    if named:
        namespace["provider"] = provider["urn"] + "::4f0c"
    graph = Graph([provider, default, other, namespace])
    assert graph.waits_for(graph.by_urn[namespace["urn"]]) == {provider["urn"]}


@pytest.mark.parametrize(
    ("ops", "expected"),
    [
        (["same"], "same"),
        (["read"], "same"),
        (["create-replacement", "replace", "delete-replaced"], "replace"),
        (["delete-replaced"], "replace"),
        (["same", "update"], "update"),
        (["delete"], "delete"),
    ],
)
def test_the_steps_of_a_resource_are_one_operation(ops: list[str], expected: str) -> None:
    assert operation(ops) == expected


def test_a_recording_with_the_same_stack_twice_is_refused() -> None:
    twice = [entry("a", "network:Subnet"), entry("a", "network:Subnet")]
    with pytest.raises(ValueError, match="same stack twice"):
        Graph(twice)


def test_the_physical_name_is_the_name_in_azure_if_known() -> None:
    known, unknown = (
        Graph([entry("logical", "network:Subnet", outputs={"name": name})]).resources[0].physical_name
        for name in ("snet-a", "[unknown]")
    )
    assert (known, unknown) == ("snet-a", "logical")
    assert urn("logical").endswith("::logical")


def test_components_of_any_package_are_detected_and_resources_with_children_are_not_components() -> None:
    tenant = entry("tenant", "random:place:Tenant")
    pet = entry("pet", "random:index/randomPet:RandomPet", parent=tenant["urn"])
    server = entry("server", "dbforpostgresql:Server")
    inner = entry("inner", "dbforpostgresql:Database", parent=server["urn"])
    graph = Graph([tenant, pet, server, inner])
    assert [item.name for item in graph.resources if graph.is_component(item)] == ["tenant"]
