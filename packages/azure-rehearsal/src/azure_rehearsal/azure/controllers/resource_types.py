"""Resource types that only controllers create. Programs cannot declare them, so they have no rules."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType

LOAD_BALANCER: Final = ArmType(
    token="azure-native:network:LoadBalancer",
    path=arm_ids.provider_id("Microsoft.Network/loadBalancers", "loadBalancerName"),
)
DISK: Final = ArmType(
    token="azure-native:compute:Disk", path=arm_ids.provider_id("Microsoft.Compute/disks", "diskName")
)

CONTROLLER_TYPES: Final = (LOAD_BALANCER, DISK)
