"""Resource types that controllers create. They have no rules: a program that declares them gets the generic tier."""

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
