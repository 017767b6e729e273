"""NoSQL containers: partition key, unique keys, time to live."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.cosmosdb.common import (
    ACCOUNT_NAME,
    CONTAINER,
    DATABASE_PATH,
    bad_request,
    refuse_name,
    refuse_throughput,
)

MAX_KEY_LEVELS: Final = 3
"""Maximum paths of a hierarchical partition key."""


def _refuse_partition_key(request: Request) -> None:
    paths = request.get("resource.partitionKey.paths", [])
    kind = str(request.get("resource.partitionKey.kind", "Hash")).lower()
    limit = MAX_KEY_LEVELS if kind == "multihash" else 1
    if not 1 <= len(paths) <= limit or any(not path.startswith("/") or len(path) < 2 for path in paths):
        raise bad_request(
            f"The partition key of {request.id} is invalid: {paths} of kind {kind}. It has 1 to {limit} paths, each "
            "beginning with '/'.",
            "use the path of a property, such as /sessionId",
        )
    before = request.previous("resource.partitionKey.paths")
    if before is not None and before != paths:
        raise bad_request(
            f"Document collection partition key cannot be changed. {request.id} has {before}, the request {paths}.",
            "create another container and copy the data",
        )
    keys, after = request.previous("resource.uniqueKeyPolicy"), request.get("resource.uniqueKeyPolicy")
    if request.old is not None and (keys or None) != (after or None):
        raise bad_request(
            f"The unique index of {request.id} cannot be modified. To change the unique index, remove the collection "
            "and re-create a new one.",
            "create another container and copy the data",
        )


def _refuse_expiry(request: Request) -> None:
    seconds = request.get("resource.defaultTtl")
    if seconds is not None and seconds != -1 and seconds <= 0:
        raise bad_request(
            f"The defaultTtl {seconds} of {request.id} is invalid.",
            "use -1 (items expire only if they have a ttl) or a number of seconds",
        )


TYPE: Final = ArmType(
    token=CONTAINER,
    path=f"{DATABASE_PATH}/containers/{{containerName}}",
    limits={"accountName": ACCOUNT_NAME, "resource.partitionKey.version": Limit(minimum=1, maximum=2)},
    rules=(refuse_name, refuse_throughput, _refuse_partition_key, _refuse_expiry),
)
