"""A recorded cluster: what an API server does with objects, as far as schemas and records can do it, without a binary.

Objects are validated strictly for the cluster's Kubernetes version and kept on disk. There are no controllers:
everything is ready at once, and a workload makes no pods. Not checked here, because only a real API server can: Pod
Security admission, quotas, webhooks, CEL rules of custom resources.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import itertools
import threading
import uuid
from pathlib import Path
from typing import Final, Protocol

import yaml

from rehearsal.kubernetes.changes import refused_changes
from rehearsal.kubernetes.cluster import ApiError, Cluster, Key, Object, Reason, Scope, group_of
from rehearsal.kubernetes.custom_resources import (
    CRD_API_VERSION,
    CRD_KIND,
    CustomKind,
    custom_kinds,
    definition_problems,
    is_definition,
)
from rehearsal.kubernetes.schemas import BuiltinKinds, builtin_kinds
from rehearsal.kubernetes.status import ready_status
from rehearsal.kubernetes.store import ObjectStore, Record, drop, leaves, said_by_client, without_nulls
from rehearsal.kubernetes.validation import object_problems

_BUILTIN_OBJECTS: Final = Path(__file__).with_name("builtin.yaml")
_SERVER_MANAGER: Final = "kube-apiserver"
_UNDELETABLE_NAMESPACES: Final = ("default", "kube-public", "kube-system")


class ClusterIdentity(Protocol):
    """What has to be known of a cluster that exists."""

    @property
    def creation_id(self) -> str:
        """Another one for every creation, also under the same name."""

    @property
    def name(self) -> str:
        """How people call it."""

    @property
    def kubernetes_version(self) -> str:
        """The version that its API server has now, `1.36` or `1.36.2`."""


class RecordedCluster(Cluster):
    """One recorded cluster. Refuses what an API server of its version refuses, in its words."""

    def __init__(self, identity: ClusterIdentity, store: ObjectStore) -> None:
        self.identity = identity
        self._store = store
        self._lock = threading.RLock()
        if not store.keys():
            self._add_builtin_objects(_builtin_objects()["cluster"])
        self._custom = {key: custom_kinds(self._live(key)) for key in store.keys(CRD_API_VERSION, CRD_KIND)}

    @property
    def version(self) -> str:
        return self.identity.kubernetes_version

    def save(self) -> None:
        """Writes what is not on disk yet."""
        with self._lock:
            self._store.save()

    def api_versions(self) -> list[str]:
        with self._lock:
            custom = [(kind.api_version, kind.kind) for kinds in self._custom.values() for kind in kinds]
        kinds = [*self._builtin.kinds, *custom]
        return sorted({api for api, _ in kinds} | {f"{api}/{kind}" for api, kind in kinds})

    def scope(self, api_version: str, kind: str) -> Scope | None:
        custom = self._custom_kind(api_version, kind)
        return custom.scope if custom else self._builtin.scope(api_version, kind)

    def validate(self, item: Object) -> list[str]:
        if self.scope(item["apiVersion"], item["kind"]) is None:
            return []
        item = without_nulls(item)
        return self._schema_problems(item) or object_problems(item)

    def create(self, item: Object, manager: str, dry_run: bool = False) -> Object:
        with self._lock:
            key, said = self._placed(item)
            self._require_namespace(key)
            if key in self._store:
                raise ApiError(Reason.ALREADY_EXISTS, f"{key} already exists")
            return self._write(key, Record({manager: said}), None, dry_run)

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        with self._lock:
            key, said = self._placed(item)
            record = self._store.get(key)
            if record is None:
                return self.create(item, manager, dry_run)
            managers = copy.deepcopy(record.managers)
            for other, theirs in managers.items():
                if other != manager:
                    _settle(key, said, other, theirs, force)
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
            for other in filter(lambda other: self._goes_with(other, key), self._store.keys()):
                self._store.remove(other)
            self._store.remove(key)
            self._custom.pop(key, None)
            self._store.save()

    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        with self._lock:
            keys = sorted(self._store.keys(api_version, kind))
            return [self._live(key) for key in keys if namespace in (None, key.namespace)]

    @property
    def _builtin(self) -> BuiltinKinds:
        return builtin_kinds(self.version)

    def _custom_kind(self, api_version: str, kind: str) -> CustomKind | None:
        with self._lock:
            for custom in itertools.chain.from_iterable(self._custom.values()):
                if (custom.api_version, custom.kind) == (api_version, kind):
                    return custom
        return None

    def _live(self, key: Key) -> Object:
        record = self._store.get(key)
        assert record is not None, f"{key} is not recorded"
        return record.live()

    def _placed(self, item: Object) -> tuple[Key, Object]:
        """The key under which an object is stored, and what its client says of it.

        Raises `ApiError` for a kind that the cluster does not have.
        """
        key = Key.of(item)
        scope = self.scope(key.api_version, key.kind)
        if scope is None:
            served = sorted(api for api, kind in self._builtin.kinds if kind == key.kind)
            raise ApiError(
                Reason.NO_MATCH,
                f'no matches for kind "{key.kind}" in version "{key.api_version}"; ensure CRDs are installed first',
                f"Kubernetes {self.version} has {key.kind} in {', '.join(served)}."
                if served
                else "Apply the CustomResourceDefinition before the resource, and let the resource depend on it.",
            )
        said = said_by_client(item)
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
        record.server = self._server_side(new, old)
        if not dry_run:
            self._store.put(key, record)
            if old is None and key.kind == "Namespace":
                self._add_builtin_objects(_builtin_objects()["namespace"], namespace=key.name)
            if is_definition(new):
                self._custom[key] = custom_kinds(new)
            self._store.save()
        return record.live()

    def _admit(self, key: Key, new: Object, old: Object | None) -> None:
        """Raises `ApiError` where validation or admission refuses a write."""
        problems = self._schema_problems(new) or object_problems(new)
        if is_definition(new) and not problems:
            problems = definition_problems(new)
        if old is not None and not problems:
            problems = refused_changes(old, new)
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

    def _schema_problems(self, item: Object) -> list[str]:
        custom = self._custom_kind(item["apiVersion"], item["kind"])
        if custom is None:
            return self._builtin.problems(item)
        return [*self._builtin.metadata_problems(item.get("metadata")), *custom.problems(item)]

    def _server_side(self, new: Object, old: Object | None) -> Object:
        """What the server itself says of an object after a write."""
        before = (old or {}).get("metadata", {})
        unchanged = old is not None and said_by_client(old) == said_by_client(new)
        generation = before.get("generation", 0) + (old is None or old.get("spec") != new.get("spec"))
        server: Object = {
            "metadata": {
                "uid": before.get("uid") or str(uuid.uuid4()),
                "resourceVersion": before["resourceVersion"] if unchanged else str(self._store.newest_version + 1),
                "creationTimestamp": before.get("creationTimestamp") or _now(),
                "generation": generation,
            }
        }
        if status := ready_status(new, generation):
            server["status"] = status
        return server

    def _goes_with(self, other: Key, key: Key) -> bool:
        """Whether deleting `key` deletes `other`: what is in a namespace, and the resources of a definition."""
        if key.kind == "Namespace" and not key.group:
            return other.namespace == key.name
        defined = {(group_of(kind.api_version), kind.kind) for kind in self._custom.get(key, ())}
        return (other.group, other.kind) in defined

    def _add_builtin_objects(self, items: list[Object], namespace: str = "") -> None:
        for item in copy.deepcopy(items):
            if namespace:
                item["metadata"]["namespace"] = namespace
            key = Key.of(item)
            self._store.put(key, Record({_SERVER_MANAGER: item}, self._server_side(item, None)))
            if key.kind == "Namespace":
                self._add_builtin_objects(_builtin_objects()["namespace"], namespace=key.name)


def _settle(key: Key, said: Object, other: str, theirs: Object, force: bool) -> None:
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
def _builtin_objects() -> dict[str, list[Object]]:
    return yaml.safe_load(_BUILTIN_OBJECTS.read_text())


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
