"""A real API server, as the fake kubernetes provider accesses it.

Owns writes, reads and deletions of objects. Does not own the server's processes (`control_plane`), or controllers and
nodes (`controller_manager`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from azure_rehearsal.kubernetes.cluster import ApiError, Cluster, Key, Object, Reason, Scope, group_of
from azure_rehearsal.kubernetes.crd_catalog import install_hint
from azure_rehearsal.kubernetes.custom_resources import is_crd
from azure_rehearsal.kubernetes.fake.store import client_fields
from azure_rehearsal.kubernetes.real.api_client import APPLY, STRICT, ApiClient
from azure_rehearsal.kubernetes.real.crds import for_api_server
from azure_rehearsal.kubernetes.real.discovery import ApiResource, Discovery
from azure_rehearsal.kubernetes.real.readiness import READY_TIMEOUT_SECONDS, not_ready_reason

DELETE_SECONDS: Final = 120
"""The real provider waits ten minutes for a deletion."""
_ESTABLISH_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05
_MISSING_CRD: Final = "Make the resource depend on the resource that installs its CustomResourceDefinition."


class RealCluster(Cluster):
    """One real API server. Calls `on_change` after every write or deletion."""

    ready_timeout_seconds = READY_TIMEOUT_SECONDS

    def __init__(self, version: str, server: ApiClient, on_change: Callable[[Key], None] | None = None) -> None:
        self._version = version
        self.api = server
        self.discovery = Discovery(server)
        self._on_change = on_change or _ignore

    @property
    def version(self) -> str:
        return self._version

    def api_versions(self) -> list[str]:
        kinds = self.discovery.all()
        return sorted({kind.api_version for kind in kinds} | {f"{kind.api_version}/{kind.name}" for kind in kinds})

    def scope(self, api_version: str, kind: str) -> Scope | None:
        found = self.discovery.find(api_version, kind)
        return found.scope if found else None

    def validate(self, item: Object) -> list[str]:
        """Always empty: the API server validates every object; previews send a dry run."""
        return []

    def create(self, item: Object, manager: str, dry_run: bool = False) -> Object:
        kind, key, _ = self._resolve(item)
        if self.api.get(kind.path(key.namespace, key.name)) is not None:
            raise ApiError(Reason.ALREADY_EXISTS, f"{key} already exists")
        return self.apply(item, manager, dry_run=dry_run)

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        kind, key, fields = self._resolve(item)
        query = {"fieldManager": manager, "force": str(force).lower(), **STRICT}
        if dry_run:
            query["dryRun"] = "All"
        path = kind.path(key.namespace, key.name)
        live = self._send_apply(kind, path, query, fields)
        if not dry_run:
            if is_crd(live):
                self.discovery.define(live)
            self._on_change(key)
        return live

    def get(self, key: Key) -> Object | None:
        kind = self.discovery.of(key)
        return self.api.get(kind.path(self._namespace(kind, key), key.name)) if kind else None

    def delete(self, key: Key) -> None:
        """Deletes an object and waits until it is gone, as the real provider does."""
        uid = self.begin_delete(key, "Foreground")
        deadline = time.monotonic() + DELETE_SECONDS
        while (live := self.get(key)) is not None and live["metadata"]["uid"] == uid:
            if time.monotonic() > deadline:
                raise self._stuck_deletion(key, live)
            time.sleep(_POLL_SECONDS)
        if key.kind == "CustomResourceDefinition":
            self.discovery.forget(key.name)
        self._on_change(key)

    def begin_delete(self, key: Key, propagation: str = "Background") -> str:
        """Requests a deletion without waiting; returns the object's uid. Raises `ApiError`."""
        kind = self._kind(key)
        path = kind.path(self._namespace(kind, key), key.name)
        live = self.api.get(path)
        if live is None:
            raise ApiError(Reason.NOT_FOUND, f"{key} not found", missing=key)
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        self.api.request("DELETE", path, body=options)
        self._on_change(key)
        return live["metadata"]["uid"]

    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        found = self.discovery.find(api_version, kind)
        if found is None or "list" not in found.verbs:
            return []
        items = (self.api.get(found.path(namespace or "")) or {}).get("items", [])
        for item in items:  # Items of a list have no apiVersion and kind.
            item.setdefault("apiVersion", api_version)
            item.setdefault("kind", kind)
        return sorted(items, key=lambda item: (item["metadata"].get("namespace", ""), item["metadata"]["name"]))

    def not_ready_reason(self, live: Object) -> str:
        return not_ready_reason(self, live)

    def warnings_for(self, key: Key) -> list[str]:
        """The warning events about an object and about its pods."""
        namespace = key.namespace or "default"
        events = self.list_objects("v1", "Event", namespace)
        messages = {
            f"{event['reason']}: {event.get('message', '')}": None
            for event in events
            if event.get("type") == "Warning" and _is_about(event, key)
        }
        return list(messages)

    def _resolve(self, item: Object) -> tuple[ApiResource, Key, Object]:
        """The kind, key and client fields of an object. Raises `ApiError` for an unknown kind."""
        kind = self._kind(Key.of(item))
        fields = client_fields(for_api_server(item) if is_crd(item) else item)
        if kind.scope is Scope.CLUSTER:
            fields["metadata"].pop("namespace", None)
        else:
            fields["metadata"].setdefault("namespace", "default")
        return kind, Key.of(fields), fields

    def _kind(self, key: Key) -> ApiResource:
        kind = self.discovery.of(key)
        if kind is not None:
            return kind
        versions = sorted(known.api_version for known in self.discovery.all() if known.name == key.kind)
        other_versions = f"Kubernetes {self.version} has {key.kind} in {', '.join(versions)}." if versions else ""
        hint = "" if key.group in map(group_of, versions) else install_hint(key.group, key.kind)
        raise ApiError(
            Reason.NO_MATCH,
            f'no matches for kind "{key.kind}" in version "{key.api_version}"; ensure CRDs are installed first',
            " ".join(filter(None, [hint, other_versions])) or _MISSING_CRD,
            permanent=bool(hint),
        )

    def _namespace(self, kind: ApiResource, key: Key) -> str:
        return (key.namespace or "default") if kind.scope is Scope.NAMESPACED else ""

    def _send_apply(self, kind: ApiResource, path: str, query: dict[str, str], fields: Object) -> Object:
        """Applies an object. Waits for a kind that was defined recently until the server serves it."""
        deadline = time.monotonic() + _ESTABLISH_SECONDS
        while True:
            try:
                return self.api.request("PATCH", path, query, fields, APPLY)
            except ApiError as error:
                is_pending = error.reason is Reason.NOT_FOUND and error.missing is None and self.discovery.is_new(kind)
                if not is_pending or time.monotonic() > deadline:
                    raise
            time.sleep(_POLL_SECONDS)

    def _stuck_deletion(self, key: Key, live: Object) -> ApiError:
        finalizers = live["metadata"].get("finalizers") or live.get("spec", {}).get("finalizers") or []
        messages = [
            condition.get("message", "")
            for condition in live.get("status", {}).get("conditions") or ()
            if key.kind == "Namespace" and condition["status"] == "True"
        ]
        return ApiError(
            Reason.TIMEOUT,
            f"timed out waiting for {key} to be deleted: finalizers {', '.join(finalizers) or 'none'} remain. "
            f"{' '.join(messages)}".rstrip(),
            "Make it depend on the release that runs its controller: Pulumi then deletes it first.",
        )


def _ignore(key: Key) -> None:
    """The default of `on_change`."""


def _is_about(event: Object, key: Key) -> bool:
    """Whether an event is about an object or, judging by the name, about its ReplicaSets or pods."""
    involved = event.get("involvedObject", {})
    if involved.get("kind") == key.kind and involved.get("name") == key.name:
        return True
    return involved.get("kind") in ("ReplicaSet", "Pod") and str(involved.get("name", "")).startswith(f"{key.name}-")
