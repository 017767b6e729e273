"""The fake provider over gRPC: one instance for each connection, and secret values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from azure_rehearsal.kubernetes.chart_component import CHART_TYPE
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.protocol.grpc_server import serve
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY, UNKNOWN, to_struct
from simulator_tests.kubernetes.fake_monitor import FakeMonitor
from simulator_tests.kubernetes.support import CHARTS, deployment, kubeconfig, named

URN = "urn:pulumi:staging::shop::{}::it"


@pytest.fixture
def stub(clusters: FakeClusters) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    server = serve({"kubernetes": lambda: FakeKubernetesProvider(clusters, CHARTS)})
    with grpc.insecure_channel(f"127.0.0.1:{server.ports['kubernetes']}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        configured = stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"kubeconfig": kubeconfig()})))
        assert configured.acceptSecrets, "the engine lets only providers that accept secrets construct components"
        yield stub
    server.stop()


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE_KEY: SECRET, "value": value}


def plain(value: Any) -> Any:
    """A protobuf value as Python data, including the markers of secrets."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: plain(item) for name, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [plain(item) for item in value.list_value.values]
    return getattr(value, kind)


def test_a_secret_value_stays_secret_from_check_to_read(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    urn = URN.format("kubernetes:core/v1:ConfigMap")
    item = named("v1", "ConfigMap", "settings", data={"open": "a", "hidden": secret("b")})
    marked = {"open": "a", "hidden": secret("b")}
    check = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(item)))
    assert plain(check.inputs.fields["data"]) == marked
    create = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=check.inputs))
    assert plain(create.properties.fields["data"]) == marked
    read = stub.Read(provider_pb2.ReadRequest(urn=urn, id=create.id, inputs=check.inputs, properties=create.properties))
    assert plain(read.properties.fields["data"]) == plain(read.inputs.fields["data"]) == marked
    diff = stub.Diff(
        provider_pb2.DiffRequest(
            urn=urn, id=create.id, old_inputs=check.inputs, olds=create.properties, news=check.inputs
        )
    )
    assert diff.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_data_of_a_secret_is_always_secret(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    urn = URN.format("kubernetes:core/v1:Secret")
    item = named("v1", "Secret", "token", stringData={"token": "abc"})
    check = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(item)))
    assert plain(check.inputs.fields["data"]) == secret({"token": "YWJj"})
    create = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=check.inputs))
    assert plain(create.properties.fields["data"]) == secret({"token": "YWJj"})


def test_a_list_that_contains_a_secret_is_secret_as_a_whole(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "A", "value": secret("x")}]
    urn = URN.format("kubernetes:apps/v1:Deployment")
    check = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(item)))
    containers = plain(check.inputs.fields["spec"])["template"]["spec"]["containers"]
    assert containers[SIGNATURE_KEY] == SECRET
    assert containers["value"][0]["env"] == [{"name": "A", "value": "x"}]


def test_an_update_propagates_secrets_from_the_new_inputs(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    urn = URN.format("kubernetes:core/v1:Namespace")
    item = named("v1", "Namespace", "shop")
    create = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=to_struct(item)))
    item["metadata"]["labels"] = {"a": secret("b")}
    update = stub.Update(provider_pb2.UpdateRequest(urn=urn, id="shop", olds=create.properties, news=to_struct(item)))
    assert plain(update.properties.fields["metadata"])["labels"] == {"a": secret("b")}


def test_failures_and_refusals_reach_the_engine_as_text(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    urn = URN.format("kubernetes:apps/v1:Deployment")
    check = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(deployment(replicaz=1))))
    assert [failure.reason for failure in check.failures] == [
        '.spec.replicaz: field not declared in schema (did you mean "replicas"?)'
    ]
    with pytest.raises(grpc.RpcError) as refused:
        stub.Update(
            provider_pb2.UpdateRequest(urn=urn, id="default/edge", news=to_struct(deployment(namespace="default")))
        )
    assert 'deployments.apps "edge" not found' in str(refused.value)


def test_a_chart_is_registered_with_the_attached_engine(
    stub: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    monitor = FakeMonitor()
    try:
        stub.Attach(plugin_pb2.PluginAttach(address=monitor.address))
        inputs = {"chart": "demo", "namespace": "shop", "values": {"greeting": secret("moin")}}
        request = provider_pb2.ConstructRequest(type=CHART_TYPE, name="edge", monitorEndpoint=monitor.address)
        request.inputs.CopyFrom(to_struct(inputs))
        stub.Construct(request)
        config = plain(monitor.children["edge:shop/edge-config"].object.fields["data"])
        assert config["greeting"] == "moin"
        request.inputs.CopyFrom(to_struct({**inputs, "values": {"greeting": UNKNOWN}}))
        stub.Construct(request)
        assert [message for _, message in monitor.warnings] == [
            "Input properties have unknown values. Preview is incomplete."
        ]
    finally:
        monitor.stop()


def test_configurations_with_unknown_values_can_be_compared(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    urn = URN.format("pulumi:providers:kubernetes")
    request = provider_pb2.DiffRequest(
        urn=urn,
        old_inputs=to_struct({"kubeconfig": kubeconfig(), "clusterIdentifier": "one"}),
        news=to_struct({"kubeconfig": UNKNOWN, "clusterIdentifier": "one"}),
    )
    answer = stub.DiffConfig(request)
    assert (list(answer.diffs), list(answer.replaces)) == (["kubeconfig"], [])
    check = stub.CheckConfig(provider_pb2.CheckRequest(urn=urn, news=to_struct({"kubeConfig": "x"})))
    assert [failure.property for failure in check.failures] == ["kubeConfig"]
