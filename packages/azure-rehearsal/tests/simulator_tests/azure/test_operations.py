"""Writes at the same time, what a deletion takes along, and what keeps a resource in use."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.protocol.provider import Refused
from simulator_tests.azure.cluster_setup import maintenance
from simulator_tests.azure.concurrency import SLOW_SECONDS, at_once
from simulator_tests.azure.identity_setup import credential
from simulator_tests.azure.network_setup import peering, two_networks
from simulator_tests.azure.world import GROUP, NETWORK, World


@pytest.mark.parametrize(
    ("given", "writes", "code", "words"),
    [
        (
            lambda world: (world.group(), world.network()),
            (lambda world: world.subnet("a", "10.10.0.0/24"), lambda world: world.subnet("b", "10.10.1.0/24")),
            "AnotherOperationInProgress",
            "Another operation on this or dependent resource is in progress",
        ),
        (
            lambda world: (world.group(), world.network(), world.subnet()),
            (
                lambda world: world.change(world[NETWORK], tags={"owner": "voice"}),
                lambda world: world.delete(world["snet-nodes"]),
            ),
            "AnotherOperationInProgress",
            "depends_on",
        ),
        (
            two_networks,
            (
                lambda world: peering(world, NETWORK, "vnet-other"),
                lambda world: peering(world, "vnet-other", NETWORK),
            ),
            "ReferencedResourceNotProvisioned",
            "is not in Succeeded state",
        ),
        (
            World.cluster,
            (lambda world: world.pool("one"), lambda world: world.pool("two")),
            "OperationNotAllowed",
            "is in progress, please wait for it to finish",
        ),
        (
            World.cluster,
            (lambda world: world.pool("one"), maintenance),
            "OperationNotAllowed",
            "aka.ms/aks-pending-operation",
        ),
        (
            lambda world: (world.group(), world.identity("id-agents")),
            (lambda world: credential(world, "fic-a"), lambda world: credential(world, "fic-b")),
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
            "Concurrent Federated Identity Credentials writes under the same managed identity are not supported",
        ),
    ],
    ids=["subnets", "network and subnet", "peerings", "pools", "pool and maintenance", "credentials"],
)
def test_two_writes_that_azure_serialises_are_refused_when_they_overlap(
    world: World, given: Callable[[World], object], writes: tuple[Callable[[World], object], ...], code: str, words: str
) -> None:
    given(world)

    refusals = at_once(world, *writes)

    assert [refused.code for refused in refusals] == [code]
    assert words in str(refusals[0])


def test_the_same_writes_one_after_the_other_are_fine(world: World) -> None:
    world.group()
    world.network()
    world.subnet("a", "10.10.0.0/24")
    world.subnet("b", "10.10.1.0/24")

    assert at_once(world, lambda world: world.subnet("c", "10.10.2.0/24")) == []


def test_writes_under_different_parents_may_overlap(world: World) -> None:
    two_networks(world)

    refusals = at_once(
        world,
        lambda world: world.subnet("a", "10.10.0.0/24"),
        lambda world: world.subnet("a", "10.20.0.0/24", virtualNetworkName="vnet-other"),
        lambda world: world.address(),
    )

    assert refusals == []


def test_a_write_reaches_the_file_before_it_is_answered(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A run that is killed while Azure works leaves behind what Azure has taken on."""
    path = tmp_path_factory.mktemp("cloud") / "azure.json"
    world = World(Cloud.open(path, write_seconds=SLOW_SECONDS))
    writing = threading.Thread(target=world.group)
    writing.start()

    while not path.exists():
        pass
    seen_meanwhile = Cloud.open(path).leftovers()
    is_done = not writing.is_alive()
    writing.join()

    assert not is_done
    assert seen_meanwhile == world.cloud.leftovers()


def test_a_group_takes_everything_inside_along_and_the_record_says_so(world: World) -> None:
    world.cluster()
    world.pool()

    world.delete(world[GROUP])

    assert world.cloud.leftovers() == []
    assert any(id.endswith("/agentPools/agents") for id in world.cloud.cascade_deleted)
    assert any(id.endswith("/resourceGroups/MC_rg-voice_aks-voice_westeurope") for id in world.cloud.cascade_deleted)


def test_a_cluster_takes_its_pools_and_its_node_group_along(world: World) -> None:
    made = world.cluster()
    before = set(world.cloud.leftovers())
    world.pool()

    world.delete(made)

    gone = before - set(world.cloud.leftovers())
    assert {id.rsplit("/", 1)[-1] for id in gone} == {
        "aks-voice",
        "system",
        "MC_rg-voice_aks-voice_westeurope",
        "aks-voice-agentpool",
    }


def test_a_scope_takes_its_role_assignments_along(world: World) -> None:
    world.group()
    world.network()
    subnet = world.subnet()
    role = world.role(world.identity()["principalId"], "Network Contributor", subnet.id)

    world.delete(subnet)

    assert role.id not in world.cloud.leftovers()


def test_what_is_used_can_be_deleted_once_the_user_is_gone(world: World) -> None:
    world.cluster()
    pool = world.pool()

    world.delete(pool)
    world.delete(world["aks"])
    world.delete(world["snet-nodes"])
    world.delete(world[NETWORK])

    assert world[NETWORK].id not in world.cloud.leftovers()


def test_an_identity_made_again_has_another_principal(world: World) -> None:
    world.group()
    first = world.identity()

    world.delete(first)
    second = world.identity()

    assert second["principalId"] != first["principalId"]
    assert second.id == first.id


def test_a_refused_write_changes_nothing(world: World) -> None:
    """A network with two inline subnets of which the second is refused leaves neither network nor subnet."""
    world.group()

    with pytest.raises(Refused):
        world.network(
            subnets=[
                {"name": "snet-a", "addressPrefix": "10.10.0.0/24"},
                {"name": "snet-b", "addressPrefix": "10.10.0.0/24"},
            ]
        )

    assert world.cloud.leftovers() == [world[GROUP].id]
