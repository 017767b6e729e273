"""Microsoft.ContainerService: managed clusters, agent pools, maintenance windows."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.containerservice import cluster, kubeconfig, maintenance, pools

TYPES: Final = (*cluster.TYPES, *pools.TYPES, *maintenance.TYPES)
FUNCTIONS: Final = kubeconfig.FUNCTIONS
