"""Releases of third-party charts, and objects of the kinds that they define."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.platform_services.custom_resource import custom_resource
from components.platform_services.release import third_party_release
from model.charts import CERT_MANAGER, CHARTS, ENVOY_GATEWAY, ThirdPartyChart
from tests.unit.graph import Graph, Registered
from tests.unit.harness import build

RELEASE = "kubernetes:helm.sh/v3:Release"


def _program(chart: ThirdPartyChart) -> None:
    provider = kubernetes.Provider("cluster", kubeconfig="{}")
    inside = pulumi.ResourceOptions(provider=provider)
    namespace = kubernetes.core.v1.Namespace(
        "namespace", metadata=kubernetes.meta.v1.ObjectMetaArgs(name="voice-system"), opts=inside
    )
    release = third_party_release(
        "release",
        chart,
        release_name="issuer",
        namespace=namespace.metadata.name,
        values={"replicaCount": 2, "crds": {"enabled": True}},
        opts=inside,
    )
    custom_resource(
        "issuer",
        "cert-manager.io/v1",
        "ClusterIssuer",
        kubernetes.meta.v1.ObjectMetaArgs(name="self-signed"),
        {"selfSigned": {}},
        pulumi.ResourceOptions(provider=provider, depends_on=[release]),
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build(lambda: _program(CERT_MANAGER))


@pytest.fixture(scope="module")
def release(graph: Graph) -> Registered:
    return graph.one(RELEASE)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.short_name)
def test_a_chart_is_installed_in_the_pinned_version(chart: ThirdPartyChart) -> None:
    inputs = build(lambda: _program(chart)).one(RELEASE).inputs
    assert (inputs["chart"], inputs["version"]) == (chart.name, chart.version)
    assert inputs.get("repositoryOpts") == ({"repo": chart.repository} if chart.repository else None)


def test_a_chart_in_an_oci_registry_names_no_repository() -> None:
    inputs = build(lambda: _program(ENVOY_GATEWAY)).one(RELEASE).inputs
    assert inputs["chart"].startswith("oci://")
    assert "repositoryOpts" not in inputs, "Helm looks for a chart either in a repository or in an OCI registry"


def test_a_failed_release_restores_the_previous_state(release: Registered) -> None:
    assert release.inputs["atomic"], "Helm removes a failed installation and rolls back a failed upgrade"
    assert release.inputs["cleanupOnFail"], "a rollback removes the objects that an upgrade added"
    assert release.inputs["skipAwait"] is False, "without waiting, pods that never start go unnoticed"


def test_helm_creates_no_namespace_and_no_release_name(graph: Graph, release: Registered) -> None:
    assert release.inputs["createNamespace"] is False
    assert (release.inputs["namespace"], release.inputs["name"]) == ("voice-system", "issuer")
    assert graph.one("kubernetes:core/v1:Namespace").urn in release.dependencies, (
        "the release is deleted before its namespace"
    )


def test_helm_gets_the_values_unchanged(release: Registered) -> None:
    assert release.inputs["values"] == {"replicaCount": 2, "crds": {"enabled": True}}


def test_an_object_depends_on_the_release_that_defines_its_kind(graph: Graph, release: Registered) -> None:
    item = graph.one("kubernetes:cert-manager.io/v1:ClusterIssuer")
    assert item.inputs["metadata"] == {"name": "self-signed"}
    assert item.inputs["spec"] == {"selfSigned": {}}
    assert release.urn in item.dependencies
