"""`Clusters` on real control planes: one for each simulated cluster, started on first access.

Owns one folder, with a subfolder for each existing cluster, and all their processes. Does not own which clusters exist:
the simulated Azure does. The control plane of a deleted cluster is stopped and removed on the next access.
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
from azure_rehearsal.kubernetes.cloud_controller_api import CloudControllerApi
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity, managed_cluster_properties
from azure_rehearsal.kubernetes.crd_catalog import addon_crd_files, crd_origins, crd_outlines
from azure_rehearsal.kubernetes.fake.fake_api_server import builtin_objects
from azure_rehearsal.kubernetes.real.agent_pools import Pool, agent_pools, find_cluster
from azure_rehearsal.kubernetes.real.command_lines import Network
from azure_rehearsal.kubernetes.real.control_plane import ControlPlane
from azure_rehearsal.kubernetes.real.controller_manager import ControllerManager
from azure_rehearsal.kubernetes.real.processes import Processes
from azure_rehearsal.kubernetes.real.programs import Programs, built, kubernetes_version
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.scale_down_rules import ScaleDownProfile
from azure_rehearsal.protocol.provider import Refused

_AKS_MANAGER: Final = "aks"
_ADDON_LABEL: Final = "azure-rehearsal/brought-by-aks"


class RunningCluster(RealCluster):
    """A real cluster with its control plane and controllers."""

    def __init__(self, identity: ClusterIdentity, plane: ControlPlane, cloud: Cloud, azure: CloudControllerApi) -> None:
        self.identity = identity
        self.plane = plane
        super().__init__(kubernetes_version(), plane.client(), self._notify)
        self._addons: frozenset[str] | None = None
        self._cloud = cloud
        self.lost_zones: frozenset[str] = frozenset()
        """Azure zones that are down, to simulate a fault: they have no nodes."""
        self.controller_manager = ControllerManager(identity, self, azure, self.pools, self.scale_down_profile)

    def bootstrap(self) -> None:
        """Creates the objects of every AKS cluster and starts the controllers."""
        for item in builtin_objects()["cluster"]:
            if self.get(Key.of(item)) is None:
                self.apply(item, _AKS_MANAGER, force=True)
        self.update_identity(self.identity)
        self.controller_manager.start()

    def update_identity(self, identity: ClusterIdentity) -> None:
        """Updates the properties, and installs or deletes the CRDs of AKS add-ons."""
        self.identity = identity
        addons = addon_crd_files(managed_cluster_properties(identity))
        if addons == self._addons:
            return
        self._addons = addons
        for addon in crd_origins().addons:
            for crd in crd_outlines(addon.definitions):
                self._reconcile_addon_crd(crd, wanted=addon.definitions in addons)

    def pools(self) -> list[Pool]:
        """The current agent pools of the simulated Azure without lost zones; empty once the cluster is deleted."""
        found = agent_pools(self._cloud, self.identity.creation_id) or []
        return [remaining for pool in found if (remaining := pool.without_zones(self.lost_zones)) is not None]

    def scale_down_profile(self) -> ScaleDownProfile:
        """The current scale-down settings in the simulated Azure."""
        cluster = find_cluster(self._cloud, self.identity.creation_id)
        return ScaleDownProfile.of(cluster.properties if cluster else None)

    def unready(self) -> list[str]:
        """Current problems, one line each."""
        return self.controller_manager.unready()

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created."""
        return self.controller_manager.causes()

    def stop(self) -> None:
        """Stops controllers and control plane; the cluster's data remains on disk."""
        try:
            self.controller_manager.stop()
        finally:
            self.plane.stop()

    def _reconcile_addon_crd(self, crd: Object, wanted: bool) -> None:
        key = Key.of(crd)
        if wanted:
            marked = {**crd["metadata"], "labels": {_ADDON_LABEL: "true"}}
            self.apply({**crd, "metadata": marked}, _AKS_MANAGER, force=True)
            return
        live = self.get(key)
        if live is not None and _ADDON_LABEL in (live["metadata"].get("labels") or {}):
            self.delete(key)

    def _notify(self, key: Key) -> None:
        if hasattr(self, "controller_manager"):  # not set while the initial objects are created
            self.controller_manager.notify(key)


class RealClusters:
    """All real clusters below one folder."""

    def __init__(self, path: Path, cloud: Cloud, azure: CloudControllerApi, programs: Programs) -> None:
        self._path = path
        self._cloud = cloud
        self._azure = azure
        self._programs = programs
        self._processes = Processes()
        self._planes: dict[str, ControlPlane] = {}
        self._clusters: dict[str, RunningCluster] = {}
        self._lock = threading.Lock()
        self._starting: dict[str, threading.Lock] = {}

    @classmethod
    def open(cls, path: Path, cloud: Cloud, azure: CloudControllerApi) -> RealClusters:
        """Opens the folder. Builds the programs if they are not in the cache, and stops processes of a killed run.

        Raises `UsageError`: no Go, or a failed build.
        """
        clusters = cls(path, cloud, azure, built())
        clusters._processes.stop_orphans()
        clusters._remove_stale()
        return clusters

    def by_server(self, server_url: str) -> RunningCluster | None:
        """The cluster with this API server address, real or Azure's; starts it if needed."""
        record = self._record(server_url)
        return self.of(record) if record else None

    def cluster_by_server(self, server_url: str) -> ClusterIdentity | None:
        """The identity of the cluster with this address; starts nothing."""
        record = self._record(server_url)
        return _identity(self._cloud, record) if record else None

    def of(self, record: Record) -> RunningCluster:
        """The running cluster of a record; starts it if needed."""
        identity = _identity(self._cloud, record)
        with self._lock:
            self._remove_stale()
            starting = self._starting.setdefault(identity.creation_id, threading.Lock())
        with starting:
            cluster = self._clusters.get(identity.creation_id)
            if cluster is None:
                cluster = self._start(identity, record)
                self._clusters[identity.creation_id] = cluster
            elif managed_cluster_properties(cluster.identity) != managed_cluster_properties(identity):
                cluster.update_identity(identity)
            return cluster

    def kubeconfig(self, record: Record) -> str:
        """The kubeconfig that the simulated Azure returns: the same for the life of the cluster."""
        return yaml.safe_dump(self._plane(record).kubeconfig(), sort_keys=False)

    def save(self) -> None:
        """Runs all controllers once more, so that they see later changes in Azure."""
        for cluster in list(self._clusters.values()):
            cluster.controller_manager.reconcile_all()

    def close(self) -> None:
        """Stops all processes. The data of existing clusters remains on disk."""
        try:
            for cluster in list(self._clusters.values()):
                cluster.stop()
        finally:
            self._clusters.clear()
            self._processes.stop_all()
            self._remove_stale()

    def _start(self, identity: ClusterIdentity, record: Record) -> RunningCluster:
        requested, built_version = identity.kubernetes_version, kubernetes_version()
        if requested.split(".")[:2] != built_version.split(".")[:2]:
            raise Refused(
                "VersionNotBuilt",
                f"the cluster {identity.name} has Kubernetes {requested};"
                f" azure_rehearsal/go/kubernetes/go.mod builds {built_version}",
                f"set the cluster's version to {'.'.join(built_version.split('.')[:2])}, or omit --cluster real",
            )
        plane = self._plane(record)
        try:
            plane.start()
        except UsageError as error:
            plane.stop()
            raise Refused("ControlPlaneNotStarted", str(error)) from error
        cluster = RunningCluster(identity, plane, self._cloud, self._azure)
        cluster.bootstrap()
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
            creation_ids = {plane.server: creation_id for creation_id, plane in self._planes.items()}
        creation_id = creation_ids.get(server_url.rstrip("/"))
        if creation_id is None and (identity := self._cloud.cluster_by_server(server_url)):
            creation_id = identity.creation_id
        if creation_id is None:
            # A cluster of an earlier run: its folder contains its address.
            for record in self._cloud.of_type(CLUSTER):
                folder = self._path / quote(record.creation_id, safe="")
                if folder.is_dir() and self._plane(record).server == server_url.rstrip("/"):
                    return record
        return find_cluster(self._cloud, creation_id)

    def _remove_stale(self) -> None:
        """Stops and removes the control planes of deleted clusters."""
        existing = {record.creation_id for record in self._cloud.of_type(CLUSTER)}
        for creation_id in [known for known in self._planes if known not in existing]:
            if cluster := self._clusters.pop(creation_id, None):
                cluster.controller_manager.stop()
            self._planes.pop(creation_id).remove()
        wanted = {quote(creation_id, safe="") for creation_id in existing}
        for folder in self._path.glob("*") if self._path.is_dir() else ():
            if folder.name not in wanted:
                shutil.rmtree(folder, ignore_errors=True)


def _identity(cloud: Cloud, record: Record) -> ClusterIdentity:
    host = record.properties.get("fqdn") or record.properties.get("privateFQDN") or ""
    identity = cloud.cluster_by_server(f"https://{host}")
    if identity is None:
        raise Refused("ClusterGone", f"{record.id} was deleted during the access", "deploy again")
    return identity


def _network(record: Record) -> Network:
    profile: dict[str, Any] = record.properties.get("networkProfile") or {}
    default = Network()
    return Network(
        services=profile.get("serviceCidr") or default.services,
        pods=profile.get("podCidr") or default.pods,
        issuer=get_path(record.properties, "oidcIssuerProfile.issuerURL") or default.issuer,
    )
