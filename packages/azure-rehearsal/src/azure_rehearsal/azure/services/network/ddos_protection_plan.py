"""DDoS protection plans."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, InUse
from azure_rehearsal.azure.services.network.common import NAME, NETWORK

TYPE: Final = ArmType(
    token="azure-native:network:DdosProtectionPlan",
    path=arm_ids.provider_id("Microsoft.Network/ddosProtectionPlans", "ddosProtectionPlanName"),
    name=NAME,
    in_use=(
        InUse(
            (NETWORK, "azure-native:network:PublicIPAddress"),
            "DdosProtectionPlanInUse",
            "DDoS protection plan {id} cannot be deleted because it is in use by {others}.",
        ),
    ),
)
