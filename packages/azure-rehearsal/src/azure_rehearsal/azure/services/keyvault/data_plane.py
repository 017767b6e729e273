"""Access to a vault's data plane. ARM creates and updates secrets; the provider deletes and recovers them there.

Sources: pulumi-azure-native, provider/pkg/resources/customresources/custom_keyvault.go (delete; recovery since pull
request 4759). Texts: microsoft/multimodal-ai#171 (ForbiddenByConnection), terraform-provider-azurerm#20742
(ForbiddenByFirewall), piyushsachdeva/Terraform_AKS#2 (ForbiddenByRbac), learn key-vault/general/rest-error-codes
(ForbiddenByPolicy). Azure checks the network first. Not modeled: service endpoints, trusted services, perimeters.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Final, Literal

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import get_path
from azure_rehearsal.azure.services.authorization.role_assignment import has_role
from azure_rehearsal.protocol.provider import Refused

Action = Literal["delete", "recover"]
SECRET_ROLES: Final = frozenset({"Key Vault Administrator", "Key Vault Secrets Officer"})
_WITHOUT_CALL: Final = (
    "ARM cannot {action} secrets: leave them to the deletion of the vault (options deletedWith or retainOnDelete)"
)
_NETWORK_REMEDIATION: Final = f"{_WITHOUT_CALL}, or run this from a network that the vault admits"
_RIGHTS_REMEDIATION: Final = f"{_WITHOUT_CALL}, or assign {{grant}}"


def refuse_access(cloud: Cloud, client: Client, secret_id: str, action: Action) -> None:
    """Refuses an action on a secret in the data plane to a client that the vault does not admit."""
    vault = cloud.get(arm_ids.parent(secret_id))
    if vault is None:
        return
    _refuse_network(cloud, client, vault, action)
    _refuse_rights(cloud, client, vault, secret_id, action)


def _refuse_network(cloud: Cloud, client: Client, vault: Record, action: Action) -> None:
    if _is_private(client.address) and connections_of(cloud, vault):
        return
    properties = vault.properties["properties"]
    if str(properties.get("publicNetworkAccess", "")).lower() == "disabled":
        raise _forbidden(
            "ForbiddenByConnection",
            "Public network access is disabled and request is not from a trusted service nor via an approved private "
            f"link. Caller: {_caller(client)} Vault: {_named(vault)}",
            _NETWORK_REMEDIATION.format(action=action),
        )
    rules = properties.get("networkAcls") or {}
    if str(rules.get("defaultAction", "Allow")).lower() == "deny" and not _admits(rules, client.address):
        raise _forbidden(
            "ForbiddenByFirewall",
            "Client address is not authorized and caller is not a trusted service. Client address: "
            f"{client.address or 'unknown'} Caller: {_caller(client)} Vault: {_named(vault)}",
            _NETWORK_REMEDIATION.format(action=action),
        )


def _is_private(address: str) -> bool:
    return bool(address) and ipaddress.ip_address(address).is_private


def _admits(rules: dict[str, Any], address: str) -> bool:
    ranges = [ipaddress.ip_network(item["value"], strict=False) for item in rules.get("ipRules") or []]
    return bool(address) and any(ipaddress.ip_address(address) in item for item in ranges)


def _refuse_rights(cloud: Cloud, client: Client, vault: Record, secret_id: str, action: Action) -> None:
    properties = vault.properties["properties"]
    if properties.get("enableRbacAuthorization"):
        own = {role.role for role in cloud.subscription.deployer_roles if _covers(role.scope, secret_id)}
        if own & SECRET_ROLES or has_role(cloud, client.object_id, SECRET_ROLES, secret_id):
            return
        raise _forbidden(
            "ForbiddenByRbac",
            "Caller is not authorized to perform action on resource. If role assignments, deny assignments or role "
            f"definitions were changed recently, please observe propagation time. Caller: {_caller(client)} Action: "
            f"'Microsoft.KeyVault/vaults/secrets/{action}' Resource: '{secret_id}' Assignment: (not found) "
            f"Vault: {_named(vault)}",
            _RIGHTS_REMEDIATION.format(action=action, grant="the deployer Key Vault Secrets Officer on the vault"),
        )
    for policy in properties.get("accessPolicies") or []:
        granted = {str(item).lower() for item in get_path(policy, "permissions.secrets") or []}
        if arm_ids.same(policy.get("objectId"), client.object_id) and granted & {action, "all"}:
            return
    raise _forbidden(
        "ForbiddenByPolicy",
        f"The user, group or application '{_caller(client)}' does not have secrets {action} permission on key vault "
        f"'{_named(vault)}'.",
        _RIGHTS_REMEDIATION.format(action=action, grant=f"the secret permission {action} in the access policies"),
    )


def _covers(scope: str, id: str) -> bool:
    """Whether a role of the deployer on a scope applies; an empty scope is the subscription."""
    return not scope or arm_ids.is_inside(id, scope)


def _forbidden(inner_code: str, message: str, remediation: str) -> Refused:
    return Refused("Forbidden", f"{message} (innererror: {inner_code})", remediation)


def _caller(client: Client) -> str:
    return f"appid={client.client_id};oid={client.object_id};iss=https://sts.windows.net/{client.tenant_id}/"


def _named(vault: Record) -> str:
    return f"{arm_ids.name(vault.id)};location={vault.properties['location']}"
