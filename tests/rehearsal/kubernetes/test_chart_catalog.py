"""Third-party charts: the values that they accept, and the CRDs that their releases install in a cluster."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from azure_rehearsal.kubernetes.chart_catalog import FOLDER, CatalogChart, find_chart
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.crd_catalog import FOLDER as DEFINITIONS
from azure_rehearsal.kubernetes.crd_catalog import crd_origins
from azure_rehearsal.kubernetes.custom_resources import CRD_API_VERSION, CRD_KIND
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.kubernetes.release_handler import RELEASE_TYPE
from azure_rehearsal.protocol.provider import Refused
from model import charts
from model.charts import ThirdPartyChart
from simulator_tests.kubernetes.support import checked, made, named, resource

RELEASE: Final = resource(RELEASE_TYPE, "third-party")
ISSUER: Final = named(
    "cert-manager.io/v1",
    "ClusterIssuer",
    "letsencrypt",
    spec={"acme": {"server": "https://acme.example.com", "privateKeySecretRef": {"name": "key"}}},
)
GATEWAY_CLASS: Final = named("gateway.networking.k8s.io/v1", "GatewayClass", "envoy", spec={"controllerName": "a.b/c"})

# Values as in a deployment: each chart must accept them.
USED: Final[dict[str, Object]] = {
    "cert-manager": {
        "crds": {"enabled": True},
        "podLabels": {"azure.workload.identity/use": "true"},
        "serviceAccount": {"annotations": {"azure.workload.identity/client-id": "id"}, "labels": {"a": "b"}},
        "extraArgs": ["--dns01-recursive-nameservers-only"],
        "prometheus": {"enabled": True, "podmonitor": {"enabled": False}},
        "nodeSelector": {"voice.platform/pool": "api"},
        "resources": {"requests": {"cpu": "100m"}},
        "webhook": {"replicaCount": 2, "resources": {"limits": {"memory": "128Mi"}}},
        "global": {"priorityClassName": "voice-platform"},
    },
    "external-dns": {
        "provider": {"name": "azure"},
        "policy": "upsert-only",
        "sources": ["gateway-httproute"],
        "domainFilters": ["voice.example.com"],
        "txtOwnerId": "staging",
        "extraArgs": ["--azure-subscription-id=0"],
        "secretConfiguration": {"enabled": True, "mountPath": "/etc/kubernetes", "data": {"azure.json": "{}"}},
        "podLabels": {"azure.workload.identity/use": "true"},
    },
    "gateway-helm": {
        "deployment": {
            "replicas": 2,
            "priorityClassName": "voice-platform",
            "envoyGateway": {"resources": {"limits": {"cpu": 1}}},
            "pod": {"nodeSelector": {"voice.platform/pool": "api"}, "tolerations": [{"key": "a"}]},
        },
        "config": {"envoyGateway": {"rateLimit": {"backend": {"type": "Redis"}}}},
        "podDisruptionBudget": {"maxUnavailable": 1},
    },
    "external-secrets": {"installCRDs": True, "serviceAccount": {"annotations": {"a": "b"}}, "replicaCount": 2},
    "reloader": {"reloader": {"watchGlobally": True, "deployment": {"replicas": 2, "nodeSelector": {"a": "b"}}}},
    "kube-prometheus-stack": {
        "prometheus": {"prometheusSpec": {"retention": "15d", "storageSpec": {"volumeClaimTemplate": {"spec": {}}}}},
        "grafana": {"admin": {"existingSecret": "grafana"}, "grafana.ini": {"server": {"root_url": "https://a"}}},
        "alertmanager": {"enabled": False},
    },
    "opentelemetry-collector": {
        "mode": "deployment",
        "image": {"repository": "example/collector"},
        "config": {"exporters": {"otlp/jaeger": {"endpoint": "jaeger:4317"}}},
        "ports": {"zipkin": {"enabled": False}},
    },
    "jaeger": {"storage": {"type": "memory"}, "jaeger": {"replicas": 1, "nodeSelector": {"a": "b"}}},
    "argo-cd": {
        "configs": {"cm": {"admin.enabled": False, "oidc.config": "a"}, "params": {"server.insecure": True}},
        "dex": {"enabled": False},
        "server": {"replicas": 2, "pdb": {"enabled": True, "minAvailable": 1}},
    },
}


def known(chart: ThirdPartyChart) -> CatalogChart:
    found = find_chart(chart.name)
    assert found, f"the catalog has no chart {chart.name}"
    return found


def release(chart: ThirdPartyChart, **inputs: Any) -> dict[str, Any]:
    """A release as the platform declares it, with values that the chart accepts."""
    inputs = {"values": USED[chart.short_name], "namespace": "kube-system", **inputs}
    repository = {"repositoryOpts": {"repo": chart.repository}} if chart.repository else {}
    return {"chart": chart.name, "version": chart.version, "name": chart.short_name, **repository, **inputs}


def refusals(provider: FakeKubernetesProvider, inputs: dict[str, Any]) -> dict[str, str]:
    _, failures = provider.check(RELEASE, {}, inputs, b"seed")
    return {failure.path: failure.reason for failure in failures}


def has(cluster: FakeApiServer, definition: str) -> bool:
    return cluster.get(Key(CRD_API_VERSION, CRD_KIND, "", definition)) is not None


@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.short_name)
def test_the_catalog_has_every_pinned_chart_in_its_version(chart: ThirdPartyChart) -> None:
    assert (known(chart).name, known(chart).version) == (chart.short_name, chart.version)


def test_the_catalog_has_only_pinned_charts() -> None:
    pinned = {chart.short_name for chart in charts.CHARTS}
    assert {file.stem for file in FOLDER.iterdir()} == pinned
    assert set(crd_origins().charts) <= pinned


def test_every_file_of_definitions_belongs_to_a_chart() -> None:
    by_addons = {addon.definitions for addon in crd_origins().addons}
    by_charts = {file for origin in crd_origins().charts.values() for file in origin.definitions}
    assert by_addons | by_charts == {file.stem for file in DEFINITIONS.glob("*.json")}
    assert not by_addons & by_charts


def test_every_value_that_enables_definitions_exists_in_its_chart() -> None:
    for chart, origin in crd_origins().charts.items():
        found = find_chart(chart)
        assert found
        for path in [*origin.when, *origin.kept]:
            above, _, last = path.rpartition(".")
            values = {above: {last: True}} if above else {last: True}
            wrong = [where for where, _ in found.value_problems(values) if where == f".{path}"]
            assert wrong == [], f"{chart}: {path}"


@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.short_name)
def test_values_in_use_are_accepted(chart: ThirdPartyChart, provider: FakeKubernetesProvider) -> None:
    assert refusals(provider, release(chart)) == {}


@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.short_name)
def test_an_unknown_key_is_refused_with_the_allowed_keys(
    chart: ThirdPartyChart, provider: FakeKubernetesProvider
) -> None:
    found = refusals(provider, release(chart, values={**USED[chart.short_name], "repilcas": 2}))
    assert list(found) == ["values.repilcas"]
    assert found["values.repilcas"].startswith(
        f"the chart {chart.short_name} {chart.version} has no value repilcas; the top"
    )
    assert next(iter(USED[chart.short_name])) in found["values.repilcas"], "the message lists the allowed keys"


@pytest.mark.parametrize(
    ("chart", "values", "path", "message"),
    [
        (charts.CERT_MANAGER, {"crds": {"enable": True}}, "values.crds.enable", "crds accepts enabled, keep"),
        (charts.CERT_MANAGER, {"replicaCount": []}, "values.replicaCount", "must be number"),
        (charts.EXTERNAL_DNS, {"policy": "always"}, "values.policy", 'Unsupported value: "always"'),
        (
            charts.EXTERNAL_DNS,
            {"policy": "sync", "replicaCount": 1},
            "values.replicaCount",
            "has no value replicaCount",
        ),
        (charts.ENVOY_GATEWAY, {"hpa": {"enabled": "yes"}}, "values.hpa.enabled", "must be boolean"),
        (charts.ENVOY_GATEWAY, {"deployment": 2}, "values.deployment", "must be object"),
        (
            charts.ENVOY_GATEWAY,
            {"deployment": {"envoyGateway": {"resource": {}}}},
            "values.deployment.envoyGateway.resource",
            "deployment.envoyGateway accepts extraEnv, image, imagePullPolicy",
        ),
        (charts.JAEGER, {"jaeger": {"tolerations": {}}}, "values.jaeger.tolerations", "must be array"),
    ],
)
def test_an_invalid_value_is_refused(
    chart: ThirdPartyChart, values: Object, path: str, message: str, provider: FakeKubernetesProvider
) -> None:
    found = refusals(provider, release(chart, values=values))
    assert list(found) == [path]
    assert message in found[path]


def test_null_removes_a_default_value(provider: FakeKubernetesProvider) -> None:
    values = {"deployment": {"envoyGateway": {"resources": {"limits": None}, "startupProbe": None}}}
    assert refusals(provider, release(charts.ENVOY_GATEWAY, values=values)) == {}


def test_values_of_files_are_checked(provider: FakeKubernetesProvider) -> None:
    file = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "repilcas: 2\n"}
    assert list(refusals(provider, release(charts.RELOADER, valueYamlFiles=[file]))) == ["values.repilcas"]


@pytest.mark.parametrize("version", ["v1.18.2", "1.21"])
def test_another_version_of_a_pinned_chart_is_refused(version: str, provider: FakeKubernetesProvider) -> None:
    found = refusals(provider, release(charts.CERT_MANAGER, version=version))
    assert list(found) == ["version"]
    assert (
        f"the catalog has version {charts.CERT_MANAGER.version} of the chart cert-manager, not {version}"
        in found["version"]
    )
    assert "regenerate the catalog" in found["version"]


def test_a_version_with_the_prefix_v_equals_the_version_without_it(provider: FakeKubernetesProvider) -> None:
    assert refusals(provider, release(charts.CERT_MANAGER, version="1.21.2")) == {}


def test_a_resource_before_the_release_that_installs_its_kind_is_refused_at_once(
    provider: FakeKubernetesProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "azure_rehearsal.kubernetes.object_handler.time.sleep", lambda _: pytest.fail("the provider waited")
    )
    issuer = resource("kubernetes:cert-manager.io/v1:ClusterIssuer", "issuer")
    with pytest.raises(Refused, match='no matches for kind "ClusterIssuer"') as refused:
        made(provider, issuer, ISSUER)
    assert "depend on the release of the chart cert-manager" in refused.value.remediation
    made(provider, RELEASE, release(charts.CERT_MANAGER))
    id, _, _ = made(provider, issuer, ISSUER)
    assert id == "letsencrypt"
    wrong = {**ISSUER, "metadata": {"name": "other"}, "spec": {"acme": {"sever": "https://acme.example.com"}}}
    _, failures = provider.check(issuer, {}, wrong, b"seed")
    assert any("did you mean" in failure.reason for failure in failures)


def test_resources_of_kinds_that_a_checked_release_installs_can_be_planned(provider: FakeKubernetesProvider) -> None:
    checked(provider, RELEASE, release(charts.CERT_MANAGER))
    planned = checked(provider, resource("kubernetes:cert-manager.io/v1:ClusterIssuer"), ISSUER)
    assert "namespace" not in planned["metadata"], "its CRD has cluster scope"


def test_a_release_without_crds_installs_none(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    made(provider, RELEASE, release(charts.CERT_MANAGER, values={}))
    assert not has(cluster, "certificates.cert-manager.io"), "crds.enabled is false by default"
    made(provider, RELEASE, release(charts.ENVOY_GATEWAY, values={"crds": {"enabled": False}}))
    assert not has(cluster, "gateways.gateway.networking.k8s.io")
    made(provider, RELEASE, release(charts.PROMETHEUS_STACK, skipCrds=True))
    assert not has(cluster, "podmonitors.monitoring.coreos.com")


@pytest.mark.parametrize(
    ("chart", "values", "definition", "stays"),
    [
        # In crds/: Helm never deletes these.
        (charts.ENVOY_GATEWAY, {}, "gateways.gateway.networking.k8s.io", True),
        (charts.PROMETHEUS_STACK, {}, "podmonitors.monitoring.coreos.com", True),
        # In templates/: Helm deletes them unless the chart annotates them.
        (charts.EXTERNAL_SECRETS, {}, "pushsecrets.external-secrets.io", False),
        (charts.CERT_MANAGER, {"crds": {"enabled": True}}, "certificates.cert-manager.io", True),
        (charts.CERT_MANAGER, {"crds": {"enabled": True, "keep": False}}, "certificates.cert-manager.io", False),
        (charts.ARGO_CD, {}, "applications.argoproj.io", True),
        (charts.ARGO_CD, {"crds": {"keep": False}}, "applications.argoproj.io", False),
    ],
)
def test_uninstalling_keeps_the_crds_that_helm_keeps(
    chart: ThirdPartyChart,
    values: Object,
    definition: str,
    stays: bool,
    provider: FakeKubernetesProvider,
    cluster: FakeApiServer,
) -> None:
    id, inputs, outputs = made(provider, RELEASE, release(chart, values=values))
    assert has(cluster, definition)
    provider.delete(RELEASE, id, inputs, outputs)
    assert has(cluster, definition) is stays
    made(provider, RELEASE, release(chart, values=values))


def test_deleting_a_crd_with_its_release_deletes_its_resources(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    values = {"crds": {"enabled": True, "keep": False}}
    id, inputs, outputs = made(provider, RELEASE, release(charts.CERT_MANAGER, values=values))
    made(provider, resource("kubernetes:cert-manager.io/v1:ClusterIssuer"), ISSUER)
    provider.delete(RELEASE, id, inputs, outputs)
    assert cluster.get(Key.of(ISSUER)) is None


def test_an_upgrade_does_not_install_the_folder_crds(provider: FakeKubernetesProvider) -> None:
    id, inputs, outputs = made(provider, RELEASE, release(charts.ENVOY_GATEWAY, values={"crds": {"enabled": False}}))
    new = checked(provider, RELEASE, release(charts.ENVOY_GATEWAY, values={}), inputs)
    provider.update(RELEASE, id, inputs, outputs, new, preview=False)
    with pytest.raises(Refused, match="no matches for kind"):
        made(provider, resource("kubernetes:gateway.networking.k8s.io/v1:GatewayClass"), GATEWAY_CLASS)


def test_an_upgrade_installs_crds_among_the_templates(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, inputs, outputs = made(provider, RELEASE, release(charts.CERT_MANAGER, values={}))
    new = checked(provider, RELEASE, release(charts.CERT_MANAGER), inputs)
    after = provider.update(RELEASE, id, inputs, outputs, new, preview=False)
    assert has(cluster, "issuers.cert-manager.io")
    (names,) = after["resourceNames"].values()
    assert "certificates.cert-manager.io" in names


def test_pinned_charts_have_one_address_and_a_complete_version() -> None:
    for chart in charts.CHARTS:
        assert bool(chart.repository) != chart.name.startswith("oci://"), chart.name
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", chart.version), chart.name
