"""Microsoft.Cache/redisEnterprise: Azure Managed Redis, its database and who may use it."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import unique_in_region
from azure_rehearsal.azure.core.identities import identity_outputs, principal_gone
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, Request, dig
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.protocol.provider import Refused

CLUSTER: Final = "azure-native:redisenterprise:RedisEnterprise"
DATABASE: Final = "azure-native:redisenterprise:Database"
ASSIGNMENT: Final = "azure-native:redisenterprise:AccessPolicyAssignment"
PATH: Final = arm_ids.provider_id("Microsoft.Cache/redisEnterprise", "clusterName")
DATABASE_PATH: Final = f"{PATH}/databases/{{databaseName}}"

DEFAULT: Final = "default"
"""The only database, and the only access policy, that there are."""
PORT: Final = 10000
REDIS_VERSION: Final = "7.4"

RETIRED_SKUS: Final = ("enterprise_", "enterpriseflash_")
GEBIBYTES: Final = {0: 0.5, 1: 1, 3: 3, 5: 6, 10: 12, 20: 24}
"""Memory of the small sizes by the number in their name (`Balanced_B5`): azure-docs `articles/redis/architecture.md`.
Larger numbers have 60 GiB and more."""
LARGEST_UNCLUSTERED: Final = 25
SMALLEST_GEO_SIZES: Final = ("balanced_b0", "balanced_b1")
"""Sizes without active geo-replication."""
SEARCH: Final = "redisearch"
KEY_BYTES: Final = 32

_NAME: Final = Limit(pattern=r"^(?=.{1,60}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")


def _bad(message: str, way_out: str) -> Refused:
    return Refused("BadRequest", message, way_out)


# Instances


def _refuse_sku(request: Request) -> None:
    sku = str(request.get("sku.name", "")).lower()
    if sku.startswith(RETIRED_SKUS):
        raise _bad(
            "Creation of new Azure Cache for Redis Enterprise resources is no longer supported. "
            f"'{request.name}' has SKU '{request.get('sku.name')}'.",
            "use a Balanced_*, MemoryOptimized_*, ComputeOptimized_* or FlashOptimized_* SKU of Azure Managed Redis",
        )
    if request.get("sku.capacity") is not None:
        raise _bad(
            f"The sku.capacity property of '{request.name}' is not supported for SKU '{request.get('sku.name')}'.",
            "leave capacity out; the size is in the SKU's name",
        )
    if request.get("zones"):
        raise _bad(
            f"The zones property of '{request.name}' is not supported for SKU '{request.get('sku.name')}': Azure "
            "Managed Redis is zone redundant by itself.",
            "leave zones out",
        )


def _refuse_less_availability(request: Request) -> None:
    before, after = request.was("highAvailability"), request.get("highAvailability")
    if str(before).lower() == "enabled" and str(after).lower() == "disabled":
        raise _bad(
            f"High availability of '{request.name}' cannot be disabled once it is enabled.",
            "keep it enabled, or move to another instance",
        )


def _cluster_outputs(request: Request, record: Record) -> dict[str, Any]:
    is_available = str(request.get("highAvailability")).lower() == "enabled"
    zonal = "ZR" if REGIONS.get(request.location) else "LR"
    return {
        "hostName": f"{request.name.lower()}.{request.location}.redis.azure.net",
        "kind": "v2",
        "redisVersion": REDIS_VERSION,
        "redundancyMode": zonal if is_available else "None",
        "resourceState": "Running",
        **identity_outputs(request, record),
    }


def _cluster_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    return {"privateEndpointConnections": connections_of(cloud, record)}


# Databases


def _cluster_of(request: Request) -> Record | None:
    return request.cloud.get(arm_ids.parent(request.id))


def _refuse_database_name(request: Request) -> None:
    if request.name != DEFAULT:
        raise _bad(
            f"The database name '{request.name}' of {arm_ids.parent(request.id)} is invalid. The only supported name "
            f"is '{DEFAULT}'.",
            f"name it '{DEFAULT}'",
        )


def _refuse_port(request: Request) -> None:
    if request.get("port") != PORT:
        raise _bad(
            f"The port {request.get('port')} of {request.id} is not supported: Azure Managed Redis listens on {PORT}.",
            "leave port out",
        )


def _refuse_clustering(request: Request) -> None:
    cluster = _cluster_of(request)
    sku = str(dig(cluster.properties, "sku.name", "")) if cluster else ""
    number = re.search(r"(\d+)$", sku)
    size = GEBIBYTES.get(int(number[1]), LARGEST_UNCLUSTERED + 1) if number else 0
    if str(request.get("clusteringPolicy")).lower() == "nocluster" and size > LARGEST_UNCLUSTERED:
        raise _bad(
            f"The clustering policy NoCluster of {request.id} is only supported up to {LARGEST_UNCLUSTERED} GB; "
            f"'{sku}' is larger.",
            "use EnterpriseCluster (one endpoint) or OSSCluster",
        )


def _refuse_persistence(request: Request) -> None:
    rdb, aof = request.get("persistence.rdbEnabled"), request.get("persistence.aofEnabled")
    if rdb and aof:
        raise _bad(f"{request.id} cannot have both RDB and AOF persistence.", "choose one of them")
    for kind, is_on in (("rdb", rdb), ("aof", aof)):
        frequency = request.get(f"persistence.{kind}Frequency")
        if bool(is_on) != bool(frequency):
            raise _bad(
                f"Persistence of {request.id}: {kind}Frequency is {frequency!r} while {kind}Enabled is {bool(is_on)}.",
                f"set {kind}Enabled and {kind}Frequency together",
            )
    if (rdb or aof) and request.get("geoReplication"):
        raise _bad(f"{request.id} cannot have both persistence and active geo-replication.", "choose one of them")


def _refuse_modules(request: Request) -> None:
    names = {str(item.get("name", "")).lower() for item in request.get("modules", [])}
    if SEARCH in names and (
        str(request.get("clusteringPolicy")).lower() == "osscluster"
        or str(request.get("evictionPolicy")).lower() != "noeviction"
    ):
        raise _bad(
            f"The module RediSearch of {request.id} needs clustering policy EnterpriseCluster and eviction policy "
            f"NoEviction; it has {request.get('clusteringPolicy')} and {request.get('evictionPolicy')}.",
            "set both, or leave the module out",
        )


def _refuse_geo_replication(request: Request) -> None:
    cluster = _cluster_of(request)
    sku = str(dig(cluster.properties, "sku.name", "")).lower() if cluster else ""
    if request.get("geoReplication") and (sku in SMALLEST_GEO_SIZES or sku.startswith("flashoptimized")):
        raise _bad(
            f"Active geo-replication of {request.id} is not supported for SKU '{sku}'.", "use Balanced_B3 or larger"
        )


def _database_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"redisVersion": REDIS_VERSION, "resourceState": "Running"}


def list_keys(cloud: Cloud, client: Client, database: Record, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `listDatabaseKeys` answers; refused where only Entra signs in."""
    if str(database.properties.get("accessKeysAuthentication")).lower() != "enabled":
        raise Refused(
            "BadRequest",
            f"Access keys authentication is disabled on {database.id}; there are no keys to list.",
            "set accessKeysAuthentication to Enabled, or sign in through Entra",
        )
    return {name: _key(database, name) for name in ("primaryKey", "secondaryKey")}


def _key(database: Record, purpose: str) -> str:
    seed = database.stable_uuid(purpose).encode()
    return base64.b64encode(hashlib.shake_256(seed).digest(KEY_BYTES)).decode()


# Access


def _refuse_assignment(request: Request) -> None:
    if request.get("accessPolicyName") != DEFAULT:
        raise _bad(
            f"The access policy '{request.get('accessPolicyName')}' of {request.id} does not exist.",
            f"use '{DEFAULT}', the only one",
        )
    object_id = str(request.get("user.objectId", ""))
    try:
        uuid.UUID(object_id)
    except ValueError:
        raise _bad(
            f"The user '{object_id}' of {request.id} is no object id.", "use the GUID of a principal in Entra"
        ) from None
    for sibling in request.cloud.children(arm_ids.parent(request.id), ASSIGNMENT):
        same = arm_ids.same(dig(sibling.properties, "user.objectId"), object_id)
        if same and not arm_ids.same(sibling.id, request.id):
            raise Refused(
                "Conflict",
                f"The user '{object_id}' has an access policy assignment already: {sibling.id}.",
                "declare it once",
            )


FUNCTIONS: Final = {"azure-native:redisenterprise:listDatabaseKeys": (DATABASE, list_keys)}

TYPES: Final = (
    ArmType(
        token=CLUSTER,
        path=PATH,
        location_required=True,
        force_new=("location",),
        limits={"clusterName": _NAME},
        unique=(
            unique_in_region(
                "clusterName", "NameNotAvailable", "The name {name}.redis.azure.net is not available. It is {other}."
            ),
        ),
        defaults={"highAvailability": "Enabled", "minimumTlsVersion": "1.2"},
        rules=(_refuse_sku, _refuse_less_availability),
        outputs=_cluster_outputs,
        live=_cluster_live,
        gone=principal_gone,
    ),
    ArmType(
        token=DATABASE,
        path=DATABASE_PATH,
        force_new=("geoReplication", "modules", "port"),
        limits={"clusterName": _NAME, "databaseName": _NAME},
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
                words="The clustering policy of {id} cannot be changed after it has been created.",
                way_out="delete the database and create it anew; its data is lost",
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
    ),
    ArmType(
        token=ASSIGNMENT,
        path=f"{DATABASE_PATH}/accessPolicyAssignments/{{accessPolicyAssignmentName}}",
        limits={
            "clusterName": _NAME,
            "databaseName": _NAME,
            "accessPolicyAssignmentName": Limit(pattern=r"^[A-Za-z0-9]{1,60}$"),
            "accessPolicyName": Limit(pattern=r"^([a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]|[a-zA-Z0-9])$"),
        },
        rules=(_refuse_assignment,),
    ),
)
