"""The resource monitor of the harness: records every request, and answers or refuses it as a provider would.

Owns the strict checks; `tests.unit.harness` documents them and owns the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn, cast

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2

from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY, UNKNOWN, from_struct, from_wire, to_struct, to_wire
from tests.unit.graph import Graph, Invoked, Message, Registered, join_path, leaves
from tests.unit.outputs import provider_outputs
from tests.unit.recording import Request, provider_urn, registered_from, secret_paths

STACK_TYPE: Final = "pulumi:pulumi:Stack"

FREE_MAPS: Final = frozenset(
    {
        "annotations",
        "binaryData",
        "data",
        "labels",
        "limits",
        "matchLabels",
        "nodeLabels",
        "nodeSelector",
        "parameters",
        "requests",
        "stringData",
        "tags",
        "userAssignedIdentities",
        "values",
    }
)
"""Properties with free keys: any spelling is valid below them."""

_SNAKE_CASE: Final = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$")


class HarnessError(AssertionError):
    """The engine or a provider would refuse the program, or a mock lacks a value. The message has the remediation."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n\n".join(dict.fromkeys(problems)))


class RecordingMonitor(MockMonitor):
    """Answers one program. Collects `problems` as the program runs; `graph` is complete when it has ended."""

    def __init__(
        self,
        *,
        stack: str,
        project: str,
        invokes: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]],
        computed: Mapping[str, Callable[[Registered], dict[str, Any]]],
        subscription_id: str,
        preview: bool,
    ) -> None:
        # The mocks of the base class are unused: this class overrides every method that would call them.
        super().__init__(mocks=cast("Any", None))
        self.problems: list[str] = []
        self.requests: dict[str, Request] = {}
        self._declared: dict[tuple[str, str], int] = {}
        self._stack = stack
        self._project = project
        self._answers = invokes
        self._computed = computed
        self._subscription_id = subscription_id
        self._preview = preview
        self._registered_outputs: dict[str, struct_pb2.Struct] = {}
        self._invoked: list[Invoked] = []
        self._stack_urn = self.make_urn("", STACK_TYPE, f"{project}-{stack}")

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN as the engine builds it: with the types of all ancestors except the stack."""
        ancestors = parent.split("::")[2] if parent else STACK_TYPE
        qualified = type_ if ancestors == STACK_TYPE else f"{ancestors}${type_}"
        return f"urn:pulumi:{self._stack}::{self._project}::{qualified}::{name}"

    def note_declaration(self, arguments: pulumi.ResourceTransformationArgs) -> None:
        """A stack transformation without changes: the SDK runs it for each resource when the program declares it."""
        self._declared.setdefault((arguments.type_, arguments.name), len(self._declared))

    def graph(self, messages: tuple[Message, ...]) -> Graph:
        """The recorded graph, frozen."""
        exports = self._registered_outputs.get(self._stack_urn, struct_pb2.Struct())
        resources = [
            registered_from(urn, request, self._registered_outputs.get(urn)) for urn, request in self.requests.items()
        ]
        return Graph(
            stack=self._stack_urn,
            resources=tuple(sorted(resources, key=lambda resource: self._declared[resource.type, resource.name])),
            invokes=tuple(self._invoked),
            exports=from_struct(exports),
            secret_exports=frozenset(secret_paths(exports)),
            messages=messages,
        )

    # The protocol determines the names of the following methods.

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        if request.transforms:
            self._refuse(_NO_TRANSFORMS)
        resource = self._record(urn, request)
        id, outputs = self._outputs(resource, request.object)
        return resource_pb2.RegisterResourceResponse(
            urn=urn,
            id=id,
            object=outputs,
            # Outputs that no mock supplies are unknown instead of None, so that their use is detected.
            unknown=True,
        )

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        resource = self._record(urn, request)
        properties = dict(request.properties.fields)
        if resource.type in self._computed and not self._preview:
            properties |= to_struct(self._computed[resource.type](resource)).fields
        return resource_pb2.ReadResourceResponse(
            urn=urn, id=request.id, properties=struct_pb2.Struct(fields=properties), unknown=True
        )

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        if request.urn in self._registered_outputs:
            self._refuse(f"{request.urn} calls register_outputs twice; call it once, as the last statement.")
        self._registered_outputs[request.urn] = request.outputs
        unknown = [path for path, leaf in leaves(from_struct(request.outputs)) if leaf is UNKNOWN]
        if unknown and not self._preview:
            what = "The program exports" if request.urn == self._stack_urn else f"{request.urn} registers the outputs"
            self._refuse(f"{what} {', '.join(unknown)} from {_NOT_SUPPLIED}")
        return empty_pb2.Empty()

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        arguments = from_struct(request.args)
        self._invoked.append(Invoked(token=request.tok, arguments=arguments, provider=provider_urn(request.provider)))
        answer = self._answers.get(request.tok)
        if answer is None:
            first = next(call.arguments for call in self._invoked if call.token == request.tok)
            known = ", ".join(sorted(self._answers)) or "none"
            self._refuse(
                f"The program calls {request.tok} with {first}, which this build does not answer (it answers: "
                f"{known}). Give build(…, invokes={{{request.tok!r}: lambda arguments: {{…}}}})."
            )
        try:
            result = answer(arguments)
        except Exception as failure:
            self.problems.append(f"The answer to {request.tok} given to build(…, invokes=…) failed: {failure!r}")
            raise
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(result))
        return response

    def Call(self, request: resource_pb2.ResourceCallRequest) -> NoReturn:
        self._refuse(f"The program calls the method {request.tok} of a resource; mocks answer functions only.")

    def RegisterStackTransform(self, request: Any) -> NoReturn:
        self._refuse(_NO_TRANSFORMS)

    def RegisterStackInvokeTransform(self, request: Any) -> NoReturn:
        self._refuse(_NO_TRANSFORMS)

    def _refuse(self, problem: str) -> NoReturn:
        self.problems.append(problem)
        raise HarnessError([problem])

    def _record(self, urn: str, request: Request) -> Registered:
        resource = registered_from(urn, request)
        if urn in self.requests:
            self._refuse(
                f"Two resources have the URN {urn}. Put the name of the component into the names of its children: "
                'f"{name}-…".'
            )
        self.requests[urn] = request
        self._check_provider(resource)
        self._check_keys(resource)
        if not self._preview:
            self._check_known(resource)
        return resource

    def _check_provider(self, resource: Registered) -> None:
        if not resource.type.startswith("kubernetes:") or resource.provider:
            return
        if resource.custom or (resource.remote and "kubernetes" not in resource.providers):
            self._refuse(
                f"{resource.type} {resource.name} has no explicit provider and would use the current kubeconfig. "
                "Pass opts=ResourceOptions(provider=…), or providers=[…] to its component."
            )

    def _check_keys(self, resource: Registered) -> None:
        if not resource.type.startswith(("azure-native:", "kubernetes:")):
            return
        wrong = list(_snake_case_keys(resource.inputs))
        if wrong:
            self._refuse(
                f"{resource.type} {resource.name} has keys that no provider knows: {', '.join(wrong)}. Use the typed "
                "argument's name in Python, or camelCase in a plain dictionary; a map with free keys belongs in "
                "tests.unit.monitor.FREE_MAPS."
            )

    def _check_known(self, resource: Registered) -> None:
        unknown = [path for path, leaf in resource.leaves() if leaf is UNKNOWN]
        if not unknown:
            return
        sources = sorted({urn for path in unknown for urn in resource.property_dependencies.get(_top(path), ())})
        origin = f" The output is one of {', '.join(sources)}." if sources else ""
        self._refuse(f"{resource.type} {resource.name} takes {', '.join(unknown)} from {_NOT_SUPPLIED}{origin}")

    def _outputs(self, resource: Registered, inputs: struct_pb2.Struct) -> tuple[str, struct_pb2.Struct]:
        """The id and the outputs: the inputs, secrets included, and the outputs that the provider adds."""
        fields = {key: _as_response(key, value) for key, value in inputs.fields.items()}
        if self._preview or not resource.custom:
            return "", struct_pb2.Struct(fields=fields)
        added = provider_outputs(resource, self._subscription_id)
        if resource.type in self._computed:
            added |= self._computed[resource.type](resource)
        id = added.pop("id", "")
        for key, value in added.items():
            fields[key] = to_wire(value)
        for key in resource.additional_secret_outputs:
            if key in fields:
                fields[key] = _secret(fields[key])
        return id, struct_pb2.Struct(fields=fields)


_NO_TRANSFORMS: Final = (
    "The program uses a transform (`transforms=` or `register_resource_transform`), which mocks do not run: the graph "
    "would lack its effect. Use a stack transformation, or test it in a rehearsal."
)
_NOT_SUPPLIED: Final = (
    "an output that no mock supplies. Read it by an invoke on names, compute it from names, or, if the program is "
    "right to depend on it, supply it: for one build by build(…, computed={type: lambda resource: {…}}), for all of "
    "them in tests/unit/outputs.py. (The id of an Azure resource takes an explicit name, and rules for the type in "
    "azure_rehearsal/azure.)"
)


def _secret(value: struct_pb2.Value) -> struct_pb2.Value:
    mark = {SIGNATURE_KEY: struct_pb2.Value(string_value=SECRET), "value": value}
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=mark))


def _as_response(key: str, value: struct_pb2.Value) -> struct_pb2.Value:
    """An input in the form of Azure's response, which has identities as a map by id instead of a list of ids."""
    kind = value.WhichOneof("kind")
    if kind == "list_value" and key == "userAssignedIdentities":
        ids = [item.string_value for item in value.list_value.values]
        if any(from_wire(item) is UNKNOWN for item in value.list_value.values):
            return to_wire(UNKNOWN)
        return to_wire({id: {} for id in ids})
    if kind == "list_value":
        items = [_as_response("", item) for item in value.list_value.values]
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=items))
    if kind == "struct_value":
        fields = {name: _as_response(name, item) for name, item in value.struct_value.fields.items()}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
    return value


def _snake_case_keys(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            here = join_path(path, key)
            if _SNAKE_CASE.match(key):
                yield here
            if key not in FREE_MAPS:
                yield from _snake_case_keys(item, here)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _snake_case_keys(item, join_path(path, position))


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]
