"""Resources that Azure creates itself, and their treatment by azure-native.

Azure creates some resources with their parent: the blob service of a storage account, the tables of a workspace, the
network watcher of a region. The cloud stores them as records without inputs. The provider refuses to create most of
them ("cannot create already existing resource"). It adopts the kinds in `ADOPTED_KINDS`: a create updates them, and a
delete resets them to their defaults.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record

ADOPTED_KINDS: Final = frozenset(
    {"microsoft.storage/storageaccounts/blobservices", "microsoft.dbforpostgresql/flexibleservers/configurations"}
)
"""ARM kinds in lower case. Source: `provider/pkg/openapi/defaults/defaultResourcesState.go` of pulumi-azure-native."""


def is_adopted(existing: Record) -> bool:
    """Whether azure-native adopts this resource, which Azure created, on create."""
    return not existing.inputs and arm_ids.kind(existing.id).lower() in ADOPTED_KINDS


def add(cloud: Cloud, id: str, type: str, properties: dict[str, Any]) -> None:
    """Adds a resource that Azure creates itself, unless it exists."""
    if cloud.get(id) is None:
        name = {"name": arm_ids.name(id), "type": arm_ids.kind(id)}
        cloud.put(Record(id, type, {**name, **properties}, creation=cloud.next_creation(id), run=cloud.run))
