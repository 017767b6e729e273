"""Rules for secrets, database, cache and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from model.checks.rules import Rules
from model.checks.stack import secrets_are_valid
from model.secrets import GENERATED_SECRETS, PLATFORM_SECRETS
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem


def _secrets_are_valid(settings: AksStackSettings) -> Iterator[Problem]:
    return secrets_are_valid(settings, PLATFORM_SECRETS, [secret.name for secret in GENERATED_SECRETS])


def _database_is_possible(settings: AksStackSettings) -> Iterator[Problem]:
    database, path = settings.data.postgresql, "voice:data.postgresql"
    if database.mode == "external" and database.external_host is None:
        expected = "a host name, because `mode` is `external`"
        yield Problem("external-host-missing", f"{path}.externalHost", None, expected, "Add the host of the server.")
    if database.mode == "managed" and database.external_host is not None:
        yield Problem(
            "external-host-unused",
            f"{path}.externalHost",
            database.external_host,
            "no value, because `mode` is `managed`",
            "Remove the host, or set `mode` to `external`.",
        )
    if database.tier == "Burstable":
        remediation = "Use a size such as Standard_D2ds_v5."
        if database.high_availability != "none":
            yield Problem(
                "burstable-with-standby",
                f"{path}.highAvailability",
                database.high_availability,
                "none, because Azure offers no standby for burstable sizes",
                remediation,
            )
        if database.replicas:
            yield Problem(
                "burstable-with-replicas",
                f"{path}.replicas",
                database.replicas,
                "0, because Azure offers no replicas for burstable sizes",
                remediation,
            )
        if len(settings.regions) > 1:
            yield Problem(
                "burstable-in-several-regions",
                f"{path}.sku",
                database.sku,
                "a size that supports replicas, because the environment has several regions",
                remediation,
            )


def _redis_persistence_is_possible(settings: AksStackSettings) -> Iterator[Problem]:
    persistence = settings.data.redis.persistence
    allowed = {"rdb": ("1h", "6h", "12h"), "aof": ("1s",)}.get(persistence.mode)
    if allowed and persistence.frequency not in allowed:
        yield Problem(
            "redis-frequency",
            "voice:data.redis.persistence.frequency",
            persistence.frequency,
            f"{' or '.join(allowed)}, because `mode` is `{persistence.mode}`",
            "Use one of these.",
        )


def _files_age_in_order(settings: AksStackSettings) -> Iterator[Problem]:
    lifecycle = settings.data.storage.lifecycle
    if not lifecycle.cool_days < lifecycle.archive_days < lifecycle.delete_days:
        yield Problem(
            "lifecycle-out-of-order",
            "voice:data.storage.lifecycle",
            f"{lifecycle.cool_days}, {lifecycle.archive_days}, {lifecycle.delete_days}",
            "`coolDays` below `archiveDays` below `deleteDays`",
            "Change the days to that order.",
        )


def _exports_are_deleted_before_other_files(settings: AksStackSettings) -> Iterator[Problem]:
    export, lifecycle = settings.data.redis.export, settings.data.storage.lifecycle
    if export.enabled and export.keep_days > lifecycle.delete_days:
        yield Problem(
            "export-outlives-storage",
            "voice:data.redis.export.keepDays",
            export.keep_days,
            f"at most `voice:data.storage.lifecycle.deleteDays` ({lifecycle.delete_days}), which deletes every file",
            "Lower `keepDays`, or raise `deleteDays`.",
        )


def _documents_are_partitioned(settings: AksStackSettings) -> Iterator[Problem]:
    cosmos = settings.data.cosmos
    for container, key in (cosmos.containers if cosmos else {}).items():
        if not re.fullmatch(r"(/[A-Za-z_][A-Za-z0-9_]*)+", key):
            yield Problem(
                "invalid-partition-key",
                f"voice:data.cosmos.containers.{container}",
                key,
                "a partition key path, such as /session_id",
                "Write the path of the property that partitions the documents. It cannot be changed later.",
            )


DATA_RULES: Final[Rules[AksStackSettings]] = {
    "secrets are valid": _secrets_are_valid,
    "database is possible": _database_is_possible,
    "redis persistence is possible": _redis_persistence_is_possible,
    "files age in order": _files_age_in_order,
    "exports are deleted before other files": _exports_are_deleted_before_other_files,
    "documents are partitioned": _documents_are_partitioned,
}
