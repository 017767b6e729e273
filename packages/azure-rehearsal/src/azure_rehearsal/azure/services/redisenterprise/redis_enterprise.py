"""Azure Managed Redis instances: SKU and high availability."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import unique_in_region
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.redisenterprise.common import CLUSTER, NAME, PATH, REDIS_VERSION, bad_request

RETIRED_SKUS: Final = ("enterprise_", "enterpriseflash_")


def _refuse_sku(request: Request) -> None:
    sku = str(request.get("sku.name", "")).lower()
    if sku.startswith(RETIRED_SKUS):
        raise bad_request(
            "Creation of new Azure Cache for Redis Enterprise resources is no longer supported. "
            f"'{request.name}' has SKU '{request.get('sku.name')}'.",
            "use a Balanced_*, MemoryOptimized_*, ComputeOptimized_* or FlashOptimized_* SKU of Azure Managed Redis",
        )
    if request.get("sku.capacity") is not None:
        raise bad_request(
            f"The sku.capacity property of '{request.name}' is not supported for SKU '{request.get('sku.name')}'.",
            "remove capacity; the SKU's name contains the size",
        )
    if request.get("zones"):
        raise bad_request(
            f"The zones property of '{request.name}' is not supported for SKU '{request.get('sku.name')}': Azure "
            "Managed Redis is always zone redundant.",
            "remove zones",
        )


def _refuse_less_availability(request: Request) -> None:
    before, after = request.previous("highAvailability"), request.get("highAvailability")
    if str(before).lower() == "enabled" and str(after).lower() == "disabled":
        raise bad_request(
            f"High availability of '{request.name}' cannot be disabled once it is enabled.",
            "keep it enabled, or create another instance",
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


TYPE: Final = ArmType(
    token=CLUSTER,
    path=PATH,
    location_required=True,
    force_new=("location",),
    limits={"clusterName": NAME},
    unique=(
        unique_in_region(
            "clusterName", "NameNotAvailable", "The name {name}.redis.azure.net is not available. It is {other}."
        ),
    ),
    defaults={"highAvailability": "Enabled", "minimumTlsVersion": "1.2"},
    rules=(_refuse_sku, _refuse_less_availability),
    outputs=_cluster_outputs,
    live_outputs=_cluster_live,
    after_delete=retire_principal,
)
