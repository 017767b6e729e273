"""Who the controllers of a cluster are in Azure, and what they may do."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import dig
from azure_rehearsal.azure.data.role_definitions import EVERYTHING, NETWORK_ROLES
from azure_rehearsal.azure.services.authorization.role_assignments import has_role
from azure_rehearsal.azure.services.containerservice.common import control_plane_principal
from azure_rehearsal.azure.services.managedidentity.identities import CREDENTIAL, IDENTITY
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.kubernetes.cloud_controller_api import PodIdentity, Provided

READ_ANYTHING: Final = EVERYTHING | {
    "Reader",
    "User Access Administrator",
    "Role Based Access Control Administrator",
}
READ_NETWORK: Final = READ_ANYTHING | NETWORK_ROLES
"""Roles that may list what Microsoft.Network has in a resource group, where they are given for the group."""
ZONE_ROLES: Final = NETWORK_ROLES | {"DNS Zone Contributor"}
"""Roles that may write into a public zone; they may list zones too, where they are given for the group."""


def cluster_of(cloud: Cloud, cluster_id: str) -> Record | None:
    """The cluster with this creation id; `None` once it is gone."""
    return next((record for record in cloud.of_type(CLUSTER) if record.creation_id == cluster_id), None)


def node_group(cluster: Record) -> str:
    """The id of the group that AKS made for what the cluster causes."""
    return group_id(cluster, cluster.properties["nodeResourceGroup"])


def group_id(cluster: Record, name: str) -> str:
    """The id of a resource group in the cluster's subscription."""
    return f"{cluster.id.split('/resourceGroups/')[0]}/resourceGroups/{name}"


def control_plane(cloud: Cloud, cluster: Record) -> str:
    """The principal that makes load balancers and disks."""
    return control_plane_principal(cloud, cluster.properties) or str(dig(cluster.properties, "identity.principalId"))


def not_allowed(cloud: Cloud, principal: str, roles: frozenset[str], action: str, scope: str, shown: str = "") -> str:
    """Azure's refusal of an action on a scope; empty where the principal holds one of the roles."""
    if has_role(cloud, principal, roles, scope):
        return ""
    return (
        f"403 Forbidden, AuthorizationFailed: The client '{principal}' with object id '{principal}' does not have "
        f"authorization to perform action '{action}' over scope '{shown or scope}' or the scope is invalid. If access "
        "was recently granted, please refresh your credentials."
    )


def not_listed(cloud: Cloud, principal: str, roles: frozenset[str], kind: str, group: str) -> str:
    """The same for a list of all resources of a kind in a group: a role on one of them is not enough."""
    shown = f"{group}/providers/{kind.partition('/')[0]}"
    return not_allowed(cloud, principal, roles, f"{kind}/read", group, shown)


def not_joined(cloud: Cloud, principal: str, balancer: str, action: str, target: str) -> str:
    """Azure's refusal of a load balancer that names something which the principal may not use; empty where it may."""
    if has_role(cloud, principal, NETWORK_ROLES, target):
        return ""
    return (
        f"403 Forbidden, LinkedAuthorizationFailed: The client '{principal}' with object id '{principal}' has "
        f"permission to perform action 'Microsoft.Network/loadBalancers/write' on scope '{balancer}'; however, it does "
        f"not have permission to perform action '{action}' on the linked scope(s) '{target}' or the linked scope(s) "
        "are invalid."
    )


def pod_principal(cloud: Cloud, cluster: Record, identity: PodIdentity) -> Provided:
    """The principal that a pod signs in as by workload identity, or why it cannot."""
    failed = "DefaultAzureCredential authentication failed: WorkloadIdentityCredential"
    if not identity.client_id:
        return Provided(
            problem=f"{failed}: no client ID specified. Annotate the ServiceAccount ({identity.subject}) with "
            'azure.workload.identity/client-id, and label its pods azure.workload.identity/use: "true".'
        )
    found = [item for item in cloud.of_type(IDENTITY) if item.properties.get("clientId") == identity.client_id]
    if not found:
        return Provided(
            problem=f"{failed}: AADSTS700016: Application with identifier '{identity.client_id}' was not found in the "
            "directory. It is the client id on the ServiceAccount."
        )
    issuer = str(dig(cluster.properties, "oidcIssuerProfile.issuerURL", ""))
    for credential in cloud.children(found[0].id, CREDENTIAL):
        said = credential.properties
        if said.get("subject") == identity.subject and str(said.get("issuer")).rstrip("/") == issuer.rstrip("/"):
            return Provided(str(found[0].properties["principalId"]))
    return Provided(
        problem=f"{failed}: AADSTS700213: No matching federated identity record found for presented assertion subject "
        f"'{identity.subject}'. Check your federated identity credential Subject, Audience and Issuer against the "
        f"presented assertion. The identity is {arm_ids.name(found[0].id)}, the cluster's issuer {issuer or 'off'}."
    )
