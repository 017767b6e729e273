"""Optional services added later: mesh, GitOps, restarts, external-dns. Each test counts every operation."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from tests.rehearsal.platform.plans import changes

pytestmark = pytest.mark.rehearsal

CLUSTER = "voice-eastus-aks-cluster"
SERVICES = "voice-eastus-services"
MESH = {"voice:mesh": {"enabled": True, "namespaces": ["voice-agents"]}}
DELIVERY = {"voice:delivery": {"reloader": True, "gitOps": {"repository": "https://git.example.com/services"}}}
NO_EXTERNAL_DNS = {"voice:dns.automatic": False}

MESH_UPDATES = [
    CLUSTER,
    f"{SERVICES}-namespaces-namespace-voice-agents",
    f"{SERVICES}-policies-voice-agents-all-pods",
]
MESH_OBJECTS = [
    f"{SERVICES}-mesh",
    f"{SERVICES}-mesh-voice-agents-default",
    f"{SERVICES}-mesh-voice-agents-plain-voice-agent",
]
DELIVERY_OBJECTS = [
    f"{SERVICES}-git-ops",
    f"{SERVICES}-git-ops-application",
    f"{SERVICES}-git-ops-project",
    f"{SERVICES}-git-ops-release",
    f"{SERVICES}-git-ops-role",
    f"{SERVICES}-git-ops-role-binding",
    f"{SERVICES}-metrics-target-argo-cd",
    f"{SERVICES}-metrics-target-reloader",
    f"{SERVICES}-policies-voice-system-argo-cd",
    f"{SERVICES}-policies-voice-system-argocd-application-controller",
    f"{SERVICES}-policies-voice-system-argocd-redis",
    f"{SERVICES}-policies-voice-system-argocd-repo-server",
    f"{SERVICES}-policies-voice-system-reloader",
    f"{SERVICES}-reloader",
    f"{SERVICES}-reloader-release",
]


def planned(rehearsal: Rehearsal, config: dict[str, Any]) -> dict[str, list[str]]:
    run = rehearsal.preview(config=config)
    assert run.ok, run.text
    return changes(run)


def deployed(rehearsal: Rehearsal, config: dict[str, Any]) -> dict[str, list[str]]:
    run = rehearsal.up(config=config)
    assert run.ok, run.text
    return changes(run)


@pytest.mark.exhaustive
def test_adding_a_mesh_and_git_ops_replaces_nothing(production: Rehearsal) -> None:
    """Two edits share one plan, to start the engine once. They change disjoint resources."""
    assert planned(production, {**MESH, **DELIVERY}) == {
        "create": sorted([*MESH_OBJECTS, *DELIVERY_OBJECTS]),
        "update": sorted(MESH_UPDATES),
    }


@pytest.mark.exhaustive
def test_a_mesh_is_added_and_removed_in_place(own_production: Rehearsal) -> None:
    assert deployed(own_production, MESH) == {"create": MESH_OBJECTS, "update": MESH_UPDATES}
    assert planned(own_production, MESH) == {}
    wider = {"voice:mesh": {"enabled": True, "namespaces": ["voice-agents", "voice-apps"]}}
    assert planned(own_production, wider) == {
        "create": [f"{SERVICES}-mesh-voice-apps-default"],
        "update": [f"{SERVICES}-namespaces-namespace-voice-apps", f"{SERVICES}-policies-voice-apps-all-pods"],
    }
    assert deployed(own_production, {}) == {"delete": MESH_OBJECTS, "update": MESH_UPDATES}


@pytest.mark.exhaustive
def test_git_ops_and_restarts_are_added_and_removed(own_production: Rehearsal) -> None:
    assert deployed(own_production, DELIVERY) == {"create": DELIVERY_OBJECTS}
    assert planned(own_production, DELIVERY) == {}
    other = {"voice:delivery": {**DELIVERY["voice:delivery"], "reloader": False}}
    assert planned(own_production, other) == {
        "delete": [name for name in DELIVERY_OBJECTS if "reloader" in name],
    }
    assert deployed(own_production, {}) == {"delete": DELIVERY_OBJECTS}


@pytest.mark.exhaustive
def test_disabling_automatic_names_deletes_external_dns_and_its_identity(production: Rehearsal) -> None:
    found = planned(production, NO_EXTERNAL_DNS)
    assert set(found) == {"delete"}
    assert all("external-dns" in name for name in found["delete"]), found
    assert f"{SERVICES}-external-dns-release" in found["delete"]
