"""Azure Managed Grafana workspaces: SKU, version, endpoint."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, NameRule, Request, get_path
from azure_rehearsal.protocol.provider import Refused

GRAFANA: Final = "azure-native:dashboard:Grafana"
SKU: Final = "standard"
MAJOR_VERSIONS: Final = ("11", "12")
RETIRED_MAJOR_VERSIONS: Final = ("9", "10")
"""learn.microsoft.com/azure/managed-grafana/how-to-upgrade-grafana-11, 2025-08."""


def _refuse_sku(request: Request) -> None:
    sku = str(request.get("sku.name", ""))
    if sku.lower() != SKU:
        raise Refused(
            "InvalidSku",
            f"The SKU '{sku}' of Grafana workspace '{request.name}' is not supported for new workspaces.",
            "use Standard",
        )


def _refuse_version(request: Request) -> None:
    version = request.get("properties.grafanaMajorVersion")
    if version is not None and str(version) in RETIRED_MAJOR_VERSIONS:
        raise Refused(
            "InvalidGrafanaMajorVersion",
            f"The Grafana major version '{version}' of workspace '{request.name}' is not supported. Supported: "
            f"{', '.join(MAJOR_VERSIONS)}.",
            "use one of these versions, or remove the property",
        )
    if version is not None and str(version) not in MAJOR_VERSIONS:
        request.warn_unknown("Grafana major version", version)


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    suffix = hashlib.sha256(record.creation_id.encode()).hexdigest()[:16]
    given = record.properties.get("properties") or {}
    version = get_path(given, "grafanaMajorVersion") or MAJOR_VERSIONS[-1]
    return {
        "properties": {
            "publicNetworkAccess": "Enabled",
            "zoneRedundancy": "Disabled",
            "apiKey": "Disabled",
            "deterministicOutboundIP": "Disabled",
            **given,
            "grafanaMajorVersion": version,
            "grafanaVersion": f"{version}.0.0",
            "endpoint": f"https://{request.name.lower()}-{suffix}.{request.location}.grafana.azure.com",
            "provisioningState": "Succeeded",
        },
        **identity_outputs(request, record),
    }


def _live(cloud: Cloud, record: Record) -> dict[str, Any]:
    connections = [
        {key: item[key] for key in ("id", "name", "type", "privateEndpoint", "privateLinkServiceConnectionState")}
        for item in connections_of(cloud, record)
    ]
    return {"properties": {**record.properties["properties"], "privateEndpointConnections": connections}}


TYPE: Final = ArmType(
    token=GRAFANA,
    path=arm_ids.provider_id("Microsoft.Dashboard/grafana", "workspaceName"),
    location_required=True,
    force_new=("location",),
    limits={"workspaceName": Limit(pattern=r"^[a-zA-Z][a-z0-9A-Z-]{0,28}[a-z0-9A-Z]$")},
    name=NameRule(
        r"[a-zA-Z](?!.*--)[a-zA-Z0-9-]*[a-zA-Z0-9]",
        2,
        23,
        "The name of a Grafana workspace has 2 to 23 letters, digits and hyphens, begins with a letter and ends "
        "with a letter or digit.",
    ),
    unique=(
        globally_unique(
            "workspaceName",
            "GrafanaNameNotAvailable",
            "The Grafana workspace name '{name}' is not available: it belongs to {other}.",
        ),
    ),
    defaults={"sku": {"name": "Standard"}},
    immutable=(Immutable("properties.zoneRedundancy"),),
    rules=(_refuse_sku, _refuse_version),
    outputs=_outputs,
    live_outputs=_live,
    after_delete=retire_principal,
)
