"""Fake providers over gRPC, as the engine calls them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

import grpc
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from azure_rehearsal.protocol.grpc_server import Server, serve
from azure_rehearsal.protocol.provider import (
    CheckFailure,
    CreatedButFailed,
    Difference,
    FakeProvider,
    Refused,
    Resource,
)
from azure_rehearsal.protocol.values import OUTPUT_VALUE, SECRET, SIGNATURE_KEY, UNKNOWN

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
URN = "urn:pulumi:dev::p::shop:index:Network$test:index:Thing::thing"


class Thing(FakeProvider):
    """Logs its calls. The input `mood` selects the result of a creation."""

    version = "1.2.3"
    made: ClassVar[list[Thing]] = []

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        Thing.made.append(self)

    def configure(self, settings: dict[str, Any]) -> None:
        self.calls.append(("configure", settings))

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        self.calls.append(("check", resource, old, new, random_seed))
        return {**new, "filled": True}, [CheckFailure("size", "too large")] if new.get("size") == "huge" else []

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        self.calls.append(("diff", id, old_inputs, old_outputs, new))
        changed = sorted(key for key in new if old_inputs.get(key) != new[key])
        return Difference(changed=changed, replaces=["name"], delete_before_replace=True, stables=["id"])

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        self.calls.append(("create", inputs, preview))
        match inputs.get("mood"):
            case "refuse":
                raise Refused("InvalidParameter", "the size is wrong", "use a smaller one")
            case "half":
                raise CreatedButFailed(Refused("NotReady", "it does not start"), "half-id", {"kept": 1})
            case "bug":
                raise KeyError("a bug")
        return ("", {**inputs, "address": UNKNOWN}) if preview else ("the-id", {**inputs, "address": "10.0.0.1"})

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        self.calls.append(("update", id, old_inputs, old_outputs, new, preview))
        return {**old_outputs, **new}

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self.calls.append(("delete", id, inputs, outputs))

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        return None if id == "gone" else (id, {"live": True}, {"size": "small"})

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        return {"token": token, "given": arguments}


@pytest.fixture
def server() -> Generator[Server]:
    Thing.made.clear()
    served = serve({"test": Thing})
    yield served
    served.stop()


@pytest.fixture
def stub(server: Server) -> Generator[provider_pb2_grpc.ResourceProviderStub]:
    with grpc.insecure_channel(f"127.0.0.1:{server.ports['test']}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)


def _struct(values: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())


def _calls(name: str) -> list[tuple[Any, ...]]:
    return [call for thing in Thing.made for call in thing.calls if call[0] == name]


def test_the_engine_learns_the_version_and_keeps_the_secrets(
    stub: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    answer = stub.Configure(provider_pb2.ConfigureRequest(args=_struct({"region": "eastus"})))
    assert (answer.acceptSecrets, answer.acceptResources, answer.supportsPreview) == (False, False, True)
    assert _calls("configure") == [("configure", {"region": "eastus"})]


def test_a_check_receives_plain_values_and_returns_completed_inputs_and_failures(
    stub: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    news = {
        "size": "huge",
        "count": 3,
        "password": {SIGNATURE_KEY: SECRET, "value": "hidden"},
        "address": {SIGNATURE_KEY: OUTPUT_VALUE},
        "later": UNKNOWN_STRING,
        "__defaults": [],
    }
    answer = stub.Check(provider_pb2.CheckRequest(urn=URN, news=_struct(news), randomSeed=b"seed"))
    assert [(failure.property, failure.reason) for failure in answer.failures] == [("size", "too large")]
    sent = json_format.MessageToDict(answer.inputs)
    assert sent == {"size": "huge", "count": 3, "password": "hidden", "filled": True} | dict.fromkeys(
        ("address", "later"), UNKNOWN_STRING
    )
    ((_, resource, old, new, seed),) = _calls("check")
    assert (resource.type, resource.name, old, seed) == ("test:index:Thing", "thing", {}, b"seed")
    assert new["later"] is UNKNOWN
    assert new["address"] is UNKNOWN
    assert isinstance(new["count"], int)


def test_a_diff_compares_inputs_and_returns_the_replacing_paths(
    stub: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    request = provider_pb2.DiffRequest(
        id="the-id",
        urn=URN,
        old_inputs=_struct({"name": "a", "size": "small", "tags": "x"}),
        olds=_struct({"name": "a", "address": "10.0.0.1"}),
        news=_struct({"name": "b", "size": "large", "tags": "y"}),
        ignoreChanges=["tags"],
    )
    answer = stub.Diff(request)
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert (list(answer.diffs), list(answer.replaces), list(answer.stables)) == (["name", "size"], ["name"], ["id"])
    assert answer.deleteBeforeReplace
    kinds = {path: detail.kind for path, detail in answer.detailedDiff.items()}
    assert kinds == {"name": provider_pb2.PropertyDiff.UPDATE_REPLACE, "size": provider_pb2.PropertyDiff.UPDATE}
    same = provider_pb2.DiffRequest(id="i", urn=URN, old_inputs=_struct({"a": 1}), news=_struct({"a": 1}))
    assert stub.Diff(same).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_creation_is_planned_without_an_id_and_then_executed(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    planned = stub.Create(provider_pb2.CreateRequest(urn=URN, properties=_struct({"size": "s"}), preview=True))
    assert planned.id == ""
    assert planned.properties["address"] == UNKNOWN_STRING
    made = stub.Create(provider_pb2.CreateRequest(urn=URN, properties=_struct({"size": "s"})))
    assert (made.id, made.properties["address"]) == ("the-id", "10.0.0.1")


def test_updates_and_deletes_receive_the_old_inputs_and_outputs(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    old = {"old_inputs": _struct({"size": "s"})}
    updated = stub.Update(
        provider_pb2.UpdateRequest(id="i", urn=URN, olds=_struct({"address": "a"}), news=_struct({"size": "l"}), **old)
    )
    assert dict(updated.properties) == {"address": "a", "size": "l"}
    stub.Delete(provider_pb2.DeleteRequest(id="i", urn=URN, properties=_struct({"address": "a"}), **old))
    assert _calls("update") == [("update", "i", {"size": "s"}, {"address": "a"}, {"size": "l"}, False)]
    assert _calls("delete") == [("delete", "i", {"size": "s"}, {"address": "a"})]


def test_reading_a_missing_resource_returns_no_id(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    assert stub.Read(provider_pb2.ReadRequest(id="gone", urn=URN)).id == ""
    live = stub.Read(provider_pb2.ReadRequest(id="here", urn=URN))
    assert (live.id, dict(live.properties), dict(live.inputs)) == ("here", {"live": True}, {"size": "small"})


def test_a_function_returns_its_result(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="test:index:get", args=_struct({"a": 1})))
    assert json_format.MessageToDict(getattr(answer, "return")) == {"token": "test:index:get", "given": {"a": 1}}


def _refusal(stub: provider_pb2_grpc.ResourceProviderStub, mood: str) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as raised:
        stub.Create(provider_pb2.CreateRequest(urn=URN, properties=_struct({"mood": mood})))
    return raised.value


def test_a_refusal_has_its_remediation(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    error: Any = _refusal(stub, "refuse")
    assert error.code() is grpc.StatusCode.UNKNOWN
    assert error.details() == "InvalidParameter: the size is wrong What to do: use a smaller one"


def test_the_engine_keeps_a_resource_that_failed_after_its_creation(
    stub: provider_pb2_grpc.ResourceProviderStub,
) -> None:
    error: Any = _refusal(stub, "half")
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, dict(detail.properties)) == ("half-id", {"kept": 1})
    assert "it does not start" in detail.reasons[0]


def test_internal_errors_are_reported_as_bugs(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    error: Any = _refusal(stub, "bug")
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "a bug in the fake test provider" in error.details()
    assert "KeyError" in error.details()


def test_an_unsupported_component_is_refused(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError, match="has no component test:index:Chart"):
        stub.Construct(provider_pb2.ConstructRequest(type="test:index:Chart"))


def test_each_connection_is_an_instance_with_its_own_configuration(server: Server) -> None:
    address = f"127.0.0.1:{server.ports['test']}"
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(address, options) as one, grpc.insecure_channel(address, options) as other:
        for channel, region in ((one, "east"), (other, "west")):
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Configure(provider_pb2.ConfigureRequest(args=_struct({"region": region})))
            stub.Check(provider_pb2.CheckRequest(urn=URN))
    per_instance = [[call[0] for call in thing.calls] for thing in Thing.made]
    assert per_instance == [["configure", "check"], ["configure", "check"]]
    assert server.attach == f"test:{server.ports['test']}"
