"""The kubernetes provider's stand-in: does what pulumi-kubernetes does with server-side apply, towards any `Cluster`.

Followed: `provider/pkg/provider/provider.go` of pulumi-kubernetes. This module owns the provider instance, that is its
configuration, which cluster it reaches, and who handles which type; the handlers own what happens to a resource.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from azure_rehearsal.kubernetes.chart_component import CHART_TYPE, ChartComponent
from azure_rehearsal.kubernetes.cluster import Cluster, Clusters, Scope
from azure_rehearsal.kubernetes.configuration import Configuration, check_settings, diff_settings
from azure_rehearsal.kubernetes.engine_log import EngineLog
from azure_rehearsal.kubernetes.object_handler import ObjectHandler
from azure_rehearsal.kubernetes.release_handler import RELEASE_TYPE, ReleaseHandler
from azure_rehearsal.kubernetes.secret_marks import mark_secrets
from azure_rehearsal.protocol.provider import CheckFailure, Difference, FakeProvider, Refused, Resource
from azure_rehearsal.protocol.values import contains_unknown

_DELETE_UNREACHABLE: Final = (
    "If the cluster was deleted, remove the resource from Pulumi's state: run the operation again with the provider's "
    "deleteUnreachable set to true."
)


class KubernetesStandIn(FakeProvider):
    """One instance of the kubernetes provider. Relative chart paths start at `directory`, the program's folder."""

    version = metadata.version("pulumi-kubernetes")
    accepts_secrets = True

    def __init__(self, clusters: Clusters, directory: Path | None = None) -> None:
        self._clusters = clusters
        self._directory = directory or Path.cwd()
        self._settings = Configuration.of({})
        self._scopes: dict[tuple[str, str], Scope] = {}
        self._log = EngineLog()

    def attach(self, engine_address: str) -> None:
        self._log = EngineLog(engine_address)

    def mark_secrets(self, answer: struct_pb2.Struct, asked: struct_pb2.Struct) -> None:
        mark_secrets(answer, asked)

    def check_config(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
        return new, check_settings(new)

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        return diff_settings(old, new)

    def configure(self, settings: dict[str, Any]) -> None:
        self._settings = Configuration.of({} if contains_unknown(settings) else settings)

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        cluster = self._reachable()
        if cluster is None and self._settings.skip_update_unreachable:
            return old, []
        return self._handler(resource).check(cluster, resource, old, new, random_seed)

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        return self._handler(resource).diff(self._reachable(), resource, old_inputs, old_outputs, new)

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if preview:
            cluster = self._reachable()
            return "", self._handler(resource).plan_create(cluster, resource, inputs) if cluster else inputs
        return self._handler(resource).create(self._cluster(), resource, inputs)

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        if preview:
            cluster = self._reachable()
            return self._handler(resource).plan_update(cluster, resource, old_outputs, new) if cluster else new
        return self._handler(resource).update(self._cluster(), resource, old_outputs, new)

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        if self._reachable() is None and self._settings.delete_unreachable:
            return
        self._handler(resource).delete(self._cluster(_DELETE_UNREACHABLE), resource, id, inputs, outputs)

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        if self._reachable() is None:
            if self._settings.delete_unreachable:
                return None
            if self._settings.skip_update_unreachable:
                return id, outputs, inputs
        return self._handler(resource).read(self._cluster(_DELETE_UNREACHABLE), resource, id, inputs, outputs)

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        if request.type != CHART_TYPE:
            raise Refused(
                "UnknownComponent",
                f'unknown resource type "{request.type}"',
                f"A rehearsal builds {CHART_TYPE}; declare other objects as plain resources, or make a chart.",
            )
        component = ChartComponent(
            self._cluster(), self._settings.namespace, self._scopes, self._directory, self.version, self._log
        )
        return component.construct(request)

    def _handler(self, resource: Resource) -> ObjectHandler | ReleaseHandler:
        if resource.type == RELEASE_TYPE:
            return ReleaseHandler(self._settings, self._directory, self._scopes)
        return ObjectHandler(self._settings, self._scopes)

    def _reachable(self) -> Cluster | None:
        """The cluster that answers now; its version and its existence can change within one deployment."""
        target = self._settings.target
        return self._clusters.by_server(target.server) if target else None

    def _cluster(self, way_out: str = "") -> Cluster:
        cluster = self._reachable()
        if cluster is None:
            reason = self._settings.reason
            if self._settings.target:
                server = self._settings.target.server
                reason = f'unable to load schema information from the API server: nothing answers at "{server}"'
            raise Refused("ClusterUnreachable", f"configured Kubernetes cluster is unreachable: {reason}", way_out)
        return cluster
