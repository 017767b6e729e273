"""Storage accounts: kind and SKU, conversions, network rules, access keys."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.extensible_enums import ExtensibleEnumType
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.network_rules import refuse_private_ranges, refuse_subnets_without_endpoint
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import Deletion, Immutable, Request
from azure_rehearsal.azure.data.region_pairs import PAIRS, WITHOUT_PAIR
from azure_rehearsal.azure.services.storage.common import (
    ACCOUNT,
    BLOB_SERVICE,
    CONTAINER,
    NAME,
    PATH,
    add_blob_service,
    is_geo_redundant,
    sku_of,
)
from azure_rehearsal.protocol.provider import Refused

BYPASSES: Final = frozenset({"none", "logging", "metrics", "azureservices"})
PREMIUM_KINDS: Final = frozenset({"blockblobstorage", "filestorage"})
"""Kinds that exist only with premium disks."""
CONVERSIONS: Final = (
    frozenset({"standard_lrs", "standard_grs", "standard_ragrs"}),
    frozenset({"standard_zrs", "standard_gzrs", "standard_ragzrs"}),
)
"""Groups of SKUs between which an update can switch. Other changes need a requested conversion or a new account."""
SERVICES: Final = ("blob", "dfs", "file", "queue", "table")
WEB_ZONE: Final = "z6"
"""A part of the static website's host that Azure chooses by region."""
KEY_BYTES: Final = 64


def _invalid(request: Request, property: str, value: Any, why: str, remediation: str) -> Refused:
    return Refused(
        "AccountPropertyIsInvalid",
        f"The value '{value}' of account property '{property}' is invalid for storage account '{request.name}': {why}",
        remediation,
    )


def _refuse_kind(request: Request) -> None:
    kind, sku = str(request.get("kind", "")).lower(), sku_of(request.inputs)
    is_premium = sku.startswith("premium")
    if kind in PREMIUM_KINDS and not is_premium and not sku.startswith("standardv2"):
        raise _invalid(
            request,
            "sku.name",
            request.get("sku.name"),
            f"kind {request.get('kind')} requires a Premium SKU.",
            "use kind StorageV2 for standard disks",
        )
    if kind != "filestorage" and ("v2_" in sku):
        raise _invalid(
            request,
            "sku.name",
            request.get("sku.name"),
            "V2 SKUs are for kind FileStorage.",
            "use a SKU without V2",
        )
    tier = request.get("accessTier")
    if kind == "blobstorage" and tier is None:
        raise _invalid(request, "accessTier", None, "kind BlobStorage requires it.", "set accessTier")
    if tier is not None and (kind == "storage" or (is_premium and str(tier).lower() != "premium")):
        raise _invalid(
            request,
            "accessTier",
            tier,
            f"kind {request.get('kind')} with {request.get('sku.name')} does not support it.",
            "remove accessTier",
        )


def _refuse_redundancy(request: Request) -> None:
    """Refuses geo-redundant SKUs in regions without a pair. Quoted from Azure in ALZ-PowerShell-Module#291."""
    if is_geo_redundant(sku_of(request.inputs)) and request.location in WITHOUT_PAIR:
        raise Refused(
            "RedundancyConfigurationNotAvailableInRegion",
            f"The storage account failed to create due to redundancy configuration - Sku: {request.get('sku.name')}, "
            f"Kind: {request.get('kind')} - not available in selected Region - {request.location}. Please make sure "
            "the redundancy configuration selected is available in your region. Storage account "
            f"'{request.name}'.",
            "use Standard_ZRS in this region",
        )


def _refuse_conversion(request: Request) -> None:
    before, after = str(request.previous("sku.name") or "").lower(), sku_of(request.inputs)
    if before and before != after and not any({before, after} <= group for group in CONVERSIONS):
        raise _not_updatable(request, "sku.name", request.previous("sku.name"), request.get("sku.name"))
    before, after = str(request.previous("kind") or "").lower(), str(request.get("kind", "")).lower()
    if before and before != after and not (before in ("storage", "blobstorage") and after == "storagev2"):
        raise _not_updatable(request, "kind", request.previous("kind"), request.get("kind"))


def _not_updatable(request: Request, property: str, before: Any, after: Any) -> Refused:
    return Refused(
        "AccountPropertyCannotBeUpdated",
        f"The property '{property}' was specified in the input, but it cannot be updated. Storage account "
        f"'{request.name}' has {before!r}, the request {after!r}.",
        "keep the value, or copy the data to a new account",
    )


def _refuse_network_rules(request: Request) -> None:
    rules = request.get("networkRuleSet") or {}
    subnets = [item.get("virtualNetworkResourceId") for item in rules.get("virtualNetworkRules") or []]
    refuse_subnets_without_endpoint(request, "Microsoft.Storage", subnets)
    refuse_private_ranges(
        request,
        "networkAcls.ipRule[*].value",
        [item.get("iPAddressOrRange") for item in rules.get("ipRules") or []],
        "InvalidValuesForRequestParameters",
    )
    words = {item.strip().lower() for item in str(rules.get("bypass") or "None").split(",")}
    if not words <= BYPASSES:
        raise Refused(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: networkAcls.bypass. It is "
            f"'{rules['bypass']}' in {request.id}.",
            "use None, or a combination of Logging, Metrics and AzureServices",
        )


def _endpoints(request: Request, suffix: str = "") -> dict[str, Any]:
    hosts = {service: f"https://{request.name}{suffix}.{service}.core.windows.net/" for service in SERVICES}
    return hosts | {"web": f"https://{request.name}{suffix}.{WEB_ZONE}.web.core.windows.net/"}


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    sku = sku_of(request.inputs)
    outputs: dict[str, Any] = {
        "primaryEndpoints": _endpoints(request),
        "primaryLocation": request.location,
        "statusOfPrimary": "available",
        "sku": {**request.get("sku"), "tier": "Premium" if sku.startswith("premium") else "Standard"},
        **identity_outputs(request, record),
    }
    pair = PAIRS.get(request.location)
    if pair and is_geo_redundant(sku):
        outputs |= {"secondaryLocation": pair, "statusOfSecondary": "available"}
        if "_ra" in sku:
            outputs["secondaryEndpoints"] = _endpoints(request, "-secondary")
    return outputs


def _live(cloud: Cloud, record: Record) -> dict[str, Any]:
    return {"privateEndpointConnections": connections_of(cloud, record)}


def _create_blob_service(request: Request, record: Record) -> None:
    add_blob_service(request.cloud, record)


def _after_delete(deletion: Deletion) -> None:
    for record in deletion.cloud.inside(deletion.record.id):
        if record.type in (BLOB_SERVICE, CONTAINER):
            deletion.cloud.drop(record.id)
    retire_principal(deletion)


def _key(account: Record, number: int) -> str:
    seed = account.stable_uuid(f"key {number}").encode()
    return base64.b64encode(hashlib.shake_256(seed).digest(KEY_BYTES)).decode()


def list_keys(cloud: Cloud, client: Client, account: Record, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`listStorageAccountKeys`. Azure lists the keys even if the account does not accept them."""
    return {
        "keys": [
            {"keyName": f"key{number}", "permissions": "FULL", "value": _key(account, number)} for number in (1, 2)
        ]
    }


FUNCTIONS: Final = {"azure-native:storage:listStorageAccountKeys": (ACCOUNT, list_keys)}
_NOT_UPDATABLE: Final = {
    "code": "AccountPropertyCannotBeUpdated",
    "message": "The property '{path}' was specified in the input, but it cannot be updated. Storage account {id}.",
    "remediation": "keep the value, or copy the data to a new account",
}


TYPE: Final = ExtensibleEnumType(
    token=ACCOUNT,
    path=PATH,
    location_required=True,
    force_new=("isHnsEnabled", "location"),
    limits={"accountName": NAME},
    unique=(
        globally_unique(
            "accountName",
            "StorageAccountAlreadyTaken",
            "The storage account named {name} is already taken. It is {other}.",
        ),
    ),
    defaults={
        "allowBlobPublicAccess": False,
        "enableHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2",
        "publicNetworkAccess": "Enabled",
    },
    immutable=(
        Immutable("enableNfsV3", **_NOT_UPDATABLE),
        Immutable("dnsEndpointType", **_NOT_UPDATABLE),
        Immutable("encryption.requireInfrastructureEncryption", **_NOT_UPDATABLE),
    ),
    rules=(_refuse_kind, _refuse_redundancy, _refuse_conversion, _refuse_network_rules),
    outputs=_outputs,
    live_outputs=_live,
    after_write=_create_blob_service,
    after_delete=_after_delete,
    extensible_enums=("networkRuleSet.bypass",),
)
