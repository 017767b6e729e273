"""A fake cluster: a fake API server with controllers, which create further objects and resources in Azure."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from azure_rehearsal.kubernetes.cloud_controller_api import CloudControllerApi
from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity
from azure_rehearsal.kubernetes.controllers.control_loop import ControlLoop
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.store import ObjectStore

_EVENT: Final = "Event"


class FakeCluster(FakeApiServer):
    """One fake API server with its controllers. A write returns after the controllers have reconciled it."""

    def __init__(self, identity: ClusterIdentity, store: ObjectStore, azure: CloudControllerApi) -> None:
        self._loop: ControlLoop | None = None  # Stays None while the initial objects are added.
        super().__init__(identity, store)
        self._loop = ControlLoop(self, azure)
        self.reconcile_all()

    def reconcile_all(self) -> None:
        """Runs all controllers: completes what a killed run missed, and picks up changes in Azure."""
        with self._lock:
            if self._loop is not None:
                self._loop.reconcile_all()

    def warnings_for(self, key: Key) -> list[str]:
        return [message for about, message in self._warnings() if about == key]

    def unready(self) -> list[str]:
        return [f"{_display_name(key)}: {problem}" for key, problem in self._warnings()]

    def objects_of(self, group: str, kind: str) -> list[Object]:
        """The live objects of a kind in every version, sorted by name."""
        with self._lock:
            return [self._live(key) for key in self._store.keys_of(group, kind)]

    def applied_by(self, key: Key, manager: str) -> Object | None:
        """The fields that a field manager applied to an object."""
        with self._lock:
            record = self._store.get(key)
            return record.managers.get(manager) if record else None

    def set_status(self, key: Key, status: Mapping[str, Any]) -> None:
        """Replaces the status of an object."""
        with self._lock:
            record = self._store.get(key)
            if record is None or record.server.get("status") == status:
                return
            record.server["status"] = copy.deepcopy(dict(status))
            self._store.put(key, record)
            self._store.save()
            self._notify([key])

    def set_cause(self, key: Key, cause: Key) -> None:
        """Stores the object for which a controller created `key`."""
        with self._lock:
            record = self._store.get(key)
            if record is not None and record.cause != dataclasses.asdict(cause):
                self._store.put(key, dataclasses.replace(record, cause=dataclasses.asdict(cause)))
                self._store.save()

    def _notify(self, keys: Sequence[Key]) -> None:
        if self._loop is not None:
            self._loop.notify(*keys)

    def _refuse_blocked_deletion(self, key: Key, deleted: Sequence[Key]) -> None:
        for item in deleted:
            if self._loop is not None and (reason := self._loop.deletion_blocker(item)):
                where = "" if item == key else f" because it contains {item}"
                raise ApiError(
                    Reason.TIMEOUT,
                    f"timed out waiting for {key} to be deleted{where}: {reason}",
                    "Make it depend on the release that runs its controller: Pulumi then deletes it first.",
                )

    def _warnings(self) -> list[tuple[Key, str]]:
        """The current warnings after another reconciliation: the object, and the event's reason and message."""
        with self._lock:
            self.reconcile_all()
            events = [(key, cause) for key, cause in self._store.causes().items() if key.kind == _EVENT]
            found = [(cause, self._live(key)) for key, cause in events]
        return [(cause, f"{event['reason']}: {event['message']}") for cause, event in found]


def _display_name(key: Key) -> str:
    return f"{key.kind} {key.namespace}/{key.name}" if key.namespace else f"{key.kind} {key.name}"
