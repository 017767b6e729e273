"""A controller's access to its cluster: reads, idempotent writes, and warnings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol

from azure_rehearsal.kubernetes.cloud_controller_api import Cause, CloudControllerApi
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.controllers.installed_releases import RELEASE, Release, installed_releases
from azure_rehearsal.kubernetes.fake.store import client_fields

EVENT_MANAGER: Final = "events"
_HASH_LENGTH: Final = 16


class Identity(Protocol):
    """Identifies a cluster."""

    @property
    def creation_id(self) -> str: ...

    @property
    def name(self) -> str: ...


class ControllerClient(Protocol):
    """A cluster, as controllers access it. Callers hold the cluster's lock."""

    @property
    def identity(self) -> Identity: ...

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object: ...

    def delete(self, key: Key) -> None: ...

    def get(self, key: Key) -> Object | None: ...

    def objects_of(self, group: str, kind: str) -> list[Object]:
        """The live objects of a kind in every version, sorted by name."""

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """The fields that a field manager applied to an object."""

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Replaces the status of an object."""

    def set_cause(self, key: Key, cause: Key) -> None:
        """Stores the object for which a controller created `key`."""

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created."""


class ReconcileContext:
    """One cluster, for all its controllers."""

    def __init__(self, cluster: ControllerClient, azure: CloudControllerApi) -> None:
        self._cluster = cluster
        self.azure = azure

    @property
    def cluster_id(self) -> str:
        return self._cluster.identity.creation_id

    # Reading

    def objects(self, group: str, kind: str) -> list[Object]:
        """The objects of a kind, sorted by name."""
        return self._cluster.objects_of(group, kind)

    def find(self, group: str, kind: str, namespace: str, name: str) -> Object | None:
        """One object, in any version; `None` when it does not exist."""
        for item in self.objects(group, kind):
            metadata = item["metadata"]
            if metadata["name"] == name and metadata.get("namespace", "") == namespace:
                return item
        return None

    def get(self, key: Key) -> Object | None:
        """One object, in the version of the key."""
        return self._cluster.get(key)

    def releases(self) -> list[Release]:
        """The installed Helm releases."""
        return installed_releases(self.objects("", "Secret"))

    def releases_running(self, controller: str) -> list[Release]:
        """The installed releases that run a controller."""
        return [release for release in self.releases() if release.content.controller == controller]

    def exists(self, key: Key) -> bool:
        """Whether an object or a release exists."""
        if key.kind == RELEASE:
            return any(release.key == key for release in self.releases())
        return self._cluster.get(key) is not None

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created."""
        return self._cluster.causes()

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """The fields that a controller applied to an object, if any."""
        return self._cluster.applied_by(key, manager)

    def cause(self, key: Key) -> Cause:
        """An object of this cluster as the cause of a resource in Azure."""
        identity = self._cluster.identity
        return Cause(identity.creation_id, identity.name, key.api_version, key.kind, key.namespace, key.name)

    # Writing: skips writes that change nothing

    def apply(self, item: Object, manager: str, cause: Key | None = None) -> Key:
        """Creates or updates an object. Raises `ApiError`."""
        key = Key.of(item)
        if self._cluster.applied_by(key, manager) != client_fields(item):
            self._cluster.apply(item, manager, force=True)
        if cause is not None:
            self._cluster.set_cause(key, cause)
        return key

    def delete(self, key: Key) -> None:
        """Deletes an object; does nothing when it is gone. Raises `ApiError`."""
        if self._cluster.get(key) is not None:
            self._cluster.delete(key)

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Replaces the status of an object."""
        self._cluster.set_status(key, status)

    # Warnings

    def warn(self, key: Key, source: str, reason: str, message: str) -> None:
        """Writes a warning event key an object; it remains until `clear_warning`."""
        involved = {"apiVersion": key.api_version, "kind": key.kind, "name": key.name}
        namespace = key.namespace or "default"
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": _event_name(key, source), "namespace": namespace},
            "involvedObject": {**involved, **({"namespace": key.namespace} if key.namespace else {})},
            "type": "Warning",
            "reason": reason,
            "message": message,
            "source": {"component": source},
        }
        self.apply(event, EVENT_MANAGER, key)

    def clear_warning(self, key: Key, source: str) -> None:
        """Deletes the source's warning event key an object."""
        self.delete(Key("v1", "Event", key.namespace or "default", _event_name(key, source)))

    def report(self, key: Key, source: str, reason: str, problem: str) -> None:
        """Writes a warning event if there is a problem, otherwise clears it."""
        if problem:
            self.warn(key, source, reason, problem)
        else:
            self.clear_warning(key, source)


def condition(type: str, status: bool, reason: str, message: str = "") -> dict[str, str]:
    """A status condition without a timestamp, so that repeated writes are identical."""
    return {"type": type, "status": str(status), "reason": reason, "message": message}


def _event_name(key: Key, source: str) -> str:
    digest = hashlib.sha256(f"{key.api_version}/{key.kind}/{source}".encode()).hexdigest()[:_HASH_LENGTH]
    return f"{key.name}.{digest}"
