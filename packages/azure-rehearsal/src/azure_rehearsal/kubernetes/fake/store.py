"""Keeps the objects of one recorded cluster on disk: one JSON file for each object, readable and editable by people.

`<folder>/<apiVersion>/<kind>/<namespace>/<name>.json`. Writes are atomic (a new file takes the place of the old one):
a run that is killed leaves every object either as it was or as it was to be. Not safe for two processes at once.
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
    """What is kept of an object: what each field manager says of it, in order of arrival, and what the server adds.

    `cause` are the fields of the `Key` of what a controller made it from; empty for what a client wrote.
    """

    managers: dict[str, Object]
    server: Object = field(default_factory=dict)
    cause: dict[str, str] = field(default_factory=dict)

    def live(self) -> Object:
        """The object as a client reads it."""
        result: Object = {}
        for said in [*self.managers.values(), self.server]:
            merge(result, said)
        return result


def merge(target: Object, addition: Object) -> None:
    """Lays `addition` over `target`: maps are joined, everything else is taken over whole."""
    for name, value in addition.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = copy.deepcopy(value)


def client_fields(item: Object) -> Object:
    """What a client says of an object: without nulls, and without what only the server writes."""
    said = without_nulls({name: value for name, value in item.items() if name != "status"})
    said["metadata"] = {name: value for name, value in said["metadata"].items() if name not in SERVER_METADATA}
    return said


def without_nulls(value: Any) -> Any:
    """A copy without the nulls in maps, which stand for absent values."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def leaves(item: Object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every value of an object that is not a map, by path; what identifies the object is left out."""
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
    """Takes one value out of an object."""
    for name in path[:-1]:
        item = item[name]
    del item[path[-1]]


class ObjectStore:
    """The records of one cluster. Owns the files below its folder; not thread-safe by itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records: dict[Key, Record] = {}
        self._by_kind: dict[tuple[str, str], set[Key]] = {}
        self._caused: set[Key] = set()
        self._unwritten: set[Key] = set()
        self.newest_version = 0
        for file in sorted(folder.rglob("*.json")):
            record = Record(**_read(file))
            self.put(Key.of(record.live()), record)
        self._unwritten.clear()

    def __contains__(self, key: Key) -> bool:
        return key in self._records

    def get(self, key: Key) -> Record | None:
        return self._records.get(key)

    def keys(self, api_version: str | None = None, kind: str = "") -> list[Key]:
        """All keys, or those of one kind, in no order."""
        return list(self._records if api_version is None else self._by_kind.get((api_version, kind), ()))

    def keys_of(self, group: str, kind: str) -> list[Key]:
        """The keys of a kind in every version, in the order of names."""
        found = [key for served, keys in self._by_kind.items() if _is_of(served, group, kind) for key in keys]
        return sorted(found, key=lambda key: (key.namespace, key.name))

    def causes(self) -> dict[Key, Key]:
        """What controllers made, with what they made it from, in the order of keys."""
        return {key: Key(**self._records[key].cause) for key in sorted(self._caused)}

    def put(self, key: Key, record: Record) -> None:
        """Takes a record, with the cause of the one before; it is on disk after `save`."""
        if not record.cause and key in self._records:
            record.cause = self._records[key].cause
        self._records[key] = record
        (self._caused.add if record.cause else self._caused.discard)(key)
        self._by_kind.setdefault((key.api_version, key.kind), set()).add(key)
        self._unwritten.add(key)
        self.newest_version = max(self.newest_version, int(record.server["metadata"]["resourceVersion"]))

    def remove(self, key: Key) -> None:
        """Drops a record; its file is gone after `save`."""
        del self._records[key]
        self._caused.discard(key)
        self._by_kind[key.api_version, key.kind].discard(key)
        self._unwritten.add(key)

    def save(self) -> None:
        """Brings the disk up to date."""
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
        """Drops every record and the folder."""
        self._records.clear()
        self._caused.clear()
        self._by_kind.clear()
        self._unwritten.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, key: Key) -> Path:
        folder = self._folder / quote(key.api_version, safe="") / key.kind / (key.namespace or _NO_NAMESPACE)
        return folder / f"{quote(key.name, safe='')}.json"


def _is_of(served: tuple[str, str], group: str, kind: str) -> bool:
    return served[1] == kind and group_of(served[0]) == group


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{file} is not JSON ({error}); correct it, or delete it to have the object gone.") from error


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream, indent=1)
    Path(name).replace(file)
