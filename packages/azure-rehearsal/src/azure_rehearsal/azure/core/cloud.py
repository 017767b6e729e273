"""What exists in the simulated Azure, kept apart from Pulumi's state.

Owns: the records, who refers to whom, which operations are under way, and what cannot come back (principals of deleted
identities, how often an id was created). Does not own any rule about what may be written:
`azure_rehearsal.azure.core.arm` does.

Several stacks share one cloud through its file. Every write reaches the file before it is answered, so what a killed
run leaves behind is the truth. Methods may be called from several threads; only one process may have a file open.
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
from azure_rehearsal.azure.core.kept_by_azure import is_kept_by_azure
from azure_rehearsal.azure.core.principals import principals
from azure_rehearsal.protocol.provider import Refused

WRITE_SECONDS: Final = 0.03
"""How long a simulated write takes unless told otherwise: long enough for two of them to overlap."""

_FORMAT: Final = 1
_NAMESPACE: Final = uuid.UUID("5d3f6a52-8f0c-5b1e-9a37-1f3f2f3f7a10")
_PATH_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass
class Record:
    """One resource. `properties` are the provider's outputs, `inputs` the last body written (path parameters
    included). `causes` are the objects of clusters that it, or a part of it, was made from
    (`azure_rehearsal.azure.controllers.marks`)."""

    id: str
    type: str
    properties: dict[str, Any]
    inputs: dict[str, Any] = field(default_factory=dict)
    creation: int = 1
    run: str = ""
    causes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def creation_id(self) -> str:
        """The same for the life of a resource, another one when it is created again under the same id."""
        return str(uuid.uuid5(_NAMESPACE, f"{arm_ids.key(self.id)}#{self.creation}"))

    def stable_uuid(self, purpose: str) -> str:
        """A GUID that belongs to this resource's life: principal id, client id, resource GUID …"""
        return str(uuid.uuid5(_NAMESPACE, f"{self.creation_id}/{purpose}"))


@dataclass(frozen=True)
class ClusterIdentity:
    """Which cluster answers at an API server's address."""

    creation_id: str
    kubernetes_version: str
    name: str
    properties: dict[str, Any] = field(default_factory=dict, compare=False)
    """The ManagedCluster's properties, by which recorded Kubernetes finds its add-ons."""


class Cloud:
    """The records of one simulated Azure."""

    def __init__(self, path: pathlib.Path | None = None, write_seconds: float = WRITE_SECONDS) -> None:
        self.path = path
        self.write_seconds = write_seconds
        self.lock = threading.RLock()
        self.run = uuid.uuid4().hex
        self.deleted_principals: set[str] = set()
        self.swept: list[str] = []
        """Ids that went away because the group or resource around them was deleted, in order."""
        self._records: dict[str, Record] = {}
        self._texts: dict[str, str] = {}
        self._references: dict[str, frozenset[str]] = {}
        self._principals: dict[str, frozenset[str]] = {}
        self._creations: dict[str, int] = {}
        self._busy: dict[str, str] = {}

    @classmethod
    def open(cls, path: pathlib.Path | str, write_seconds: float = WRITE_SECONDS) -> Cloud:
        """The cloud kept in a file; an empty one when there is none yet. Raises `ValueError` for a file of another
        format."""
        cloud = cls(pathlib.Path(path), write_seconds)
        if cloud.path is not None and cloud.path.exists():
            cloud._load(json.loads(cloud.path.read_text(encoding="utf-8")))
        return cloud

    def _load(self, document: dict[str, Any]) -> None:
        if document.get("format") != _FORMAT:
            raise ValueError(
                f"{self.path} has format {document.get('format')!r}, this version reads {_FORMAT}: remove the file"
            )
        self._creations = document["creations"]
        self.deleted_principals = set(document["deletedPrincipals"])
        self.swept = document["swept"]
        for fields in document["records"]:
            self.put(Record(**fields))

    def save(self) -> None:
        """Writes the file in one step, so that a reader sees the old or the new state. Nothing without a path."""
        if self.path is None:
            return
        with self.lock:
            head = json.dumps(
                {
                    "format": _FORMAT,
                    "creations": self._creations,
                    "deletedPrincipals": sorted(self.deleted_principals),
                    "swept": self.swept,
                }
            )
            text = f'{head[:-1]}, "records": [\n' + ",\n".join(self._texts.values()) + "\n]}\n"
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            pathlib.Path(temporary).replace(self.path)

    # Reading

    def get(self, id: str) -> Record | None:
        """The record with this id, `None` when there is none."""
        with self.lock:
            return self._records.get(arm_ids.key(id))

    def __iter__(self) -> Iterator[Record]:
        with self.lock:
            return iter(list(self._records.values()))

    def of_type(self, token: str) -> list[Record]:
        """The records of a type, in order of creation."""
        return [record for record in self if record.type == token]

    def inside(self, id: str) -> list[Record]:
        """Every record below an id, the id's own left out; deepest first, otherwise in order of creation."""
        found = [record for record in self if arm_ids.is_inside(record.id, id) and not arm_ids.same(record.id, id)]
        return sorted(found, key=lambda record: -record.id.count("/"))

    def children(self, id: str, token: str) -> list[Record]:
        """The records of a type below an id, in order of creation."""
        return [record for record in self.of_type(token) if arm_ids.is_inside(record.id, id)]

    def referrers(self, id: str) -> list[Record]:
        """Every record whose properties name this id."""
        wanted = arm_ids.key(id)
        with self.lock:
            return [self._records[key] for key, named in self._references.items() if wanted in named]

    def with_principal(self, principal: str) -> list[Record]:
        """Every record whose properties name this principal (in lower case), in order of creation."""
        with self.lock:
            return [self._records[key] for key, named in self._principals.items() if principal in named]

    def leftovers(self) -> list[str]:
        """The ids of everything that still exists, sorted; what Azure keeps anyway does not count."""
        return sorted(record.id for record in self if not is_kept_by_azure(record.id, record.inputs))

    def cluster_by_server(self, server_url: str) -> ClusterIdentity | None:
        """The cluster whose API server has this address, `None` when there is none (any more)."""
        host = (urlsplit(server_url).hostname or server_url).lower()
        for record in self.of_type("azure-native:containerservice:ManagedCluster"):
            names = (record.properties.get(key) for key in ("fqdn", "privateFQDN", "azurePortalFQDN"))
            if host in {name.lower() for name in names if name}:
                version = record.properties["currentKubernetesVersion"]
                return ClusterIdentity(record.creation_id, version, record.properties["name"], record.properties)
        return None

    # Changing; the caller holds the lock where several steps belong together

    def put(self, record: Record) -> None:
        """Adds or replaces a record."""
        key = arm_ids.key(record.id)
        with self.lock:
            self._records[key] = record
            self._texts[key] = json.dumps(vars(record))
            own = {arm_ids.key(named) for named in arm_ids.references(record.properties)}
            self._references[key] = frozenset(named for named in own if not arm_ids.is_inside(named, key))
            self._principals[key] = frozenset(principals(record.properties))

    def next_creation(self, id: str) -> int:
        """How often this id has been created, the coming time included."""
        key = arm_ids.key(id)
        with self.lock:
            self._creations[key] = self._creations.get(key, 0) + 1
            return self._creations[key]

    def drop(self, id: str) -> Record | None:
        """Takes one record away and returns it; what is below it stays."""
        key = arm_ids.key(id)
        with self.lock:
            self._texts.pop(key, None)
            self._references.pop(key, None)
            self._principals.pop(key, None)
            return self._records.pop(key, None)

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """Takes back every change of records when the block raises."""
        with self.lock:
            records, texts = dict(self._records), dict(self._texts)
            references, named = dict(self._references), dict(self._principals)
            creations, gone, swept = dict(self._creations), set(self.deleted_principals), list(self.swept)
            try:
                yield
            except BaseException:
                self._records, self._texts = records, texts
                self._references, self._principals = references, named
                self._creations, self.deleted_principals, self.swept = creations, gone, swept
                raise

    # Operations under way

    def busy_with(self, id: str) -> str | None:
        """The id of the write that holds this resource, if one is under way."""
        with self.lock:
            return self._busy.get(arm_ids.key(id))

    @contextlib.contextmanager
    def operation(self, id: str, holds: tuple[str, ...]) -> Generator[None]:
        """Marks resources as held by a write of `id` and lets the write take its time after the block has run.

        The block runs under the lock and must be the whole change; it is saved at once.
        """
        keys = [arm_ids.key(held) for held in holds]
        with self.lock, self.transaction():
            yield
            self.save()
            self._busy.update(dict.fromkeys(keys, id))
        try:
            time.sleep(self.write_seconds)
        finally:
            with self.lock:
                for key in keys:
                    self._busy.pop(key, None)

    # Changing the cloud behind Pulumi's back

    def set(self, id: str, path: str, value: Any) -> None:
        """Sets one property of a record as somebody in the portal would: `tags.owner`, `securityRules[0].priority`.

        Raises `Refused` when there is no such resource or the path leads nowhere.
        """
        with self.lock:
            record = self.get(id)
            if record is None:
                raise Refused(
                    "ResourceNotFound",
                    f"nothing in the simulated cloud has the id {id}",
                    "take an id from the stack's outputs or state",
                )
            steps = [name or int(index) for name, index in _PATH_STEP.findall(path)]
            properties = copy.deepcopy(record.properties)
            target: Any = properties
            try:
                for step in steps[:-1]:
                    target = target.setdefault(step, {}) if isinstance(target, dict) else target[step]
                target[steps[-1]] = value
            except (IndexError, TypeError) as error:
                raise Refused("InvalidPath", f"{id} has no property {path}", "follow the resource's outputs") from error
            self.put(replace(record, properties=properties))
            self.save()

    def remove(self, id: str) -> None:
        """Removes a record and what is below it without asking whether it is in use. Nothing when it does not exist."""
        with self.lock:
            for record in self.inside(id):
                self.drop(record.id)
            self.drop(id)
            self.save()
