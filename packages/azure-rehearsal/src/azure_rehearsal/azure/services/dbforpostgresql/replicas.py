"""Rules for read replicas: creation, writes while primary or replicas change, promotion at deletion of the primary."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import Deletion, Request, get_path
from azure_rehearsal.azure.services.dbforpostgresql.common import (
    SERVER,
    SOURCE,
    busy,
    is_replica,
    refuse_while_replicas_change,
    replicas_of,
)
from azure_rehearsal.azure.services.dbforpostgresql.compute import standby_mode
from azure_rehearsal.azure.services.dbforpostgresql.offers import BURSTABLE
from azure_rehearsal.protocol.provider import Refused

MAX_REPLICAS: Final = 5
"""Per primary: azure-databases-docs `concepts-read-replicas.md`. Cascading replicas are a preview."""

PRIMARY_ONLY_PROPERTIES: Final = (
    "administratorLogin",
    "administratorLoginPassword",
    "backup",
    "highAvailability",
    "version",
)
"""Properties that a replica inherits from its primary or cannot have."""

_deleted: weakref.WeakKeyDictionary[Cloud, dict[str, str]] = weakref.WeakKeyDictionary()
"""Primary by replica, for replicas deleted in this process. The primary is *updating* until the deletion ends."""


def is_replica_request(request: Request) -> bool:
    """Whether a request creates a read replica."""
    return str(request.get("createMode", "")).lower() == "replica"


def _refused(request: Request, message: str, remediation: str, code: str = "ReadReplicaCreationNotAllowed") -> Refused:
    return Refused(code, f"Read replica '{request.name}': {message}", remediation)


def refuse_replica(request: Request) -> None:
    """Refuses replicas of unsuitable primaries, and replicas beyond the limit."""
    source = request.referenced(SOURCE)
    if not is_replica_request(request) or request.old is not None:
        return
    if source is None or source.type != SERVER:
        raise _refused(request, f"{SOURCE} {request.get(SOURCE)!r} is not a flexible server.", "use the primary's id")
    if is_replica(source):
        raise _refused(
            request, f"{source.id} is a read replica; cascading replicas are a preview.", "use the primary's id"
        )
    if str(get_path(source.properties, "sku.tier")).lower() == BURSTABLE.lower():
        raise _refused(
            request,
            f"the primary {source.id} is in the Burstable tier, which has no read replicas.",
            "use GeneralPurpose or MemoryOptimized",
        )
    siblings = [item for item in replicas_of(request.cloud, source.id) if not arm_ids.same(item.id, request.id)]
    if len(siblings) >= MAX_REPLICAS:
        raise _refused(
            request,
            f"the primary {source.id} has {len(siblings)} read replicas, the limit is {MAX_REPLICAS}.",
            "use an existing replica",
            "ReplicaLimitReached",
        )
    _refuse_differences(request, source)


def _refuse_differences(request: Request, source: Record) -> None:
    if str(request.get("sku.tier")).lower() != str(get_path(source.properties, "sku.tier")).lower():
        raise _refused(
            request,
            f"its tier is {request.get('sku.tier')}, the primary's {get_path(source.properties, 'sku.tier')}.",
            "use the primary's tier",
        )
    size, primary_size = request.get("storage.storageSizeGB"), get_path(source.properties, "storage.storageSizeGB", 0)
    if size is not None and size < primary_size:
        raise _refused(
            request, f"its storage is {size} GiB, the primary's {primary_size} GiB.", "use at least the primary's size"
        )
    if bool(request.get("network.delegatedSubnetResourceId")) != bool(
        get_path(source.properties, "network.delegatedSubnetResourceId")
    ):
        raise _refused(
            request,
            "its networking mode differs from the primary's.",
            "use a delegated subnet for both servers, or for none",
        )


def refuse_upgrade_with_replicas(request: Request) -> None:
    """Refuses a major upgrade of a primary with replicas (azure-databases-docs `concepts-major-version-upgrade.md`)."""
    before, after = request.previous("version"), request.get("version")
    replicas = replicas_of(request.cloud, request.id)
    if before is not None and after is not None and int(after) > int(before) and replicas:
        raise Refused(
            "MajorVersionUpgradeNotAllowed",
            f"Server '{request.name}' cannot be upgraded from version {before} to {after} while it has read replicas: "
            f"{', '.join(item.id for item in replicas)}.",
            "delete the read replicas of all regions, upgrade, and create them again",
        )


def refuse_settings_of_replica(request: Request) -> None:
    """Refuses settings that a replica inherits from its primary or cannot have."""
    old_is_replica = request.old is not None and is_replica(request.old)
    if not old_is_replica and not (request.old is None and is_replica_request(request)):
        return
    for name in PRIMARY_ONLY_PROPERTIES:
        value = request.sent.get(name)
        if name == "highAvailability" and standby_mode(get_path(value, "mode")) == "disabled":
            continue
        if value is not None:
            raise _refused(
                request,
                f"{name} cannot be configured on a read replica.",
                "remove it; a replica inherits it from its primary or cannot have it",
                "ReadReplicaOperationNotAllowed",
            )


def refuse_while_primary_is_busy(request: Request) -> None:
    """Refuses writes of a primary and its replicas at the same time: a new replica sets its primary to *updating*."""
    source = str(request.get(SOURCE) or request.previous(SOURCE) or "")
    if not source:
        refuse_while_replicas_change(request.cloud, request.id, request.id)
        _refuse_while_replica_is_deleted(request.cloud, request.id, request.id)
        return
    if not arm_ids.same(source, request.id):
        _refuse_changing_primary(request.cloud, source, request.id)


def _refuse_changing_primary(cloud: Cloud, source: str, own_id: str) -> None:
    other = cloud.active_write(source)
    if other is not None:
        raise busy(source, other, f"add {other} to depends_on of {own_id}")
    refuse_while_replicas_change(cloud, source, own_id)
    _refuse_while_replica_is_deleted(cloud, source, own_id)


def _refuse_while_replica_is_deleted(cloud: Cloud, primary: str, own_id: str) -> None:
    for replica, its_primary in _deleted.get(cloud, {}).items():
        other = cloud.active_write(replica)
        if other is not None and arm_ids.same(its_primary, primary):
            raise busy(primary, other, f"delete {other} first, or write {own_id} later")


def refuse_child_while_replica_is_deleted(request: Request) -> None:
    """Refuses a write of a child while a replica of its server is deleted."""
    _refuse_while_replica_is_deleted(request.cloud, arm_ids.parent(request.id), request.id)


def refuse_delete_while_primary_is_busy(deletion: Deletion) -> None:
    """Refuses to delete a replica while its primary is busy."""
    source = deletion.record.properties.get(SOURCE)
    if source:
        _refuse_changing_primary(deletion.cloud, source, deletion.record.id)


def refuse_child_delete_while_replicas_change(deletion: Deletion) -> None:
    """Refuses to delete a child of a server while one of its replicas is created or deleted."""
    server = arm_ids.parent(deletion.record.id)
    refuse_while_replicas_change(deletion.cloud, server, deletion.record.id)
    _refuse_while_replica_is_deleted(deletion.cloud, server, deletion.record.id)


def promote_replicas(deletion: Deletion) -> None:
    """Promotes the replicas of a deleted primary to independent servers."""
    cloud, record = deletion.cloud, deletion.record
    if is_replica(record):
        _deleted.setdefault(cloud, {})[record.id] = record.properties[SOURCE]
    for replica in replicas_of(cloud, record.id):
        properties = {key: value for key, value in replica.properties.items() if key != SOURCE}
        cloud.put(replace(replica, properties={**properties, "replicationRole": "Primary"}))


def replication_outputs(cloud: Cloud, server: Record) -> dict[str, Any]:
    """The replication properties of a server in a response."""
    source = cloud.get(str(server.properties.get(SOURCE) or ""))
    if not is_replica(server):
        return {"replicationRole": "Primary", "replicaCapacity": MAX_REPLICAS}
    is_same_region = source is None or source.properties.get("location") == server.properties.get("location")
    return {"replicationRole": "AsyncReplica" if is_same_region else "GeoAsyncReplica", "replicaCapacity": 0}
