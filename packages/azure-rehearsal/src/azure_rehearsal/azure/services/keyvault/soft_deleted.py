"""What Key Vault keeps of deleted vaults and secrets.

The cloud holds them as records that nobody wrote (`azure_rehearsal.azure.core.retained_resources`), outside every
resource group: a vault under the id that ARM gives it, a secret below its vault's name. Time does not pass in the
simulated Azure, so nothing is purged by itself.
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
    _store_deleted(cloud, _vault_id(vault.id, str(vault.properties["location"])), DELETED_VAULT, vault)


def find_deleted_vault(cloud: Cloud, name: str) -> Record | None:
    """The last state of a soft-deleted vault, wherever it was: vault names are unique in the world."""
    for record in cloud.of_type(DELETED_VAULT):
        if arm_ids.name(record.id).lower() == name.lower():
            return _restored(record)
    return None


def recover_vault(cloud: Cloud, vault: Record) -> None:
    """Takes a vault out of the deleted state and brings back the secrets that went with it."""
    cloud.drop(_vault_id(vault.id, str(vault.properties["location"])))
    for record in cloud.of_type(DELETED_SECRET):
        secret = _restored(record)
        if arm_ids.same(arm_ids.parent(secret.id), vault.id) and arm_ids.same(record.id, _secret_id(secret.id, True)):
            cloud.drop(record.id)
            cloud.put(secret)


def soft_delete_secret(cloud: Cloud, secret: Record, deleted_with_vault: bool) -> None:
    _store_deleted(cloud, _secret_id(secret.id, deleted_with_vault), DELETED_SECRET, secret)


def find_deleted_secret(cloud: Cloud, id: str) -> Record | None:
    """The last state of a secret that was deleted by itself."""
    record = cloud.get(_secret_id(id, deleted_with_vault=False))
    return _restored(record) if record else None


def recover_secret(cloud: Cloud, id: str) -> None:
    cloud.drop(_secret_id(id, deleted_with_vault=False))


def purge_vault(cloud: Cloud, name: str) -> None:
    """What `az keyvault purge` does. Nothing where no vault of that name is soft-deleted."""
    vault = find_deleted_vault(cloud, name)
    if vault is None:
        return
    forgotten: list[Any] = [_vault_id(vault.id, str(vault.properties["location"]))]
    forgotten += [
        record.id
        for record in cloud.of_type(DELETED_SECRET)
        if arm_ids.same(arm_ids.parent(_restored(record).id), vault.id)
    ]
    for id in forgotten:
        cloud.drop(id)
