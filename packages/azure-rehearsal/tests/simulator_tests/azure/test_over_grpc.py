"""The fake Azure provider over gRPC, with unknown values, as the engine calls it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.provider import FakeAzureProvider
from azure_rehearsal.protocol.grpc_server import serve
from simulator_tests.azure.harness import AzureHarness

UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ADDRESS: Final = "azure-native:network:PublicIPAddress"
GROUP: Final = "azure-native:resources:ResourceGroup"


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())


def plain(values: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(values)


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:staging::shop::shop:index:Network${token}::{name}"


class Engine:
    """The engine's calls for one resource."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def check(self, token: str, name: str, **inputs: Any) -> dict[str, Any]:
        answer = self.stub.Check(
            provider_pb2.CheckRequest(urn=urn(token, name), news=struct(inputs), randomSeed=b"seed")
        )
        assert not answer.failures
        return plain(answer.inputs)

    def create(self, token: str, name: str, inputs: dict[str, Any], preview: bool = False) -> Any:
        return self.stub.Create(
            provider_pb2.CreateRequest(urn=urn(token, name), properties=struct(inputs), preview=preview)
        )

    def make(self, token: str, name: str, **inputs: Any) -> Any:
        return self.create(token, name, self.check(token, name, **inputs))


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(write_seconds=0)


@pytest.fixture
def engine(cloud: Cloud) -> Generator[Engine]:
    server = serve({"azure-native": lambda: FakeAzureProvider(cloud, Client())})
    with grpc.insecure_channel(f"127.0.0.1:{server.ports['azure-native']}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=struct({"location": "westeurope"})))
        yield Engine(stub)
    server.stop()


def address_inputs(**changes: Any) -> dict[str, Any]:
    return {
        "resourceGroupName": "rg",
        "publicIpAddressName": "pip",
        "sku": {"name": "Standard"},
        "publicIPAllocationMethod": "Static",
        **changes,
    }


def test_a_preview_marks_unknown_outputs(engine: Engine) -> None:
    inputs = engine.check(ADDRESS, "out", **address_inputs(resourceGroupName=UNKNOWN_STRING))

    planned = engine.create(ADDRESS, "out", inputs, preview=True)

    outputs = plain(planned.properties)
    assert inputs["resourceGroupName"] == UNKNOWN_STRING
    assert planned.id == ""
    assert outputs["ipAddress"] == UNKNOWN_STRING
    assert outputs["publicIPAllocationMethod"] == "Static"


def test_a_resource_is_created_diffed_read_and_deleted(engine: Engine, cloud: Cloud) -> None:
    engine.make(GROUP, "rg", resourceGroupName="rg")
    inputs = engine.check(ADDRESS, "out", **address_inputs())
    made = engine.create(ADDRESS, "out", inputs)

    def difference(**changes: Any) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            id=made.id,
            urn=urn(ADDRESS, "out"),
            olds=made.properties,
            old_inputs=struct(inputs),
            news=struct({**inputs, **changes}),
        )
        return engine.stub.Diff(request)

    same, moved = difference(), difference(location="eastus")
    read = engine.stub.Read(
        provider_pb2.ReadRequest(id=made.id, urn=urn(ADDRESS, "out"), inputs=struct(inputs), properties=made.properties)
    )
    engine.stub.Delete(
        provider_pb2.DeleteRequest(
            id=made.id, urn=urn(ADDRESS, "out"), properties=made.properties, old_inputs=struct(inputs)
        )
    )

    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert list(moved.replaces) == ["location"]
    assert moved.deleteBeforeReplace
    assert moved.detailedDiff["location"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE
    assert plain(read.inputs) == inputs
    assert made.id not in cloud.leftovers()


def test_the_engine_gets_azures_error_message(engine: Engine) -> None:
    engine.make(GROUP, "rg", resourceGroupName="rg")

    with pytest.raises(grpc.RpcError) as caught:
        engine.make(ADDRESS, "out", **address_inputs(sku={"name": "Basic"}))

    assert "IPv4BasicSkuPublicIpCountLimitReached: Cannot create more than 0" in str(caught.value)


def test_the_engine_keeps_a_pool_that_fails_to_provision(engine: Engine, cloud: Cloud) -> None:
    azure = AzureHarness(cloud, Client())
    azure.cluster()
    prefix = azure.prefix(length=31)
    azure.role(azure["id-cluster"]["principalId"], "Network Contributor", prefix.id)
    inputs = {
        "resourceGroupName": "rg-shop",
        "resourceName": "aks-shop",
        "agentPoolName": "web",
        "vmSize": "Standard_D4s_v5",
        "count": 3,
        "vnetSubnetID": azure["snet-nodes"].id,
        "enableNodePublicIP": True,
        "nodePublicIPPrefixID": prefix.id,
    }

    with pytest.raises(grpc.RpcError) as caught:
        engine.make("azure-native:containerservice:AgentPool", "web", **inputs)

    trailers = dict(caught.value.trailing_metadata())  # ty: ignore[missing-attribute]
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert detail.id.endswith("/agentPools/web")
    assert detail.id in cloud.leftovers()
    assert "PublicIpPrefixOutOfIpAddressesForVMScaleSet" in detail.reasons[0]


def test_a_getter_returns_the_resource_or_an_error(engine: Engine) -> None:
    engine.make(GROUP, "rg", resourceGroupName="rg")
    made = engine.make(ADDRESS, "out", **address_inputs())

    answer = ask_for_address(engine, "pip")
    with pytest.raises(grpc.RpcError) as caught:
        ask_for_address(engine, "pip-x")

    assert answer["ipAddress"] == plain(made.properties)["ipAddress"]
    assert answer["id"] == made.id
    assert "ResourceNotFound" in str(caught.value)


def ask_for_address(engine: Engine, name: str) -> dict[str, Any]:
    arguments = struct({"resourceGroupName": "rg", "publicIpAddressName": name})
    token = "azure-native:network:getPublicIPAddress"
    answer = engine.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=arguments, preview=True))
    return plain(getattr(answer, "return"))
