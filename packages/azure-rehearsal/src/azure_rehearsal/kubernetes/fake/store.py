"""Stores the objects of one fake cluster on disk: one JSON file for each object, which people can read and edit.

The path is `<folder>/<apiVersion>/<kind>/<namespace>/<name>.json`. Writes are atomic (write a new file, then rename):
after a kill, every object has either its old or its new content. Not safe for concurrent processes.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from azure_rehearsal.kubernetes.cluster import SERVER_METADATA, Key, Object, group_of

_NO_NAMESPACE: Final = "_"
_IDENTITY: Final = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))


@dataclass
class Record:
    """The stored form of an object: the fields of each field manager in order of arrival, and the server's fields.

    `cause` is the `Key` of the object for which a controller created this one, as a dictionary; empty for objects that
    a client wrote.
    """

    managers: dict[str, Object]
    server: Object = field(default_factory=dict)
    cause: dict[str, str] = field(default_factory=dict)

    def live(self) -> Object:
        """The object as clients read it."""
        result: Object = {}
        for fields in [*self.managers.values(), self.server]:
            merge(result, fields)
        return result


def merge(target: Object, addition: Object) -> None:
    """Merges `addition` into `target`: maps are merged, every other value is replaced."""
    for name, value in addition.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = copy.deepcopy(value)


def client_fields(item: Object) -> Object:
    """The fields that a client set: without nulls and without fields that only the server writes."""
    fields = without_nulls({name: value for name, value in item.items() if name != "status"})
    fields["metadata"] = {name: value for name, value in fields["metadata"].items() if name not in SERVER_METADATA}
    return fields


def without_nulls(value: Any) -> Any:
    """A copy without nulls in maps, which mean absent values."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def leaves(item: Object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every value of an object that is not a map, by path; without the fields that identify the object."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in item.items():
        here = (*path, name)
        if here in _IDENTITY:
            continue
        if isinstance(value, dict):
            found.update(leaves(value, here))
        else:
            found[here] = value
    return found


def drop(item: Object, path: tuple[str, ...]) -> None:
    """Removes one value from an object."""
    for name in path[:-1]:
        item = item[name]
    del item[path[-1]]


class ObjectStore:
    """The records of one cluster. Owns the files below its folder. Not thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records: dict[Key, Record] = {}
        self._by_kind: dict[tuple[str, str], set[Key]] = {}
        self._caused: set[Key] = set()
        self._unwritten: set[Key] = set()
        self.last_resource_version = 0
        for file in sorted(folder.rglob("*.json")):
            record = Record(**_read(file))
            self.put(Key.of(record.live()), record)
        self._unwritten.clear()

    def __contains__(self, key: Key) -> bool:
        return key in self._records

    def get(self, key: Key) -> Record | None:
        return self._records.get(key)

    def keys(self, api_version: str | None = None, kind: str = "") -> list[Key]:
        """All keys, or those of one kind, unordered."""
        return list(self._records if api_version is None else self._by_kind.get((api_version, kind), ()))

    def keys_of(self, group: str, kind: str) -> list[Key]:
        """The keys of a kind in every version, sorted by name."""
        found = [key for served, keys in self._by_kind.items() if _is_kind(served, group, kind) for key in keys]
        return sorted(found, key=lambda key: (key.namespace, key.name))

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created, sorted by key."""
        return {key: Key(**self._records[key].cause) for key in sorted(self._caused)}

    def put(self, key: Key, record: Record) -> None:
        """Stores a record and keeps the cause of the previous one; `save` writes it to disk."""
        if not record.cause and key in self._records:
            record.cause = self._records[key].cause
        self._records[key] = record
        (self._caused.add if record.cause else self._caused.discard)(key)
        self._by_kind.setdefault((key.api_version, key.kind), set()).add(key)
        self._unwritten.add(key)
        self.last_resource_version = max(self.last_resource_version, int(record.server["metadata"]["resourceVersion"]))

    def remove(self, key: Key) -> None:
        """Removes a record; `save` deletes its file."""
        del self._records[key]
        self._caused.discard(key)
        self._by_kind[key.api_version, key.kind].discard(key)
        self._unwritten.add(key)

    def save(self) -> None:
        """Writes pending changes to disk."""
        for key in sorted(self._unwritten):
            file = self._file(key)
            if key in self._records:
                record = self._records[key]
                cause = {"cause": record.cause} if record.cause else {}
                _write(file, {"managers": record.managers, "server": record.server, **cause})
            else:
                file.unlink(missing_ok=True)
        self._unwritten.clear()

    def clear(self) -> None:
        """Removes every record and the folder."""
        self._records.clear()
        self._caused.clear()
        self._by_kind.clear()
        self._unwritten.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, key: Key) -> Path:
        folder = self._folder / quote(key.api_version, safe="") / key.kind / (key.namespace or _NO_NAMESPACE)
        return folder / f"{quote(key.name, safe='')}.json"


def _is_kind(served: tuple[str, str], group: str, kind: str) -> bool:
    return served[1] == kind and group_of(served[0]) == group


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{file} is not JSON ({error}); correct the file, or delete it to remove the object."
        ) from error


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream, indent=1)
    Path(name).replace(file)
