"""Rules for version, size, storage, zones, standby and backup of a server."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.data.region_pairs import WITHOUT_PAIR
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.dbforpostgresql.common import invalid
from azure_rehearsal.azure.services.dbforpostgresql.offers import (
    BASE_TIERS,
    BURSTABLE,
    IOPS,
    LARGE_DISK_TIERS,
    LARGEST_SMALL_DISK,
    NEWEST_VERSIONS,
    OTHER_DISK_SIZES,
    PREMIUM,
    RETIRED_VERSIONS,
    SMALL_DISK_TIERS,
    tier_of,
)
from azure_rehearsal.protocol.provider import Refused

BACKUP_DAYS: Final = range(7, 36)
ENABLED: Final = "enabled"


def is_enabled(request: Request, path: str) -> bool:
    """Whether the input at this path is `Enabled`."""
    return str(request.get(path, "")).lower() == ENABLED


def standby_mode(values: Any) -> str:
    """`zoneredundant`, `samezone` or `disabled`."""
    return str(values or "Disabled").lower()


def refuse_version(request: Request) -> None:
    """Refuses retired versions for new servers, and downgrades."""
    version = request.get("version")
    if request.old is None:
        if version in RETIRED_VERSIONS:
            raise Refused(
                "VersionNotSupported",
                f"PostgreSQL version {version} of server '{request.name}' is not supported for new servers: the "
                f"community retired it on {RETIRED_VERSIONS[version]}.",
                f"use {', '.join(NEWEST_VERSIONS)}",
            )
        return
    before = request.previous("version")
    if version is not None and before is not None and int(version) < int(before):
        raise Refused(
            "VersionDowngradeNotAllowed",
            f"Server '{request.name}' has PostgreSQL version {before}. Downgrade to {version} is not supported.",
            "keep the version; use another server for an older version",
        )


def refuse_size(request: Request) -> None:
    """Refuses names that are no size, and sizes of another tier."""
    name, tier = request.get("sku.name"), request.get("sku.tier")
    if name is None:
        raise invalid("sku", f"Server '{request.name}' has no sku.", "set sku.name and sku.tier")
    found = tier_of(str(name))
    if not found and not str(name).lower().startswith("standard_"):
        raise Refused(
            "InvalidSkuName",
            f"The SKU '{name}' of server '{request.name}' is not offered for flexible servers.",
            "use a size such as Standard_D4ds_v5; the tier belongs in sku.tier",
        )
    if not found:
        request.warn_unknown("PostgreSQL compute size", name)
    elif found.lower() != str(tier).lower():
        raise Refused(
            "InvalidEditionSkuCombination",
            f"The SKU '{name}' of server '{request.name}' belongs to tier {found}, not to {tier}.",
            f"set sku.tier to {found}",
        )


def _disk(kind: Any) -> str:
    """The disk type in lower case. Azure returns an empty string for Premium SSD."""
    return str(kind or PREMIUM).lower()


def refuse_storage(request: Request) -> None:
    """Refuses unsupported storage sizes, types and tiers, and a smaller size."""
    size, before = request.get("storage.storageSizeGB"), request.previous("storage.storageSizeGB")
    kind = _disk(request.get("storage.type"))
    if before is not None and request.get("storage.type") and kind != _disk(request.previous("storage.type")):
        raise Refused(
            "StorageTypeChangeNotAllowed",
            f"The storage type of server '{request.name}' cannot be changed from "
            f"{_disk(request.previous('storage.type'))} to {kind} (storage.type).",
            "keep the type; use another server for another type",
        )
    sizes = BASE_TIERS if kind == PREMIUM else OTHER_DISK_SIZES
    if size is not None and size not in sizes:
        raise Refused(
            "InvalidStorageSize",
            f"The storage size {size} GiB of server '{request.name}' is not supported for {kind}. Supported: "
            f"{', '.join(map(str, BASE_TIERS)) if kind == PREMIUM else '32 to 65536'} GiB.",
            "use the next larger size",
        )
    if size is not None and before is not None and size < before:
        raise Refused(
            "StorageSizeDecreaseNotAllowed",
            f"The storage of server '{request.name}' is {before} GiB and cannot be decreased to {size} GiB.",
            "keep the size; with autoGrow, Azure can have enlarged it: ignore changes of storage.storageSizeGB",
        )
    tier = request.get("storage.tier")
    if tier is not None and kind == PREMIUM:
        _refuse_disk_tier(request, str(tier), size or before or min(BASE_TIERS))


def _refuse_disk_tier(request: Request, tier: str, size: int) -> None:
    tiers = SMALL_DISK_TIERS if size <= LARGEST_SMALL_DISK else (*SMALL_DISK_TIERS[-1:], *LARGE_DISK_TIERS)
    allowed = tiers[tiers.index(BASE_TIERS[size]) :]
    if tier not in allowed:
        raise Refused(
            "InvalidStorageTier",
            f"The storage tier {tier} of server '{request.name}' is not supported for {size} GiB. Supported: "
            f"{', '.join(allowed)}.",
            "remove storage.tier to get the default tier of the size",
        )


def storage_outputs(request: Request) -> dict[str, Any]:
    """The storage properties of the response, including those that Azure adds."""
    before = request.previous("storage") or {}
    storage: dict[str, Any] = {
        "autoGrow": "Disabled",
        "storageSizeGB": min(BASE_TIERS),
        **before,
        **request.get("storage", {}),
    }
    if _disk(storage.get("type")) != PREMIUM:
        return storage
    resized = before.get("storageSizeGB") != storage["storageSizeGB"]
    if request.get("storage.tier") is None and (resized or "tier" not in storage):
        storage["tier"] = BASE_TIERS[storage["storageSizeGB"]]
    return {"type": "", **storage, "iops": IOPS[storage["tier"]]}


def refuse_standby(request: Request) -> None:
    """Refuses unsupported high availability; warns about zones that are not known here."""
    mode = standby_mode(request.get("highAvailability.mode"))
    zones, zone = REGIONS.get(request.location, ()), request.get("availabilityZone") or None
    standby = request.get("highAvailability.standbyAvailabilityZone") or None
    request.warn_unknown_zones(filter(None, (zone, standby)), request.location)
    if mode == "disabled":
        return
    if str(request.get("sku.tier")).lower() == BURSTABLE.lower():
        raise Refused(
            "HANotSupportedForBurstable",
            f"High availability of server '{request.name}' is not supported for the Burstable tier.",
            "use GeneralPurpose or MemoryOptimized",
        )
    if mode == "zoneredundant" and not zones:
        request.warn_unknown("zone redundancy in region", request.location)
    if mode == "zoneredundant" and standby is not None and standby == zone:
        raise Refused(
            "ZoneRedundantHANotSupported",
            f"Zone redundant high availability of server '{request.name}' requires a standby in another zone: primary "
            f"{zone}, standby {standby}.",
            "set another standbyAvailabilityZone, or use mode SameZone",
        )
    if mode == "samezone" and standby is not None and standby != zone:
        raise Refused(
            "InvalidStandbyAvailabilityZone",
            f"High availability SameZone of server '{request.name}' has its standby in zone {standby}, the primary is "
            f"in {zone}.",
            "remove standbyAvailabilityZone",
        )


def refuse_backup(request: Request) -> None:
    """Refuses invalid retention, and changes or unsupported regions of geo-redundant backup."""
    days = request.get("backup.backupRetentionDays")
    if days is not None and days not in BACKUP_DAYS:
        raise invalid(
            "backup.backupRetentionDays",
            f"Server '{request.name}' has {days} days. Allowed values: {BACKUP_DAYS.start} to {BACKUP_DAYS.stop - 1}.",
            "choose a value in the range",
        )
    before, after = request.previous("backup.geoRedundantBackup"), request.get("backup.geoRedundantBackup")
    if before is not None and after is not None and str(before).lower() != str(after).lower():
        raise Refused(
            "GeoRedundantBackupChangeNotAllowed",
            f"Geo-redundant backup of server '{request.name}' can only be chosen at creation: it is {before}, the "
            f"request has {after}.",
            "keep the value; use another server for the other value",
        )
    if is_enabled(request, "backup.geoRedundantBackup") and request.location in WITHOUT_PAIR:
        raise Refused(
            "GeoRedundantBackupNotSupported",
            f"Geo-redundant backup of server '{request.name}' is not supported in region '{request.location}', which "
            "has no paired region.",
            "use a read replica in another region, or disable it",
        )
