"""The Istio add-on: revisions, upgrades, and AKS's refusals."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.services.containerservice import service_mesh
from simulator_tests.azure.harness import AzureHarness, refused

NOT_ALLOWED = "Requested change in revisions is not allowed."
NEXT = "asm-1-31"


def istio(*revisions: str) -> dict[str, Any]:
    return {"serviceMeshProfile": {"mode": "Istio", "istio": {"revisions": list(revisions)}}}


OFF = {"serviceMeshProfile": {"mode": "Disabled", "istio": None}}


@pytest.fixture
def next_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision after the newest known one."""
    monkeypatch.setitem(service_mesh.REVISIONS, NEXT, service_mesh.Revision(("1.35", "1.36", "1.37"), "2027-03"))
    monkeypatch.setitem(service_mesh.REVISIONS, "asm-1-33", service_mesh.Revision(("1.36",), "2027-09"))


def test_a_mesh_can_be_enabled_and_disabled_in_an_existing_cluster(azure: AzureHarness) -> None:
    cluster = azure.change(azure.cluster(**OFF), **istio("asm-1-30"))
    assert cluster["serviceMeshProfile"]["istio"]["revisions"] == ["asm-1-30"]
    cluster = azure.change(cluster, **OFF)
    assert cluster["serviceMeshProfile"]["mode"] == "Disabled"


@pytest.mark.parametrize(
    ("revision", "fragments"),
    [
        ("asm-1-17", ("Revision asm-1-17 is not supported by the service mesh add-on", "use one of asm-1-30.")),
        ("asm-1-29", ("Revision asm-1-29 is not supported", "ended in 2026-09")),
    ],
    ids=["one that is long gone", "one whose support has ended"],
)
def test_a_new_mesh_cannot_use_an_unsupported_revision(
    azure: AzureHarness, revision: str, fragments: tuple[str, ...]
) -> None:
    azure.cluster_prerequisites()
    inputs = azure.cluster_inputs(azure["id-cluster"], azure["snet-nodes"], **istio(revision))
    with refused("BadRequest", NOT_ALLOWED, *fragments):
        azure.make("containerservice:ManagedCluster", "aks", **inputs)


def test_a_revision_must_support_the_version_of_the_cluster(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    changes = {"kubernetesVersion": "1.37", **istio("asm-1-30")}
    inputs = azure.cluster_inputs(azure["id-cluster"], azure["snet-nodes"], **changes)
    with refused("BadRequest", "not compatible with cluster version 1.37", "1.35, 1.36"):
        azure.make("containerservice:ManagedCluster", "aks", **inputs)


def test_a_cluster_upgrade_beyond_its_mesh_is_refused(azure: AzureHarness) -> None:
    azure.cluster(**istio("asm-1-30"))
    with refused("BadRequest", "not compatible with cluster version 1.37", "upgrade the mesh before the cluster"):
        azure.change(azure["aks"], kubernetesVersion="1.37")


@pytest.mark.usefixtures("next_revision")
def test_a_mesh_upgrade_runs_both_revisions_in_between(azure: AzureHarness) -> None:
    cluster = azure.cluster(**istio("asm-1-30"))
    for revisions in (["asm-1-30", NEXT], [NEXT]):
        cluster = azure.change(cluster, **istio(*revisions))
    assert cluster["serviceMeshProfile"]["istio"]["revisions"] == [NEXT]


@pytest.mark.usefixtures("next_revision")
def test_a_mesh_upgrade_can_be_rolled_back(azure: AzureHarness) -> None:
    cluster = azure.cluster(**istio("asm-1-30"))
    for revisions in (["asm-1-30", NEXT], ["asm-1-30"]):
        cluster = azure.change(cluster, **istio(*revisions))
    assert cluster["serviceMeshProfile"]["istio"]["revisions"] == ["asm-1-30"]


@pytest.mark.usefixtures("next_revision")
@pytest.mark.parametrize(
    ("revisions", "fragments"),
    [
        ([NEXT], (f"cannot go from asm-1-30 to {NEXT}", "together")),
        (["asm-1-30", "asm-1-33"], ("too far apart",)),
        (["asm-1-30", NEXT, "asm-1-33"], ("one revision, or two",)),
    ],
    ids=["in one step", "too far", "three at once"],
)
def test_a_mesh_upgrade_without_both_revisions_is_refused(
    azure: AzureHarness, revisions: list[str], fragments: tuple[str, ...]
) -> None:
    azure.cluster(**istio("asm-1-30"))
    with refused("BadRequest", NOT_ALLOWED, *fragments):
        azure.change(azure["aks"], **istio(*revisions))


def test_an_unknown_mesh_mode_is_refused(azure: AzureHarness) -> None:
    with refused("InvalidParameter", "serviceMeshProfile.mode"):
        azure.cluster(serviceMeshProfile={"mode": "Linkerd"})
