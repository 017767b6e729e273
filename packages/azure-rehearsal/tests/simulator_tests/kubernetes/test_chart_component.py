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

PROVIDER = "urn:pulumi:staging::shop::pulumi:providers:kubernetes::aks::1234"
COMPONENT = f"urn:pulumi:staging::shop::{CHART_TYPE}::edge"
ALL = {
    "edge:widgets.demo.example",
    "edge:edge-reader",
    "edge:shop/edge",
    "edge:shop/edge-config",
    "edge:shop/edge-token",
    "edge:shop/edge-widget",
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
        parent="urn:pulumi:staging::shop::pulumi:pulumi:Stack::shop-staging",
        monitorEndpoint=monitor.address,
        providers={"kubernetes": PROVIDER},
        inputs=to_struct({"chart": "demo", "namespace": "shop", **inputs}),
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
    assert monitor.children["edge:shop/edge"].type == "kubernetes:apps/v1:Deployment"
    assert monitor.children["edge:shop/edge-config"].type == "kubernetes:core/v1:ConfigMap"
    assert monitor.children["edge:shop/edge-widget"].type == "kubernetes:demo.example/v1:Widget"
    assert from_struct(monitor.children["edge:shop/edge"].object)["metadata"] == {
        "name": "edge",
        "namespace": "shop",
    }


def test_the_answer_references_the_children(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    answer = construct(provider, monitor)
    assert answer.urn == COMPONENT
    references = [item.struct_value.fields for item in answer.state.fields["resources"].list_value.values]
    assert {fields[SIGNATURE_KEY].string_value for fields in references} == {RESOURCE_REFERENCE}
    urns = {urn_of(child) for child in monitor.children.values()}
    assert {fields["urn"].string_value for fields in references} == urns
    assert "id-of-edge:shop/edge" in {fields["id"].string_value for fields in references}
    assert set(answer.stateDependencies["resources"].urns) == urns


def test_the_chart_sees_version_and_kinds_of_the_cluster(
    provider: FakeKubernetesProvider, monitor: FakeMonitor, cluster: FakeApiServer
) -> None:
    construct(provider, monitor)
    data = from_struct(monitor.children["edge:shop/edge-config"].object)["data"]
    assert (data["version"], data["hasWidgets"]) == ("v1.36.0", "false")
    cluster.create(definition(), "client")
    construct(provider, monitor)
    configs = [from_struct(request.object) for request in monitor.registered if request.name.endswith("edge-config")]
    assert [config["data"]["hasWidgets"] for config in configs] == ["false", "true"]


def test_values_override_values_files(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    asset = {SIGNATURE_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "greeting: file\nreplicas: 4\n"}
    construct(provider, monitor, valueYamlFiles=[asset], values={"greeting": "value"})
    assert from_struct(monitor.children["edge:shop/edge-config"].object)["data"]["greeting"] == "value"
    assert from_struct(monitor.children["edge:shop/edge"].object)["spec"]["replicas"] == 4


def test_release_name_and_prefix_are_configurable(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, name="stream", resourcePrefix="one")
    assert "one:shop/stream-config" in monitor.children


def test_an_empty_prefix_is_omitted(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, resourcePrefix="")
    assert "shop/edge-config" in monitor.children


def test_the_namespace_defaults_to_the_providers(clusters: FakeClusters, monitor: FakeMonitor) -> None:
    construct(configured_provider(clusters, namespace="agents"), monitor, namespace="")
    assert "edge:agents/edge-config" in monitor.children


def test_crds_are_registered_first_and_can_be_skipped(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor)
    wanted = urn_of(monitor.children["edge:widgets.demo.example"])
    assert list(monitor.children["edge:shop/edge-widget"].dependencies) == [wanted]
    assert list(monitor.children["edge:shop/edge"].dependencies) == []
    monitor.registered.clear()
    construct(provider, monitor, skipCrds=True)
    assert "edge:widgets.demo.example" not in monitor.children


def test_a_namespace_of_the_chart_is_registered_before_its_contents(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    construct(provider, monitor, values={"namespace": "inner"})
    assert list(monitor.children["edge:inner/inside"].dependencies) == [urn_of(monitor.children["edge:inner"])]


def test_an_annotation_orders_objects_of_the_chart(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, values={"after": "apps/namespaces/shop/Deployment/edge"})
    wanted = urn_of(monitor.children["edge:shop/edge"])
    assert list(monitor.children["edge:shop/edge-config"].dependencies) == [wanted]
    with pytest.raises(Refused, match=r'"/namespaces/shop/Pod/x" .* does not name an object of the chart'):
        construct(provider, monitor, values={"after": "/namespaces/shop/Pod/x"})
    with pytest.raises(Refused, match="depend on each other in a cycle"):
        construct(provider, monitor, values={"after": "/namespaces/shop/ConfigMap/edge-config"})


def test_children_are_registered_in_parallel_after_their_dependencies(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    monitor.delay_seconds = 0.05
    construct(provider, monitor)
    assert monitor.max_concurrent == 5
    finished = monitor.finished
    widget, crd = (urn_of(monitor.children[name]) for name in ("edge:shop/edge-widget", "edge:widgets.demo.example"))
    assert finished.index(crd) < finished.index(widget) == len(finished) - 1


def test_the_resource_policy_keep_retains_objects(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor)
    assert monitor.children["edge:shop/edge-token"].retainOnDelete is True
    assert not monitor.children["edge:shop/edge"].HasField("retainOnDelete")
    construct(provider, monitor, values={"policy": "destroy"})
    assert monitor.warnings == [(COMPONENT, 'Unsupported Helm resource policy "destroy"')]


def test_data_of_a_secret_is_secret(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor)
    marked = monitor.children["edge:shop/edge-token"].object.fields["stringData"].struct_value.fields
    assert marked[SIGNATURE_KEY].string_value == SECRET
    assert from_struct(monitor.children["edge:shop/edge-token"].object)["stringData"] == {"token": "hello"}


def test_skip_await_is_passed_to_children(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    construct(provider, monitor, skipAwait=True)
    for child in monitor.children.values():
        assert from_struct(child.object)["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


def test_the_component_has_the_programs_resource_options(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    alias = {"spec": {"name": "old"}}
    namespace = "urn:pulumi:staging::shop::kubernetes:core/v1:Namespace::shop"
    options = {"protect": True, "aliases": [alias], "dependencies": [namespace], "deletedWith": namespace}
    construct(provider, monitor, options)
    component = monitor.component
    assert (component.type, component.name, component.custom, component.remote) == (CHART_TYPE, "edge", False, False)
    assert (component.protect, component.deletedWith) == (True, namespace)
    assert list(component.dependencies) == [namespace]
    assert component.aliases[0].spec.name == "old"
    assert dict(component.providers) == {"kubernetes": PROVIDER}
    assert component.parent.endswith("pulumi:pulumi:Stack::shop-staging")


def test_unknown_values_register_only_the_component_with_a_warning(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    answer = construct(provider, monitor, {"dryRun": True}, values={"greeting": UNKNOWN})
    assert answer.urn == COMPONENT
    assert monitor.children == {}
    assert monitor.warnings == [(COMPONENT, "Input properties have unknown values. Preview is incomplete.")]


def test_child_ids_are_unknown_in_a_preview(provider: FakeKubernetesProvider, monitor: FakeMonitor) -> None:
    monitor.answer = lambda request, context: resource_pb2.RegisterResourceResponse(urn=urn_of(request))
    answer = construct(provider, monitor, {"dryRun": True})
    first = answer.state.fields["resources"].list_value.values[0].struct_value.fields["id"].string_value
    assert first == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_an_unreachable_cluster_is_an_error(clusters: FakeClusters, directory: Directory, monitor: FakeMonitor) -> None:
    directory.clusters.clear()
    with pytest.raises(Refused, match="configured Kubernetes cluster is unreachable"):
        construct(configured_provider(clusters), monitor)
    assert monitor.registered == []


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"chart": "nowhere"}, 'the chart "nowhere" is not on this machine, and the rehearsal downloads no charts'),
        ({"chart": ""}, "the input `chart` is missing"),
        ({"chart": "library"}, "library charts are not installable"),
        ({"values": {"replicas": "two"}}, "at '/replicas': got string, want integer"),
        ({"valuez": {}}, "a Chart has no input valuez What to do: Use its inputs: chart,"),
        ({"postRenderer": {"command": "sh"}}, "does not support postRenderer"),
        ({"name": "Not A Name"}, "release name"),
    ],
)
def test_a_chart_that_cannot_be_rendered_is_refused(
    provider: FakeKubernetesProvider, monitor: FakeMonitor, inputs: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        construct(provider, monitor, **inputs)
    assert monitor.children == {}


def test_every_argument_of_the_sdk_is_known() -> None:
    known = set(inspect.signature(ChartArgs.__init__).parameters) - {"__self__"}
    assert {name.replace("_", "") for name in known} == {name.lower() for name in CHART_INPUTS}


def test_missing_chart_dependencies_are_refused_or_updated(
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


def test_a_custom_resource_uses_the_scope_of_a_crd_outside_the_chart(
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
    assert "edge:shop/edge-widget" in monitor.children


def test_a_packaged_chart_is_accepted(provider: FakeKubernetesProvider, monitor: FakeMonitor, tmp_path: Path) -> None:
    construct(provider, monitor, chart=helm_python.package(CHARTS / "demo", destination=tmp_path))
    assert set(monitor.children) == ALL


def test_a_child_that_the_engine_refuses_fails_the_chart(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    def refuse(request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext) -> None:
        if request.type.endswith("Deployment"):
            context.abort(grpc.StatusCode.UNAVAILABLE, "resource monitor shut down")

    monitor.answer = refuse
    with pytest.raises(Refused, match="edge:shop/edge was not deployed: resource monitor shut down"):
        construct(provider, monitor)


def test_a_failed_child_blocks_its_dependents_with_continue_on_error(
    provider: FakeKubernetesProvider, monitor: FakeMonitor
) -> None:
    def fail(request: resource_pb2.RegisterResourceRequest, _: grpc.ServicerContext) -> Any:
        if "CustomResourceDefinition" in request.type:
            return resource_pb2.RegisterResourceResponse(urn=urn_of(request), result=resource_pb2.FAIL)
        return None

    monitor.answer = fail
    with pytest.raises(Refused, match=r"edge:widgets\.demo\.example was not deployed"):
        construct(provider, monitor)
    assert set(monitor.children) == ALL - {"edge:shop/edge-widget"}


def test_an_unsupported_component_is_refused(provider: FakeKubernetesProvider) -> None:
    request = provider_pb2.ConstructRequest(type="kubernetes:yaml/v2:ConfigGroup", name="x")
    with pytest.raises(Refused, match='unknown resource type "kubernetes:yaml/v2:ConfigGroup"'):
        provider.construct(request)
