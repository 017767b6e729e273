"""Metrics of Azure Monitor or of Prometheus in the cluster, and the access of KEDA to them."""

from __future__ import annotations

import json
import re
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.platform_services.metrics import Backend, Metrics, MetricsArgs
from model.dashboards import DASHBOARDS
from model.recording_rules import RULE_GROUPS
from model.roles import Role
from model.rule_groups import MOST_RULES_IN_A_GROUP
from model.scrape_targets import CERT_MANAGER, KEDA
from settings.loader.stack_file import read_sections
from settings.schema.metrics import MetricsSettings
from tests.unit.graph import Graph, Registered
from tests.unit.harness import build
from tests.unit.outputs import guid
from tests.unit.stack_variants import minimal
from tests.unit.stacks import PRODUCTION, build_stack, edited, graph_of

AZURE_MONITOR = "kubernetes:azmonitoring.coreos.com/v1:PodMonitor"
CLUSTER_MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
PROMETHEUS_RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
RULE_GROUP = "azure-native:alertsmanagement:PrometheusRuleGroup"
AUTHENTICATION = "kubernetes:keda.sh/v1alpha1:ClusterTriggerAuthentication"
CLUSTER = "azure-native:containerservice:ManagedCluster"
RELEASE = "kubernetes:helm.sh/v3:Release"
ROLE = "azure-native:authorization:RoleAssignment"
WORKSPACE_URL = "https://workspace.prometheus.monitor.azure.com"


def metrics_only(backend: Backend, **settings: Any) -> tuple[Graph, str]:
    """The component without the rest of a stack, and its query endpoint."""
    address: list[str] = []
    args = MetricsArgs(
        namespace="voice-system",
        backend=backend,
        settings=MetricsSettings.model_validate({"backend": backend, **settings}),
        targets=(CERT_MANAGER, KEDA),
        managed_endpoint=WORKSPACE_URL,
        image_registry="registry.example",
    )

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        metrics = Metrics("metrics", args, pulumi.ResourceOptions(providers=[provider]))
        metrics.address.apply(address.append)

    graph = build(program)
    return graph, address[0]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


@pytest.fixture(scope="module")
def in_cluster() -> Graph:
    return build_stack(edited(read_sections(PRODUCTION), "metrics", {"backend": "inCluster"}))


@pytest.fixture(scope="module")
def without() -> Graph:
    """A stack without metrics, scaling and traces."""
    return minimal()


def endpoints(graph: Graph, monitor: str) -> dict[str, dict[str, Any]]:
    """The scrape configuration of each target, by the name of the target."""
    found = {item.value("metadata.name"): item.value("spec") for item in graph.of_type(monitor)}
    return {name: spec["podMetricsEndpoints"][0] for name, spec in found.items()}


def prometheus(graph: Graph) -> Registered:
    return next(item for item in graph.of_type(RELEASE) if item.value("chart") == "kube-prometheus-stack")


def expressions_in_azure(graph: Graph) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for group in graph.of_type(RULE_GROUP):
        for rule in group.inputs["rules"]:
            found.setdefault((rule["record"], str(rule.get("labels"))), []).append(rule["expression"])
    return found


def expressions_in_the_cluster(graph: Graph) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for group in graph.one(PROMETHEUS_RULE).value("spec.groups"):
        for rule in group["rules"]:
            found.setdefault((rule["record"], str(rule.get("labels"))), []).append(rule["expr"])
    return found


@pytest.mark.requirement("C37")
def test_controllers_of_the_platform_are_scraped(graph: Graph) -> None:
    read = endpoints(graph, AZURE_MONITOR)
    assert {"cert-manager", "envoy-gateway", "envoy-proxies", "external-dns", "keda", "opentelemetry-collector"} <= set(
        read
    )
    assert read["envoy-proxies"]["path"] == "/stats/prometheus"
    assert all(endpoint["interval"] == "30s" for endpoint in read.values())


def test_disabled_services_are_not_scraped(graph: Graph) -> None:
    assert not {"argo-cd", "reloader"} & set(endpoints(graph, AZURE_MONITOR))


def test_pods_without_a_named_metrics_port_are_scraped_by_port_number() -> None:
    read = endpoints(metrics_only("managed")[0], AZURE_MONITOR)
    assert read["cert-manager"]["port"] == "http-metrics"
    assert "port" not in read["keda"], "no container declares a port of that name, so Prometheus would scrape nothing"
    assert read["keda"]["relabelings"][0] == {
        "sourceLabels": ["__meta_kubernetes_pod_ip"],
        "targetLabel": "__address__",
        "replacement": "$1:8080",
    }


def test_a_metric_keeps_its_namespace_label(graph: Graph) -> None:
    assert all(endpoint["honorLabels"] for endpoint in endpoints(graph, AZURE_MONITOR).values())


def test_azures_agent_scrapes_all_targets_at_the_same_interval() -> None:
    (settings,) = metrics_only("managed", intervalSeconds=60)[0].of_type("kubernetes:core/v1:ConfigMap")
    assert settings.value("metadata.name") == "ama-metrics-settings-configmap"
    assert settings.value("metadata.namespace") == "kube-system"
    sections = yaml.safe_load(settings.value('data["cluster-metrics"]'))
    intervals = dict(line.split(" = ") for line in sections["default-targets-scrape-interval-settings"].splitlines())
    assert {"kubelet", "cadvisor", "kubestate", "nodeexporter"} <= set(intervals)
    assert set(intervals.values()) == {'"60s"'}


@pytest.mark.requirement("K16")
def test_both_backends_scrape_the_same_targets_and_compute_the_same_series(graph: Graph, in_cluster: Graph) -> None:
    assert endpoints(graph, AZURE_MONITOR) == endpoints(in_cluster, CLUSTER_MONITOR)
    assert expressions_in_azure(graph) == expressions_in_the_cluster(in_cluster)


@pytest.mark.requirement("K16")
def test_metrics_in_the_cluster_do_not_use_azure_monitor(in_cluster: Graph) -> None:
    cluster = in_cluster.one(CLUSTER)
    assert cluster.value("azureMonitorProfile.metrics.enabled") is False, "omitting it leaves the agent enabled"
    assert in_cluster.of_type(RULE_GROUP) == in_cluster.of_type(AZURE_MONITOR) == []
    rules = in_cluster.of_type("azure-native:monitor:DataCollectionRule")
    assert [rule.value("dataSources").keys() for rule in rules] == [{"extensions": None}.keys()], "only logs"
    readers = [role for role in in_cluster.of_type(ROLE) if Role.MONITORING_DATA_READER.value in str(role.inputs)]
    assert not readers, "an unused workspace needs no readers"


@pytest.mark.requirement("K16")
def test_prometheus_in_the_cluster_keeps_metrics_on_disk_for_the_configured_time() -> None:
    graph, address = metrics_only("inCluster", retentionDays=30, storageGib=100, intervalSeconds=60)
    values = prometheus(graph).inputs["values"]
    spec = values["prometheus"]["prometheusSpec"]
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert (spec["retention"], spec["retentionSize"], spec["scrapeInterval"]) == ("30d", "85GB", "60s")
    assert (claim["storageClassName"], claim["resources"]["requests"]["storage"]) == ("fast-ssd", "100Gi")
    assert values["grafana"]["persistence"]["enabled"] is True
    service = f"{values['fullnameOverride']}-prometheus"
    assert address == f"http://{service}.voice-system.svc:{values['prometheus']['service']['port']}"


def test_monitors_and_rules_depend_on_the_release_that_defines_them() -> None:
    graph, _ = metrics_only("inCluster")
    release = prometheus(graph).urn
    for item in (*graph.of_type(CLUSTER_MONITOR), *graph.of_type(PROMETHEUS_RULE)):
        assert release in item.dependencies


def test_prometheus_selects_all_monitors_and_has_no_default_rules(in_cluster: Graph) -> None:
    values = prometheus(in_cluster).inputs["values"]
    spec = values["prometheus"]["prometheusSpec"]
    for kind in ("podMonitor", "serviceMonitor", "rule"):
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False, "otherwise Prometheus selects only its release"
    assert values["defaultRules"]["create"] is False, "two rules for one series give it two values"


@pytest.mark.requirement("K16")
def test_grafana_in_the_cluster_finds_every_dashboard_by_its_label(in_cluster: Graph) -> None:
    sidecar = prometheus(in_cluster).inputs["values"]["grafana"]["sidecar"]["dashboards"]
    found = [
        item
        for item in in_cluster.of_type("kubernetes:core/v1:ConfigMap")
        if item.inputs["metadata"].get("labels", {}).get(sidecar["label"]) == sidecar["labelValue"]
    ]
    models = [json.loads(text) for item in found for text in item.inputs["data"].values()]
    assert sidecar["enabled"] is True
    assert {model["uid"] for model in models} == {dashboard.uid for dashboard in DASHBOARDS}
    assert {item.value("metadata.namespace") for item in found} == {"voice-system"}


def test_a_stack_without_metrics_has_no_objects_for_them(without: Graph) -> None:
    assert without.one(CLUSTER).value("azureMonitorProfile.metrics.enabled") is False
    for type in (RULE_GROUP, AZURE_MONITOR, CLUSTER_MONITOR, AUTHENTICATION):
        assert without.of_type(type) == []
    assert not [item for item in without.of_type(RELEASE) if "prometheus" in item.value("chart")]


def test_a_stack_without_trace_exporters_runs_no_collector(without: Graph) -> None:
    assert not [item for item in without.of_type(RELEASE) if "collector" in item.value("chart")]


def test_rules_in_azure_belong_to_one_cluster_and_run_at_whole_minutes(graph: Graph) -> None:
    groups = graph.of_type(RULE_GROUP)
    assert {group.value("ruleGroupName") for group in groups} == {
        f"prg-voice-test-eastus-{short}"
        for short in ("nodes", "pods", "gateway", "certificates", "calls", "sip-edge", "media", "agents")
    }
    for group in groups:
        assert "/Microsoft.Monitor/accounts/" in group.value("scopes[0]")
        assert "/managedClusters/" in group.value("scopes[1]")
        assert group.value("clusterName") == graph.one(CLUSTER).value("resourceName")
        assert re.fullmatch(r"PT([1-9]|1[0-5])M", group.value("interval"))


@pytest.mark.parametrize("group", RULE_GROUPS, ids=lambda group: group.name)
def test_a_rule_group_keeps_azures_limit_and_fits_both_backends(group: Any) -> None:
    assert len(group.rules) <= MOST_RULES_IN_A_GROUP
    for rule in group.rules:
        assert "job=" not in rule.expression, "the backends give their scrape jobs different names"
        assert rule.expression.count("(") == rule.expression.count(")")
        assert rule.expression.count("{") == rule.expression.count("}")


def test_no_two_rules_record_one_series() -> None:
    recorded = [(rule.record, tuple(rule.labels.items())) for group in RULE_GROUPS for rule in group.rules]
    assert len(recorded) == len(set(recorded))


def test_keda_reads_the_regions_metrics_with_an_identity_and_no_secret(graph: Graph) -> None:
    assert graph.one(CLUSTER).value("workloadAutoScalerProfile.keda.enabled") is True
    authentication = graph.one(AUTHENTICATION)
    assert authentication.inputs["spec"] == {
        "podIdentity": {
            "provider": "azure-workload",
            "identityId": guid("client id-voice-test-eastus-keda-operator"),
        }
    }
    (role,) = (role for role in graph.of_type(ROLE) if role.name.endswith("metrics-keda-operator"))
    assert role.value("roleDefinitionId").endswith(Role.MONITORING_DATA_READER.value)
    assert "/Microsoft.Monitor/accounts/" in role.value("scope")
    assert role.value("principalId") == guid("principal id-voice-test-eastus-keda-operator")
    trusts = graph.of_type("azure-native:managedidentity:FederatedIdentityCredential")
    assert "system:serviceaccount:kube-system:keda-operator" in {trust.value("subject") for trust in trusts}


def test_prometheus_in_the_cluster_requires_no_authentication_of_keda(in_cluster: Graph) -> None:
    assert in_cluster.one(CLUSTER).value("workloadAutoScalerProfile.keda.enabled") is True
    assert in_cluster.of_type(AUTHENTICATION) == []


def test_a_stack_that_does_not_scale_runs_no_keda(without: Graph) -> None:
    assert without.one(CLUSTER).value("workloadAutoScalerProfile.keda.enabled") is False
    identities = without.of_type("azure-native:managedidentity:UserAssignedIdentity")
    assert not [identity for identity in identities if "keda" in identity.name]


def test_keda_gets_the_query_endpoint_of_azure() -> None:
    assert metrics_only("managed")[1] == WORKSPACE_URL
