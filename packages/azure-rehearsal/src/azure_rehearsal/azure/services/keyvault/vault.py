"""Key vaults: names, soft delete and recovery, network rules."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.network_rules import refuse_subnets_without_endpoint
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, NameRule, Request, get_path, normal_location
from azure_rehearsal.azure.services.keyvault.soft_deleted import find_deleted_vault, recover_vault, soft_delete_vault
from azure_rehearsal.protocol.provider import Refused

VAULT: Final = "azure-native:keyvault:Vault"
PATH: Final = arm_ids.provider_id("Microsoft.KeyVault/vaults", "vaultName")
RETENTION_DAYS: Final = range(7, 91)
DEFAULT_RETENTION_DAYS: Final = 90
_TENANT: Final = Limit(min_length=36, max_length=36, pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")


def _previous_state(request: Request) -> dict[str, Any]:
    """The vault's properties before this write, or those of the soft-deleted vault that it recovers."""
    record = request.old or find_deleted_vault(request.cloud, request.name)
    return record.properties["properties"] if record else {}


def _recovers(request: Request) -> bool:
    return str(request.get("properties.createMode", "")).lower() == "recover"


def _refuse_deleted_name(request: Request) -> None:
    if request.old is not None:
        return
    deleted = find_deleted_vault(request.cloud, request.name)
    if deleted is None and _recovers(request):
        raise Refused(
            "SoftDeletedVaultDoesNotExist",
            f"A soft deleted vault with the given name does not exist: {request.name}. Ensure that the name for the "
            "vault that is being attempted to recover is in a recoverable state. For more information on soft delete "
            "please follow this link https://go.microsoft.com/fwlink/?linkid=2149745",
            "remove createMode, or set it to default, to create a new vault",
        )
    if deleted is not None and not _recovers(request):
        raise Refused(
            "ConflictError",
            "A vault with the same name already exists in deleted state. You need to either recover or purge existing "
            f"key vault. It is '{request.name}', which was {deleted.id} in "
            f"'{deleted.properties['location']}'. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for "
            "more information on soft delete.",
            "set properties.createMode to recover to restore it with its secrets, purge it, or choose another name",
        )
    if deleted is not None and not (
        arm_ids.same(deleted.id, request.id) and deleted.properties["location"] == request.location
    ):
        raise Refused(
            "SoftDeletedVaultDoesNotExist",
            f"A soft deleted vault with the given name does not exist in resource group "
            f"'{arm_ids.resource_group(request.id)}' in '{request.location}': '{request.name}' was {deleted.id} in "
            f"'{deleted.properties['location']}'.",
            "recover it in its previous resource group and location, or purge it",
        )


def _refuse_soft_delete(request: Request) -> None:
    if request.get("properties.enableSoftDelete") is False:
        raise Refused(
            "BadRequest",
            f"The property \"enableSoftDelete\" of vault '{request.name}' cannot be set to false. Enabling the 'soft "
            "delete' functionality is an irreversible action.",
            "remove the property",
        )
    days, before = (
        request.get("properties.softDeleteRetentionInDays"),
        _previous_state(request).get("softDeleteRetentionInDays"),
    )
    if days is not None and days not in RETENTION_DAYS:
        raise Refused(
            "BadRequest",
            f"The property \"softDeleteRetentionInDays\" of vault '{request.name}' is {days}. Allowed values are "
            f"{RETENTION_DAYS.start} to {RETENTION_DAYS.stop - 1}.",
            "choose a value in the range",
        )
    if days is not None and before is not None and days != before:
        raise Refused(
            "BadRequest",
            'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified. Vault '
            f"'{request.name}' has {before} days, the request {days}.",
            "keep the value; use another vault for another value",
        )
    if request.get("properties.enablePurgeProtection") is False:
        raise Refused(
            "BadRequest",
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault '
            f"is an irreversible action. Vault '{request.name}'.",
            "set it to true; if it was never enabled, remove it",
        )


def _refuse_missing_policies(request: Request) -> None:
    """Requires access policies without RBAC. Quoted from Azure in pulumi-azure-native#1478."""
    if request.get("properties.enableRbacAuthorization") or _recovers(request):
        return
    if request.sent.get("properties", {}).get("accessPolicies") is None:
        raise Refused(
            "BadRequest",
            f"The parameter accessPolicies is not specified. Vault '{request.name}'.",
            "set enableRbacAuthorization to true, or accessPolicies (an empty list at least)",
        )


def _refuse_network_rules(request: Request) -> None:
    rules = request.get("properties.networkAcls.virtualNetworkRules", [])
    refuse_subnets_without_endpoint(request, "Microsoft.KeyVault", [item.get("id") for item in rules])


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    before, given = _previous_state(request), record.properties["properties"]
    days = before.get("softDeleteRetentionInDays") or given.get("softDeleteRetentionInDays") or DEFAULT_RETENTION_DAYS
    sticky = {"enablePurgeProtection": True} if before.get("enablePurgeProtection") else {}
    computed = {
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": days,
        "vaultUri": f"https://{request.name.lower()}.vault.azure.net/",
        "provisioningState": "Succeeded",
    }
    return {"properties": {**given, **sticky, **computed}}


def _live(cloud: Cloud, record: Record) -> dict[str, Any]:
    connections = [
        {key: item[key] for key in ("id", "privateEndpoint", "privateLinkServiceConnectionState", "provisioningState")}
        for item in connections_of(cloud, record)
    ]
    return {"properties": {**record.properties["properties"], "privateEndpointConnections": connections}}


def _recover(request: Request, record: Record) -> None:
    if request.old is None and _recovers(request):
        recover_vault(request.cloud, record)


def _after_delete(deletion: Deletion) -> None:
    soft_delete_vault(deletion.cloud, deletion.record)


def location_of(cloud: Cloud, vault_id: str) -> str:
    """The location of a vault, or `""`."""
    vault = cloud.get(vault_id)
    return normal_location(str(get_path(vault.properties, "location", ""))) if vault else ""


TYPE: Final = ArmType(
    token=VAULT,
    path=PATH,
    limits={
        "vaultName": Limit(pattern=r"^[a-zA-Z0-9-]{3,24}$"),
        "properties.tenantId": _TENANT,
        "properties.accessPolicies[].tenantId": _TENANT,
    },
    name=NameRule(
        r"[a-zA-Z](?!.*--)[a-zA-Z0-9-]*[a-zA-Z0-9]",
        3,
        24,
        "A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with "
        "a letter or digit, and not contain consecutive hyphens. Follow this link for more information: "
        "https://go.microsoft.com/fwlink/?linkid=2147742",
        code="VaultNameNotValid",
    ),
    unique=(
        globally_unique(
            "vaultName",
            "VaultAlreadyExists",
            "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the "
            "name is already taken. It belongs to {other}.",
        ),
    ),
    defaults={
        "properties.enableRbacAuthorization": False,
        "properties.enabledForDeployment": False,
        "properties.publicNetworkAccess": "Enabled",
    },
    rules=(_refuse_deleted_name, _refuse_soft_delete, _refuse_missing_policies, _refuse_network_rules),
    outputs=_outputs,
    live_outputs=_live,
    after_write=_recover,
    after_delete=_after_delete,
)
