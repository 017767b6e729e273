"""What the platform keeps: relational data, sessions, files, documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Guid, Section, refuse

StandardName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"),
    Field(json_schema_extra={"x-allowed": "1-63 lower-case letters, digits and underscores, a letter first"}),
]

POSTGRESQL_STORAGE_GIB = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
"""The steps in which Azure sells Premium SSD storage for PostgreSQL."""

SIZE_TO_MEMORY = 1.2
"""GiB of memory for each one in the name of a Redis size: `Balanced_B20` has 24."""

MOST_REPLICAS = 5
"""Read replicas of one server (Azure PostgreSQL documentation)."""


def _postgresql_sku(value: str) -> str:
    if not value.startswith(("Standard_D", "Standard_E", "Standard_B")):
        raise refuse(
            "a size of PostgreSQL flexible server, such as Standard_D4ds_v5 or Standard_B2ms", "choose one of these."
        )
    return value


def _storage_step(value: int) -> int:
    if value not in POSTGRESQL_STORAGE_GIB:
        raise refuse(
            "one of " + ", ".join(map(str, POSTGRESQL_STORAGE_GIB)), "choose the next larger step; it cannot shrink."
        )
    return value


class DatabaseAdministrator(Section):
    """An Entra principal that administers the database."""

    object_id: Guid
    """Object id."""
    name: str
    """Name as PostgreSQL shows it."""
    type: Literal["User", "Group", "ServicePrincipal"] = "Group"
    """What it is."""


class PostgresqlSettings(Section):
    """PostgreSQL flexible server."""

    mode: Literal["managed", "external"] = "managed"
    """`managed`: a server of ours; `external`: one that exists elsewhere, at `externalHost`."""
    external_host: str | None = None
    """Host of the external server."""
    network: Literal["delegatedSubnet", "privateEndpoint"] = "delegatedSubnet"
    """How it is reached; a server keeps its mode for life."""
    version: Literal["16", "17", "18"] = "17"
    """Major version, in quotes."""
    sku: Annotated[str, AfterValidator(_postgresql_sku)] = "Standard_D4ds_v5"
    """Size."""
    storage_gib: Annotated[int, AfterValidator(_storage_step)] = 256
    """Storage, GiB; never shrinks. With autoGrow Azure may have made it larger."""
    auto_grow: bool = True
    """Lets Azure enlarge the storage before it is full."""
    backup_retention_days: Annotated[int, Field(ge=7, le=35)] = 7
    """How far back a point-in-time restore goes, days."""
    geo_redundant_backup: bool = False
    """Keeps backups in the paired region too; fixed when the server is made."""
    high_availability: Literal["none", "sameZone", "zoneRedundant"] = "none"
    """A standby that takes over; not with burstable sizes."""
    replicas: Annotated[int, Field(ge=0, le=MOST_REPLICAS)] = 0
    """Read replicas in the primary region."""
    databases: tuple[StandardName, ...] = ("voice",)
    """Databases."""
    parameters: Mapping[str, str] = Field(default_factory=dict)
    """Server parameters, values in quotes."""
    administrators: tuple[DatabaseAdministrator, ...] = ()
    """Entra administrators beside the platform's own."""

    @property
    def tier(self) -> str:
        """Azure's name for the family of the size."""
        families = {"D": "GeneralPurpose", "E": "MemoryOptimized", "B": "Burstable"}
        return families[self.sku.removeprefix("Standard_")[0]]


class RedisPersistence(Section):
    """What survives a restart of Redis. It is no backup."""

    mode: Literal["none", "rdb", "aof"] = "rdb"
    """`rdb`: snapshots; `aof`: every write. The service allows one of the two."""
    frequency: Literal["1s", "1h", "6h", "12h"] = "1h"
    """`1s` for aof; 1h, 6h or 12h for rdb."""


class RedisExport(Section):
    """A daily copy of Redis in the container `backups`."""

    enabled: bool = True
    """Off where nothing is lost with Redis."""
    keep_days: Annotated[int, Field(ge=1)] = 30
    """How long a copy is kept, days."""


class RedisSettings(Section):
    """Azure Managed Redis, one in each region."""

    sku: Annotated[
        str,
        StringConstraints(pattern=r"^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)[0-9]+$"),
        Field(json_schema_extra={"x-allowed": "a SKU of Azure Managed Redis, such as Balanced_B5"}),
    ] = "Balanced_B20"
    """Size; about a fifth of its memory is kept back."""
    high_availability: bool = True
    """A replica in another zone; cannot be turned off again."""
    persistence: RedisPersistence = RedisPersistence()
    export: RedisExport = RedisExport()

    @property
    def memory_gib(self) -> int:
        """Memory, GiB, rounded up; of the smallest sizes a little more than they have."""
        return math.ceil(int(self.sku.rpartition("_")[2][1:]) * SIZE_TO_MEMORY) or 1


class BlobLifecycle(Section):
    """When files move to cheaper tiers and go; days after the last change."""

    cool_days: Annotated[int, Field(ge=1)] = 30
    """Days until the cool tier."""
    archive_days: Annotated[int, Field(ge=1)] = 90
    """Days until the archive tier."""
    delete_days: Annotated[int, Field(ge=1)] = 365
    """Days until deletion."""


class StorageSettings(Section):
    """The region's storage account for conversations, uploads, recordings and backups."""

    replication: Literal["LRS", "GRS", "RAGRS"] = "GRS"
    """Copies; the archive tier exists with these only."""
    soft_delete_days: Annotated[int, Field(ge=1, le=365)] = 14
    """How long deleted files can be brought back, days."""
    lifecycle: BlobLifecycle = BlobLifecycle()


class CosmosSettings(Section):
    """A Cosmos DB account for documents, where a stack asks for one."""

    capacity: Literal["serverless", "autoscale"] = "serverless"
    """`serverless` has one region only."""
    max_throughput: Annotated[int, Field(ge=1000, le=1000000, multiple_of=1000)] = 4000
    """Request units a second at most, for `autoscale`."""
    database: StandardName = "voice"
    """Database."""
    containers: Mapping[StandardName, str] = Field(default_factory=dict)
    """Partition key path by container, such as `/session_id`; fixed for life."""


class DataSettings(Section):
    """The data tier of the region."""

    postgresql: PostgresqlSettings = PostgresqlSettings()
    redis: RedisSettings = RedisSettings()
    storage: StorageSettings = StorageSettings()
    cosmos: CosmosSettings | None = None
    """Present where the stack wants documents."""
