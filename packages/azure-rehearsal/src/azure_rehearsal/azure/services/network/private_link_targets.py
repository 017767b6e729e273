"""Targets of private endpoints: group ids, host names and private DNS zones of every service.

Sources: learn.microsoft.com/azure/private-link/private-endpoint-overview and private-endpoint-dns, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import get_path, normal_location

_REPLICATION: Final = "azure-native:containerregistry:Replication"


@dataclass(frozen=True)
class Group:
    """One group id: its host names, which have one address each, and the zone that resolves them.

    `hosts` and `zone` are templates with `{name}` and `{region}` of the target. `more_hosts` adds host names that
    depend on other resources.
    """

    hosts: tuple[str, ...]
    zone: str
    more_hosts: Callable[[Cloud, Record], list[str]] | None = None

    def host_names(self, cloud: Cloud, target: Record) -> list[str]:
        """The host names of the target's group."""
        name, region = arm_ids.name(target.id).lower(), normal_location(str(target.properties.get("location", "")))
        more = self.more_hosts(cloud, target) if self.more_hosts else []
        return [*(host.format(name=name, region=region) for host in self.hosts), *more]

    def zone_name(self, target: Record) -> str:
        """The private DNS zone of the target's group."""
        return self.zone.format(region=normal_location(str(target.properties.get("location", ""))))


def _replica_hosts(cloud: Cloud, registry: Record) -> list[str]:
    name = arm_ids.name(registry.id).lower()
    regions = sorted(str(item.properties["location"]) for item in cloud.children(registry.id, _REPLICATION))
    return [f"{name}.{region}.data.azurecr.io" for region in regions]


def _cosmos_hosts(cloud: Cloud, account: Record) -> list[str]:
    name = arm_ids.name(account.id).lower()
    regions = [normal_location(str(item.get("locationName"))) for item in account.properties.get("locations") or []]
    return [f"{name}-{region}.documents.azure.com" for region in regions]


def _storage(service: str) -> dict[str, Group]:
    domain = f"{service}.core.windows.net"
    return {
        service: Group((f"{{name}}.{domain}",), f"privatelink.{domain}"),
        f"{service}_secondary": Group((f"{{name}}-secondary.{domain}",), f"privatelink.{domain}"),
    }


TARGETS: Final[Mapping[str, Mapping[str, Group]]] = {
    "microsoft.containerregistry/registries": {
        "registry": Group(
            ("{name}.azurecr.io", "{name}.{region}.data.azurecr.io"), "privatelink.azurecr.io", _replica_hosts
        )
    },
    "microsoft.keyvault/vaults": {"vault": Group(("{name}.vault.azure.net",), "privatelink.vaultcore.azure.net")},
    "microsoft.storage/storageaccounts": {
        group: entry
        for service in ("blob", "file", "queue", "table", "dfs", "web")
        for group, entry in _storage(service).items()
    },
    "microsoft.dbforpostgresql/flexibleservers": {
        "postgresqlServer": Group(("{name}.postgres.database.azure.com",), "privatelink.postgres.database.azure.com")
    },
    "microsoft.cache/redisenterprise": {
        "redisEnterprise": Group(("{name}.{region}.redis.azure.net",), "privatelink.redis.azure.net")
    },
    "microsoft.documentdb/databaseaccounts": {
        "Sql": Group(("{name}.documents.azure.com",), "privatelink.documents.azure.com", _cosmos_hosts)
    },
    "microsoft.monitor/accounts": {
        "prometheusMetrics": Group(
            ("{name}.{region}.prometheus.monitor.azure.com",), "privatelink.{region}.prometheus.monitor.azure.com"
        )
    },
    "microsoft.dashboard/grafana": {
        "grafana": Group(("{name}.{region}.grafana.azure.com",), "privatelink.grafana.azure.com")
    },
    "microsoft.containerservice/managedclusters": {
        "management": Group(("{name}.{region}.azmk8s.io",), "privatelink.{region}.azmk8s.io")
    },
}
"""Groups by group id, by the target's ARM kind in lower case."""


def is_known_group(group: str) -> bool:
    """Whether any type has this group id. If so, its absence from another type's groups is Azure's, not ours."""
    return group.lower() in {name.lower() for groups in TARGETS.values() for name in groups}


def groups_of(target: Record) -> Mapping[str, Group]:
    """The groups of a target; empty if the rehearsal knows no private endpoints for its type."""
    found = TARGETS.get(arm_ids.kind(target.id).lower(), {})
    if "blob" in found and not str(get_path(target.properties, "sku.name", "")).upper().endswith(("_RAGRS", "_RAGZRS")):
        return {name: group for name, group in found.items() if not name.endswith("_secondary")}
    return found
