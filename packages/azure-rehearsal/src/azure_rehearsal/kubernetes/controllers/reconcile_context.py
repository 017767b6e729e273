"""What a controller sees of its cluster and does in it."""

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
    """Which cluster it is."""

    @property
    def creation_id(self) -> str: ...

    @property
    def name(self) -> str: ...


class ControllerClient(Protocol):
    """A cluster as its controllers reach it. Every call is made under the cluster's own lock."""

    @property
    def identity(self) -> Identity: ...

    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object: ...

    def delete(self, key: Key) -> None: ...

    def get(self, key: Key) -> Object | None: ...

    def objects_of(self, group: str, kind: str) -> list[Object]:
        """The live objects of a kind, whatever version they were written in, in the order of their names."""

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """What a field manager says of an object."""

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Takes a status in place of the one before."""

    def set_cause(self, key: Key, cause: Key) -> None:
        """Marks an object as made from another one."""

    def causes(self) -> dict[Key, Key]:
        """Every object that controllers made, with what it was made from."""


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
        """The objects of a kind, in the order of their names."""
        return self._cluster.objects_of(group, kind)

    def find(self, group: str, kind: str, namespace: str, name: str) -> Object | None:
        """One object, in any version."""
        for item in self.objects(group, kind):
            metadata = item["metadata"]
            if metadata["name"] == name and metadata.get("namespace", "") == namespace:
                return item
        return None

    def get(self, key: Key) -> Object | None:
        """One object, in the version that the key names."""
        return self._cluster.get(key)

    def releases(self) -> list[Release]:
        """The Helm releases that are installed_releases."""
        return installed_releases(self.objects("", "Secret"))

    def releases_running(self, controller: str) -> list[Release]:
        """The releases that run a controller; none when it is not there."""
        return [release for release in self.releases() if release.content.controller == controller]

    def exists(self, key: Key) -> bool:
        """Whether an object, or a release, is there."""
        if key.kind == RELEASE:
            return any(release.key == key for release in self.releases())
        return self._cluster.get(key) is not None

    def causes(self) -> dict[Key, Key]:
        """Every object that controllers made, with what it was made from."""
        return self._cluster.causes()

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """What a controller says of an object, when there is one."""
        return self._cluster.applied_by(key, manager)

    def cause(self, key: Key) -> Cause:
        """An object of this cluster as the cause of something in Azure."""
        identity = self._cluster.identity
        return Cause(identity.creation_id, identity.name, key.api_version, key.kind, key.namespace, key.name)

    # Writing; nothing is written that is so already

    def apply(self, item: Object, manager: str, cause: Key | None = None) -> Key:
        """Creates an object or brings it up to date. Raises `ApiError`."""
        key = Key.of(item)
        if self._cluster.applied_by(key, manager) != client_fields(item):
            self._cluster.apply(item, manager, force=True)
        if cause is not None:
            self._cluster.set_cause(key, cause)
        return key

    def delete(self, key: Key) -> None:
        """Deletes an object. Nothing when it is gone. Raises `ApiError`."""
        if self._cluster.get(key) is not None:
            self._cluster.delete(key)

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Takes a status in place of the one before."""
        self._cluster.set_status(key, status)

    # Telling

    def warn(self, about: Key, source: str, reason: str, message: str) -> None:
        """Says in an event what is wrong with an object; it stays until it is `settled`."""
        involved = {"apiVersion": about.api_version, "kind": about.kind, "name": about.name}
        namespace = about.namespace or "default"
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": _event_name(about, source), "namespace": namespace},
            "involvedObject": {**involved, **({"namespace": about.namespace} if about.namespace else {})},
            "type": "Warning",
            "reason": reason,
            "message": message,
            "source": {"component": source},
        }
        self.apply(event, EVENT_MANAGER, about)

    def clear_warning(self, about: Key, source: str) -> None:
        """Takes back what the source said of an object."""
        self.delete(Key("v1", "Event", about.namespace or "default", _event_name(about, source)))

    def report(self, about: Key, source: str, reason: str, problem: str) -> None:
        """One or the other: a warning where there is a problem."""
        if problem:
            self.warn(about, source, reason, problem)
        else:
            self.clear_warning(about, source)


def condition(type: str, status: bool, reason: str, message: str = "") -> dict[str, str]:
    """A condition in a status; without a time, so that it is the same whenever it is written."""
    return {"type": type, "status": str(status), "reason": reason, "message": message}


def _event_name(about: Key, source: str) -> str:
    digest = hashlib.sha256(f"{about.api_version}/{about.kind}/{source}".encode()).hexdigest()[:_HASH_LENGTH]
    return f"{about.name}.{digest}"
