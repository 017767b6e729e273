"""Permissions that the identities of a cluster need before AKS creates anything.

AKS checks the roles on the kubelet identity and on a custom private DNS zone when it gets the request, so roles that
were assigned moments ago are refused. It uses the roles on network resources minutes later. Sources: Azure Service
Operator retries CustomKubeletIdentityMissingPermissionError (`managed_cluster_extensions.go`); azurerm#24064.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.rules import Request, get_path
from azure_rehearsal.azure.data.role_definitions import ASSIGN_IDENTITY_ROLES, NETWORK_ROLES, PRIVATE_ZONE_ROLES
from azure_rehearsal.azure.services.authorization.role_assignment import has_effective_role, has_role
from azure_rehearsal.azure.services.containerservice.common import control_plane_principal
from azure_rehearsal.protocol.provider import Refused

SUBNET_JOIN: Final = "Microsoft.Network/virtualNetworks/subnets/join/action"
PREFIX_JOIN: Final = "Microsoft.Network/publicIPPrefixes/join/action"
ADDRESS_JOIN: Final = "Microsoft.Network/publicIPAddresses/join/action"
GROUP_JOIN: Final = "Microsoft.Network/applicationSecurityGroups/joinIpConfiguration/action"
_WAIT: Final = (
    "A new assignment takes effect after seconds to minutes: run the deployment again, or retry the creation with an "
    "error hook (pulumi.ErrorHook)"
)
_SCALE_SET_WRITE: Final = "Microsoft.Compute/virtualMachineScaleSets/write"


def refuse_missing_join_permission(
    cloud: Cloud, cluster: dict[str, Any], cluster_id: str, action: str, target: str | None
) -> None:
    """Refuses a network resource that the control-plane identity cannot join.

    System-assigned identities pass: they do not exist before the cluster, and AKS joins as the caller.
    """
    principal = control_plane_principal(cloud, cluster)
    if target is None or principal is None or has_role(cloud, principal, NETWORK_ROLES, target):
        return
    raise Refused(
        "LinkedAuthorizationFailed",
        f"The client '{principal}' with object id '{principal}' has permission to perform action '{_SCALE_SET_WRITE}' "
        f"on scope '{cluster_id}'; however, it does not have permission to perform action '{action}' on the linked "
        f"scope(s) '{target}' or the linked scope(s) are invalid.",
        "assign Network Contributor on it to the control-plane identity, and add the assignment to depends_on of the "
        "cluster or pool",
    )


def refuse_kubelet_identity(request: Request) -> None:
    """Refuses a custom kubelet identity with wrong ids, or one that the control plane cannot assign."""
    profile = get_path(request.inputs, "identityProfile.kubeletidentity")
    if not profile or not profile.get("resourceId"):
        return
    principal = control_plane_principal(request.cloud, request.inputs)
    if principal is None:
        raise Refused(
            "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster",
            "Custom kubelet identity is only supported on clusters with a user-assigned control-plane identity.",
            "set identity.type to UserAssigned with one identity",
        )
    identity = request.cloud.get(profile["resourceId"])
    for given, key in (("clientId", "clientId"), ("objectId", "principalId")):
        if identity is not None and profile.get(given) not in (None, identity.properties[key]):
            raise Refused(
                "CustomKubeletIdentityPropertyError",
                f"The {given} {profile[given]} of the kubelet identity does not belong to {identity.id}, which has "
                f"{identity.properties[key]}.",
                "use resource id, client id and principal id of the same identity",
            )
    if not has_effective_role(request.cloud, principal, ASSIGN_IDENTITY_ROLES, profile["resourceId"]):
        raise Refused(
            "CustomKubeletIdentityMissingPermissionError",
            "The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to "
            f"assign kubelet identity. You can run 'az role assignment create --assignee {principal} --role 'Managed "
            f"Identity Operator' --scope {profile['resourceId']}'. See "
            "https://learn.microsoft.com/azure/aks/use-managed-identity#add-role-assignment",
            f"assign the role, and add the assignment to depends_on of the cluster. {_WAIT}",
        )


def refuse_private_zone(request: Request) -> None:
    """Refuses a custom private DNS zone with a wrong name, or one that the control plane cannot write to."""
    zone = request.get("apiServerAccessProfile.privateDNSZone")
    if not isinstance(zone, str) or "/" not in zone:
        return
    name = arm_ids.name(zone)
    expected = f"privatelink.{request.location}.azmk8s.io"
    if name != expected and not name.endswith(f".{expected}"):
        raise Refused(
            "InvalidPrivateDNSZoneResourceID",
            f"Private DNS zone {zone} is not valid for a cluster in {request.location}.",
            f"use {expected} or a subzone of it",
        )
    principal = control_plane_principal(request.cloud, request.inputs)
    if principal is None:
        raise Refused(
            "SystemAssignedIdentityNotSupportedForCustomPrivateDNSZone",
            "A system-assigned identity cannot be used with a custom private DNS zone.",
            "set identity.type to UserAssigned with one identity",
        )
    if not has_effective_role(request.cloud, principal, PRIVATE_ZONE_ROLES, zone):
        raise Refused(
            "CustomPrivateDNSZoneMissingPermissionError",
            "Service principal or user-assigned identity must be given permission to read and write to custom "
            f"private dns zone {zone}. Check access result not allowed for action "
            "Microsoft.Network/privateDnsZones/read.",
            "assign Private DNS Zone Contributor on the zone, and add the assignment to depends_on of the cluster. "
            f"{_WAIT}",
        )
