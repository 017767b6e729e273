"""The clusters as a caller outside of their networks reaches them.

Owns which API servers are private. A private API server has an address in the cluster's virtual network, and its name
is in a private DNS zone: only clients in that network, or in a peered network that is linked to the zone, reach it
(learn.microsoft.com/azure/aks/private-clusters).
"""

from __future__ import annotations

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.kubernetes.cluster import Cluster, Clusters
from azure_rehearsal.kubernetes.fake.fake_clusters import ClusterDirectory


class PublicClusters:
    """The clusters with a public API server. Private ones do not respond."""

    def __init__(self, clusters: Clusters, cloud: Cloud, directory: ClusterDirectory | None = None) -> None:
        """`directory` resolves the addresses of API servers (default: `cloud`)."""
        self._clusters = clusters
        self._cloud = cloud
        self._directory = directory or cloud

    def by_server(self, server_url: str) -> Cluster | None:
        identity = self._directory.cluster_by_server(server_url)
        named = identity.creation_id if identity else ""
        if any(_is_private(record) for record in self._cloud.of_type(CLUSTER) if record.creation_id == named):
            return None
        return self._clusters.by_server(server_url)


def _is_private(cluster: Record) -> bool:
    access = cluster.properties.get("apiServerAccessProfile") or {}
    return bool(access.get("enablePrivateCluster"))
