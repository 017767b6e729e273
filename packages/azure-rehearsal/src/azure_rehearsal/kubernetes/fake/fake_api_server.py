"""A recorded cluster: what an API server does with objects, as far as schemas and records can do it, without a binary.

Objects are validated strictly for the cluster's Kubernetes version and kept on disk. Everything is ready at once, and a
workload makes no pods; what else controllers would make is the business of `controlled_cluster`. Not checked here,
because only a real API server can: Pod Security admission, quotas, webhooks, CEL rules of custom resources.

The definitions that AKS brings follow the cluster's add-ons: they are there from the moment in which Azure has the
property, and go, with their resources, when the add-on is turned off.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml

from azure_rehearsal.kubernetes.cluster import ApiError, Cluster, Key, Object, Reason, Scope
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity, managed_cluster_properties
from azure_rehearsal.kubernetes.crd_catalog import addon_crd_files, crd_origins, crd_outlines
from azure_rehearsal.kubernetes.custom_resources import CRD_API_VERSION, CRD_KIND, crd_problems, is_crd
from azure_rehearsal.kubernetes.fake.discovery import Discovery
from azure_rehearsal.kubernetes.fake.status import ready_status
from azure_rehearsal.kubernetes.fake.store import ObjectStore, Record, client_fields, drop, leaves, without_nulls
from azure_rehearsal.kubernetes.fake.validation import object_problems
from azure_rehearsal.kubernetes.immutable_fields import immutable_field_errors

_BUILTIN_OBJECTS: Final = Path(__file__).with_name("builtin.yaml")
_SERVER_MANAGER: Final = "kube-apiserver"
_ADDON_MANAGER: Final = "aks"
_UNDELETABLE_NAMESPACES: Final = ("default", "kube-public", "kube-system")


class FakeApiServer(Cluster):
    """One recorded cluster. Refuses what an API server of its version refuses, in its words."""

    def __init__(self, identity: ClusterIdentity, store: ObjectStore) -> None:
        self.identity = identity
        self._store = store
        self._addons: frozenset[str] | None = None
        self._lock = threading.RLock()
        self._kinds = Discovery(identity.kubernetes_version)
        if not store.keys():
            self._add_builtin_objects(builtin_objects()["cluster"])
        for key in store.keys(CRD_API_VERSION, CRD_KIND):
            self._kinds.define(key, self._live(key))
        self.update_identity(identity)

    @property
    def version(self) -> str:
        return self.identity.kubernetes_version

    def update_identity(self, identity: ClusterIdentity) -> None:
        """Takes over what is known of the cluster now, with what AKS brings or takes away by it."""
        with self._lock:
            self.identity = identity
            self._kinds.version = identity.kubernetes_version
            addons = addon_crd_files(managed_cluster_properties(identity))
            if addons == self._addons:
                return
            self._addons = addons
            for addon in crd_origins().addons:
                for definition in crd_outlines(addon.definitions):
                    self._reconcile_addon_crd(definition, there=addon.definitions in addons)

    def save(self) -> None:
        """Writes what is not on disk yet."""
        with self._lock:
            self._store.save()

    def api_versions(self) -> list[str]:
        kinds = self._kinds.names()
        return sorted({api for api, _ in kinds} | {f"{api}/{kind}" for api, kind in kinds})

    def scope(self, api_version: str, kind: str) -> Scope | None:
        return self._kinds.scope(api_version, kind)

    def validate(self, item: Object) -> list[str]:
        if self.scope(item["apiVersion"], item["kind"]) is None:
            return []
        item = without_nulls(item)
        return self._kinds.problems(item) or object_problems(item)

    def create(self, item: Object, manager: str, dry_run: bool = False) -> Object:
        with self._lock:
            key, said = self._with_namespace(item)
            self._require_namespace(key)
            if key in self._store:
                raise ApiError(Reason.ALREADY_EXISTS, f"{key} already exists")
            return self._write(key, Record({manager: said}), None, dry_run)

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        with self._lock:
            key, said = self._with_namespace(item)
            record = self._store.get(key)
            if record is None:
                return self.create(item, manager, dry_run)
            managers = copy.deepcopy(record.managers)
            for other, theirs in managers.items():
                if other != manager:
                    _resolve_conflicts(key, said, other, theirs, force)
            managers[manager] = said
            return self._write(key, Record(managers), record.live(), dry_run)

    def get(self, key: Key) -> Object | None:
        with self._lock:
            record = self._store.get(key)
            return record.live() if record else None

    def delete(self, key: Key) -> None:
        with self._lock:
            if key not in self._store:
                raise ApiError(Reason.NOT_FOUND, f"{key} not found", missing=key)
            if key.kind == "Namespace" and key.name in _UNDELETABLE_NAMESPACES:
                raise ApiError(Reason.FORBIDDEN, f"{key} is forbidden: this namespace may not be deleted")
            gone = [*filter(lambda other: self._is_deleted_with(other, key), self._store.keys()), key]
            self._refuse_blocked_deletion(key, gone)
            for other in gone:
                self._store.remove(other)
            self._kinds.forget(key)
            self._store.save()
            self._notify(gone)

    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        with self._lock:
            keys = sorted(self._store.keys(api_version, kind))
            return [self._live(key) for key in keys if namespace in (None, key.namespace)]

    def causes(self) -> dict[Key, Key]:
        """Every object that controllers made, with what it was made from."""
        with self._lock:
            return self._store.causes()

    def unready(self) -> list[str]:
        """What controllers say is wrong with objects of this cluster, a line for each."""
        return []

    def _notify(self, keys: Sequence[Key]) -> None:
        """Told of every object that was written or deleted."""

    def _refuse_blocked_deletion(self, key: Key, gone: Sequence[Key]) -> None:
        """Raises `ApiError` where something keeps what a deletion of `key` would delete."""

    def _live(self, key: Key) -> Object:
        record = self._store.get(key)
        assert record is not None, f"{key} is not recorded"
        return record.live()

    def _with_namespace(self, item: Object) -> tuple[Key, Object]:
        """The key under which an object is stored, and what its client says of it.

        Raises `ApiError` for a kind that the cluster does not have.
        """
        key = Key.of(item)
        scope = self.scope(key.api_version, key.kind)
        if scope is None:
            raise self._kinds.no_match(key)
        said = client_fields(item)
        if scope is Scope.CLUSTER:
            said["metadata"].pop("namespace", None)
        else:
            said["metadata"].setdefault("namespace", "default")
        return Key.of(said), said

    def _require_namespace(self, key: Key) -> None:
        namespace = Key("v1", "Namespace", "", key.namespace)
        if key.namespace and namespace not in self._store:
            raise ApiError(
                Reason.NOT_FOUND,
                f"{namespace} not found",
                "Create the namespace, and let what is in it depend on it.",
                missing=namespace,
            )

    def _write(self, key: Key, record: Record, old: Object | None, dry_run: bool) -> Object:
        new = record.live()
        self._admit(key, new, old)
        record.server = self._server_fields(new, old)
        if not dry_run:
            self._store.put(key, record)
            if old is None and key.kind == "Namespace":
                self._add_builtin_objects(builtin_objects()["namespace"], namespace=key.name)
            if is_crd(new):
                self._kinds.define(key, new)
            self._store.save()
            self._notify([key])
            return self._live(key)
        return record.live()

    def _admit(self, key: Key, new: Object, old: Object | None) -> None:
        """Raises `ApiError` where validation or admission refuses a write."""
        problems = self._kinds.problems(new) or object_problems(new)
        if is_crd(new) and not problems:
            problems = crd_problems(new)
        if old is not None and not problems:
            problems = immutable_field_errors(old, new)
        if problems:
            group = f".{key.group}" if key.group else ""
            raise ApiError(
                Reason.INVALID,
                f'{key.kind}{group} "{key.name}" is invalid: {"; ".join(problems)}',
                f"Correct it for Kubernetes {self.version}."
                if old is None
                else "Correct it; where a field cannot change in place, have the object replaced (replace_on_changes).",
            )
        if old is None and (key.group, key.kind) == ("", "Pod"):
            self._admit_pod(key, new["spec"])
        if (key.group, key.kind) == ("scheduling.k8s.io", "PriorityClass") and new.get("globalDefault"):
            for other in self.list_objects(key.api_version, key.kind):
                if other.get("globalDefault") and other["metadata"]["name"] != key.name:
                    raise ApiError(
                        Reason.FORBIDDEN,
                        f"{key} is forbidden: PriorityClass {other['metadata']['name']} is already marked as default. "
                        "Only one default can exist",
                    )

    def _admit_pod(self, key: Key, spec: Object) -> None:
        """What admission looks up for a pod; templates are not looked at, their pods are."""
        references = (
            ("ServiceAccount", "v1", key.namespace, spec.get("serviceAccountName") or "default"),
            ("PriorityClass", "scheduling.k8s.io/v1", "", spec.get("priorityClassName")),
            ("RuntimeClass", "node.k8s.io/v1", "", spec.get("runtimeClassName")),
        )
        for kind, api_version, namespace, name in references:
            if name and Key(api_version, kind, namespace, name) not in self._store:
                raise ApiError(Reason.FORBIDDEN, f'{key} is forbidden: no {kind} with name "{name}" was found')

    def _server_fields(self, new: Object, old: Object | None) -> Object:
        """What the server itself says of an object after a write."""
        before = (old or {}).get("metadata", {})
        unchanged = old is not None and client_fields(old) == client_fields(new)
        generation = before.get("generation", 0) + (old is None or old.get("spec") != new.get("spec"))
        server: Object = {
            "metadata": {
                "uid": before.get("uid") or str(uuid.uuid4()),
                "resourceVersion": before["resourceVersion"] if unchanged else str(self._store.newest_version + 1),
                "creationTimestamp": before.get("creationTimestamp") or _now(),
                "generation": generation,
            }
        }
        if status := ready_status(new, generation, (old or {}).get("status", {})):
            server["status"] = status
        return server

    def _is_deleted_with(self, other: Key, key: Key) -> bool:
        """Whether deleting `key` deletes `other`: what is in a namespace, and the resources of a definition."""
        if key.kind == "Namespace" and not key.group:
            return other.namespace == key.name
        return (other.group, other.kind) in self._kinds.defined_by(key)

    def _reconcile_addon_crd(self, definition: Object, there: bool) -> None:
        """Has one of AKS's own definitions in the cluster, or not; one that a client wrote is not touched."""
        key = Key.of(definition)
        record = self._store.get(key)
        if record is not None and _ADDON_MANAGER not in record.managers:
            return
        if there and (record is None or record.managers[_ADDON_MANAGER] != definition):
            old = record.live() if record else None
            self._store.put(key, Record({_ADDON_MANAGER: definition}, self._server_fields(definition, old)))
            self._kinds.define(key, definition)
        elif record is not None and not there:
            self.delete(key)

    def _add_builtin_objects(self, items: list[Object], namespace: str = "") -> None:
        for item in copy.deepcopy(items):
            if namespace:
                item["metadata"]["namespace"] = namespace
            key = Key.of(item)
            self._store.put(key, Record({_SERVER_MANAGER: item}, self._server_fields(item, None)))
            if key.kind == "Namespace":
                self._add_builtin_objects(builtin_objects()["namespace"], namespace=key.name)


def _resolve_conflicts(key: Key, said: Object, other: str, theirs: Object, force: bool) -> None:
    """Finds where two field managers disagree; with `force` the other one gives up what it said there."""
    ours, known = leaves(said), leaves(theirs)
    conflicts = sorted(path for path in ours.keys() & known.keys() if ours[path] != known[path])
    if conflicts and not force:
        fields = ", ".join(f".{'.'.join(path)}" for path in conflicts)
        raise ApiError(
            Reason.CONFLICT,
            f'Apply failed with {len(conflicts)} conflict(s) on {key}: conflicts with "{other}": {fields}',
            'Leave these fields to their manager, or set the annotation "pulumi.com/patchForce" to "true". '
            "A recorded cluster takes a list as one value.",
        )
    for path in conflicts:
        drop(theirs, path)


@functools.cache
def builtin_objects() -> dict[str, list[Object]]:
    """What every AKS cluster holds, and every new namespace in it. Not to be changed: all clusters share them."""
    return yaml.safe_load(_BUILTIN_OBJECTS.read_text())


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
