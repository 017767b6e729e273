"""A real cluster as the simulated controllers reach it (`azure_rehearsal.kubernetes.controllers.reconcile_context`).

They look at whole kinds again and again: within one round every kind is read once, and again after it was written. What
kube-controller-manager does itself is left to it: the phases of claims and volumes, and what goes with its owner.
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

CAUSE: Final = "rehearsal.voice.platform/cause"
"""Annotation of what a controller made: the object that it was made from."""
_MANAGER: Final = "rehearsal"
_MADE: Final = (
    ("", "Event"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("", "Secret"),
    ("", "Service"),
)
"""Kinds that controllers make whatever is installed_releases; charts may bring others."""
_LEFT_ALONE: Final = frozenset({("", "PersistentVolume"), ("", "PersistentVolumeClaim")})
"""Whose status kube-controller-manager writes."""


class ClusterClient:
    """One cluster, for all its simulated controllers. Used by one thread at a time."""

    def __init__(self, identity: ClusterIdentity, cluster: RealCluster, changed: Callable[[Key], None]) -> None:
        self.identity = identity
        self._cluster = cluster
        self._changed = changed
        self._read: dict[tuple[str, str], list[Object]] = {}

    def begin(self) -> None:
        """Forgets what was read: a new round."""
        self._read.clear()

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        before = self.get(Key.of(item))
        live = self._cluster.apply(item, manager, force, dry_run)
        if before is None or before["metadata"]["resourceVersion"] != live["metadata"]["resourceVersion"]:
            self._wrote(Key.of(live))
        return live

    def delete(self, key: Key) -> None:
        """Has an object deleted; it may stay for a while, until whoever holds it lets it go."""
        live = self.get(key)
        if live is None or live["metadata"].get("deletionTimestamp"):
            return
        try:
            self._cluster.begin_delete(key)
        except ApiError as error:
            if error.reason is not Reason.NOT_FOUND:
                raise
        self._wrote(key)

    def get(self, key: Key) -> Object | None:
        for item in self._list(key.api_version, key.kind):
            metadata = item["metadata"]
            if metadata["name"] == key.name and metadata.get("namespace", "") == key.namespace:
                return item
        return None

    def objects_of(self, group: str, kind: str) -> list[Object]:
        """The live objects of a kind, in the version that the server prefers, in the order of their names."""
        found = self._cluster.discovery.preferred(group, kind)
        return list(self._list(found.api_version, kind)) if found else []

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """What a field manager says of an object."""
        live = self.get(key)
        return managed_fields.applied_by(live, manager) if live else None

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Takes a status in place of the one before; what kube-controller-manager says of it stays."""
        live = self.get(key)
        if live is None or (key.group, key.kind) in _LEFT_ALONE:
            return
        before = live.get("status") or {}
        changed = {name: _timed(value) or None for name, value in status.items() if not _same(before.get(name), value)}
        gone = {name: None for name in before if name not in status and key.group}
        if changed or gone:
            self._patch(key, {"status": {**changed, **gone}}, "/status")

    def set_cause(self, key: Key, cause: Key) -> None:
        """Marks an object as made from another one."""
        live = self.get(key)
        text = json.dumps(asdict(cause), sort_keys=True)
        if live is not None and (live["metadata"].get("annotations") or {}).get(CAUSE) != text:
            self._patch(key, {"metadata": {"annotations": {CAUSE: text}}})

    def causes(self) -> dict[Key, Key]:
        """Every object that controllers made, with what it was made from; not those that are on their way out."""
        kinds = set(_MADE)
        for release in installed_releases(self.objects_of("", "Secret")):
            kinds |= {
                (group_of(chart_object.item["apiVersion"]), chart_object.item["kind"])
                for chart_object in release.objects()
            }
        found = {}
        for group, kind in sorted(kinds):
            for item in self.objects_of(group, kind):
                metadata = item["metadata"]
                text = (metadata.get("annotations") or {}).get(CAUSE)
                if text and not metadata.get("deletionTimestamp"):
                    found[Key.of(item)] = Key(**json.loads(text))
        return dict(sorted(found.items()))

    def remove_finalizer(self, key: Key, finalizer: str) -> None:
        """Takes a finalizer away from an object."""
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
            if error.reason is not Reason.NOT_FOUND:  # It went meanwhile.
                raise
        self._wrote(key)

    def _list(self, api_version: str, kind: str) -> list[Object]:
        place = (api_version, kind)
        if place not in self._read:
            # Not asked of the server again for kinds that it does not have: every round would.
            known = any((found.api_version, found.name) == place for found in self._cluster.discovery.all())
            self._read[place] = self._cluster.list_objects(api_version, kind) if known else []
        return self._read[place]

    def _wrote(self, key: Key) -> None:
        self._read = {place: items for place, items in self._read.items() if place[1] != key.kind}
        self._changed(key)


def _timed(value: Any) -> Any:
    """A status with the times that the API asks for in conditions."""
    if isinstance(value, list):
        return [_timed(item) for item in value]
    if not isinstance(value, dict):
        return value
    timed = {name: _timed(item) for name, item in value.items()}
    if {"type", "status", "reason"} <= timed.keys():
        timed.setdefault("lastTransitionTime", _EPOCH)
    return timed


_EPOCH: Final = "1970-01-01T00:00:00Z"
"""Controllers here say nothing of times; the API asks for one, and it is the same whenever it is written."""


def _same(live: Any, wanted: Any) -> bool:
    """Whether a live value says what is wanted; times and generations that the server adds do not count."""
    if not wanted:
        return not live
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(_same(live.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(live, list)
            and len(live) == len(wanted)
            and all(_same(one, other) for one, other in zip(live, wanted, strict=True))
        )
    return live == wanted
