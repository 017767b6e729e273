"""Geo-replications of a Premium registry."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Request, normal_location
from azure_rehearsal.azure.services.containerregistry.common import NAME, PATH, PREMIUM, REPLICATION, sku_of
from azure_rehearsal.protocol.provider import Refused


def replication_regions(cloud: Cloud, registry: Record) -> list[str]:
    """The regions of a registry, its home region first."""
    others = [str(item.properties["location"]) for item in cloud.children(registry.id, REPLICATION)]
    return [str(registry.properties["location"]), *sorted(others)]


def _refuse_replication(request: Request) -> None:
    registry = request.cloud.get(arm_ids.parent(request.id))
    if registry is None:
        return
    if sku_of(registry.properties) != PREMIUM:
        raise Refused(
            "InvalidSku",
            f"Replication '{request.name}': geo-replication is only supported for managed registries in Premium SKU; "
            f"registry '{arm_ids.name(registry.id)}' has '{registry.properties['sku']['name']}'.",
            "set the registry's sku to Premium",
        )
    if normal_location(str(registry.properties["location"])) == request.location:
        raise Refused(
            "ReplicationAlreadyExists",
            f"A replication in '{request.location}' already exists: it is the home region of registry "
            f"'{arm_ids.name(registry.id)}'.",
            "replicate to other regions only",
        )
    for sibling in request.cloud.children(registry.id, REPLICATION):
        if not arm_ids.same(sibling.id, request.id) and sibling.properties["location"] == request.location:
            raise Refused(
                "ReplicationAlreadyExists",
                f"A replication in '{request.location}' already exists: {sibling.id}.",
                "declare one replication per region",
            )


TYPE: Final = ArmType(
    token=REPLICATION,
    path=f"{PATH}/replications/{{replicationName}}",
    location_required=True,
    force_new=("location",),
    limits={"registryName": NAME, "replicationName": NAME},
    defaults={"regionEndpointEnabled": True, "zoneRedundancy": "Disabled"},
    immutable=(Immutable("zoneRedundancy"),),
    rules=(_refuse_replication,),
)
