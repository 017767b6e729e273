"""The stored resources of the simulated Azure, separate from Pulumi's state.

Owns the records, the references between them, the operations in progress, and irreversible facts (principals of deleted
identities, the number of creations per id). Does not own the rules for writes: `azure_rehearsal.azure.core.arm` does.

Several stacks share one cloud through its file. A write is in the file before the client gets its response, so the file
is correct after a killed run. The methods are thread-safe; only one process can have a file open.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import pathlib
import re
import tempfile
import threading
import time
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.delayed_effects import DelayedEffects
from azure_rehearsal.azure.core.principals import principals
from azure_rehearsal.azure.core.retained_resources import is_retained
from azure_rehearsal.azure.core.subscription import FILE, Subscription
from azure_rehearsal.protocol.provider import Refused, RetryWait

WRITE_SECONDS: Final = 0.03
"""Default duration of a simulated write: long enough for two writes to overlap."""

_FORMAT: Final = 1
_NAMESPACE: Final = uuid.UUID("5d3f6a52-8f0c-5b1e-9a37-1f3f2f3f7a10")
_PATH_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass
class Record:
    """One stored resource.

    `properties` are the provider's outputs, `inputs` the last written body including path parameters. `causes` are the
    Kubernetes objects for which controllers created it or a part of it (`azure_rehearsal.azure.controllers.ownership`).
    """

    id: str
    type: str
    properties: dict[str, Any]
    inputs: dict[str, Any] = field(default_factory=dict)
    creation: int = 1
    run: str = ""
    causes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def creation_id(self) -> str:
        """Identifies one lifetime of the resource. A resource created later under the same id has another one."""
        return str(uuid.uuid5(_NAMESPACE, f"{arm_ids.key(self.id)}#{self.creation}"))

    def stable_uuid(self, purpose: str) -> str:
        """A GUID for this lifetime and purpose: principal id, client id, resource GUID …"""
        return str(uuid.uuid5(_NAMESPACE, f"{self.creation_id}/{purpose}"))


@dataclass(frozen=True)
class ClusterIdentity:
    """The cluster behind an API server's address."""

    creation_id: str
    kubernetes_version: str
    name: str
    properties: dict[str, Any] = field(default_factory=dict, compare=False)
    """The ManagedCluster's properties, which determine the cluster's add-ons."""


class Cloud:
    """The records of one simulated Azure."""

    def __init__(self, path: pathlib.Path | None = None, write_seconds: float = WRITE_SECONDS) -> None:
        self.path = path
        self.write_seconds = write_seconds
        self.subscription = Subscription(path=path.with_name(FILE) if path else None)
        """The facts of the subscription, from a file of their own; `Subscription.save` writes it."""
        self.lock = threading.RLock()
        self.run = uuid.uuid4().hex
        self.deleted_principals: set[str] = set()
        self.cascade_deleted: list[str] = []
        """Ids that were deleted with their resource group or parent, in order."""
        self.delayed = DelayedEffects()
        self.retry_waits: dict[str, RetryWait] = {}
        """The waits of the provider in the current command, by URN."""
        self._records: dict[str, Record] = {}
        self._serialized: dict[str, str] = {}
        self._references: dict[str, frozenset[str]] = {}
        self._principals: dict[str, frozenset[str]] = {}
        self._creations: dict[str, int] = {}
        self._busy: dict[str, str] = {}
        self._write_ended = threading.Condition(self.lock)

    @classmethod
    def open(cls, path: pathlib.Path | str, write_seconds: float = WRITE_SECONDS) -> Cloud:
        """The cloud in a file, empty if the file does not exist. Raises `ValueError` for another format."""
        cloud = cls(pathlib.Path(path), write_seconds)
        cloud.subscription = Subscription.open(pathlib.Path(path).with_name(FILE))
        if cloud.path is not None and cloud.path.exists():
            cloud._load(json.loads(cloud.path.read_text(encoding="utf-8")))
        return cloud

    def _load(self, document: dict[str, Any]) -> None:
        if document.get("format") != _FORMAT:
            raise ValueError(f"{self.path} has format {document.get('format')!r}, expected {_FORMAT}; remove the file")
        self._creations = document["creations"]
        self.deleted_principals = set(document["deletedPrincipals"])
        self.cascade_deleted = document["swept"]
        for fields in document["records"]:
            self.put(Record(**fields))

    def save(self) -> None:
        """Writes the file atomically. Does nothing without a path."""
        if self.path is None:
            return
        with self.lock:
            head = json.dumps(
                {
                    "format": _FORMAT,
                    "creations": self._creations,
                    "deletedPrincipals": sorted(self.deleted_principals),
                    "swept": self.cascade_deleted,
                }
            )
            text = f'{head[:-1]}, "records": [\n' + ",\n".join(self._serialized.values()) + "\n]}\n"
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            pathlib.Path(temporary).replace(self.path)

    # Reads

    def get(self, id: str) -> Record | None:
        """The record with this id, or `None`."""
        with self.lock:
            return self._records.get(arm_ids.key(id))

    def __iter__(self) -> Iterator[Record]:
        with self.lock:
            return iter(list(self._records.values()))

    def of_type(self, token: str) -> list[Record]:
        """The records of a type, in order of creation."""
        return [record for record in self if record.type == token]

    def inside(self, id: str) -> list[Record]:
        """The descendants of an id; deepest first, otherwise in order of creation."""
        found = [record for record in self if arm_ids.is_inside(record.id, id) and not arm_ids.same(record.id, id)]
        return sorted(found, key=lambda record: -record.id.count("/"))

    def children(self, id: str, token: str) -> list[Record]:
        """The records of a type below an id, in order of creation."""
        return [record for record in self.of_type(token) if arm_ids.is_inside(record.id, id)]

    def referrers(self, id: str) -> list[Record]:
        """Every record whose properties refer to this id."""
        wanted = arm_ids.key(id)
        with self.lock:
            return [self._records[key] for key, named in self._references.items() if wanted in named]

    def with_principal(self, principal: str) -> list[Record]:
        """Every record whose properties contain this principal id (in lower case), in order of creation."""
        with self.lock:
            return [self._records[key] for key, named in self._principals.items() if principal in named]

    def leftovers(self) -> list[str]:
        """The sorted ids of all existing resources, except those that Azure always retains."""
        return sorted(record.id for record in self if not is_retained(record.id, record.inputs))

    def cluster_by_server(self, server_url: str) -> ClusterIdentity | None:
        """The cluster whose API server has this address, or `None`."""
        host = (urlsplit(server_url).hostname or server_url).lower()
        for record in self.of_type("azure-native:containerservice:ManagedCluster"):
            names = (record.properties.get(key) for key in ("fqdn", "privateFQDN", "azurePortalFQDN"))
            if host in {name.lower() for name in names if name}:
                version = record.properties["currentKubernetesVersion"]
                return ClusterIdentity(record.creation_id, version, record.properties["name"], record.properties)
        return None

    # Writes; the caller holds the lock if several steps belong together

    def put(self, record: Record) -> None:
        """Adds or replaces a record."""
        key = arm_ids.key(record.id)
        with self.lock:
            self._records[key] = record
            self._serialized[key] = json.dumps(vars(record))
            own = {arm_ids.key(named) for named in arm_ids.references(record.properties)}
            self._references[key] = frozenset(named for named in own if not arm_ids.is_inside(named, key))
            self._principals[key] = frozenset(principals(record.properties))

    def next_creation(self, id: str) -> int:
        """Counts and returns the creations of this id, including the upcoming one."""
        key = arm_ids.key(id)
        with self.lock:
            self._creations[key] = self._creations.get(key, 0) + 1
            return self._creations[key]

    def drop(self, id: str) -> Record | None:
        """Removes and returns one record; its descendants stay."""
        key = arm_ids.key(id)
        with self.lock:
            self._serialized.pop(key, None)
            self._references.pop(key, None)
            self._principals.pop(key, None)
            return self._records.pop(key, None)

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """Restores all records if the block raises."""
        with self.lock:
            records, texts = dict(self._records), dict(self._serialized)
            references, named = dict(self._references), dict(self._principals)
            creations, gone, cascade_deleted = (
                dict(self._creations),
                set(self.deleted_principals),
                list(self.cascade_deleted),
            )
            try:
                yield
            except BaseException:
                self._records, self._serialized = records, texts
                self._references, self._principals = references, named
                self._creations, self.deleted_principals, self.cascade_deleted = creations, gone, cascade_deleted
                raise

    # Operations in progress

    def active_write(self, id: str) -> str | None:
        """The id of the write in progress that holds this resource, or `None`."""
        with self.lock:
            return self._busy.get(arm_ids.key(id))

    def active_writes(self) -> frozenset[str]:
        """The ids of all resources with a write in progress."""
        with self.lock:
            return frozenset(self._busy.values())

    def wait_for_write(self) -> None:
        """Waits until a write in progress ends. Returns at once if there is none."""
        with self._write_ended:
            if self._busy:
                self._write_ended.wait()

    @contextlib.contextmanager
    def operation(self, id: str, holds: tuple[str, ...], duration: float = 1) -> Generator[None]:
        """Marks resources as held by a write of `id`, for `duration` times `write_seconds` after the block.

        The block runs under the lock and must contain the whole change; the cloud is saved after it.
        """
        keys = [arm_ids.key(held) for held in holds]
        with self.lock, self.transaction():
            yield
            self.save()
            self._busy.update(dict.fromkeys(keys, id))
        try:
            time.sleep(self.write_seconds * duration)
        finally:
            with self._write_ended:
                for key in keys:
                    self._busy.pop(key, None)
                self._write_ended.notify_all()

    # Changes outside Pulumi

    def set(self, id: str, path: str, value: Any) -> None:
        """Sets one property of a record, like an edit in the portal: `tags.owner`, `securityRules[0].priority`.

        Raises `Refused` if the resource or the path does not exist.
        """
        with self.lock:
            record = self.get(id)
            if record is None:
                raise Refused(
                    "ResourceNotFound",
                    f"The simulated cloud has no resource with the id {id}.",
                    "use an id from the stack's outputs or state",
                )
            steps = [name or int(index) for name, index in _PATH_STEP.findall(path)]
            properties = copy.deepcopy(record.properties)
            target: Any = properties
            try:
                for step in steps[:-1]:
                    target = target.setdefault(step, {}) if isinstance(target, dict) else target[step]
                target[steps[-1]] = value
            except (IndexError, TypeError) as error:
                raise Refused(
                    "InvalidPath", f"{id} has no property {path}.", "use a path in the resource's outputs"
                ) from error
            self.put(replace(record, properties=properties))
            self.save()

    def remove(self, id: str) -> None:
        """Removes a record and its descendants, even if they are in use. Does nothing if it does not exist."""
        with self.lock:
            for record in self.inside(id):
                self.drop(record.id)
            self.drop(id)
            self.save()
