"""Resource types that only the controllers of clusters make. No program declares them, so no write is checked here."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType

BALANCER: Final = ArmType(
    token="azure-native:network:LoadBalancer",
    path=arm_ids.provider_id("Microsoft.Network/loadBalancers", "loadBalancerName"),
)
DISK: Final = ArmType(
    token="azure-native:compute:Disk", path=arm_ids.provider_id("Microsoft.Compute/disks", "diskName")
)

MADE_BY_CONTROLLERS: Final = (BALANCER, DISK)
