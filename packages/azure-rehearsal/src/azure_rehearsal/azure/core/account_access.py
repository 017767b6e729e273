"""Accounts that accept a private endpoint only while nothing else writes to them.

The endpoint fails after its creation (ARM accepts it and then asks the account); another write is refused meanwhile.
azure-native retries neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.private_connections import PRIVATE_ENDPOINT, connection_of
from azure_rehearsal.protocol.provider import Refused

OUTSIDE_WRITERS: Final = frozenset({PRIVATE_ENDPOINT, "azure-native:network:FlowLog"})
"""Types outside an account whose writes also write to the account."""


@dataclass(frozen=True)
class ExclusiveAccess:
    """The refusal of one service. `{name}` in `message` is the account's name.

    `children`: whether writes of the account's child resources count.
    """

    code: str
    message: str
    children: bool = True


EXCLUSIVE_ACCESS: Final[Mapping[str, ExclusiveAccess]] = {
    # Azure/bicep-registry-modules#6001; hashicorp/terraform-provider-azurerm PR 28112 (two endpoints of an account).
    "microsoft.storage/storageaccounts": ExclusiveAccess(
        "StorageAccountOperationInProgress",
        "An operation is currently performing on this storage account that requires exclusive access.",
    ),
    # Public logs of deployments with an endpoint beside a write of the vault. Secrets are no writes of the vault.
    "microsoft.keyvault/vaults": ExclusiveAccess(
        "ConflictError",
        "A conflict occurred that prevented the operation from completing. The operation failed because the Key Vault "
        "'{name}' changed from the point the operation began. This can happen if parallel operations are being "
        "performed on the Key Vault.",
        children=False,
    ),
    # Public logs of deployments of accounts with private endpoints (412).
    "microsoft.documentdb/databaseaccounts": ExclusiveAccess(
        "PreconditionFailed",
        "There is already an operation in progress which requires exclusive lock on this service {name}. Please retry "
        "the operation after sometime.",
    ),
}
"""By ARM kind in lower case. Services without a public report of such a conflict are not in the list."""


def conflict_of_endpoint(cloud: Cloud, id: str, target: Record) -> Refused | None:
    """The failure of the private endpoint `id` because another write on its target is in progress."""
    access = EXCLUSIVE_ACCESS.get(arm_ids.kind(target.id).lower())
    if access is None:
        return None
    for other in sorted(cloud.active_writes()):
        if not arm_ids.same(other, id) and _writes_to(cloud, other, target, access):
            return Refused(
                access.code,
                f"Call to {arm_ids.kind(target.id)} failed. Error message: "
                f"{access.message.format(name=arm_ids.name(target.id))} Under way: {other}.",
                f"create private endpoints after the last write of their account: add {other} to depends_on of {id}",
            )
    return None


def refuse_during_endpoint_write(cloud: Cloud, id: str, account_id: str | None = None) -> None:
    """Refuses a write of the resource `id` to an account while one of the account's private endpoints is written.

    Without `account_id` it is the top-level resource that contains `id`.
    """
    account_id = account_id or _account_of(id)
    access = EXCLUSIVE_ACCESS.get(arm_ids.kind(account_id).lower())
    if access is None or not (access.children or arm_ids.same(id, account_id)):
        return
    for other in sorted(cloud.active_writes()):
        if _is_endpoint_of(cloud, other, account_id):
            raise Refused(
                access.code,
                f"{access.message.format(name=arm_ids.name(account_id))} Under way: {other}.",
                f"create private endpoints after the last write of their account: add {id} to depends_on of {other}",
            )


def _account_of(id: str) -> str:
    """The id of the top-level resource that contains a resource."""
    head, _, tail = id.rpartition("/providers/")
    return f"{head}/providers/{'/'.join(tail.split('/')[:3])}"


def _is_endpoint_of(cloud: Cloud, id: str, account_id: str) -> bool:
    record = cloud.get(id)
    if record is None or record.type != PRIVATE_ENDPOINT:
        return False
    return arm_ids.same(connection_of(record.properties).get("privateLinkServiceId"), account_id)


def _writes_to(cloud: Cloud, id: str, account: Record, access: ExclusiveAccess) -> bool:
    """Whether a write of the resource `id` writes to an account."""
    if arm_ids.same(_account_of(id), account.id):
        return access.children or arm_ids.same(id, account.id)
    record = cloud.get(id)
    return record is not None and record.type in OUTSIDE_WRITERS and record in cloud.referrers(account.id)
