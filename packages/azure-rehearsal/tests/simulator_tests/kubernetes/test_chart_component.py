from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import helm_python
import pytest
import yaml
from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi_kubernetes.helm.v4 import ChartArgs

from azure_rehearsal.kubernetes.chart_component import CHART_TYPE
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.kubernetes.sdk_arguments import CHART_INPUTS
from azure_rehearsal.protocol.provider import Refused
from azure_rehearsal.protocol.values import RESOURCE_REFERENCE, SECRET, SIGNATURE_KEY, UNKNOWN, from_struct, to_struct
from simulator_tests.kubernetes.fake_monitor import FakeMonitor, urn_of
from simulator_tests.kubernetes.support import CHARTS, Directory, configured_provider, definition, resource

PROVIDER = "urn:pulumi:staging::voice::pulumi:providers:kubernetes::aks::1234"
COMPONENT = f"urn:pulumi:staging::voice::{CHART_TYPE}::edge"
ALL = {
    "edge:widgets.demo.example",
    "edge:edge-reader",
    "edge:voice/edge",
    "edge:voice/edge-config",
    "edge:voice/edge-token",
    "edge:voice/edge-widget",
}


@pytest.fixture
def monitor() -> Iterator[FakeMonitor]:
    monitor = FakeMonitor()
    yield monitor
    monitor.stop()


def construct(
    provider: FakeKubernetesProvider, monitor: FakeMonitor, options: dict[str, Any] | None = None, **inputs: Any
) -> provider_pb2.ConstructResponse:
    provider.attach(monitor.address)
    request = provider_pb2.ConstructRequest(
        type=CHART_TYPE,
        name="edge",
        parent="urn:pulumi:staging::voice::pulumi:pulumi:Stack::voice-staging",
        monitorEndpoint=monitor.address,
        providers={"kubernetes": PROVIDER},
        inputs=to_struct({"chart": "demo", "namespace": "voice", **inputs}),
        **(options or {}),
    )
    return provider.construct(request)


def test_the_children_are_the_rendered_objects_without_hooks(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    construct(provider, monitor)
    assert set(monitor.children) == ALL
    assert {child.parent for child in monitor.children.values()} == {COMPONENT}
    assert {child.provider for child in monitor.children.values()} == {PROVIDER}
    assert {child.custom for child in monitor.children.values()} == {True}
    assert monitor.children["edge:voice/edge"].type == "kubernetes:apps/v1:Deployment"
    assert monitor.children["edge:voice/edge-config"].type == "kubernetes:core/v1:ConfigMap"
    assert monitor.children["edge:voice/edge-widget"].type == "kubernetes:demo.example/v1:Widget"
    assert from_struct(monitor.children["edge:voice/edge"].object)["metadata"] == {
        "name": "edge",
        "namespace": "voice",
    }


def test_the_answer_refers_to_the_children(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    answer = construct(provider, monitor)
    assert answer.urn == COMPONENT
    references = [item.struct_value.fields for item in answer.state.fields["resources"].list_value.values]
    assert {fields[SIGNATURE_KEY].string_value for fields in references} == {RESOURCE_REFERENCE}
    urns = {urn_of(child) for child in monitor.children.values()}
    assert {fields["urn"].string_value for fields in references} == urns
    assert "id-of-edge:voice/edge" in {fields["id"].string_value for fields in references}
    assert set(answer.stateDependencies["resources"].urns) == urns


def test_the_chart_sees_version_and_kinds_of_the_cluster(
    provider: FakeKubernetesProvider, monitor: FakeMonitor, cluster: FakeApiServer
) -> None:
    construct(provider, monitor)
    data = from_struct(monitor.children["edge:voice/edge-config"].object)["data"]
    assert (data["version"], data["hasWidgets"]) == ("v1.36.0", "false")
    cluster.create(definition(), "somebody")
    construct(provider, monitor)
    configs = [from_struct(request.object) for request in monitor.registered if request.name.endswith("edge-config")]
    assert [config["data"]["hasWidgets"] for config in configs] == ["false", "true"]


def test_values_come_from_files_then_from_values(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    asset = {SIGNATURE_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "greeting: file\nreplicas: 4\n"}
    construct(provider, monitor, valueYamlFiles=[asset], values={"greeting": "value"})
    assert from_struct(monitor.children["edge:voice/edge-config"].object)["data"]["greeting"] == "value"
    assert from_struct(monitor.children["edge:voice/edge"].object)["spec"]["replicas"] == 4


def test_release_name_and_prefix_can_be_chosen(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, name="sip", resourcePrefix="one")
    assert "one:voice/sip-config" in monitor.children


def test_without_a_prefix_children_have_the_names_of_the_objects(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    construct(provider, monitor, resourcePrefix="")
    assert "voice/edge-config" in monitor.children


def test_without_a_namespace_the_providers_is_taken(clusters: FakeClusters, monitor: FakeMonitor) -> None:
    construct(configured_provider(clusters, namespace="agents"), monitor, namespace="")
    assert "edge:agents/edge-config" in monitor.children


def test_definitions_come_first_and_can_be_left_out(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor)
    wanted = urn_of(monitor.children["edge:widgets.demo.example"])
    assert list(monitor.children["edge:voice/edge-widget"].dependencies) == [wanted]
    assert list(monitor.children["edge:voice/edge"].dependencies) == []
    monitor.registered.clear()
    construct(provider, monitor, skipCrds=True)
    assert "edge:widgets.demo.example" not in monitor.children


def test_a_namespace_of_the_chart_comes_before_what_is_in_it(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    construct(provider, monitor, values={"namespace": "inner"})
    assert list(monitor.children["edge:inner/inside"].dependencies) == [urn_of(monitor.children["edge:inner"])]


def test_an_annotation_orders_objects_of_the_chart(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, values={"after": "apps/namespaces/voice/Deployment/edge"})
    wanted = urn_of(monitor.children["edge:voice/edge"])
    assert list(monitor.children["edge:voice/edge-config"].dependencies) == [wanted]
    with pytest.raises(Refused, match=r'"/namespaces/voice/Pod/x" .* is no object of the chart'):
        construct(provider, monitor, values={"after": "/namespaces/voice/Pod/x"})
    with pytest.raises(Refused, match="wait for each other"):
        construct(provider, monitor, values={"after": "/namespaces/voice/ConfigMap/edge-config"})


def test_a_child_is_registered_when_what_it_waits_for_is_there_and_the_others_meanwhile(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    monitor.seconds = 0.05
    construct(provider, monitor)
    assert monitor.most_at_once == 5
    finished = monitor.finished
    widget, crd = (urn_of(monitor.children[name]) for name in ("edge:voice/edge-widget", "edge:widgets.demo.example"))
    assert finished.index(crd) < finished.index(widget) == len(finished) - 1


def test_what_is_to_be_kept_is_retained(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor)
    assert monitor.children["edge:voice/edge-token"].retainOnDelete is True
    assert not monitor.children["edge:voice/edge"].HasField("retainOnDelete")
    construct(provider, monitor, values={"policy": "destroy"})
    assert monitor.warnings == [(COMPONENT, 'Unsupported Helm resource policy "destroy"')]


def test_data_of_a_secret_is_secret(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor)
    marked = monitor.children["edge:voice/edge-token"].object.fields["stringData"].struct_value.fields
    assert marked[SIGNATURE_KEY].string_value == SECRET
    assert from_struct(monitor.children["edge:voice/edge-token"].object)["stringData"] == {"token": "hello"}


def test_waiting_can_be_switched_off(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, skipAwait=True)
    for child in monitor.children.values():
        assert from_struct(child.object)["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


def test_the_component_has_the_options_that_the_program_gave(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    alias = {"spec": {"name": "old"}}
    namespace = "urn:pulumi:staging::voice::kubernetes:core/v1:Namespace::voice"
    options = {"protect": True, "aliases": [alias], "dependencies": [namespace], "deletedWith": namespace}
    construct(provider, monitor, options)
    component = monitor.component
    assert (component.type, component.name, component.custom, component.remote) == (CHART_TYPE, "edge", False, False)
    assert (component.protect, component.deletedWith) == (True, namespace)
    assert list(component.dependencies) == [namespace]
    assert component.aliases[0].spec.name == "old"
    assert dict(component.providers) == {"kubernetes": PROVIDER}
    assert component.parent.endswith("pulumi:pulumi:Stack::voice-staging")


def test_an_unknown_value_gives_the_component_alone_and_a_warning(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    answer = construct(provider, monitor, {"dryRun": True}, values={"greeting": UNKNOWN})
    assert answer.urn == COMPONENT
    assert monitor.children == {}
    assert monitor.warnings == [(COMPONENT, "Input properties have unknown values. Preview is incomplete.")]


def test_in_a_preview_the_ids_of_the_children_are_unknown(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    monitor.answer = lambda request, context: resource_pb2.RegisterResourceResponse(urn=urn_of(request))
    answer = construct(provider, monitor, {"dryRun": True})
    first = answer.state.fields["resources"].list_value.values[0].struct_value.fields["id"].string_value
    assert first == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_a_cluster_that_does_not_answer_is_an_error(
    clusters: FakeClusters, directory: Directory, monitor: FakeMonitor
) -> None:
    directory.clusters.clear()
    with pytest.raises(Refused, match="configured Kubernetes cluster is unreachable"):
        construct(configured_provider(clusters), monitor)
    assert monitor.registered == []


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"chart": "nowhere"}, 'the chart "nowhere" is not on this machine, and a rehearsal fetches none'),
        ({"chart": ""}, "a Chart needs a chart"),
        ({"chart": "library"}, "library charts are not installable"),
        ({"values": {"replicas": "two"}}, "at '/replicas': got string, want integer"),
        ({"valuez": {}}, "a Chart has no valuez What to do: It has chart,"),
        ({"postRenderer": {"command": "sh"}}, "does not do postRenderer"),
        ({"name": "Not A Name"}, "release name"),
    ],
)
def test_what_cannot_be_rendered_is_refused(
    provider: FakeKubernetesProvider, monitor: FakeMonitor, inputs: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        construct(provider, monitor, **inputs)
    assert monitor.children == {}


def test_every_argument_of_the_sdk_is_known() -> None:
    known = set(inspect.signature(ChartArgs.__init__).parameters) - {"__self__"}
    assert {name.replace("_", "") for name in known} == {name.lower() for name in CHART_INPUTS}


def test_dependencies_must_be_there_or_are_fetched(
    provider: FakeKubernetesProvider, monitor: FakeMonitor, tmp_path: Path
) -> None:
    shutil.copytree(CHARTS / "library", tmp_path / "library")
    chart = tmp_path / "main"
    (chart / "templates").mkdir(parents=True)
    dependency = {"name": "library", "version": "1.0.0", "repository": "file://../library"}
    metadata = {"apiVersion": "v2", "name": "main", "version": "1.0.0", "dependencies": [dependency]}
    (chart / "Chart.yaml").write_text(yaml.safe_dump(metadata))
    with pytest.raises(Refused, match=r"missing in charts/ directory: library .*dependencyUpdate"):
        construct(provider, monitor, chart=str(chart))
    construct(provider, monitor, chart=str(chart), dependencyUpdate=True)


def test_a_custom_resource_is_placed_by_a_definition_elsewhere_in_the_program(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    construct(provider, monitor, skipCrds=True)
    assert "edge:edge-widget" in monitor.children
    assert [message.partition(":")[0] for _, message in monitor.warnings] == [
        "Unable to determine whether demo.example/v1/Widget is namespaced"
    ]
    which = resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    provider.check(which, {}, definition(), b"")
    construct(provider, monitor, skipCrds=True)
    assert "edge:voice/edge-widget" in monitor.children


def test_an_archive_is_a_chart_too(provider: FakeKubernetesProvider, monitor: FakeMonitor, tmp_path: Path) -> None:
    construct(provider, monitor, chart=helm_python.package(CHARTS / "demo", destination=tmp_path))
    assert set(monitor.children) == ALL


def test_a_child_that_the_engine_refuses_fails_the_chart(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    def refuse(request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext) -> None:
        if request.type.endswith("Deployment"):
            context.abort(grpc.StatusCode.UNAVAILABLE, "resource monitor shut down")

    monitor.answer = refuse
    with pytest.raises(Refused, match="edge:voice/edge was not deployed: resource monitor shut down"):
        construct(provider, monitor)


def test_a_child_that_failed_with_continue_on_error_holds_back_what_waits_for_it(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    def fail(request: resource_pb2.RegisterResourceRequest, _: grpc.ServicerContext) -> Any:
        if "CustomResourceDefinition" in request.type:
            return resource_pb2.RegisterResourceResponse(urn=urn_of(request), result=resource_pb2.FAIL)
        return None

    monitor.answer = fail
    with pytest.raises(Refused, match=r"edge:widgets\.demo\.example was not deployed"):
        construct(provider, monitor)
    assert set(monitor.children) == ALL - {"edge:voice/edge-widget"}


def test_another_component_is_refused(provider: FakeKubernetesProvider) -> None:
    request = provider_pb2.ConstructRequest(type="kubernetes:yaml/v2:ConfigGroup", name="x")
    with pytest.raises(Refused, match='unknown resource type "kubernetes:yaml/v2:ConfigGroup"'):
        provider.construct(request)
