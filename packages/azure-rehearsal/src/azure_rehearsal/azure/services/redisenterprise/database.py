"""The database of an Azure Managed Redis instance, and its access keys."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Request, get_path
from azure_rehearsal.azure.services.redisenterprise.common import (
    DATABASE,
    DATABASE_PATH,
    DEFAULT,
    NAME,
    REDIS_VERSION,
    bad_request,
)
from azure_rehearsal.protocol.provider import Refused

PORT: Final = 10000
GEBIBYTES: Final = {0: 0.5, 1: 1, 3: 3, 5: 6, 10: 12, 20: 24}
"""Memory of the small sizes by the number in their name (`Balanced_B5`): azure-docs `articles/redis/architecture.md`.
Larger numbers have at least 60 GiB."""
MAX_UNCLUSTERED_GIB: Final = 25
SKUS_WITHOUT_GEO_REPLICATION: Final = ("balanced_b0", "balanced_b1")
"""Sizes without active geo-replication."""
SEARCH: Final = "redisearch"
KEY_BYTES: Final = 32


def _cluster_of(request: Request) -> Record | None:
    return request.cloud.get(arm_ids.parent(request.id))


def _refuse_database_name(request: Request) -> None:
    if request.name != DEFAULT:
        raise bad_request(
            f"The database name '{request.name}' of {arm_ids.parent(request.id)} is invalid. The only supported name "
            f"is '{DEFAULT}'.",
            f"name it '{DEFAULT}'",
        )


def _refuse_port(request: Request) -> None:
    if request.get("port") != PORT:
        raise bad_request(
            f"The port {request.get('port')} of {request.id} is not supported: Azure Managed Redis listens on {PORT}.",
            "remove port",
        )


def _refuse_clustering(request: Request) -> None:
    cluster = _cluster_of(request)
    sku = str(get_path(cluster.properties, "sku.name", "")) if cluster else ""
    number = re.search(r"(\d+)$", sku)
    size = GEBIBYTES.get(int(number[1]), MAX_UNCLUSTERED_GIB + 1) if number else 0
    if str(request.get("clusteringPolicy")).lower() == "nocluster" and size > MAX_UNCLUSTERED_GIB:
        raise bad_request(
            f"The clustering policy NoCluster of {request.id} is only supported up to {MAX_UNCLUSTERED_GIB} GB; "
            f"'{sku}' is larger.",
            "use EnterpriseCluster (one endpoint) or OSSCluster",
        )


def _refuse_persistence(request: Request) -> None:
    rdb, aof = request.get("persistence.rdbEnabled"), request.get("persistence.aofEnabled")
    if rdb and aof:
        raise bad_request(f"{request.id} cannot have both RDB and AOF persistence.", "set only one of them")
    for kind, is_enabled in (("rdb", rdb), ("aof", aof)):
        frequency = request.get(f"persistence.{kind}Frequency")
        if bool(is_enabled) != bool(frequency):
            raise bad_request(
                f"Persistence of {request.id}: {kind}Frequency is {frequency!r} while {kind}Enabled is "
                f"{bool(is_enabled)}.",
                f"set {kind}Enabled and {kind}Frequency together",
            )
    if (rdb or aof) and request.get("geoReplication"):
        raise bad_request(
            f"{request.id} cannot have both persistence and active geo-replication.", "set only one of them"
        )


def _refuse_modules(request: Request) -> None:
    names = {str(item.get("name", "")).lower() for item in request.get("modules", [])}
    if SEARCH in names and (
        str(request.get("clusteringPolicy")).lower() == "osscluster"
        or str(request.get("evictionPolicy")).lower() != "noeviction"
    ):
        raise bad_request(
            f"The module RediSearch of {request.id} requires clustering policy EnterpriseCluster and eviction policy "
            f"NoEviction; it has {request.get('clusteringPolicy')} and {request.get('evictionPolicy')}.",
            "set both, or remove the module",
        )


def _refuse_geo_replication(request: Request) -> None:
    cluster = _cluster_of(request)
    sku = str(get_path(cluster.properties, "sku.name", "")).lower() if cluster else ""
    if request.get("geoReplication") and (sku in SKUS_WITHOUT_GEO_REPLICATION or sku.startswith("flashoptimized")):
        raise bad_request(
            f"Active geo-replication of {request.id} is not supported for SKU '{sku}'.", "use Balanced_B3 or larger"
        )


def _database_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"redisVersion": REDIS_VERSION, "resourceState": "Running"}


def list_keys(cloud: Cloud, client: Client, database: Record, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`listDatabaseKeys`; refused if access keys are disabled."""
    if str(database.properties.get("accessKeysAuthentication")).lower() != "enabled":
        raise Refused(
            "BadRequest",
            f"Access keys authentication is disabled on {database.id}; there are no keys to list.",
            "set accessKeysAuthentication to Enabled, or use Entra authentication",
        )
    return {name: _key(database, name) for name in ("primaryKey", "secondaryKey")}


def _key(database: Record, purpose: str) -> str:
    seed = database.stable_uuid(purpose).encode()
    return base64.b64encode(hashlib.shake_256(seed).digest(KEY_BYTES)).decode()


FUNCTIONS: Final = {"azure-native:redisenterprise:listDatabaseKeys": (DATABASE, list_keys)}


TYPE: Final = ArmType(
    token=DATABASE,
    path=DATABASE_PATH,
    force_new=("geoReplication", "modules", "port"),
    limits={"clusterName": NAME, "databaseName": NAME},
    defaults={
        "accessKeysAuthentication": "Disabled",
        "clientProtocol": "Encrypted",
        "clusteringPolicy": "OSSCluster",
        "deferUpgrade": "NotDeferred",
        "evictionPolicy": "VolatileLRU",
        "port": PORT,
    },
    immutable=(
        Immutable(
            "clusteringPolicy",
            code="BadRequest",
            message="The clustering policy of {id} cannot be changed after it has been created.",
            remediation="delete the database and create it again; its data is lost",
        ),
    ),
    rules=(
        _refuse_database_name,
        _refuse_port,
        _refuse_clustering,
        _refuse_persistence,
        _refuse_modules,
        _refuse_geo_replication,
    ),
    outputs=_database_outputs,
)
