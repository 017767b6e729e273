"""Rules for secrets, database, cache and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from model.checks.rules import Rules
from model.secrets import GENERATED_SECRETS, MADE_SECRETS
from settings.schema.errors import Problem
from settings.schema.key_vault import SECRET_NAME
from settings.schema.stack import Settings


def _secrets_can_be_kept(settings: Settings) -> Iterator[Problem]:
    for name in settings.secrets:
        path = f"voice:secrets.{name}"
        if not re.fullmatch(SECRET_NAME, name):
            yield Problem(
                path,
                name,
                "letters, digits and hyphens, a letter first, 127 at most: it is the secret's name in Key Vault too",
                "rename the secret.",
            )
        if name in MADE_SECRETS:
            yield Problem(
                path, name, "a name that the platform does not make itself", "remove the secret, or rename it."
            )
    known = {*settings.secrets, *MADE_SECRETS}
    generated = {secret.name for secret in GENERATED_SECRETS}
    vault = settings.key_vault
    tables = {"expiry": (vault.expiry, known), "contentTypes": (vault.content_types, known)}
    tables["generations"] = (vault.generations, generated)
    for setting, (names, allowed) in tables.items():
        for name in names:
            if name not in allowed:
                yield Problem(
                    f"voice:keyVault.{setting}.{name}",
                    name,
                    "the name of a secret: " + ", ".join(sorted(allowed)),
                    "name one of them, or remove the entry.",
                )


def _database_is_possible(settings: Settings) -> Iterator[Problem]:
    database, path = settings.data.postgresql, "voice:data.postgresql"
    if database.mode == "external" and database.external_host is None:
        yield Problem(f"{path}.externalHost", None, "a host name, since mode is external", "name the server.")
    if database.mode == "managed" and database.external_host is not None:
        yield Problem(
            f"{path}.externalHost", database.external_host, "nothing while mode is managed", "remove it, or set mode."
        )
    if database.tier == "Burstable":
        fix = "choose a size such as Standard_D2ds_v5."
        if database.high_availability != "none":
            allowed = "none with a burstable size: Azure gives these no standby"
            yield Problem(f"{path}.highAvailability", database.high_availability, allowed, fix)
        if database.replicas:
            allowed = "0 with a burstable size: Azure gives these no replicas"
            yield Problem(f"{path}.replicas", database.replicas, allowed, fix)
        if len(settings.regions) > 1:
            allowed = "a size that can be replicated, since the environment has several regions"
            yield Problem(f"{path}.sku", database.sku, allowed, fix)


def _redis_keeps_what_it_can(settings: Settings) -> Iterator[Problem]:
    persistence = settings.data.redis.persistence
    allowed = {"rdb": ("1h", "6h", "12h"), "aof": ("1s",)}.get(persistence.mode)
    if allowed and persistence.frequency not in allowed:
        yield Problem(
            "voice:data.redis.persistence.frequency",
            persistence.frequency,
            f"{' or '.join(allowed)} with mode {persistence.mode}",
            "choose one of these.",
        )


def _files_age_in_order(settings: Settings) -> Iterator[Problem]:
    lifecycle = settings.data.storage.lifecycle
    if not lifecycle.cool_days < lifecycle.archive_days < lifecycle.delete_days:
        yield Problem(
            "voice:data.storage.lifecycle",
            f"{lifecycle.cool_days}, {lifecycle.archive_days}, {lifecycle.delete_days}",
            "coolDays before archiveDays before deleteDays",
            "put the days in that order.",
        )


def _exports_go_before_all_files_do(settings: Settings) -> Iterator[Problem]:
    export, lifecycle = settings.data.redis.export, settings.data.storage.lifecycle
    if export.enabled and export.keep_days > lifecycle.delete_days:
        yield Problem(
            "voice:data.redis.export.keepDays",
            export.keep_days,
            f"at most voice:data.storage.lifecycle.deleteDays, {lifecycle.delete_days}: every file goes then",
            "keep exports for fewer days, or all files for more.",
        )


def _documents_are_partitioned(settings: Settings) -> Iterator[Problem]:
    cosmos = settings.data.cosmos
    for container, key in (cosmos.containers if cosmos else {}).items():
        if not re.fullmatch(r"(/[A-Za-z_][A-Za-z0-9_]*)+", key):
            yield Problem(
                f"voice:data.cosmos.containers.{container}",
                key,
                "a partition key path such as /session_id",
                "write the path of the property that documents are spread by; it is fixed for life.",
            )


DATA_RULES: Final[Rules] = {
    "secrets can be kept": _secrets_can_be_kept,
    "database is possible": _database_is_possible,
    "redis keeps what it can": _redis_keeps_what_it_can,
    "files age in order": _files_age_in_order,
    "exports go before all files do": _exports_go_before_all_files_do,
    "documents are partitioned": _documents_are_partitioned,
}
