"""Stored data: relational data, sessions, files, documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Guid, Section, refuse

StandardName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"),
    Field(json_schema_extra={"x-expected": "1-63 lower-case letters, digits and underscores, starting with a letter"}),
]

POSTGRESQL_STORAGE_GIB = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
"""Sizes of Premium SSD storage that Azure offers for PostgreSQL, GiB."""

SIZE_TO_MEMORY = 1.2
"""Memory in GiB per unit in the name of a Redis size: `Balanced_B20` has 24 GiB."""

MOST_REPLICAS = 5
"""Maximum read replicas of one server (Azure PostgreSQL documentation)."""


def _postgresql_sku(value: str) -> str:
    if not value.startswith(("Standard_D", "Standard_E", "Standard_B")):
        raise refuse(
            "unknown-database-size",
            "a size of PostgreSQL flexible server, such as Standard_D4ds_v5 or Standard_B2ms",
            "Use a size that starts with Standard_D, Standard_E or Standard_B.",
        )
    return value


def _storage_step(value: int) -> int:
    if value not in POSTGRESQL_STORAGE_GIB:
        raise refuse(
            "unknown-storage-size",
            "one of " + ", ".join(map(str, POSTGRESQL_STORAGE_GIB)),
            "Use the next larger size. Storage cannot shrink.",
        )
    return value


class DatabaseAdministrator(Section):
    """An Entra principal that administers the database."""

    object_id: Guid
    """Object id (GUID)."""
    name: str
    """Name of the principal in PostgreSQL."""
    type: Literal["User", "Group", "ServicePrincipal"] = "Group"
    """Type of the principal."""


class PostgresqlSettings(Section):
    """PostgreSQL flexible server."""

    mode: Literal["managed", "external"] = "managed"
    """`managed`: the platform creates a server; `external`: the platform uses the server at `externalHost`."""
    external_host: str | None = None
    """Host of the external server."""
    network: Literal["delegatedSubnet", "privateEndpoint"] = "delegatedSubnet"
    """Network access of the server. It cannot be changed later."""
    version: Literal["16", "17", "18"] = "17"
    """Major version, in quotes."""
    sku: Annotated[str, AfterValidator(_postgresql_sku)] = "Standard_D4ds_v5"
    """Compute size."""
    storage_gib: Annotated[int, AfterValidator(_storage_step)] = 256
    """Storage, GiB. It cannot shrink. With `autoGrow`, Azure can increase it."""
    auto_grow: bool = True
    """Lets Azure increase the storage before it is full."""
    backup_retention_days: Annotated[int, Field(ge=7, le=35)] = 7
    """Retention of backups for point-in-time restore, days."""
    geo_redundant_backup: bool = False
    """Also stores backups in the paired region. It cannot be changed later."""
    high_availability: Literal["none", "sameZone", "zoneRedundant"] = "none"
    """Standby server for failover. Burstable sizes do not support it."""
    replicas: Annotated[int, Field(ge=0, le=MOST_REPLICAS)] = 0
    """Read replicas in the primary region."""
    databases: tuple[StandardName, ...] = ("voice",)
    """Names of the databases."""
    parameters: Mapping[str, str] = Field(default_factory=dict)
    """Server parameters by name, with values in quotes."""
    administrators: tuple[DatabaseAdministrator, ...] = ()
    """Entra administrators in addition to the platform's own identity."""

    @property
    def tier(self) -> str:
        """Azure's pricing tier of the size."""
        families = {"D": "GeneralPurpose", "E": "MemoryOptimized", "B": "Burstable"}
        return families[self.sku.removeprefix("Standard_")[0]]


class RedisPersistence(Section):
    """Persistence of Redis across restarts. It does not replace a backup."""

    mode: Literal["none", "rdb", "aof"] = "rdb"
    """`rdb`: snapshots; `aof`: every write. The service supports one of them at a time."""
    frequency: Literal["1s", "1h", "6h", "12h"] = "1h"
    """Frequency of writes to disk: `1s` for aof; `1h`, `6h` or `12h` for rdb."""


class RedisExport(Section):
    """A daily export of Redis to the container `backups`."""

    enabled: bool = True
    """Exports Redis once a day."""
    keep_days: Annotated[int, Field(ge=1)] = 30
    """Retention of an export, days."""


class RedisSettings(Section):
    """Azure Managed Redis. Each region has its own instance."""

    sku: Annotated[
        str,
        StringConstraints(pattern=r"^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)[0-9]+$"),
        Field(json_schema_extra={"x-expected": "a SKU of Azure Managed Redis, such as Balanced_B5"}),
    ] = "Balanced_B20"
    """Size, such as Balanced_B5. Azure reserves about a fifth of the memory."""
    high_availability: bool = True
    """A replica in another zone. It cannot be disabled later."""
    persistence: RedisPersistence = RedisPersistence()
    export: RedisExport = RedisExport()

    @property
    def memory_gib(self) -> int:
        """Memory, GiB, rounded up. For the smallest sizes, this is slightly more than the real memory."""
        return math.ceil(int(self.sku.rpartition("_")[2][1:]) * SIZE_TO_MEMORY) or 1


class BlobLifecycle(Section):
    """Lifecycle of files: days after the last modification until a file moves to a cheaper tier or is deleted."""

    cool_days: Annotated[int, Field(ge=1)] = 30
    """Days until the cool tier."""
    archive_days: Annotated[int, Field(ge=1)] = 90
    """Days until the archive tier."""
    delete_days: Annotated[int, Field(ge=1)] = 365
    """Days until deletion."""


class StorageSettings(Section):
    """The region's storage account for conversations, uploads, recordings and backups."""

    replication: Literal["LRS", "GRS", "RAGRS"] = "GRS"
    """Replication of the account. Only these types support the archive tier."""
    soft_delete_days: Annotated[int, Field(ge=1, le=365)] = 14
    """Retention of deleted files, days."""
    lifecycle: BlobLifecycle = BlobLifecycle()


class CosmosSettings(Section):
    """A Cosmos DB account for documents."""

    capacity: Literal["serverless", "autoscale"] = "serverless"
    """Capacity mode. `serverless` supports only one region."""
    max_throughput: Annotated[int, Field(ge=1000, le=1000000, multiple_of=1000)] = 4000
    """Maximum throughput for `autoscale`, request units per second."""
    database: StandardName = "voice"
    """Name of the database."""
    containers: Mapping[StandardName, str] = Field(default_factory=dict)
    """Container -> partition key path, such as `/session_id`. The path cannot be changed later."""


class DataSettings(Section):
    """The data tier of the region."""

    postgresql: PostgresqlSettings = PostgresqlSettings()
    redis: RedisSettings = RedisSettings()
    storage: StorageSettings = StorageSettings()
    cosmos: CosmosSettings | None = None
    """Add this section, even empty (`{}`), to create a Cosmos DB account."""
