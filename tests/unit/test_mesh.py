"""Mutual TLS between pods, an option of a stack."""

from __future__ import annotations

from typing import Any

import pytest

from model.flow import Flow
from model.mesh_exceptions import mesh_exceptions
from model.policy_endpoints import HostNetworkPods, named
from settings.loader.stack_file import read_sections, settings_from
from tests.unit.graph import Graph
from tests.unit.stacks import PRODUCTION, build_stack, edited, graph_of

ROUTE = {"host": "shop.voice.example.com", "namespace": "voice-apps", "service": "shop", "port": 8080}
NAMESPACES = ["voice-agents", "voice-apps"]
MESH = {"enabled": True, "namespaces": NAMESPACES}
RULE = "kubernetes:security.istio.io/v1:PeerAuthentication"
CLUSTER = "azure-native:containerservice:ManagedCluster"


def with_mesh(**mesh: Any) -> dict[str, Any]:
    sections = edited(read_sections(PRODUCTION), "mesh", {**MESH, **mesh})
    return edited(sections, "gateway", {"routes": [ROUTE]})


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build_stack(with_mesh(secondRevision="asm-1-31"))


def rules(graph: Graph) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (item.inputs["metadata"]["namespace"], item.inputs["metadata"]["name"]): item.inputs["spec"]
        for item in graph.of_type(RULE)
    }


@pytest.mark.requirement("B65", "K12")
def test_a_stack_without_a_mesh_disables_the_add_on_and_has_no_mesh_objects() -> None:
    graph = graph_of(PRODUCTION)
    assert graph.one(CLUSTER).inputs["serviceMeshProfile"] == {"mode": "Disabled"}, "omitted, the add-on stays enabled"
    assert graph.of_type(RULE) == []
    for namespace in graph.of_type("kubernetes:core/v1:Namespace"):
        assert "istio.io/rev" not in namespace.inputs["metadata"]["labels"]


@pytest.mark.requirement("B65", "C21")
def test_pods_of_the_configured_namespaces_get_sidecars_and_require_mutual_tls(graph: Graph) -> None:
    profile = graph.one(CLUSTER).inputs["serviceMeshProfile"]
    assert profile == {"mode": "Istio", "istio": {"revisions": ["asm-1-30", "asm-1-31"]}}
    labeled = {
        namespace.inputs["metadata"]["name"]: namespace.inputs["metadata"]["labels"].get("istio.io/rev")
        for namespace in graph.of_type("kubernetes:core/v1:Namespace")
    }
    assert {name: revision for name, revision in labeled.items() if revision} == {
        "voice-agents": "asm-1-30",
        "voice-apps": "asm-1-30",
    }
    for namespace in NAMESPACES:
        assert rules(graph)[namespace, "default"] == {"mtls": {"mode": "STRICT"}}


@pytest.mark.requirement("C21")
def test_pods_without_a_sidecar_still_reach_the_ports_of_their_flows(graph: Graph) -> None:
    exceptions = {key: spec for key, spec in rules(graph).items() if key[1] != "default"}
    assert exceptions == {
        ("voice-agents", "plain-voice-agent"): {
            "selector": {"matchLabels": {"app.kubernetes.io/name": "voice-agent"}},
            "mtls": {"mode": "STRICT"},
            # LiveKit and the Gateway; FreeSWITCH, which waits for the agent's first data; the readers of metrics.
            "portLevelMtls": {
                "8000": {"mode": "PERMISSIVE"},
                "8001": {"mode": "DISABLE"},
                "9091": {"mode": "PERMISSIVE"},
            },
        },
        ("voice-apps", "plain-shop"): {
            "selector": {"matchLabels": {"app.kubernetes.io/name": "shop"}},
            "mtls": {"mode": "STRICT"},
            "portLevelMtls": {"8080": {"mode": "PERMISSIVE"}},
        },
    }


def test_exceptions_are_created_before_the_rule_that_requires_mutual_tls(graph: Graph) -> None:
    exceptions = {item.urn for item in graph.of_type(RULE) if item.inputs["metadata"]["name"] != "default"}
    for item in graph.of_type(RULE):
        if item.inputs["metadata"]["name"] == "default":
            assert exceptions <= set(item.dependencies)


def test_only_sidecars_reach_the_control_plane_of_the_mesh(graph: Graph) -> None:
    def reaching(of: Graph) -> set[str]:
        return {
            item.inputs["metadata"]["namespace"]
            for item in of.of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            if "istiod" in repr(item.inputs["spec"].get("egress"))
        }

    assert reaching(graph) == set(NAMESPACES)
    assert reaching(graph_of(PRODUCTION)) == set()


def test_a_flow_with_a_named_port_is_refused_with_a_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = Flow(
        source=HostNetworkPods("x"), target=named("voice-agent", "voice-agents"), ports=("metrics",), reason="metrics"
    )
    monkeypatch.setattr("model.flows.FLOWS", (flow,))
    with pytest.raises(ValueError, match="state one number"):
        mesh_exceptions(settings_from(with_mesh(), PRODUCTION.parent))
