"""`Clusters` on real control planes: one for each simulated cluster, started when it is first reached.

Owns one folder, in it one for each cluster that exists, and everything that runs for them. Does not own which clusters
exist: the simulated Azure does. A control plane whose cluster is gone is ended and removed when this is next used.
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import yaml

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import get_path
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.errors import UsageError
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity, known_properties
from azure_rehearsal.kubernetes.controllers_in_azure import ControllersInAzure
from azure_rehearsal.kubernetes.fake.recorded_cluster import builtin_objects
from azure_rehearsal.kubernetes.known_definitions import addon_definitions, origins, outlines
from azure_rehearsal.kubernetes.real.caretaker import Caretaker
from azure_rehearsal.kubernetes.real.command_lines import Network
from azure_rehearsal.kubernetes.real.control_plane import ControlPlane
from azure_rehearsal.kubernetes.real.drainability import ScaleDownProfile
from azure_rehearsal.kubernetes.real.pools import Pool, cluster_of, pools
from azure_rehearsal.kubernetes.real.processes import Processes
from azure_rehearsal.kubernetes.real.programs import Programs, built, kubernetes_version
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.protocol.provider import Refused

_AKS: Final = "aks"
_MARK: Final = "rehearsal.voice.platform/brought-by-aks"


class LiveCluster(RealCluster):
    """A real cluster with its control plane and those who look after it."""

    def __init__(self, identity: ClusterIdentity, plane: ControlPlane, cloud: Cloud, azure: ControllersInAzure) -> None:
        self.identity = identity
        self.plane = plane
        super().__init__(kubernetes_version(), plane.client(), self._note)
        self._addons: frozenset[str] | None = None
        self._cloud = cloud
        self.lost_zones: frozenset[str] = frozenset()
        """Zones of Azure's that are down, as a fault: there are no nodes in them."""
        self.caretaker = Caretaker(identity, self, azure, self.pools, self.scale_down_profile)

    def begin(self) -> None:
        """Puts in what every AKS cluster has, and begins to look after it."""
        for item in builtin_objects()["cluster"]:
            if self.get(Key.of(item)) is None:
                self.apply(item, _AKS, force=True)
        self.follow(self.identity)
        self.caretaker.start()

    def follow(self, identity: ClusterIdentity) -> None:
        """Takes over what is known of the cluster now, with what AKS brings or takes away by it."""
        self.identity = identity
        addons = addon_definitions(known_properties(identity))
        if addons == self._addons:
            return
        self._addons = addons
        for addon in origins().addons:
            for definition in outlines(addon.definitions):
                self._bring(definition, there=addon.definitions in addons)

    def pools(self) -> list[Pool]:
        """The agent pools that the simulated Azure has now, as far as their zones are up; none once it is gone."""
        found = pools(self._cloud, self.identity.creation_id) or []
        return [left for pool in found if (left := pool.without(self.lost_zones)) is not None]

    def scale_down_profile(self) -> ScaleDownProfile:
        """What the simulated Azure says now of nodes that may go."""
        cluster = cluster_of(self._cloud, self.identity.creation_id)
        return ScaleDownProfile.of(cluster.properties if cluster else None)

    def unready(self) -> list[str]:
        """What is not as it should be, a line for each."""
        return self.caretaker.unready()

    def caused(self) -> dict[Key, Key]:
        """Every object that controllers made, with what it was made from."""
        return self.caretaker.caused()

    def end(self) -> None:
        """Ends everything that runs for it; what is in it stays on disk."""
        try:
            self.caretaker.stop()
        finally:
            self.plane.stop()

    def _bring(self, definition: Object, there: bool) -> None:
        key = Key.of(definition)
        if there:
            marked = {**definition["metadata"], "labels": {_MARK: "true"}}
            self.apply({**definition, "metadata": marked}, _AKS, force=True)
            return
        live = self.get(key)
        if live is not None and _MARK in (live["metadata"].get("labels") or {}):
            self.delete(key)

    def _note(self, key: Key) -> None:
        if hasattr(self, "caretaker"):  # not while the objects of a new cluster are put in
            self.caretaker.note(key)


class RealClusters:
    """All real clusters below one folder."""

    def __init__(self, path: Path, cloud: Cloud, azure: ControllersInAzure, programs: Programs) -> None:
        self._path = path
        self._cloud = cloud
        self._azure = azure
        self._programs = programs
        self._processes = Processes()
        self._planes: dict[str, ControlPlane] = {}
        self._clusters: dict[str, LiveCluster] = {}
        self._lock = threading.Lock()
        self._starting: dict[str, threading.Lock] = {}

    @classmethod
    def open(cls, path: Path, cloud: Cloud, azure: ControllersInAzure) -> RealClusters:
        """Opens the folder. Builds the programs where they are not in the cache, and ends what a killed run left.

        Raises `UsageError`: no Go, a build that fails.
        """
        clusters = cls(path, cloud, azure, built())
        clusters._processes.end_left_behind()
        clusters._tidy()
        return clusters

    def by_server(self, server_url: str) -> LiveCluster | None:
        """The cluster behind an API server's address, whether real or as Azure calls it; started now if need be."""
        record = self._record(server_url)
        return self.of(record) if record else None

    def cluster_by_server(self, server_url: str) -> ClusterIdentity | None:
        """Which cluster has this address; nothing is started for that."""
        record = self._record(server_url)
        return _identity(self._cloud, record) if record else None

    def of(self, record: Record) -> LiveCluster:
        """A cluster that exists, running."""
        identity = _identity(self._cloud, record)
        with self._lock:
            self._tidy()
            starting = self._starting.setdefault(identity.creation_id, threading.Lock())
        with starting:
            cluster = self._clusters.get(identity.creation_id)
            if cluster is None:
                cluster = self._started(identity, record)
                self._clusters[identity.creation_id] = cluster
            elif known_properties(cluster.identity) != known_properties(identity):
                cluster.follow(identity)
            return cluster

    def kubeconfig(self, record: Record) -> str:
        """What the simulated Azure answers who asks for credentials: the same for the life of the cluster."""
        return yaml.safe_dump(self._plane(record).kubeconfig(), sort_keys=False)

    def save(self) -> None:
        """Has everybody look once more: at what Azure got after the objects that wanted it."""
        for cluster in list(self._clusters.values()):
            cluster.caretaker.catch_up()

    def close(self) -> None:
        """Ends everything that runs. What is in the clusters stays on disk, for those that still exist."""
        try:
            for cluster in list(self._clusters.values()):
                cluster.end()
        finally:
            self._clusters.clear()
            self._processes.end_all()
            self._tidy()

    def _started(self, identity: ClusterIdentity, record: Record) -> LiveCluster:
        wanted, has = identity.kubernetes_version, kubernetes_version()
        if wanted.split(".")[:2] != has.split(".")[:2]:
            raise Refused(
                "VersionNotBuilt",
                f"the cluster {identity.name} has Kubernetes {wanted};"
                f" azure_rehearsal/go/kubernetes/go.mod builds {has}",
                f"set voice:aks.kubernetesVersion to {'.'.join(has.split('.')[:2])}, or leave out --cluster real",
            )
        plane = self._plane(record)
        try:
            plane.start()
        except UsageError as error:
            plane.stop()
            raise Refused("ControlPlaneNotStarted", str(error)) from error
        cluster = LiveCluster(identity, plane, self._cloud, self._azure)
        cluster.begin()
        return cluster

    def _plane(self, record: Record) -> ControlPlane:
        with self._lock:
            plane = self._planes.get(record.creation_id)
            if plane is None:
                folder = self._path / quote(record.creation_id, safe="")
                plane = ControlPlane(folder, self._programs, self._processes, _network(record))
                self._planes[record.creation_id] = plane
            return plane

    def _record(self, server_url: str) -> Record | None:
        with self._lock:
            named = {plane.server: creation_id for creation_id, plane in self._planes.items()}
        creation_id = named.get(server_url.rstrip("/"))
        if creation_id is None and (identity := self._cloud.cluster_by_server(server_url)):
            creation_id = identity.creation_id
        if creation_id is None:
            # Of an earlier run: its address stands in its folder.
            for record in self._cloud.of_type(CLUSTER):
                folder = self._path / quote(record.creation_id, safe="")
                if folder.is_dir() and self._plane(record).server == server_url.rstrip("/"):
                    return record
        return cluster_of(self._cloud, creation_id)

    def _tidy(self) -> None:
        """Ends and removes what belongs to clusters that are no more."""
        existing = {record.creation_id for record in self._cloud.of_type(CLUSTER)}
        for creation_id in [known for known in self._planes if known not in existing]:
            if cluster := self._clusters.pop(creation_id, None):
                cluster.caretaker.stop()
            self._planes.pop(creation_id).remove()
        wanted = {quote(creation_id, safe="") for creation_id in existing}
        for folder in self._path.glob("*") if self._path.is_dir() else ():
            if folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)


def _identity(cloud: Cloud, record: Record) -> ClusterIdentity:
    host = record.properties.get("fqdn") or record.properties.get("privateFQDN") or ""
    identity = cloud.cluster_by_server(f"https://{host}")
    if identity is None:
        raise Refused("ClusterGone", f"{record.id} went while it was reached", "deploy again")
    return identity


def _network(record: Record) -> Network:
    profile: dict[str, Any] = record.properties.get("networkProfile") or {}
    default = Network()
    return Network(
        services=profile.get("serviceCidr") or default.services,
        pods=profile.get("podCidr") or default.pods,
        issuer=get_path(record.properties, "oidcIssuerProfile.issuerURL") or default.issuer,
    )
