"""Azure resources and objects that controllers of clusters own.

Controllers create and delete these, not the program. They are neither drift nor orphans while their cause (the object
from which a controller made them) exists. Their ids contain the uid of an object and so differ from run to run;
therefore this module names them by their cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from azure_rehearsal.azure.controllers.ownership import caused, causes_of
from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.retained_resources import is_retained
from azure_rehearsal.engine.lookup import object_line
from azure_rehearsal.kubernetes.cloud_controller_api import Cause
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity
from azure_rehearsal.kubernetes.controllers.installed_releases import RELEASE, installed_releases

_HIDDEN = frozenset({"ComponentStatus", "Endpoints", "EndpointSlice", "Event", "IPAddress", "Lease", "Node"})
"""Kinds that `contents` omits, because Kubernetes itself creates and deletes their objects.

`contents` also omits objects with a controlling owner, such as ReplicaSets."""


class ObservableCluster(Protocol):
    """A cluster whose objects and causes can be listed."""

    @property
    def identity(self) -> ClusterIdentity: ...

    def api_versions(self) -> list[str]: ...

    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]: ...

    def get(self, key: Key) -> Object | None: ...

    def causes(self) -> dict[Key, Key]: ...

    def unready(self) -> list[str]: ...


def leftovers(cloud: Cloud) -> list[str]:
    """Everything that exists in Azure, by id; resources that a controller made, with their cause."""
    return [_line(id, causes_of(record).get(id)) for id in cloud.leftovers() if (record := cloud.get(id))]


def orphans(cloud: Cloud, clusters: Mapping[str, ObservableCluster]) -> list[str]:
    """Azure resources of controllers that no controller will delete, because the cause no longer exists."""
    by_creation = {cluster.identity.creation_id: cluster for cluster in clusters.values()}
    return sorted(_line(id, cause) for id, cause in caused(cloud) if _is_lost(cause, by_creation))


def contents(cloud: Cloud, clusters: Mapping[str, ObservableCluster]) -> set[str]:
    """A line for each existing resource and object. Equal deployments have equal contents, whatever their history."""
    objects = {line for id, cluster in clusters.items() for line in _objects(id, cluster)}
    return {*_resources(cloud), *objects}


def objects(cluster_id: str, cluster: ObservableCluster, api_version: str, kind: str) -> set[str]:
    """The lines of `contents` for the objects of one kind in a cluster."""
    return {object_line(cluster_id, Key.of(item)) for item in cluster.list_objects(api_version, kind)}


def _resources(cloud: Cloud) -> Iterator[str]:
    for record in cloud:
        causes = causes_of(record)
        if record.id not in causes and not is_retained(record.id, record.inputs):
            yield record.id
        for id, cause in causes.items():
            # One route can have several DNS record sets, so their names are needed; other causes have one of a kind.
            name = arm_ids.name(id) if arm_ids.kind(id).startswith("Microsoft.Network/dnsZones/") else ""
            yield f"{arm_ids.resource_group_id(id)} {arm_ids.kind(id)} {name} made from {cause}"


def _objects(cluster_id: str, cluster: ObservableCluster) -> Iterator[str]:
    causes = cluster.causes()
    for served in cluster.api_versions():
        api_version, _, kind = served.rpartition("/")
        if not api_version or not kind[0].isupper():  # an item is a version, or a version and a kind
            continue
        for item in () if kind in _HIDDEN else cluster.list_objects(api_version, kind):
            if any(owner.get("controller") for owner in item["metadata"].get("ownerReferences") or ()):
                continue
            key = Key.of(item)
            named_by_uid = key in causes and key.kind == "PersistentVolume"
            yield f"{cluster_id} {kind} made from {causes[key]}" if named_by_uid else object_line(cluster_id, key)


def _is_lost(cause: Cause, clusters: Mapping[str, ObservableCluster]) -> bool:
    """Whether the cause, or a cause of the cause, no longer exists."""
    cluster = clusters.get(cause.cluster_id)
    if cluster is None:
        return True
    key: Key | None = Key(cause.api_version, cause.kind, cause.namespace, cause.name)
    causes = cluster.causes()
    while key is not None:
        if not _exists(cluster, key):
            return True
        key = causes.get(key)
    return False


def _exists(cluster: ObservableCluster, key: Key) -> bool:
    if key.kind == RELEASE:
        return any(
            release.key == key for release in installed_releases(cluster.list_objects("v1", "Secret", key.namespace))
        )
    return cluster.get(key) is not None


def _line(id: str, cause: Cause | None) -> str:
    return f"{id}, made by {cause}" if cause else id
