"""Sizes and features of PostgreSQL in the region.

Response: Azure/azure-rest-api-specs, Microsoft.DBforPostgreSQL/stable/2024-08-01/examples/CapabilitiesByLocation.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Result

API: Final = "2024-08-01"
_MODES: Final = {"sameZone": "SameZone", "zoneRedundant": "ZoneRedundant"}


def _check(facts: Facts) -> Iterator[Result]:
    database = facts.settings.data.postgresql
    if database.mode != "managed":
        return
    items = facts.azure.pages(
        f"{facts.subscription_path}/providers/Microsoft.DBforPostgreSQL/locations/{facts.location}/capabilities", API
    )
    if not items or all(item.get("restricted") == "Enabled" for item in items):
        yield _finding(
            facts,
            "postgresql-restricted",
            f"The subscription cannot create PostgreSQL servers in {facts.location}.",
            "a region without that restriction",
            "Request access (support request, Service and subscription limits), or choose another region.",
        )
        return
    size = next(
        (found for item in items for found in _sizes(item) if found["name"].lower() == database.sku.lower()), None
    )
    if size is None:
        yield _finding(
            facts,
            "database-size-not-offered",
            f"PostgreSQL in {facts.location} does not offer {database.sku}.",
            "a size of the list for `voice:data.postgresql.sku`",
            "Choose another size.",
        )
        return
    versions = {found["name"] for item in items for found in item.get("supportedServerVersions") or []}
    if versions and database.version not in versions:
        yield _finding(
            facts,
            "database-version-not-offered",
            f"PostgreSQL in {facts.location} does not offer version {database.version}.",
            f"one of {', '.join(sorted(versions, key=int))} for `voice:data.postgresql.version`",
            "Choose another version.",
        )
    yield from _features(facts, size, items)


def _features(facts: Facts, size: Mapping[str, Any], items: list[dict[str, Any]]) -> Iterator[Result]:
    database = facts.settings.data.postgresql
    if facts.settings.this_region != facts.settings.primary_region:
        # A replica has neither a standby nor backups.
        return
    mode = _MODES.get(database.high_availability)
    if mode and mode not in size.get("supportedHaMode", [mode]):
        yield _finding(
            facts,
            "standby-not-offered",
            f"PostgreSQL {database.sku} in {facts.location} does not offer a standby {mode}.",
            f"{' or '.join(size['supportedHaMode']) or 'none'} for `voice:data.postgresql.highAvailability`",
            "Choose another mode, size or region.",
        )
    if database.geo_redundant_backup and all(item.get("geoBackupSupported") == "Disabled" for item in items):
        yield _finding(
            facts,
            "geo-backup-not-offered",
            f"PostgreSQL in {facts.location} does not offer geo-redundant backups.",
            "false for `voice:data.postgresql.geoRedundantBackup`",
            "Change the setting, or choose another region.",
        )


def _sizes(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for edition in item.get("supportedServerEditions") or []:
        yield from edition.get("supportedServerSkus") or []


def _finding(facts: Facts, code: str, wrong: str, expected: str, fix: str) -> Finding:
    command = f"az postgres flexible-server list-skus --location {facts.location} --output table"
    return Finding(code=code, wrong=wrong, expected=expected, fix=fix, command=command)


CHECK = Check(name="PostgreSQL in the region", run=_check, providers=("Microsoft.DBforPostgreSQL",))
