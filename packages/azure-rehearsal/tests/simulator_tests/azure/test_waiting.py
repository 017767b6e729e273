"""Refusals that only time or another order heals: retried conflicts, new roles, new watchers, busy accounts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from azure_rehearsal.azure.core.provider_retries import RETRY_SECONDS
from azure_rehearsal.protocol.provider import CreatedButFailed, Refused
from simulator_tests.azure.cluster_setup import access, cluster, kubelet
from simulator_tests.azure.concurrency import run_concurrently
from simulator_tests.azure.harness import LOCATION, NETWORK, AzureHarness, Deployed, refused
from simulator_tests.azure.identity_setup import zone
from simulator_tests.azure.makers import cosmosdb, storage
from simulator_tests.azure.makers.private_endpoints import endpoint_subnet, flow_log, private_endpoint
from simulator_tests.azure.network_setup import two_networks

Write = Callable[[AzureHarness], object]
MISSING_PERMISSION: Final = "CustomKubeletIdentityMissingPermissionError"


# Conflicts that the provider retries


@pytest.mark.parametrize(
    "writes",
    [
        (lambda azure: azure.subnet("a", "10.10.0.0/24"), lambda azure: azure.subnet("b", "10.10.1.0/24")),
        (
            lambda azure: azure.change(azure[NETWORK], tags={"owner": "shop"}),
            lambda azure: azure.delete(azure["snet-nodes"]),
        ),
    ],
    ids=["subnets", "network and subnet"],
)
def test_a_conflict_that_the_provider_retries_costs_time_and_fails_nothing(
    azure: AzureHarness, writes: tuple[Write, Write]
) -> None:
    azure.group()
    azure.network()
    azure.subnet()

    assert run_concurrently(azure, *writes) == []

    (wait,) = azure.cloud.retry_waits.values()
    assert wait.seconds == RETRY_SECONDS[0]
    assert wait.code == "AnotherOperationInProgress"
    assert "depends_on" in wait.hint
    assert f"{wait.seconds} s" in wait.hint


def test_many_writes_that_conflict_all_succeed(azure: AzureHarness) -> None:
    azure.group()
    azure.network()

    def subnet(number: int) -> Write:
        return lambda azure: azure.subnet(f"snet-{number}", f"10.10.{number}.0/24")

    assert run_concurrently(azure, *(subnet(number) for number in range(6))) == []
    assert max(wait.seconds for wait in azure.cloud.retry_waits.values()) == sum(RETRY_SECONDS)


def test_writes_in_sequence_and_on_other_networks_wait_for_nothing(azure: AzureHarness) -> None:
    two_networks(azure)
    azure.subnet("a", "10.10.0.0/24")
    azure.subnet("b", "10.10.1.0/24")

    assert azure.cloud.retry_waits == {}


# Roles


def with_kubelet_role(azure: AzureHarness) -> dict[str, Any]:
    """The changes of a cluster with its own kubelet identity, whose role is new."""
    azure.cluster_prerequisites()
    changes = kubelet(azure)
    azure.role(azure["id-cluster"]["principalId"], "Managed Identity Operator", azure["id-kubelet"].id)
    return changes


def test_a_cluster_whose_role_is_new_is_refused_and_accepted_later(azure: AzureHarness) -> None:
    changes = with_kubelet_role(azure)

    with refused(MISSING_PERMISSION, "'Managed Identity Operator' role", "takes effect after seconds to minutes"):
        cluster(azure, **changes)
    assert azure.cloud.get(cluster(azure, **changes).id) is not None


def test_a_missing_role_stays_refused(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    changes = kubelet(azure)

    for _ in range(3):
        with refused(MISSING_PERMISSION):
            cluster(azure, **changes)


def test_a_role_from_an_earlier_process_has_taken_effect(azure: AzureHarness) -> None:
    changes = with_kubelet_role(azure)
    later = AzureHarness(azure.cloud, azure.client)
    later.deployed = azure.deployed
    azure.cloud.delayed.pass_time()

    assert cluster(later, **changes)["name"] == "aks-shop"


def test_a_new_role_on_a_private_zone_is_refused_and_accepted_later(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    private = zone(azure, f"privatelink.{LOCATION}.azmk8s.io")
    azure.role(azure["id-cluster"]["principalId"], "Private DNS Zone Contributor", private.id)
    changes = access(enablePrivateCluster=True, privateDNSZone=private.id)

    with refused("CustomPrivateDNSZoneMissingPermissionError", "takes effect after seconds to minutes"):
        cluster(azure, **changes)
    assert cluster(azure, **changes)["name"] == "aks-shop"


# Network watchers and flow logs


def test_a_flow_log_beside_the_first_network_is_refused_and_accepted_later(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    storage.account(azure, allowSharedKeyAccess=True)

    with refused("ResourceGroupNotFound", "NetworkWatcherRG"):
        flow_log(azure)
    assert flow_log(azure)["targetResourceId"] == azure[NETWORK].id


def test_the_first_network_of_a_second_region_has_no_watcher_yet(azure: AzureHarness) -> None:
    azure.group()
    azure.network("vnet-other", "10.20.0.0/16", location="northeurope")
    azure.cloud.delayed.pass_time()
    azure.network()
    storage.account(azure, allowSharedKeyAccess=True)

    with refused("ParentResourceNotFound", f"NetworkWatcher_{LOCATION}"):
        flow_log(azure)


def test_the_second_network_of_a_region_finds_the_watcher(azure: AzureHarness) -> None:
    azure.group()
    azure.network("vnet-other", "10.20.0.0/16")
    azure.cloud.delayed.pass_time()
    azure.network()
    storage.account(azure, allowSharedKeyAccess=True)

    assert flow_log(azure)["targetResourceId"] == azure[NETWORK].id


def with_closed_account(azure: AzureHarness) -> Deployed:
    azure.group()
    azure.network()
    azure.cloud.delayed.pass_time()
    azure.identity("id-flows")
    return storage.account(azure, allowSharedKeyAccess=False)


def own_identity(azure: AzureHarness) -> dict[str, Any]:
    return {"identity": {"type": "UserAssigned", "userAssignedIdentities": [azure["id-flows"].id]}}


def test_a_flow_log_needs_an_identity_if_the_account_accepts_no_keys(azure: AzureHarness) -> None:
    made = with_closed_account(azure)

    with refused("FlowLogCannotWriteToStorage", "no user-assigned identity"):
        flow_log(azure)
    with refused("FlowLogCannotWriteToStorage", "without the role", "Storage Blob Data Contributor"):
        flow_log(azure, **own_identity(azure))
    azure.role(azure["id-flows"]["principalId"], "Storage Blob Data Contributor", made.id)
    log = flow_log(azure, **own_identity(azure))

    assert azure["id-flows"].id in log["identity"]["userAssignedIdentities"]


# Private endpoints and other writes on their account


def with_account(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    endpoint_subnet(azure)
    storage.account(azure, allowSharedKeyAccess=True)
    azure.cloud.delayed.pass_time()


def with_cosmos(azure: AzureHarness) -> None:
    with_account(azure)
    cosmosdb.cosmos(azure)
    cosmosdb.cosmos_database(azure)


def endpoint(azure: AzureHarness) -> Deployed:
    return private_endpoint(azure, azure["stshop"], "blob")


def policy(azure: AzureHarness) -> Deployed:
    return storage.lifecycle(azure, storage.lifecycle_rule())


BUSY: Final = "StorageAccountOperationInProgress"
CONFLICTS: Final[dict[str, tuple[Write, Write, Write, str]]] = {
    "blob service": (with_account, storage.blob_service, endpoint, BUSY),
    "container": (with_account, storage.container, endpoint, BUSY),
    "management policy": (
        with_account,
        lambda azure: storage.lifecycle(azure, storage.lifecycle_rule()),
        endpoint,
        BUSY,
    ),
    "the account itself": (with_account, lambda azure: azure.change(azure["stshop"], tags={"a": "b"}), endpoint, BUSY),
    "flow log": (with_account, flow_log, endpoint, BUSY),
    "a second endpoint": (
        with_account,
        lambda azure: private_endpoint(azure, azure["stshop"], "file", "pe-files"),
        endpoint,
        BUSY,
    ),
    "documents": (
        with_cosmos,
        cosmosdb.cosmos_container,
        lambda azure: private_endpoint(azure, azure["cosmos-shop"], "Sql"),
        "PreconditionFailed",
    ),
}


def run_second(azure: AzureHarness, first: Write, second: Write) -> list[Refused]:
    """Runs the second write while the first is in progress. Returns the refusals."""

    def run(azure: AzureHarness) -> object:
        deadline = time.monotonic() + 2
        while not azure.cloud.active_writes() and time.monotonic() < deadline:
            time.sleep(0.001)
        return second(azure)

    return run_concurrently(azure, first, run, seconds=0.1)


@pytest.mark.parametrize("name", CONFLICTS)
def test_an_endpoint_fails_during_another_write_on_its_account(azure: AzureHarness, name: str) -> None:
    setup, write, created, code = CONFLICTS[name]
    setup(azure)

    refusals = run_second(azure, write, created)

    assert [item.code for item in refusals] == [code]
    assert isinstance(refusals[0], CreatedButFailed), "Azure accepts the endpoint, and then it fails"
    assert "create private endpoints after the last write of their account" in str(refusals[0])


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_write_is_refused_while_an_endpoint_of_the_account_is_created(azure: AzureHarness, name: str) -> None:
    setup, write, created, code = CONFLICTS[name]
    setup(azure)

    refusals = run_second(azure, created, write)

    assert [item.code for item in refusals] == [code]


def test_an_endpoint_after_the_last_write_and_one_of_another_account_are_accepted(azure: AzureHarness) -> None:
    with_account(azure)
    storage.blob_service(azure)
    storage.account(azure, "stother")

    assert run_second(azure, endpoint, lambda azure: storage.container(azure, accountName="stother")) == []


def test_roles_and_logs_of_an_account_are_no_writes_of_it(azure: AzureHarness) -> None:
    with_account(azure)
    principal = azure.identity()["principalId"]
    scope = azure["stshop"].id

    assert run_second(azure, endpoint, lambda azure: azure.role(principal, "Reader", scope)) == []


def test_a_failed_endpoint_exists(azure: AzureHarness) -> None:
    with_account(azure)

    refusals = run_second(azure, storage.blob_service, endpoint)

    assert isinstance(refusals[0], Refused)
    assert any(id.endswith("/privateEndpoints/pe-shop") for id in azure.cloud.leftovers())
