"""A fake API server: what a real one does with objects, as far as schemas and stored state suffice.

Objects are validated strictly for the cluster's Kubernetes version and stored on disk. Every object is ready
immediately, and workloads create no pods; `fake_cluster` adds controllers. Not implemented, because only a real API
server can: Pod Security admission, quotas, webhooks, CEL rules of custom resources.

CRDs that AKS installs follow the cluster's add-ons: they appear when the ManagedCluster has the property, and are
deleted with their resources when the add-on is disabled.
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
    """One fake API server. Refuses what an API server of its version refuses, with the same messages."""

    def __init__(self, identity: ClusterIdentity, store: ObjectStore) -> None:
        self.identity = identity
        self._store = store
        self._addons: frozenset[str] | None = None
        self._lock = threading.RLock()
        self._discovery = Discovery(identity.kubernetes_version)
        if not store.keys():
            self._add_builtin_objects(builtin_objects()["cluster"])
        for key in store.keys(CRD_API_VERSION, CRD_KIND):
            self._discovery.define(key, self._live(key))
        self.update_identity(identity)

    @property
    def version(self) -> str:
        return self.identity.kubernetes_version

    def update_identity(self, identity: ClusterIdentity) -> None:
        """Updates version and properties, and installs or deletes the CRDs of AKS add-ons accordingly."""
        with self._lock:
            self.identity = identity
            self._discovery.version = identity.kubernetes_version
            addons = addon_crd_files(managed_cluster_properties(identity))
            if addons == self._addons:
                return
            self._addons = addons
            for addon in crd_origins().addons:
                for crd in crd_outlines(addon.definitions):
                    self._reconcile_addon_crd(crd, wanted=addon.definitions in addons)

    def save(self) -> None:
        """Writes pending changes to disk."""
        with self._lock:
            self._store.save()

    def api_versions(self) -> list[str]:
        kinds = self._discovery.names()
        return sorted({api for api, _ in kinds} | {f"{api}/{kind}" for api, kind in kinds})

    def scope(self, api_version: str, kind: str) -> Scope | None:
        return self._discovery.scope(api_version, kind)

    def validate(self, item: Object) -> list[str]:
        if self.scope(item["apiVersion"], item["kind"]) is None:
            return []
        item = without_nulls(item)
        return self._discovery.problems(item) or object_problems(item)

    def create(self, item: Object, manager: str, dry_run: bool = False) -> Object:
        with self._lock:
            key, fields = self._with_namespace(item)
            self._require_namespace(key)
            if key in self._store:
                raise ApiError(Reason.ALREADY_EXISTS, f"{key} already exists")
            return self._write(key, Record({manager: fields}), None, dry_run)

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        with self._lock:
            key, fields = self._with_namespace(item)
            record = self._store.get(key)
            if record is None:
                return self.create(item, manager, dry_run)
            managers = copy.deepcopy(record.managers)
            for other, their_fields in managers.items():
                if other != manager:
                    _resolve_conflicts(key, fields, other, their_fields, force)
            managers[manager] = fields
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
            deleted = [*filter(lambda other: self._is_deleted_with(other, key), self._store.keys()), key]
            self._refuse_blocked_deletion(key, deleted)
            for other in deleted:
                self._store.remove(other)
            self._discovery.forget(key)
            self._store.save()
            self._notify(deleted)

    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        with self._lock:
            keys = sorted(self._store.keys(api_version, kind))
            return [self._live(key) for key in keys if namespace in (None, key.namespace)]

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created."""
        with self._lock:
            return self._store.causes()

    def unready(self) -> list[str]:
        """The current warnings of controllers about objects of this cluster, one line each."""
        return []

    def _notify(self, keys: Sequence[Key]) -> None:
        """Called after objects were written or deleted. Overridden where controllers run."""

    def _refuse_blocked_deletion(self, key: Key, deleted: Sequence[Key]) -> None:
        """Raises `ApiError` when finalizers block the deletion of an object in `deleted`. Overridden like `_notify`."""

    def _live(self, key: Key) -> Object:
        record = self._store.get(key)
        assert record is not None, f"{key} is not stored"
        return record.live()

    def _with_namespace(self, item: Object) -> tuple[Key, Object]:
        """The key of an object and the fields that its client sent, with the default namespace filled in.

        Raises `ApiError` for a kind that the cluster does not have.
        """
        key = Key.of(item)
        scope = self.scope(key.api_version, key.kind)
        if scope is None:
            raise self._discovery.no_match(key)
        fields = client_fields(item)
        if scope is Scope.CLUSTER:
            fields["metadata"].pop("namespace", None)
        else:
            fields["metadata"].setdefault("namespace", "default")
        return Key.of(fields), fields

    def _require_namespace(self, key: Key) -> None:
        namespace = Key("v1", "Namespace", "", key.namespace)
        if key.namespace and namespace not in self._store:
            raise ApiError(
                Reason.NOT_FOUND,
                f"{namespace} not found",
                "Create the namespace, and make the objects in it depend on it.",
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
                self._discovery.define(key, new)
            self._store.save()
            self._notify([key])
            return self._live(key)
        return record.live()

    def _admit(self, key: Key, new: Object, old: Object | None) -> None:
        """Raises `ApiError` when validation or admission refuses a write."""
        problems = self._discovery.problems(new) or object_problems(new)
        if is_crd(new) and not problems:
            problems = crd_problems(new)
        if old is not None and not problems:
            problems = immutable_field_errors(old, new)
        if problems:
            group = f".{key.group}" if key.group else ""
            raise ApiError(
                Reason.INVALID,
                f'{key.kind}{group} "{key.name}" is invalid: {"; ".join(problems)}',
                f"Correct the object for Kubernetes {self.version}."
                if old is None
                else "Correct it. If the field cannot change in place, replace the object (`replace_on_changes`).",
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
        """Refuses a pod with dangling references. Pod templates are not checked, as in the real admission."""
        references = (
            ("ServiceAccount", "v1", key.namespace, spec.get("serviceAccountName") or "default"),
            ("PriorityClass", "scheduling.k8s.io/v1", "", spec.get("priorityClassName")),
            ("RuntimeClass", "node.k8s.io/v1", "", spec.get("runtimeClassName")),
        )
        for kind, api_version, namespace, name in references:
            if name and Key(api_version, kind, namespace, name) not in self._store:
                raise ApiError(Reason.FORBIDDEN, f'{key} is forbidden: no {kind} with name "{name}" was found')

    def _server_fields(self, new: Object, old: Object | None) -> Object:
        """The fields that the server sets on an object after a write."""
        old_metadata = (old or {}).get("metadata", {})
        unchanged = old is not None and client_fields(old) == client_fields(new)
        generation = old_metadata.get("generation", 0) + (old is None or old.get("spec") != new.get("spec"))
        server: Object = {
            "metadata": {
                "uid": old_metadata.get("uid") or str(uuid.uuid4()),
                "resourceVersion": old_metadata["resourceVersion"]
                if unchanged
                else str(self._store.last_resource_version + 1),
                "creationTimestamp": old_metadata.get("creationTimestamp") or _now(),
                "generation": generation,
            }
        }
        if status := ready_status(new, generation, (old or {}).get("status", {})):
            server["status"] = status
        return server

    def _is_deleted_with(self, other: Key, key: Key) -> bool:
        """Whether deleting `key` deletes `other`: the content of a namespace, and the resources of a CRD."""
        if key.kind == "Namespace" and not key.group:
            return other.namespace == key.name
        return (other.group, other.kind) in self._discovery.defined_by(key)

    def _reconcile_addon_crd(self, crd: Object, wanted: bool) -> None:
        """Installs or deletes a CRD of an AKS add-on. Leaves a CRD alone that a client wrote."""
        key = Key.of(crd)
        record = self._store.get(key)
        if record is not None and _ADDON_MANAGER not in record.managers:
            return
        if wanted and (record is None or record.managers[_ADDON_MANAGER] != crd):
            old = record.live() if record else None
            self._store.put(key, Record({_ADDON_MANAGER: crd}, self._server_fields(crd, old)))
            self._discovery.define(key, crd)
        elif record is not None and not wanted:
            self.delete(key)

    def _add_builtin_objects(self, items: list[Object], namespace: str = "") -> None:
        for item in copy.deepcopy(items):
            if namespace:
                item["metadata"]["namespace"] = namespace
            key = Key.of(item)
            self._store.put(key, Record({_SERVER_MANAGER: item}, self._server_fields(item, None)))
            if key.kind == "Namespace":
                self._add_builtin_objects(builtin_objects()["namespace"], namespace=key.name)


def _resolve_conflicts(key: Key, fields: Object, other: str, their_fields: Object, force: bool) -> None:
    """Raises CONFLICT where field managers set different values; `force` removes the other manager's values."""
    ours, known = leaves(fields), leaves(their_fields)
    conflicts = sorted(path for path in ours.keys() & known.keys() if ours[path] != known[path])
    if conflicts and not force:
        paths = ", ".join(f".{'.'.join(path)}" for path in conflicts)
        raise ApiError(
            Reason.CONFLICT,
            f'Apply failed with {len(conflicts)} conflict(s) on {key}: conflicts with "{other}": {paths}',
            'Remove these fields, or set the annotation "pulumi.com/patchForce" to "true". '
            "The fake API server treats a list as one value.",
        )
    for path in conflicts:
        drop(their_fields, path)


@functools.cache
def builtin_objects() -> dict[str, list[Object]]:
    """The objects of every AKS cluster and of every new namespace. Do not modify them: all clusters share them."""
    return yaml.safe_load(_BUILTIN_OBJECTS.read_text())


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
