"""The charges for data, secrets and images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azure_rehearsal.reports.certainty import Certainty, worst
from azure_rehearsal.reports.price_table import Charge, NoPriceError, PriceTable, charge
from azure_rehearsal.reports.recording_graph import Graph, Resource, number

_STORAGE: Final = {
    "Standard_LRS": "storage-lrs",
    "Standard_GRS": "storage-grs",
    "Standard_ZRS": "storage-zrs",
    "Standard_RAGRS": "storage-ragrs",
}
_REGISTRIES: Final = {"Basic": "registry-basic", "Standard": "registry-standard", "Premium": "registry-premium"}
_OPERATIONS_UNIT: Final = 10_000
_HIGHLY_AVAILABLE: Final = frozenset({"ZoneRedundant", "SameZone"})


def postgresql(server: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """One server with its storage, doubled by a standby. A replica is a separate server."""
    size = server.value("sku.name")
    if not isinstance(size, str):
        raise NoPriceError("the server has no size (sku.name)")
    compute, price = table.postgresql_server(size)
    storage, gib = table.prices["postgresql-storage"], number(server.value("storage.storageSizeGB"), -1)
    if gib < 0:
        raise NoPriceError("the server has no storage size (storage.storageSizeGB)")
    yield charge(size, [price], compute, 1)
    yield charge(f"{gib:g} GB of storage", [storage], storage.value, gib)
    if server.value("highAvailability.mode") in _HIGHLY_AVAILABLE:
        # No recorded price confirms that the standby costs as much as the server.
        certainty = worst([price.certainty, Certainty.ESTIMATE])
        twin = charge(f"standby ({server.value('highAvailability.mode')})", [], compute + storage.value * gib, 1)
        yield Charge(twin.what, twin.monthly, certainty)


def redis(cluster: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """One node, or two with high availability, which is Azure's default."""
    sku = str(cluster.value("sku.name"))
    price = table.redis_node(sku)
    count = 1 if cluster.value("highAvailability") == "Disabled" else 2
    yield charge(f"{count} node{'s' * (count > 1)} {sku}", [price], price.value, count)


def storage_account(account: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    sku = str(account.value("sku.name"))
    if sku not in _STORAGE:
        raise NoPriceError(f"no price for storage of SKU {sku!r} (known: {', '.join(_STORAGE)})")
    yield table.assumed(f"data, {sku}", _STORAGE[sku], "storageGb")


def cosmos(account: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    capabilities = {item.get("name") for item in account.values("capabilities")}
    if "EnableServerless" not in capabilities:
        raise NoPriceError("no price for an account with provisioned throughput (known: serverless)")
    yield table.assumed("request units", "cosmos-serverless-units", "cosmosMillionUnits")
    yield table.assumed("data", "cosmos-storage", "cosmosGb")


def registry(registry: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    sku = str(registry.value("sku.name"))
    if sku not in _REGISTRIES:
        raise NoPriceError(f"no price for a registry of SKU {sku!r} (known: {', '.join(_REGISTRIES)})")
    yield table.monthly(sku, _REGISTRIES[sku])


def registry_replica(replica: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.monthly(f"replica in {replica.value('location')}", "registry-replica")


def vault(vault: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.assumed("operations", "key-vault-operations", "keyVaultOperations", 1 / _OPERATIONS_UNIT)
