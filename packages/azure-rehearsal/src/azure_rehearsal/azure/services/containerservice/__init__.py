"""Microsoft.ContainerService: managed clusters, agent pools, maintenance configurations."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.containerservice import (
    agent_pool,
    kubeconfig,
    maintenance_configuration,
    managed_cluster,
)

TYPES: Final = (
    managed_cluster.TYPE,
    agent_pool.TYPE,
    maintenance_configuration.TYPE,
)
FUNCTIONS: Final = kubeconfig.FUNCTIONS
