"""The Azure principals of a cluster's controllers, and the authorization errors that Azure returns to them."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import get_path
from azure_rehearsal.azure.data.role_definitions import FULL_ACCESS_ROLES, NETWORK_ROLES
from azure_rehearsal.azure.services.authorization.role_assignment import has_role
from azure_rehearsal.azure.services.containerservice.common import control_plane_principal
from azure_rehearsal.azure.services.managedidentity.federated_identity_credential import CREDENTIAL
from azure_rehearsal.azure.services.managedidentity.user_assigned_identity import IDENTITY
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.kubernetes.cloud_controller_api import PodIdentity, Provided

READ_ANYTHING: Final = FULL_ACCESS_ROLES | {
    "Reader",
    "User Access Administrator",
    "Role Based Access Control Administrator",
}
READ_NETWORK: Final = READ_ANYTHING | NETWORK_ROLES
"""Roles that can list the Microsoft.Network resources of a resource group if they are assigned on the group."""
ZONE_ROLES: Final = NETWORK_ROLES | {"DNS Zone Contributor"}
"""Roles that can write to a public DNS zone. On a resource group, they can also list its zones."""


def cluster_of(cloud: Cloud, cluster_id: str) -> Record | None:
    """The cluster with this creation id; `None` after its deletion."""
    return next((record for record in cloud.of_type(CLUSTER) if record.creation_id == cluster_id), None)


def node_group(cluster: Record) -> str:
    """The id of the cluster's node resource group."""
    return group_id(cluster, cluster.properties["nodeResourceGroup"])


def group_id(cluster: Record, name: str) -> str:
    """The id of a resource group in the cluster's subscription."""
    return f"{cluster.id.split('/resourceGroups/')[0]}/resourceGroups/{name}"


def control_plane(cloud: Cloud, cluster: Record) -> str:
    """The control-plane principal, which creates load balancers and disks."""
    return control_plane_principal(cloud, cluster.properties) or str(
        get_path(cluster.properties, "identity.principalId")
    )


def authorization_error(
    cloud: Cloud, principal: str, roles: frozenset[str], action: str, scope: str, shown_scope: str = ""
) -> str:
    """Azure's error for an action on a scope; empty if the principal has one of the roles."""
    if has_role(cloud, principal, roles, scope):
        return ""
    return (
        f"403 Forbidden, AuthorizationFailed: The client '{principal}' with object id '{principal}' does not have "
        f"authorization to perform action '{action}' over scope '{shown_scope or scope}' or the scope "
        "is invalid. If access was recently granted, please refresh your credentials."
    )


def list_authorization_error(cloud: Cloud, principal: str, roles: frozenset[str], kind: str, group: str) -> str:
    """Azure's error for listing a kind in a group; empty if allowed. A role on a single resource is not enough."""
    shown_scope = f"{group}/providers/{kind.partition('/')[0]}"
    return authorization_error(cloud, principal, roles, f"{kind}/read", group, shown_scope)


def join_authorization_error(cloud: Cloud, principal: str, load_balancer: str, action: str, target: str) -> str:
    """Azure's error for a load balancer that refers to `target`; empty if the principal can join it."""
    if has_role(cloud, principal, NETWORK_ROLES, target):
        return ""
    return (
        f"403 Forbidden, LinkedAuthorizationFailed: The client '{principal}' with object id '{principal}' has "
        f"permission to perform action 'Microsoft.Network/loadBalancers/write' on scope '{load_balancer}'; however, it "
        f"does not have permission to perform action '{action}' on the linked scope(s) '{target}' or the linked "
        "scope(s) are invalid."
    )


def pod_principal(cloud: Cloud, cluster: Record, identity: PodIdentity) -> Provided:
    """The principal of a pod with workload identity, or the reason why the sign-in fails."""
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
            "directory. The ServiceAccount has this client id."
        )
    issuer = str(get_path(cluster.properties, "oidcIssuerProfile.issuerURL", ""))
    for credential in cloud.children(found[0].id, CREDENTIAL):
        fields = credential.properties
        if fields.get("subject") == identity.subject and str(fields.get("issuer")).rstrip("/") == issuer.rstrip("/"):
            return Provided(str(found[0].properties["principalId"]))
    return Provided(
        problem=f"{failed}: AADSTS700213: No matching federated identity record found for presented assertion subject "
        f"'{identity.subject}'. Check your federated identity credential Subject, Audience and Issuer against the "
        f"presented assertion. Identity: {arm_ids.name(found[0].id)}. Issuer of the cluster: {issuer or 'disabled'}."
    )
