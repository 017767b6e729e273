"""What AKS refuses of the Istio add-on, in its own words."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.services.containerservice import service_mesh
from simulator_tests.azure.world import World, refused

NOT_ALLOWED = "Requested change in revisions is not allowed."
NEXT = "asm-1-31"


def istio(*revisions: str) -> dict[str, Any]:
    return {"serviceMeshProfile": {"mode": "Istio", "istio": {"revisions": list(revisions)}}}


OFF = {"serviceMeshProfile": {"mode": "Disabled", "istio": None}}


@pytest.fixture
def next_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision after the newest that is known."""
    monkeypatch.setitem(service_mesh.REVISIONS, NEXT, service_mesh.Revision(("1.35", "1.36", "1.37"), "2027-03"))
    monkeypatch.setitem(service_mesh.REVISIONS, "asm-1-33", service_mesh.Revision(("1.36",), "2027-09"))


def test_a_mesh_is_turned_on_and_off_in_a_cluster_that_is_there(world: World) -> None:
    cluster = world.change(world.cluster(**OFF), **istio("asm-1-30"))
    assert cluster["serviceMeshProfile"]["istio"]["revisions"] == ["asm-1-30"]
    cluster = world.change(cluster, **OFF)
    assert cluster["serviceMeshProfile"]["mode"] == "Disabled"


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        ("asm-1-17", ("Revision asm-1-17 is not supported by the service mesh add-on", "use one of asm-1-30.")),
        ("asm-1-29", ("Revision asm-1-29 is not supported", "ended in 2026-09")),
    ],
    ids=["one that is long gone", "one whose support has ended"],
)
def test_a_new_mesh_gets_no_revision_that_is_not_offered(world: World, revision: str, words: tuple[str, ...]) -> None:
    world.place_for_cluster()
    inputs = world.cluster_inputs(world["id-cluster"], world["snet-nodes"], **istio(revision))
    with refused("BadRequest", NOT_ALLOWED, *words):
        world.make("containerservice:ManagedCluster", "aks", **inputs)


def test_a_revision_must_fit_the_version_of_the_cluster(world: World) -> None:
    world.place_for_cluster()
    changes = {"kubernetesVersion": "1.37", **istio("asm-1-30")}
    inputs = world.cluster_inputs(world["id-cluster"], world["snet-nodes"], **changes)
    with refused("BadRequest", "not compatible with cluster version 1.37", "1.35, 1.36"):
        world.make("containerservice:ManagedCluster", "aks", **inputs)


def test_a_cluster_is_not_upgraded_beyond_its_mesh(world: World) -> None:
    world.cluster(**istio("asm-1-30"))
    with refused("BadRequest", "not compatible with cluster version 1.37", "upgrade the mesh before the cluster"):
        world.change(world["aks"], kubernetesVersion="1.37")


@pytest.mark.usefixtures("next_revision")
def test_a_mesh_is_upgraded_by_way_of_both_revisions(world: World) -> None:
    cluster = world.cluster(**istio("asm-1-30"))
    for revisions in (["asm-1-30", NEXT], [NEXT]):
        cluster = world.change(cluster, **istio(*revisions))
    assert cluster["serviceMeshProfile"]["istio"]["revisions"] == [NEXT]


@pytest.mark.usefixtures("next_revision")
def test_an_upgrade_of_a_mesh_can_be_taken_back(world: World) -> None:
    cluster = world.cluster(**istio("asm-1-30"))
    for revisions in (["asm-1-30", NEXT], ["asm-1-30"]):
        cluster = world.change(cluster, **istio(*revisions))
    assert cluster["serviceMeshProfile"]["istio"]["revisions"] == ["asm-1-30"]


@pytest.mark.usefixtures("next_revision")
@pytest.mark.parametrize(
    ("revisions", "words"),
    [
        ([NEXT], (f"cannot go from asm-1-30 to {NEXT}", "together")),
        (["asm-1-30", "asm-1-33"], ("too far apart",)),
        (["asm-1-30", NEXT, "asm-1-33"], ("one revision, or two",)),
    ],
    ids=["in one step", "too far", "three at once"],
)
def test_a_mesh_takes_no_leap(world: World, revisions: list[str], words: tuple[str, ...]) -> None:
    world.cluster(**istio("asm-1-30"))
    with refused("BadRequest", NOT_ALLOWED, *words):
        world.change(world["aks"], **istio(*revisions))


def test_a_mode_that_there_is_not_is_refused(world: World) -> None:
    with refused("InvalidParameter", "serviceMeshProfile.mode"):
        world.cluster(serviceMeshProfile={"mode": "Linkerd"})
