"""Global names: soft-deleted vaults, and names that others have taken.

Responses: Azure/azure-rest-api-specs, Microsoft.KeyVault/stable/2023-07-01/examples/listDeletedVaults.json and the
CheckNameAvailability examples of Microsoft.KeyVault, Microsoft.Storage, Microsoft.ContainerRegistry and
Microsoft.DBforPostgreSQL. Azure has no such request for Managed Redis and Managed Grafana.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from model.azure_types import azure_types
from model.naming import Naming, global_names, region_names
from settings.schema.aks_stack import AksStackSettings
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result

VAULTS_API: Final = "2023-07-01"
VAULT: Final = "Microsoft.KeyVault/vaults"
STORAGE: Final = "Microsoft.Storage/storageAccounts"
REGISTRY: Final = "Microsoft.ContainerRegistry/registries"
SERVER: Final = "Microsoft.DBforPostgreSQL/flexibleServers"
API_VERSIONS: Final = {VAULT: VAULTS_API, STORAGE: "2023-05-01", REGISTRY: "2023-07-01", SERVER: "2024-08-01"}
"""The types with global names that Azure can check, and the API versions of the requests."""


@dataclass(frozen=True, kw_only=True)
class GlobalName:
    """A global name that the stack wants. `id` is the id of the resource that will have it."""

    kind: str
    name: str
    id: str


def checkable_names(settings: AksStackSettings) -> Iterator[GlobalName]:
    """Yields the names that the stack takes and that Azure can check. A test compares them with the program."""
    kinds = {item.name for item in azure_types(settings)}
    names, shared = region_names(settings), global_names(settings)
    primary = settings.this_region == settings.primary_region
    replicas = range(1, settings.data.postgresql.replicas + 1) if primary else ()
    wanted = {
        VAULT: (names, [names.vault]),
        STORAGE: (names, list(_storage_accounts(settings, names))),
        SERVER: (names, [names.postgresql_server, *(names.postgresql_replica(number) for number in replicas)]),
        REGISTRY: (shared, [shared.registry]),
    }
    for kind, (scope, values) in wanted.items():
        if kind in kinds:
            for value in values:
                yield GlobalName(kind=kind, name=value, id=scope.resource_id(kind, value))


def _storage_accounts(settings: AksStackSettings, names: Naming) -> Iterator[str]:
    yield names.storage_account
    if settings.egress.enabled:
        yield names.egress_storage_account
    if settings.observability.flow_logs:
        yield names.flow_log_storage_account


def _check(facts: Facts) -> Iterator[Result]:
    wanted = [name for name in checkable_names(facts.settings) if not facts.exists(name.id)]
    for name in wanted:
        provider = name.kind.split("/", 1)[0]
        if not facts.is_registered(provider):
            # The finding about the provider comes first; Azure does not answer until then.
            continue
        if name.kind == VAULT:
            deleted = _deleted_vault(facts, name.name)
            if deleted is not None:
                yield from _soft_deleted(facts, name.name, deleted)
                continue
        yield from _taken(facts, name, provider)


def _deleted_vault(facts: Facts, name: str) -> Mapping[str, Any] | None:
    vaults = facts.azure.pages(f"{facts.subscription_path}/providers/Microsoft.KeyVault/deletedVaults", VAULTS_API)
    return next((vault for vault in vaults if vault["name"].lower() == name.lower()), None)


def _soft_deleted(facts: Facts, name: str, vault: Mapping[str, Any]) -> Iterator[Result]:
    properties = vault["properties"]
    until = str(properties.get("scheduledPurgeDate", ""))[:10]
    same_place = properties["location"].replace(" ", "").lower() == facts.location
    if facts.settings.key_vault.recover and same_place:
        yield Note(code="vault-will-be-recovered", text=f"The deleted vault {name} will be recovered with its secrets.")
        return
    purge = f"az keyvault purge --name {name} --location {properties['location']}"
    recover = f"pulumi config set --stack {facts.stack} --path voice:keyVault.recover true"
    if same_place:
        fix, command = "Recover the vault with the next `up`.", recover
    elif properties.get("purgeProtectionEnabled"):
        fix, command = (
            "It cannot be purged, and not be recovered in another region: choose another prefix.",
            _rename(facts),
        )
    else:
        fix, command = "Purge it.", purge
    yield Finding(
        code="vault-soft-deleted",
        wrong=f"The vault {name} is deleted, and Azure keeps its name until {until}.",
        expected="a free name, or `voice:keyVault.recover: true`",
        fix=fix,
        command=command,
    )


def _taken(facts: Facts, name: GlobalName, provider: str) -> Iterator[Result]:
    answer = facts.azure.post(
        f"{facts.subscription_path}/providers/{provider}/checkNameAvailability",
        API_VERSIONS[name.kind],
        {"name": name.name, "type": name.kind},
    )
    if answer.get("nameAvailable", True):
        return
    yield Finding(
        code="name-taken",
        wrong=f"{name.kind} {name.name}: {answer.get('message') or answer.get('reason') or 'the name is taken'}",
        expected="a name that no other subscription uses; the program derives it from prefix, environment and region",
        fix="Choose another prefix, or delete the resource if it is yours.",
        command=_rename(facts),
    )


def _rename(facts: Facts) -> str:
    return f"pulumi config set --stack {facts.stack} --path voice:naming.prefix <another prefix>"


CHECK = Check(name="global names", run=_check)
