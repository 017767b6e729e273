"""Soft-deleted vaults and secrets.

The cloud stores them as records without inputs (`azure_rehearsal.azure.core.retained_resources`), outside every
resource group: a vault has the id that ARM gives it, a secret an id with its vault's name. The simulated Azure has no
clock, so it never purges them itself.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import normal_location

DELETED_VAULT: Final = "azure-native:keyvault:DeletedVault"
DELETED_SECRET: Final = "azure-native:keyvault:DeletedSecret"


def _vault_id(vault: str, location: str) -> str:
    subscription = vault.split("/")[2]
    return (
        f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{normal_location(location)}"
        f"/deletedVaults/{arm_ids.name(vault)}"
    )


def _secret_id(secret: str, deleted_with_vault: bool) -> str:
    subscription, vault = secret.split("/")[2], arm_ids.name(arm_ids.parent(secret))
    kept = "secrets" if deleted_with_vault else "deletedSecrets"
    return f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/{kept}Of/{vault}/{kept}/{arm_ids.name(secret)}"


def _store_deleted(cloud: Cloud, id: str, type: str, record: Record) -> None:
    cloud.put(Record(id, type, {"record": vars(record)}, creation=record.creation, run=record.run))


def _restored(record: Record) -> Record:
    return Record(**record.properties["record"])


def soft_delete_vault(cloud: Cloud, vault: Record) -> None:
    """Stores a deleted vault."""
    _store_deleted(cloud, _vault_id(vault.id, str(vault.properties["location"])), DELETED_VAULT, vault)


def find_deleted_vault(cloud: Cloud, name: str) -> Record | None:
    """The last state of a soft-deleted vault, from any resource group: vault names are unique worldwide."""
    for record in cloud.of_type(DELETED_VAULT):
        if arm_ids.name(record.id).lower() == name.lower():
            return _restored(record)
    return None


def recover_vault(cloud: Cloud, vault: Record) -> None:
    """Removes a vault from the deleted state and restores the secrets that were deleted with it."""
    cloud.drop(_vault_id(vault.id, str(vault.properties["location"])))
    for record in cloud.of_type(DELETED_SECRET):
        secret = _restored(record)
        if arm_ids.same(arm_ids.parent(secret.id), vault.id) and arm_ids.same(record.id, _secret_id(secret.id, True)):
            cloud.drop(record.id)
            cloud.put(secret)


def soft_delete_secret(cloud: Cloud, secret: Record, deleted_with_vault: bool) -> None:
    """Stores a deleted secret."""
    _store_deleted(cloud, _secret_id(secret.id, deleted_with_vault), DELETED_SECRET, secret)


def find_deleted_secret(cloud: Cloud, id: str) -> Record | None:
    """The last state of a secret that was deleted without its vault."""
    record = cloud.get(_secret_id(id, deleted_with_vault=False))
    return _restored(record) if record else None


def recover_secret(cloud: Cloud, id: str) -> None:
    """Removes a secret from the deleted state."""
    cloud.drop(_secret_id(id, deleted_with_vault=False))


def purge_vault(cloud: Cloud, name: str) -> None:
    """Purges a soft-deleted vault, like `az keyvault purge`. Does nothing if there is none with this name."""
    vault = find_deleted_vault(cloud, name)
    if vault is None:
        return
    purged: list[Any] = [_vault_id(vault.id, str(vault.properties["location"]))]
    purged += [
        record.id
        for record in cloud.of_type(DELETED_SECRET)
        if arm_ids.same(arm_ids.parent(_restored(record).id), vault.id)
    ]
    for id in purged:
        cloud.drop(id)
