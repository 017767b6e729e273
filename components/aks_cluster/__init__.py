"""The Kubernetes cluster of one region.

Belongs here: the managed cluster, its node pools, identities, maintenance windows and kubeconfig. Does not belong here:
subnets and addresses (`components.network`), resources inside the cluster (`components.platform_services`,
`components.voice_workloads`).
"""

from components.aks_cluster.cluster import AksCluster, AksClusterArgs

__all__ = ["AksCluster", "AksClusterArgs"]
