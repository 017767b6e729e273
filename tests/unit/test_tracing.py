"""Trace exporters, and the identity of the collector."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.platform_services.tracing import ApplicationInsights, Tracing, TracingArgs
from model.ports import OTLP_GRPC, OTLP_HTTP, OTLP_SERVICE
from model.roles import Role
from settings.schema.metrics import TracingSettings
from tests.unit.graph import Graph, Registered
from tests.unit.harness import build
from tests.unit.outputs import guid
from tests.unit.stacks import PRODUCTION, graph_of

RELEASE = "kubernetes:helm.sh/v3:Release"
CONNECTION = "InstrumentationKey=1;IngestionEndpoint=https://eastus-0.in.applicationinsights.azure.com/"
BOTH = ("applicationInsights", "jaeger")


def tracing_only(*exporters: str, sample_percent: float = 10) -> Graph:
    """The component without the rest of a stack."""
    settings = {"exporters": exporters, "samplePercent": sample_percent}
    azure = ApplicationInsights(connection=CONNECTION, client_id=guid("collector"))
    args = TracingArgs(
        namespace="voice-system",
        settings=TracingSettings.model_validate(settings),
        image_registry="registry.example",
        application_insights=azure if "applicationInsights" in exporters else None,
    )

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        Tracing("tracing", args, pulumi.ResourceOptions(providers=[provider]))

    return build(program)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


def release(graph: Graph, chart: str) -> Registered:
    return next(item for item in graph.of_type(RELEASE) if item.value("chart") == chart)


def collector(graph: Graph) -> dict[str, Any]:
    return release(graph, "opentelemetry-collector").inputs["values"]


def traces(graph: Graph) -> dict[str, Any]:
    return collector(graph)["alternateConfig"]["service"]["pipelines"]["traces"]


@pytest.mark.requirement("C44", "K15")
def test_one_collector_sends_traces_to_application_insights_and_to_jaeger() -> None:
    graph = tracing_only(*BOTH)
    assert traces(graph)["exporters"] == ["azure_monitor", "otlp_grpc/jaeger"]
    jaeger = release(graph, "jaeger").inputs["values"]
    exporters = collector(graph)["alternateConfig"]["exporters"]
    receivers = jaeger["userconfig"]["receivers"]["otlp"]["protocols"]
    service, port = exporters["otlp_grpc/jaeger"]["endpoint"].split(".voice-system.svc:")
    assert service == jaeger["fullnameOverride"]
    assert receivers["grpc"]["endpoint"].endswith(f":{port}")
    assert release(graph, "jaeger").urn in release(graph, "opentelemetry-collector").dependencies


@pytest.mark.requirement("C44")
def test_jaeger_keeps_traces_on_a_disk_that_is_deleted_with_it() -> None:
    values = release(tracing_only("jaeger"), "jaeger").inputs["values"]
    (claim,) = values["extraObjects"]
    (volume,) = values["jaeger"]["extraVolumes"]
    (mount,) = values["jaeger"]["extraVolumeMounts"]
    (backend,) = values["userconfig"]["extensions"]["jaeger_storage"]["backends"].values()
    assert claim["kind"] == "PersistentVolumeClaim"
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert backend["badger"]["ephemeral"] is False
    assert all(path.startswith(f"{mount['mountPath']}/") for path in backend["badger"]["directories"].values())


@pytest.mark.parametrize("name", BOTH)
def test_each_part_of_the_pipeline_is_defined(name: str) -> None:
    config = collector(tracing_only(name))["alternateConfig"]
    pipeline = config["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == set(config[kind]), "the collector does not start with undefined components"
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    assert pipeline["processors"][0] == "memory_limiter", "it does not limit earlier processors"


@pytest.mark.requirement("B45", "K15")
def test_the_collector_writes_to_application_insights_with_its_identity(graph: Graph) -> None:
    insights = graph.one("azure-native:applicationinsights:Component")
    assert insights.value("disableLocalAuth") is True, "the connection string tracing_only gives no access"
    values = collector(graph)
    config = values["alternateConfig"]
    login = config["exporters"]["azure_monitor"]["auth"]["authenticator"]
    signs_in = config["extensions"][login]["workload_identity"]
    assert signs_in["federated_token_file"] == "${env:AZURE_FEDERATED_TOKEN_FILE}"
    assert config["extensions"][login]["scopes"] == ["https://monitor.azure.com/.default"]
    client_id = guid(f"client id-voice-test-eastus-{OTLP_SERVICE}")
    assert values["serviceAccount"]["annotations"] == {"azure.workload.identity/client-id": client_id}
    assert values["podLabels"] == {"azure.workload.identity/use": "true"}
    trusts = graph.of_type("azure-native:managedidentity:FederatedIdentityCredential")
    subject = f"system:serviceaccount:voice-system:{values['serviceAccount']['name']}"
    assert subject in {trust.value("subject") for trust in trusts}
    roles = graph.of_type("azure-native:authorization:RoleAssignment")
    (writer,) = (role for role in roles if Role.MONITORING_METRICS_PUBLISHER.value in role.value("roleDefinitionId"))
    assert writer.value("scope").endswith("/Microsoft.Insights/components/appi-voice-test-eastus")
    assert writer.value("principalId") == guid(f"principal id-voice-test-eastus-{OTLP_SERVICE}")


def test_the_connection_string_is_read_from_azure_and_passed_as_a_variable(graph: Graph) -> None:
    values = collector(graph)
    (variable,) = values["extraEnvs"]
    assert variable["value"] == f"InstrumentationKey={guid('appi-voice-test-eastus')}"
    exporter = values["alternateConfig"]["exporters"]["azure_monitor"]
    assert exporter["connection_string"] == f"${{env:{variable['name']}}}"


def test_the_collector_has_no_identity_without_application_insights() -> None:
    values = collector(tracing_only("jaeger"))
    assert values["serviceAccount"]["annotations"] == values["podLabels"] == {}
    assert values["extraEnvs"] == []
    assert set(values["alternateConfig"]["extensions"]) == {"health_check"}


def test_the_service_accepts_otlp_at_the_ports_of_the_model(graph: Graph) -> None:
    values = collector(graph)
    protocols = values["alternateConfig"]["receivers"]["otlp"]["protocols"]
    assert release(graph, "opentelemetry-collector").value("name") == values["fullnameOverride"] == OTLP_SERVICE
    for short, protocol, port in (("otlp", "grpc", OTLP_GRPC), ("otlp-http", "http", OTLP_HTTP)):
        assert values["ports"][short] == {"enabled": True, "containerPort": port.first, "servicePort": port.first}
        assert protocols[protocol]["endpoint"] == f"${{env:MY_POD_IP}}:{port}"


def test_the_sample_rate_of_traces_is_a_setting() -> None:
    config = collector(tracing_only("jaeger", sample_percent=2.5))["alternateConfig"]
    assert config["processors"]["probabilistic_sampler"]["sampling_percentage"] == 2.5


def test_jaeger_is_absent_without_its_exporter(graph: Graph) -> None:
    assert [item for item in graph.of_type(RELEASE) if item.value("chart") == "jaeger"] == []
