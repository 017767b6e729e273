"""Application security groups."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.private_connections import PRIVATE_ENDPOINT
from azure_rehearsal.azure.core.rules import ArmType, InUse
from azure_rehearsal.azure.services.network.common import AGENT_POOL, NAME
from azure_rehearsal.azure.services.network.network_security_group import SECURITY_GROUP

APPLICATION_GROUP: Final = "azure-native:network:ApplicationSecurityGroup"


TYPE: Final = ArmType(
    token=APPLICATION_GROUP,
    path=arm_ids.provider_id("Microsoft.Network/applicationSecurityGroups", "applicationSecurityGroupName"),
    name=NAME,
    in_use=(
        InUse(
            (SECURITY_GROUP,),
            "ApplicationSecurityGroupInUse",
            "Application Security Group {name} cannot be deleted because it is referenced by security rule(s) of "
            "{others}.",
        ),
        InUse(
            (AGENT_POOL, PRIVATE_ENDPOINT),
            "ApplicationSecurityGroupInUse",
            "Application Security Group {name} cannot be deleted because it is referenced by IpConfiguration(s) "
            "of {others}.",
        ),
    ),
)
