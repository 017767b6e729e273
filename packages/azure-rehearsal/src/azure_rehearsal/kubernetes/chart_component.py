"""`kubernetes:helm.sh/v4:Chart`: a component whose children are the objects that real Helm renders.

Follows `provider/pkg/provider/helm/v4/chart.go` and `yaml/v2/yaml.go` of pulumi-kubernetes. Hooks are dropped. Children
are registered with the engine's resource monitor, each after its dependencies (`chart_order`).
"""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from azure_rehearsal.kubernetes.chart_order import dependencies
from azure_rehearsal.kubernetes.cluster import Cluster, Key, Object, Scope, group_of
from azure_rehearsal.kubernetes.custom_resources import crd_scope, is_crd
from azure_rehearsal.kubernetes.helm_charts import (
    RESOURCE_POLICY,
    ChartError,
    load,
    local_path,
    merged_values,
    render,
)
from azure_rehearsal.kubernetes.objects import annotate, annotation, type_token
from azure_rehearsal.kubernetes.sdk_arguments import CHART_INPUTS
from azure_rehearsal.kubernetes.secret_propagation import as_secret
from azure_rehearsal.protocol.engine_log import EngineLog
from azure_rehearsal.protocol.grpc_server import MAX_MESSAGE_BYTES
from azure_rehearsal.protocol.provider import Refused
from azure_rehearsal.protocol.values import (
    RESOURCE_REFERENCE,
    SIGNATURE_KEY,
    UNKNOWN,
    contains_unknown,
    from_struct,
    to_struct,
    to_wire,
)

CHART_TYPE: Final = "kubernetes:helm.sh/v4:Chart"
PACKAGE: Final = "kubernetes"

_NOT_SUPPORTED: Final = ("postRenderer", "verify")
_SKIP_AWAIT: Final = "pulumi.com/skipAwait"
_PARALLEL_REGISTRATIONS: Final = 32
"""Maximum number of concurrent registrations. The engine limits its own parallelism with `--parallel`."""


@dataclass(frozen=True)
class _Registered:
    urn: str
    id: str


class ChartComponent:
    """Registers charts for one provider instance and one cluster.

    `namespace` is the provider's default namespace. `scopes` holds the scopes of the CRDs that the program declares
    outside the chart. Relative chart paths start at `directory`.
    """

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        scopes: Mapping[tuple[str, str], Scope],
        directory: Path,
        version: str,
        log: EngineLog,
    ) -> None:
        self._cluster = cluster
        self._scopes = scopes
        self._namespace = namespace
        self._directory = directory
        self._version = version
        self._log = log

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        """Registers the component and its children. Raises `Refused`."""
        limits = [
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ]
        with grpc.insecure_channel(request.monitorEndpoint, options=limits) as channel:
            monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
            inputs = from_struct(request.inputs)
            self._check(inputs)
            urn = _register_resource(lambda: monitor.RegisterResource(_component_request(request)), request.name).urn
            if contains_unknown(inputs):
                self._log.warn("Input properties have unknown values. Preview is incomplete.", urn)
                return provider_pb2.ConstructResponse(urn=urn)
            try:
                items = self._objects(inputs, request.name, urn)
            except ChartError as problem:
                raise Refused("ChartNotRendered", f"{request.name}: {problem}", problem.remediation) from problem
            children = self._register(monitor, request, inputs, urn, items)
        references = [_reference(child, request.dryRun, self._version) for child in children]
        dependencies = provider_pb2.ConstructResponse.PropertyDependencies(urns=[child.urn for child in children])
        return provider_pb2.ConstructResponse(
            urn=urn, state=to_struct({"resources": references}), stateDependencies={"resources": dependencies}
        )

    def _check(self, inputs: Object) -> None:
        if unknown := sorted(inputs.keys() - CHART_INPUTS):
            raise Refused(
                "InvalidChart",
                f"a Chart has no input {', '.join(unknown)}",
                f"Use its inputs: {', '.join(sorted(CHART_INPUTS))}.",
            )
        if not inputs.get("chart"):
            raise Refused(
                "InvalidChart", "the input `chart` is missing", "Set it to a folder with a Chart.yaml, or to a .tgz."
            )
        if unsupported := [name for name in _NOT_SUPPORTED if inputs.get(name)]:
            raise Refused(
                "InvalidChart", f"the rehearsal does not support {', '.join(unsupported)} of a Chart", "Remove it."
            )

    def _objects(self, inputs: Object, logical_name: str, urn: str) -> list[Object]:
        """Renders the chart and sets namespaces and annotations on its objects."""
        path = local_path(inputs["chart"], self._directory)
        if path is None:
            raise ChartError(
                f'the chart "{inputs["chart"]}" is not on this machine, and the rehearsal downloads no charts',
                "Set `chart` to a folder with a Chart.yaml or to a .tgz, relative to the program's folder. For "
                "third-party charts use helm.v3.Release.",
            )
        chart = load(path, bool(inputs.get("dependencyUpdate")))
        if chart.metadata.get("deprecated"):
            self._log.warn(f"Using a deprecated Helm chart ({chart.name})", urn)
        if inputs.get("includeHooks"):
            self._log.warn("includeHooks needs renderYamlToDirectory; Helm hooks will be ignored.", urn)
        namespace = inputs.get("namespace") or self._namespace
        values = merged_values(inputs, self._directory)
        rendered = render(chart, values, inputs.get("name") or logical_name, namespace, self._cluster)
        items = [*([] if inputs.get("skipCrds") else rendered.definitions), *rendered.objects]
        scopes = {**self._scopes, **dict(crd_scope(item) for item in items if is_crd(item))}
        for item in items:
            self._set_namespace(item, namespace, scopes)
            if inputs.get("skipAwait"):
                annotate(item, _SKIP_AWAIT, "true")
        return items

    def _set_namespace(self, item: Object, namespace: str, scopes: dict[tuple[str, str], Scope]) -> None:
        """Sets the chart's namespace on a namespaced object that has none."""
        if item["metadata"].get("namespace"):
            return
        known = self._cluster.scope(item["apiVersion"], item["kind"])
        scope = known or scopes.get((group_of(item["apiVersion"]), item["kind"]))
        if scope is Scope.NAMESPACED:
            item["metadata"]["namespace"] = namespace
        elif scope is None:
            self._log.warn(
                f"Unable to determine whether {item['apiVersion']}/{item['kind']} is namespaced: no namespace is set. "
                "Set .metadata.namespace in the template, or make the chart depend on the CRD."
            )

    def _register(
        self,
        monitor: resource_pb2_grpc.ResourceMonitorStub,
        request: provider_pb2.ConstructRequest,
        inputs: Object,
        parent: str,
        items: list[Object],
    ) -> list[_Registered]:
        by_key = {Key.of(item): item for item in items}
        if len(by_key) < len(items):
            duplicates = sorted({str(Key.of(item)) for item in items if by_key[Key.of(item)] is not item})
            raise Refused(
                "ChartNotRendered",
                f"{request.name}: the chart renders {', '.join(duplicates)} more than once",
                "Give each object its own name.",
            )
        needs = dependencies(by_key)
        prefix = request.name if inputs.get("resourcePrefix") is None else inputs["resourcePrefix"]
        futures: dict[Key, Future[_Registered]] = {}

        def register(key: Key) -> _Registered:
            dependencies = [futures[need].result().urn for need in sorted(needs[key])]
            child = self._child_request(request, parent, _resource_name(prefix, key), by_key[key], dependencies)
            answer = _register_resource(lambda: monitor.RegisterResource(child), child.name)
            if answer.result != resource_pb2.SUCCESS:
                raise Refused("ChartIncomplete", f"{child.name} was not deployed", "See its own error message.")
            return _Registered(answer.urn, answer.id)

        # Topological order: a registration only waits for registrations that were submitted before it.
        with ThreadPoolExecutor(_PARALLEL_REGISTRATIONS) as pool:
            for key in graphlib.TopologicalSorter(needs).static_order():
                futures[key] = pool.submit(register, key)
        return [futures[key].result() for key in by_key]

    def _child_request(
        self, request: provider_pb2.ConstructRequest, parent: str, name: str, item: Object, dependencies: list[str]
    ) -> resource_pb2.RegisterResourceRequest:
        policy = annotation(item, RESOURCE_POLICY)
        if policy not in (None, "keep"):
            self._log.warn(f'Unsupported Helm resource policy "{policy}"', parent)
        properties = to_struct(item)
        if (item["apiVersion"], item["kind"]) == ("v1", "Secret"):
            for field in ("data", "stringData"):
                if field in properties.fields:
                    properties.fields[field].CopyFrom(as_secret(to_wire(item[field])))
        child = resource_pb2.RegisterResourceRequest(
            type=type_token(item["apiVersion"], item["kind"]),
            name=name,
            parent=parent,
            custom=True,
            object=properties,
            dependencies=dependencies,
            provider=request.providers.get(PACKAGE, ""),
            version=self._version,
            acceptSecrets=True,
            acceptResources=True,
            supportsPartialValues=True,
            supportsResultReporting=True,
        )
        if policy == "keep":
            child.retainOnDelete = True
        return child


def _component_request(request: provider_pb2.ConstructRequest) -> resource_pb2.RegisterResourceRequest:
    """The registration of the component itself, with the resource options from the program."""
    result = resource_pb2.RegisterResourceRequest(
        type=request.type,
        name=request.name,
        parent=request.parent,
        dependencies=request.dependencies,
        providers=request.providers,
        aliases=request.aliases,
        aliasSpecs=True,
        additionalSecretOutputs=request.additionalSecretOutputs,
        ignoreChanges=request.ignoreChanges,
        replaceOnChanges=request.replaceOnChanges,
        deletedWith=request.deletedWith,
        replace_with=request.replace_with,
        acceptSecrets=True,
        acceptResources=True,
        supportsPartialValues=True,
        supportsResultReporting=True,
    )
    for option in ("protect", "retainOnDelete", "deleteBeforeReplace"):
        if request.HasField(option):
            setattr(result, option, getattr(request, option))
    if request.HasField("customTimeouts"):
        timeouts = request.customTimeouts
        result.customTimeouts.create = timeouts.create
        result.customTimeouts.update = timeouts.update
        result.customTimeouts.delete = timeouts.delete
    return result


def _resource_name(prefix: str, key: Key) -> str:
    """The logical name of a child: `prefix:namespace/name`."""
    name = f"{key.namespace}/{key.name}" if key.namespace else key.name
    return f"{prefix}:{name}" if prefix else name


def _reference(child: _Registered, preview: bool, version: str) -> dict[str, Any]:
    id = child.id or (UNKNOWN if preview else "")
    return {SIGNATURE_KEY: RESOURCE_REFERENCE, "urn": child.urn, "id": id, "packageVersion": version}


def _register_resource(
    call: Callable[[], resource_pb2.RegisterResourceResponse], name: str
) -> resource_pb2.RegisterResourceResponse:
    """Registers a resource. When the engine answers with an error, it has already displayed the reason."""
    try:
        return call()
    except grpc.RpcError as error:
        details = error.details() if isinstance(error, grpc.Call) else error
        raise Refused("ChartIncomplete", f"{name} was not deployed: {details}") from error
