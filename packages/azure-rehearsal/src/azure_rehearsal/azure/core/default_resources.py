"""What exists although no program made it, and what azure-native does about it.

Some resources are there as soon as their parent is: the blob service of a storage account, the tables of a workspace,
the network watcher of a region. The cloud keeps them as records without inputs, for nobody wrote them. Most of them
the provider refuses to create ("cannot create already existing resource"); those below it takes over on create and
sets back to their defaults on delete.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record

TAKEN_OVER: Final = frozenset(
    {"microsoft.storage/storageaccounts/blobservices", "microsoft.dbforpostgresql/flexibleservers/configurations"}
)
"""ARM kinds in lower case. Source: `provider/pkg/openapi/defaults/defaultResourcesState.go` of pulumi-azure-native."""


def is_taken_over(existing: Record) -> bool:
    """Whether azure-native creates a resource over this one, which Azure made."""
    return not existing.inputs and arm_ids.kind(existing.id).lower() in TAKEN_OVER


def add(cloud: Cloud, id: str, type: str, properties: dict[str, Any]) -> None:
    """Records what Azure makes by itself, unless it is there."""
    if cloud.get(id) is None:
        name = {"name": arm_ids.name(id), "type": arm_ids.kind(id)}
        cloud.put(Record(id, type, {**name, **properties}, creation=cloud.next_creation(id), run=cloud.run))
