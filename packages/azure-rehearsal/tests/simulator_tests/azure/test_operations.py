"""Concurrent writes, cascading deletes, resources in use."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.protocol.provider import Refused
from simulator_tests.azure.cluster_setup import maintenance
from simulator_tests.azure.concurrency import SLOW_SECONDS, run_concurrently
from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness
from simulator_tests.azure.identity_setup import credential
from simulator_tests.azure.network_setup import peering, two_networks


@pytest.mark.parametrize(
    ("setup", "writes", "code", "fragment"),
    [
        (
            two_networks,
            (
                lambda azure: peering(azure, NETWORK, "vnet-other"),
                lambda azure: peering(azure, "vnet-other", NETWORK),
            ),
            "ReferencedResourceNotProvisioned",
            "is not in Succeeded state",
        ),
        (
            AzureHarness.cluster,
            (lambda azure: azure.pool("one"), lambda azure: azure.pool("two")),
            "OperationNotAllowed",
            "is in progress, please wait for it to finish",
        ),
        (
            AzureHarness.cluster,
            (lambda azure: azure.pool("one"), maintenance),
            "OperationNotAllowed",
            "aka.ms/aks-pending-operation",
        ),
        (
            lambda azure: (azure.group(), azure.identity("id-workers")),
            (lambda azure: credential(azure, "fic-a"), lambda azure: credential(azure, "fic-b")),
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
            "Concurrent Federated Identity Credentials writes under the same managed identity are not supported",
        ),
    ],
    ids=["peerings", "pools", "pool and maintenance", "credentials"],
)
def test_overlapping_exclusive_writes_are_refused(
    azure: AzureHarness,
    setup: Callable[[AzureHarness], object],
    writes: tuple[Callable[[AzureHarness], object], ...],
    code: str,
    fragment: str,
) -> None:
    setup(azure)

    refusals = run_concurrently(azure, *writes)

    assert [refused.code for refused in refusals] == [code]
    assert fragment in str(refusals[0])


def test_the_same_writes_in_sequence_are_accepted(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    azure.subnet("a", "10.10.0.0/24")
    azure.subnet("b", "10.10.1.0/24")

    assert run_concurrently(azure, lambda azure: azure.subnet("c", "10.10.2.0/24")) == []


def test_writes_under_different_parents_can_overlap(azure: AzureHarness) -> None:
    two_networks(azure)

    refusals = run_concurrently(
        azure,
        lambda azure: azure.subnet("a", "10.10.0.0/24"),
        lambda azure: azure.subnet("a", "10.20.0.0/24", virtualNetworkName="vnet-other"),
        lambda azure: azure.address(),
    )

    assert refusals == []


def test_a_write_is_in_the_file_before_its_response(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A killed run leaves the writes that Azure has accepted."""
    path = tmp_path_factory.mktemp("cloud") / "azure.json"
    azure = AzureHarness(Cloud.open(path, write_seconds=SLOW_SECONDS))
    writing = threading.Thread(target=azure.group)
    writing.start()

    while not path.exists():
        pass
    seen_meanwhile = Cloud.open(path).leftovers()
    is_done = not writing.is_alive()
    writing.join()

    assert not is_done
    assert seen_meanwhile == azure.cloud.leftovers()


def test_deleting_a_group_deletes_and_records_its_resources(azure: AzureHarness) -> None:
    azure.cluster()
    azure.pool()

    azure.delete(azure[GROUP])

    assert azure.cloud.leftovers() == []
    assert any(id.endswith("/agentPools/workers") for id in azure.cloud.cascade_deleted)
    assert any(id.endswith("/resourceGroups/MC_rg-shop_aks-shop_westeurope") for id in azure.cloud.cascade_deleted)


def test_deleting_a_cluster_deletes_its_pools_and_node_resource_group(azure: AzureHarness) -> None:
    made = azure.cluster()
    before = set(azure.cloud.leftovers())
    azure.pool()

    azure.delete(made)

    gone = before - set(azure.cloud.leftovers())
    assert {id.rsplit("/", 1)[-1] for id in gone} == {
        "aks-shop",
        "system",
        "MC_rg-shop_aks-shop_westeurope",
        "aks-shop-agentpool",
    }


def test_deleting_a_scope_deletes_its_role_assignments(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    subnet = azure.subnet()
    role = azure.role(azure.identity()["principalId"], "Network Contributor", subnet.id)

    azure.delete(subnet)

    assert role.id not in azure.cloud.leftovers()


def test_a_used_resource_can_be_deleted_after_its_user(azure: AzureHarness) -> None:
    azure.cluster()
    pool = azure.pool()

    azure.delete(pool)
    azure.delete(azure["aks"])
    azure.delete(azure["snet-nodes"])
    azure.delete(azure[NETWORK])

    assert azure[NETWORK].id not in azure.cloud.leftovers()


def test_a_recreated_identity_has_another_principal(azure: AzureHarness) -> None:
    azure.group()
    first = azure.identity()

    azure.delete(first)
    second = azure.identity()

    assert second["principalId"] != first["principalId"]
    assert second.id == first.id


def test_a_refused_write_changes_nothing(azure: AzureHarness) -> None:
    """If one inline subnet is refused, neither the network nor the other subnet exists."""
    azure.group()

    with pytest.raises(Refused):
        azure.network(
            subnets=[
                {"name": "snet-a", "addressPrefix": "10.10.0.0/24"},
                {"name": "snet-b", "addressPrefix": "10.10.0.0/24"},
            ]
        )

    assert azure.cloud.leftovers() == [azure[GROUP].id]
