"""The order of writes that Azure refuses in another order, and the waits for delayed effects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.roles import Role
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import non_default, second_region
from tests.unit.stacks import PROJECT, graph_of

ENDPOINT = "azure-native:network:PrivateEndpoint"
ACCOUNT_INPUTS = ("accountName", "clusterName", "registryName", "serverName", "vaultName")
DATA = {"azure-native:keyvault:Secret"}
"""Children that are data of an account: their writes are no writes of the account."""
FLOW_LOG = "azure-native:network:FlowLog"

EVERY_GRAPH = pytest.mark.parametrize(
    "graph",
    [
        pytest.param(lambda: graph_of(PROJECT / "Pulumi.prod.yaml"), id="prod"),
        pytest.param(lambda: graph_of(PROJECT / "Pulumi.staging.yaml"), id="staging"),
        pytest.param(second_region, id="a second region"),
        pytest.param(non_default, id="documents and a private PostgreSQL"),
    ],
)


def closure(graph: Graph, resource: Registered) -> set[str]:
    """The URNs of everything that a resource waits for."""
    by_urn = {item.urn: item for item in graph.resources}
    found: set[str] = set()
    waiting = [resource]
    while waiting:
        item = waiting.pop()
        for urn in {*item.dependencies, item.parent} - found:
            found.add(urn)
            if urn in by_urn:
                waiting.append(by_urn[urn])
    return found


def target_of(endpoint: Registered) -> str:
    return str(endpoint.value("privateLinkServiceConnections[0].privateLinkServiceId")).rsplit("/", 1)[-1].lower()


def writers(graph: Graph, account: str) -> list[Registered]:
    """The account with this name and its children."""
    return [
        item
        for item in graph.resources
        if item.type not in DATA | {ENDPOINT}
        and account in {str(item.inputs.get(key)).lower() for key in ACCOUNT_INPUTS}
    ]


@EVERY_GRAPH
def test_private_endpoints_come_after_the_last_write_of_their_account(graph: Callable[[], Graph]) -> None:
    built = graph()
    endpoints = built.of_type(ENDPOINT)
    assert endpoints
    for endpoint in endpoints:
        before = closure(built, endpoint)
        missing = [item.name for item in writers(built, target_of(endpoint)) if item.urn not in before]
        assert not missing, f"{endpoint.name} can be created during a write of {missing}"


def test_the_check_knows_the_children_of_every_kind_of_account() -> None:
    """The test above cannot pass because it finds no writers."""
    graph = non_default()
    found = {
        target_of(item): {writer.type for writer in writers(graph, target_of(item))} for item in graph.of_type(ENDPOINT)
    }
    kinds = set[str]().union(*found.values())

    assert kinds >= {
        "azure-native:cosmosdb:SqlResourceSqlContainer",
        "azure-native:dbforpostgresql:Database",
        "azure-native:redisenterprise:AccessPolicyAssignment",
        "azure-native:storage:BlobContainer",
        "azure-native:storage:BlobServiceProperties",
        "azure-native:storage:ManagementPolicy",
    }


def test_the_cluster_and_the_flow_log_wait_for_effects_that_azure_delays() -> None:
    graph = graph_of(PROJECT / "Pulumi.prod.yaml")
    hooks = {item.type: item.error_hooks for item in graph.resources if item.error_hooks}

    assert hooks == {
        "azure-native:containerservice:ManagedCluster": ("voice-eastus-aks-cluster-retry",),
        FLOW_LOG: ("voice-eastus-flows-log-retry",),
    }


def test_the_flow_log_writes_with_its_identity_to_its_own_account() -> None:
    graph = graph_of(PROJECT / "Pulumi.prod.yaml")
    log = graph.one(FLOW_LOG)
    account = log.value("storageId").rsplit("/", 1)[-1]
    (service,) = [
        item
        for item in graph.of_type("azure-native:storage:BlobServiceProperties")
        if item.value("accountName") == account
    ]
    (role,) = [
        item
        for item in graph.of_type("azure-native:authorization:RoleAssignment")
        if item.value("scope") == log.value("storageId")
    ]

    assert log.value("identity.type") == "UserAssigned"
    assert role.value("roleDefinitionId").endswith(Role.STORAGE_BLOB_DATA_CONTRIBUTOR.value)
    assert {role.urn, service.urn} <= closure(graph, log)
    assert service.value("isVersioningEnabled") is False, "old versions outlive the retention"
    assert service.value("deleteRetentionPolicy") == {"enabled": False}, "deleted files outlive the retention"
    assert [item.name for item in writers(graph, account)] == ["voice-eastus-flows-account", "voice-eastus-flows-blobs"]
