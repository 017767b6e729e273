"""A fake kubernetes provider that behaves like pulumi-kubernetes with server-side apply and works with any `Cluster`.

Follows `provider/pkg/provider/provider.go` of pulumi-kubernetes. This module owns the provider instance: its
configuration, the cluster that it targets, and which handler serves which type. The handlers own the operations on
resources.
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
from azure_rehearsal.kubernetes.object_handler import ObjectHandler
from azure_rehearsal.kubernetes.release_handler import RELEASE_TYPE, ReleaseHandler
from azure_rehearsal.kubernetes.secret_propagation import propagate_secrets
from azure_rehearsal.protocol.engine_log import EngineLog
from azure_rehearsal.protocol.provider import CheckFailure, Difference, FakeProvider, Refused, Resource
from azure_rehearsal.protocol.values import contains_unknown

_PRIVATE_ZONE: Final = ".privatelink."
_PRIVATE_SERVER: Final = (
    "The API server is private: run Pulumi in the network of its cluster, or in a network that is peered with it and "
    "linked to its private DNS zone."
)
_DELETE_UNREACHABLE: Final = (
    "If the cluster was deleted, set deleteUnreachable on the provider and run the operation again: it removes the "
    "resource from Pulumi's state."
)


class FakeKubernetesProvider(FakeProvider):
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
        propagate_secrets(answer, asked)

    def check_config(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
        return new, check_settings(new)

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        return diff_settings(old, new)

    def configure(self, settings: dict[str, Any]) -> None:
        self._settings = Configuration.of({} if contains_unknown(settings) else settings)

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        cluster = self._find_cluster()
        if cluster is None and self._settings.skip_update_unreachable:
            return old, []
        return self._handler(resource).check(cluster, resource, old, new, random_seed)

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        return self._handler(resource).diff(self._find_cluster(), resource, old_inputs, old_outputs, new)

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if preview:
            cluster = self._find_cluster()
            return "", self._handler(resource).plan_create(cluster, resource, inputs) if cluster else inputs
        return self._handler(resource).create(self._require_cluster(), resource, inputs)

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
            cluster = self._find_cluster()
            return self._handler(resource).plan_update(cluster, resource, old_outputs, new) if cluster else new
        return self._handler(resource).update(self._require_cluster(), resource, old_outputs, new)

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        if self._find_cluster() is None and self._settings.delete_unreachable:
            return
        self._handler(resource).delete(self._require_cluster(_DELETE_UNREACHABLE), resource, id, inputs, outputs)

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        if self._find_cluster() is None:
            if self._settings.delete_unreachable:
                return None
            if self._settings.skip_update_unreachable:
                return id, outputs, inputs
        return self._handler(resource).read(self._require_cluster(_DELETE_UNREACHABLE), resource, id, inputs, outputs)

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        if request.type != CHART_TYPE:
            raise Refused(
                "UnknownComponent",
                f'unknown resource type "{request.type}"',
                f"The rehearsal supports only {CHART_TYPE}. Declare the objects as plain resources or in a chart.",
            )
        component = ChartComponent(
            self._require_cluster(), self._settings.namespace, self._scopes, self._directory, self.version, self._log
        )
        return component.construct(request)

    def _handler(self, resource: Resource) -> ObjectHandler | ReleaseHandler:
        if resource.type == RELEASE_TYPE:
            return ReleaseHandler(self._settings, self._directory, self._scopes)
        return ObjectHandler(self._settings, self._scopes)

    def _find_cluster(self) -> Cluster | None:
        """The target cluster, or `None`. Looked up on every call, because it can appear or change meanwhile."""
        target = self._settings.target
        return self._clusters.by_server(target.server) if target else None

    def _require_cluster(self, remediation: str = "") -> Cluster:
        cluster = self._find_cluster()
        if cluster is None:
            reason = self._settings.reason
            if self._settings.target:
                server = self._settings.target.server
                reason = f'unable to load schema information from the API server: no API server answers at "{server}"'
                remediation = remediation or (_PRIVATE_SERVER if _PRIVATE_ZONE in server else "")
            raise Refused("ClusterUnreachable", f"configured Kubernetes cluster is unreachable: {reason}", remediation)
        return cluster
