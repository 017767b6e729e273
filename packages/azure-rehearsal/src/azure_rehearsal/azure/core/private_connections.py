"""Private endpoint connections, as the target resource shows them."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record

PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"


def connection_of(endpoint: dict[str, Any]) -> dict[str, Any]:
    """The connection in the inputs or properties of a private endpoint; empty if it has none."""
    connections = [
        *(endpoint.get("privateLinkServiceConnections") or []),
        *(endpoint.get("manualPrivateLinkServiceConnections") or []),
    ]
    return connections[0] if connections else {}


def connections_of(cloud: Cloud, target: Record) -> list[dict[str, Any]]:
    """The `privateEndpointConnections` of a resource, in order of creation."""
    endpoints = [
        record
        for record in cloud.referrers(target.id)
        if record.type == PRIVATE_ENDPOINT
        and arm_ids.same(connection_of(record.properties).get("privateLinkServiceId"), target.id)
    ]
    return [
        {
            "id": f"{target.id}/privateEndpointConnections/{arm_ids.name(endpoint.id)}",
            "name": arm_ids.name(endpoint.id),
            "type": f"{arm_ids.kind(target.id)}/privateEndpointConnections",
            "privateEndpoint": {"id": endpoint.id},
            "privateLinkServiceConnectionState": connection_of(endpoint.properties)[
                "privateLinkServiceConnectionState"
            ],
            "provisioningState": "Succeeded",
        }
        for endpoint in endpoints
    ]
