"""Secrets of a vault. The cloud stores a digest of each value, not the value.

A delete uses the vault's data plane because ARM has no DELETE for secrets; it soft-deletes the secret in its vault. A
create with the same name gets a 409 from Azure, after which the provider recovers the secret and writes it again
(`provider/pkg/resources/customresources/custom_keyvault.go`). Both use the data plane: the vault must admit the
deployer's address and give it a role there (`data_plane.py`). Creates and updates use ARM and need neither.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, Request, get_path
from azure_rehearsal.azure.core.secret_digest import matches_digest, store_digests
from azure_rehearsal.azure.services.keyvault.data_plane import refuse_access
from azure_rehearsal.azure.services.keyvault.soft_deleted import find_deleted_secret, recover_secret, soft_delete_secret
from azure_rehearsal.azure.services.keyvault.vault import PATH, location_of
from azure_rehearsal.protocol.provider import Refused

SECRET: Final = "azure-native:keyvault:Secret"
VALUE: Final = "properties.value"
MAX_BYTES: Final = 25 * 1024
"""Maximum size of a value: learn.microsoft.com/azure/key-vault/secrets/about-secrets."""
MAX_CONTENT_TYPE_LENGTH: Final = 255


def _refuse_value(request: Request) -> None:
    size = len(str(request.get(VALUE, "")).encode())
    if size > MAX_BYTES:
        raise Refused(
            "BadParameter",
            f"The value of secret '{request.name}' has {size} bytes. The maximum length of the secret value is "
            f"{MAX_BYTES} bytes.",
            "store large values in a storage account",
        )


def _refuse_content_type(request: Request) -> None:
    length = len(str(request.get("properties.contentType", "")))
    if length > MAX_CONTENT_TYPE_LENGTH:
        raise Refused(
            "BadParameter",
            f"The contentType of secret '{request.name}' has {length} characters. The maximum length is "
            f"{MAX_CONTENT_TYPE_LENGTH}.",
            "use a shorter contentType",
        )


def _refuse_expiry(request: Request) -> None:
    begins, ends = request.get("properties.attributes.notBefore"), request.get("properties.attributes.expires")
    if begins is not None and ends is not None and ends <= begins:
        raise Refused(
            "BadParameter",
            f"Secret '{request.name}' has expires {ends}, which is not after notBefore {begins}.",
            "set expires after notBefore, both in seconds since 1970-01-01 UTC",
        )


def _refuse_recovery(request: Request) -> None:
    if request.old is None and find_deleted_secret(request.cloud, request.id) is not None:
        refuse_access(request.cloud, request.client, request.id, "recover")


def _refuse_delete(deletion: Deletion) -> None:
    refuse_access(deletion.cloud, deletion.client, deletion.record.id, "delete")


def _previous_state(request: Request) -> Record | None:
    return request.old or find_deleted_secret(request.cloud, request.id)


def _version(request: Request, record: Record) -> str:
    """The version after this write: unchanged if the value is the same, else a new one."""
    before = _previous_state(request)
    if before is None:
        return record.stable_uuid("version").replace("-", "")
    last = str(get_path(before.properties, "properties.secretUriWithVersion", "")).rsplit("/", 1)[-1]
    value = request.get(VALUE)
    if value is None or matches_digest(value, get_path(before.inputs, VALUE)):
        return last
    return uuid.uuid5(uuid.UUID(last), "next").hex


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    vault = arm_ids.parent(request.id)
    uri = f"https://{arm_ids.name(vault).lower()}.vault.azure.net/secrets/{request.name}"
    given = {key: value for key, value in record.properties["properties"].items() if key != "value"}
    return {
        "location": location_of(request.cloud, vault),
        "properties": {
            **given,
            "attributes": {"enabled": True, **(given.get("attributes") or {})},
            "secretUri": uri,
            "secretUriWithVersion": f"{uri}/{_version(request, record)}",
        },
    }


def _after_write(request: Request, record: Record) -> None:
    recover_secret(request.cloud, request.id)
    if request.get(VALUE) is None and request.old is not None:
        record.inputs = {
            **record.inputs,
            "properties": {**record.inputs["properties"], "value": get_path(request.old.inputs, VALUE)},
        }
        request.cloud.put(record)
        return
    store_digests(request, record, VALUE)


def _after_delete(deletion: Deletion) -> None:
    deleted_with_vault = deletion.cloud.cascade_deleted[-1:] == [deletion.record.id]
    soft_delete_secret(deletion.cloud, deletion.record, deleted_with_vault)


TYPE: Final = ArmType(
    token=SECRET,
    path=f"{PATH}/secrets/{{secretName}}",
    limits={
        "vaultName": Limit(pattern=r"^[a-zA-Z0-9-]{3,24}$"),
        "secretName": Limit(pattern=r"^[a-zA-Z0-9-]{1,127}$"),
    },
    rules=(_refuse_value, _refuse_content_type, _refuse_expiry, _refuse_recovery),
    outputs=_outputs,
    after_write=_after_write,
    delete_rules=(_refuse_delete,),
    after_delete=_after_delete,
)
