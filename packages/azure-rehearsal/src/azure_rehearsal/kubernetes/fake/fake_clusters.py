"""The fake clusters of one simulated Azure, found by the address of their API server and stored below one folder."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from azure_rehearsal.kubernetes.cloud_controller_api import CloudControllerApi
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_cluster import FakeCluster
from azure_rehearsal.kubernetes.fake.store import ObjectStore


class ClusterDirectory(Protocol):
    """Knows which clusters exist; implemented by the simulated Azure."""

    def cluster_by_server(self, server_url: str) -> ClusterIdentity | None:
        """The cluster whose API server has this address; `None` when there is none."""


class FakeClusters:
    """All fake clusters below one folder. Owns the folder; does not own which clusters exist."""

    def __init__(self, path: Path, directory: ClusterDirectory, azure: CloudControllerApi | None = None) -> None:
        self._path = path
        self._directory = directory
        self._azure = azure
        self._clusters: dict[str, FakeApiServer] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, directory: ClusterDirectory, azure: CloudControllerApi | None = None) -> FakeClusters:
        """Opens the folder, which is created with the first object. Without `azure` no controllers run."""
        return cls(path, directory, azure)

    def by_server(self, server_url: str) -> FakeApiServer | None:
        """The cluster with this API server's address, updated to its current Kubernetes version."""
        identity = self._directory.cluster_by_server(server_url)
        if identity is None:
            return None
        with self._lock:
            cluster = self._clusters.get(identity.creation_id)
            if cluster is None:
                cluster = self._open_cluster(identity)
                self._clusters[identity.creation_id] = cluster
            else:
                cluster.update_identity(identity)
            return cluster

    def save(self) -> None:
        """Runs the controllers once more, so that they see later changes in Azure, and writes pending changes to disk.

        Every change is also saved when it is made, so nothing is lost without this call.
        """
        with self._lock:
            for cluster in self._clusters.values():
                if isinstance(cluster, FakeCluster):
                    cluster.reconcile_all()
                cluster.save()

    def _open_cluster(self, identity: ClusterIdentity) -> FakeApiServer:
        store = ObjectStore(self._path / quote(identity.creation_id, safe=""))
        if self._azure is None:
            return FakeApiServer(identity, store)
        return FakeCluster(identity, store, self._azure)

    def retain(self, creation_ids: Collection[str]) -> None:
        """Deletes the objects of every cluster but these: the others were deleted in Azure, and cannot come back."""
        folders = {quote(creation_id, safe="") for creation_id in creation_ids}
        with self._lock:
            for creation_id in [*self._clusters]:
                if creation_id not in creation_ids:
                    del self._clusters[creation_id]
            for folder in self._path.iterdir() if self._path.is_dir() else ():
                if folder.name not in folders:
                    ObjectStore(folder).clear()
