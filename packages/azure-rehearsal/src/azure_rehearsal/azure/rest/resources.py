"""Deleted vaults, and any resource by its id.

Examples: specification/keyvault/resource-manager/Microsoft.KeyVault/stable/2023-07-01/examples/listDeletedVaults.json
(the form of getDeletedVault.json is that of an item) and specification/resources/resource-manager/Microsoft.Resources/
stable/2021-04-01/examples/GetByIdResources.json. The simulated Azure has no clock, so a deleted vault has fixed dates.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.arm import ResourceManager
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.refusals import not_found
from azure_rehearsal.azure.core.rules import get_path
from azure_rehearsal.azure.rest.request import ArmError, ArmRequest, Route, page
from azure_rehearsal.azure.services.keyvault.soft_deleted import DELETED_VAULT

_ENVELOPE: Final = frozenset(
    {"id", "name", "type", "location", "tags", "sku", "identity", "kind", "zones", "etag", "plan", "managedBy",
     "extendedLocation", "systemData", "properties"}
)  # fmt: skip
"""Top-level keys of an ARM resource. The provider flattens `properties` of most types; the front nests them again."""
_DELETED: Final = "2026-11-01T00:00:00Z"
_PURGED: Final = "2027-01-30T00:00:00Z"


def body_of(record: Record, properties: dict[str, Any] | None = None) -> dict[str, Any]:
    """The body of a GET. `properties` are the provider's outputs, by default the stored ones."""
    outputs = record.properties if properties is None else properties
    body = {key: value for key, value in outputs.items() if key in _ENVELOPE}
    nested = {key: value for key, value in outputs.items() if key not in _ENVELOPE and key != "azureApiVersion"}
    named = {"id": record.id, "name": arm_ids.name(record.id), "type": arm_ids.kind(record.id)}
    return {**body, **named, "properties": body.get("properties") or nested}


def _deleted_vaults(request: ArmRequest) -> dict[str, Any]:
    return page([_deleted_vault(record) for record in request.cloud.of_type(DELETED_VAULT)])


def _deleted_vault_by_name(request: ArmRequest) -> dict[str, Any]:
    name = request.path["name"].lower()
    for record in request.cloud.of_type(DELETED_VAULT):
        if arm_ids.name(record.id).lower() == name and f"/locations/{request.location}/" in record.id.lower():
            return _deleted_vault(record)
    raise ArmError(
        404,
        "DeletedVaultNotFound",
        f"The specified deleted vault '{name}' does not exist in the location '{request.location}'.",
    )


def _deleted_vault(record: Record) -> dict[str, Any]:
    vault = record.properties["record"]
    return {
        "id": record.id,
        "name": arm_ids.name(record.id),
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {
            "vaultId": vault["id"],
            "location": vault["properties"]["location"],
            "tags": vault["properties"].get("tags") or {},
            "deletionDate": _DELETED,
            "scheduledPurgeDate": _PURGED,
            "purgeProtectionEnabled": bool(get_path(vault["properties"], "properties.enablePurgeProtection")),
        },
    }


def _resource(request: ArmRequest) -> dict[str, Any]:
    id = "/" + request.path["id"].strip("/")
    record = request.cloud.get(id)
    if record is None or record.type not in type_registry.types():
        group = arm_ids.resource_group_id(id)
        if group and request.cloud.get(group) is None:
            raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{arm_ids.name(group)}' could not be found.")
        raise ArmError.refused(not_found(id), 404)
    return body_of(record, ResourceManager(request.cloud, request.client).read(record))


_VAULTS: Final = "/subscriptions/{subscription}/providers/Microsoft.KeyVault"

ROUTES: Final = (
    Route("GET", f"{_VAULTS}/deletedVaults", _deleted_vaults),
    Route("GET", f"{_VAULTS}/locations/{{location}}/deletedVaults/{{name}}", _deleted_vault_by_name),
)
ANY_RESOURCE: Final = (
    Route("GET", "/{*id}", _resource),
    Route("HEAD", "/{*id}", _resource),
)
"""Tried after every other route."""
