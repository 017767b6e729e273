"""What a stack needs from the quotas of its subscription: now (the first `up`) and at its maxima.

Pure functions of the settings. `voice preflight` compares the needs with Azure's limits, and docs/quotas.md lists them.
Does not contain limits: Azure states them for each subscription and region.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from model.pools import SURGE, SYSTEM_POOL, media_prefix_lengths
from model.public_addresses import public_addresses
from settings.schema.aks import MEDIA_SURGE_NODES, AksSettings, MediaPool, prefix_addresses
from settings.schema.aks_stack import AksStackSettings
from settings.schema.data import PostgresqlSettings
from settings.schema.vm_sizes import VM_SIZES

_DATABASE_SIZE: Final = re.compile(r"Standard_(?P<letter>[A-Z])(?P<cores>\d+)(?P<kind>[a-z]*)(?P<version>_v\d+)?")


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A need: `now` for the first `up`, `most` at the maxima of all pools, with the surge of an upgrade."""

    now: int
    most: int

    def __add__(self, other: Amount) -> Amount:
        return Amount(now=self.now + other.now, most=self.most + other.most)


NOTHING: Final = Amount(now=0, most=0)


@dataclass(frozen=True, kw_only=True)
class PoolNodes:
    """The nodes of one generation of a pool in the region. `surge` is the number of extra nodes during an upgrade."""

    pool: str
    generation: str
    vm_size: str
    spot: bool
    min_nodes: int
    max_nodes: int
    surge: int

    @property
    def cpus(self) -> Amount:
        """The vCPUs of its nodes."""
        cpus = VM_SIZES[self.vm_size].cpus
        return Amount(now=self.min_nodes * cpus, most=(self.max_nodes + self.surge) * cpus)


@dataclass(frozen=True, kw_only=True)
class DatabaseCores:
    """The vCores of the region's PostgreSQL servers, standbys and replicas. `quota` is Azure's name of the family."""

    quota: str
    cores: int


def pool_nodes(aks: AksSettings) -> Iterator[PoolNodes]:
    """Yields the nodes of every generation of every pool, the system pool first.

    Adds up the surge of all pools: AKS can upgrade several pools at the same time. Spot pools have none.
    """
    system = aks.system_pool
    yield PoolNodes(
        pool=SYSTEM_POOL,
        generation="",
        vm_size=system.vm_size,
        spot=False,
        min_nodes=system.min_nodes,
        max_nodes=system.max_nodes,
        surge=_surge(system.max_nodes),
    )
    for name, pool, generation in aks.generations():
        active = generation.state == "active"
        if isinstance(pool, MediaPool):
            zones, spot = len(aks.zones), False
            fewest, most = pool.min_nodes_per_zone * zones, pool.max_nodes_per_zone * zones
            surge = MEDIA_SURGE_NODES * zones
        else:
            fewest, most, spot = pool.min_nodes, pool.max_nodes, pool.spot
            surge = 0 if pool.spot else _surge(pool.max_nodes)
        yield PoolNodes(
            pool=name,
            generation=generation.name,
            vm_size=generation.vm_size,
            spot=spot,
            min_nodes=fewest if active else 0,
            max_nodes=most,
            surge=surge,
        )


def _surge(nodes: int) -> int:
    """The extra nodes of a pool on private addresses. AKS rounds up."""
    return math.ceil(nodes * int(SURGE.removesuffix("%")) / 100)


def family_cpus(
    aks: AksSettings, quota_of: Callable[[str], str] = lambda size: VM_SIZES[size].quota
) -> Mapping[str, Amount]:
    """Returns the vCPUs by the quota of the VM family, without spot nodes. `quota_of` maps a VM size to its quota."""
    families: dict[str, Amount] = defaultdict(lambda: NOTHING)
    for nodes in pool_nodes(aks):
        if not nodes.spot:
            families[quota_of(nodes.vm_size)] += nodes.cpus
    return dict(families)


def regional_cpus(aks: AksSettings) -> Amount:
    """Returns the vCPUs of all families together, without spot nodes."""
    return sum((nodes.cpus for nodes in pool_nodes(aks) if not nodes.spot), NOTHING)


def spot_cpus(aks: AksSettings) -> Amount:
    """Returns the vCPUs of spot nodes. All families share their quota."""
    return sum((nodes.cpus for nodes in pool_nodes(aks) if nodes.spot), NOTHING)


def address_count(settings: AksStackSettings) -> int:
    """Returns the public IPv4 addresses of the region, which the first `up` creates.

    Each address of a prefix counts, whether or not a node has it (MicrosoftDocs/azure-docs#57252).
    """
    prefixes = sum(map(prefix_addresses, media_prefix_lengths(settings.aks).values())) * len(settings.aks.zones)
    return prefixes + len(public_addresses(settings)) + settings.network.nat_gateway.public_addresses


def database_cores(settings: AksStackSettings) -> DatabaseCores | None:
    """Returns the vCores of the region's servers; `None` if the stack creates no server.

    The primary region has the server, its standby and its replicas; every other region has one replica.
    """
    database = settings.data.postgresql
    if database.mode != "managed":
        return None
    servers = 1
    if settings.this_region == settings.primary_region:
        servers += database.replicas + (database.high_availability != "none")
    return DatabaseCores(quota=database_quota(database), cores=servers * size_cores(database.sku))


def size_cores(sku: str) -> int:
    """Returns the vCores of a PostgreSQL size, such as 4 for Standard_D4ds_v5; 0 for a name without a number."""
    found = _DATABASE_SIZE.fullmatch(sku)
    return int(found["cores"]) if found else 0


def database_quota(database: PostgresqlSettings) -> str:
    """Returns the name of the quota of the size's family, such as standardDDSv5Family for Standard_D4ds_v5.

    Burstable sizes share the quota standardBSFamily. Source: Azure/azure-rest-api-specs,
    Microsoft.DBforPostgreSQL/stable/2024-08-01/examples/QuotaUsagesForFlexibleServers.json.
    """
    found = _DATABASE_SIZE.fullmatch(database.sku)
    if found is None:
        return database.sku
    if database.tier == "Burstable":
        return "standardBSFamily"
    return f"standard{found['letter']}{found['kind'].upper()}{(found['version'] or '').removeprefix('_')}Family"
