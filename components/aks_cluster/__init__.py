"""The Kubernetes cluster of one region."""

from components.aks_cluster.cluster import AksCluster, AksClusterArgs

__all__ = ["AksCluster", "AksClusterArgs"]
