"""A real cluster, as the simulated controllers access it (`ControllerClient` in `controllers.reconcile_context`).

Controllers list whole kinds repeatedly, so each kind is read once per round, and again after a write. Work that
kube-controller-manager does itself is left to it: the phases of claims and volumes, and garbage collection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason, group_of
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity
from azure_rehearsal.kubernetes.controllers.installed_releases import installed_releases
from azure_rehearsal.kubernetes.real import managed_fields
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster

CAUSE_ANNOTATION: Final = "azure-rehearsal/cause"
"""Annotation of an object that a controller created: its cause."""
_MANAGER: Final = "rehearsal"
_CONTROLLER_KINDS: Final = (
    ("", "Event"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("", "Secret"),
    ("", "Service"),
)
"""Kinds that controllers may create in any cluster; charts may add others."""
_KUBERNETES_OWNED: Final = frozenset({("", "PersistentVolume"), ("", "PersistentVolumeClaim")})
"""Kinds whose status kube-controller-manager writes."""


class ClusterClient:
    """One cluster, for all its simulated controllers. Not thread-safe."""

    def __init__(self, identity: ClusterIdentity, cluster: RealCluster, changed: Callable[[Key], None]) -> None:
        self.identity = identity
        self._cluster = cluster
        self._changed = changed
        self._read: dict[tuple[str, str], list[Object]] = {}

    def start_round(self) -> None:
        """Starts a round: clears the cache."""
        self._read.clear()

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        before = self.get(Key.of(item))
        live = self._cluster.apply(item, manager, force, dry_run)
        if before is None or before["metadata"]["resourceVersion"] != live["metadata"]["resourceVersion"]:
            self._invalidate(Key.of(live))
        return live

    def delete(self, key: Key) -> None:
        """Requests a deletion; finalizers can delay it."""
        live = self.get(key)
        if live is None or live["metadata"].get("deletionTimestamp"):
            return
        try:
            self._cluster.begin_delete(key)
        except ApiError as error:
            if error.reason is not Reason.NOT_FOUND:
                raise
        self._invalidate(key)

    def get(self, key: Key) -> Object | None:
        for item in self._list(key.api_version, key.kind):
            metadata = item["metadata"]
            if metadata["name"] == key.name and metadata.get("namespace", "") == key.namespace:
                return item
        return None

    def objects_of(self, group: str, kind: str) -> list[Object]:
        """The live objects of a kind in the server's preferred version, sorted by name."""
        found = self._cluster.discovery.preferred(group, kind)
        return list(self._list(found.api_version, kind)) if found else []

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """The fields that a field manager applied to an object."""
        live = self.get(key)
        return managed_fields.applied_by(live, manager) if live else None

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Replaces the status of an object, except the fields of kube-controller-manager."""
        live = self.get(key)
        if live is None or (key.group, key.kind) in _KUBERNETES_OWNED:
            return
        before = live.get("status") or {}
        changed = {
            name: _with_timestamps(value) or None
            for name, value in status.items()
            if not _contains(before.get(name), value)
        }
        removed = {name: None for name in before if name not in status and key.group}
        if changed or removed:
            self._patch(key, {"status": {**changed, **removed}}, "/status")

    def set_cause(self, key: Key, cause: Key) -> None:
        """Stores the object for which a controller created `key`."""
        live = self.get(key)
        text = json.dumps(asdict(cause), sort_keys=True)
        if live is not None and (live["metadata"].get("annotations") or {}).get(CAUSE_ANNOTATION) != text:
            self._patch(key, {"metadata": {"annotations": {CAUSE_ANNOTATION: text}}})

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created, except objects that are being deleted."""
        kinds = set(_CONTROLLER_KINDS)
        for release in installed_releases(self.objects_of("", "Secret")):
            kinds |= {
                (group_of(chart_object.item["apiVersion"]), chart_object.item["kind"])
                for chart_object in release.objects()
            }
        found = {}
        for group, kind in sorted(kinds):
            for item in self.objects_of(group, kind):
                metadata = item["metadata"]
                text = (metadata.get("annotations") or {}).get(CAUSE_ANNOTATION)
                if text and not metadata.get("deletionTimestamp"):
                    found[Key.of(item)] = Key(**json.loads(text))
        return dict(sorted(found.items()))

    def remove_finalizer(self, key: Key, finalizer: str) -> None:
        """Removes a finalizer from an object."""
        live = self.get(key)
        names = (live["metadata"].get("finalizers") or []) if live else []
        if finalizer in names:
            self._patch(key, {"metadata": {"finalizers": [name for name in names if name != finalizer]}})

    def _patch(self, key: Key, patch: Object, subresource: str = "") -> None:
        kind = self._cluster.discovery.of(key)
        if kind is None:
            return
        path = f"{kind.path(key.namespace, key.name)}{subresource}"
        try:
            self._cluster.api.request("PATCH", path, {"fieldManager": _MANAGER}, patch, MERGE)
        except ApiError as error:
            if error.reason is not Reason.NOT_FOUND:  # It was deleted meanwhile.
                raise
        self._invalidate(key)

    def _list(self, api_version: str, kind: str) -> list[Object]:
        api_kind = (api_version, kind)
        if api_kind not in self._read:
            # Without this check every round would ask the server again for missing kinds.
            known = any((found.api_version, found.name) == api_kind for found in self._cluster.discovery.all())
            self._read[api_kind] = self._cluster.list_objects(api_version, kind) if known else []
        return self._read[api_kind]

    def _invalidate(self, key: Key) -> None:
        self._read = {api_kind: items for api_kind, items in self._read.items() if api_kind[1] != key.kind}
        self._changed(key)


def _with_timestamps(value: Any) -> Any:
    """A status with the timestamps that the API requires in conditions."""
    if isinstance(value, list):
        return [_with_timestamps(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: _with_timestamps(item) for name, item in value.items()}
    if {"type", "status", "reason"} <= result.keys():
        result.setdefault("lastTransitionTime", _EPOCH)
    return result


_EPOCH: Final = "1970-01-01T00:00:00Z"
"""Controllers set no timestamps. The API requires one, and a constant keeps repeated writes identical."""


def _contains(live: Any, wanted: Any) -> bool:
    """Whether a live value contains the desired one; ignores timestamps and generations of the server."""
    if not wanted:
        return not live
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(_contains(live.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(live, list)
            and len(live) == len(wanted)
            and all(_contains(one, other) for one, other in zip(live, wanted, strict=True))
        )
    return live == wanted
