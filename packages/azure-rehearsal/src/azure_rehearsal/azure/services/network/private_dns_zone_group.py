"""Private DNS zone groups: the zones in which a private endpoint registers its addresses."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.private_connections import connection_of
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.network.common import NAME
from azure_rehearsal.azure.services.network.private_endpoint import PATH
from azure_rehearsal.azure.services.network.private_link_targets import groups_of
from azure_rehearsal.protocol.provider import Refused

GROUP: Final = "azure-native:network:PrivateDnsZoneGroup"
ZONE_KIND: Final = "microsoft.network/privatednszones"
MAX_ZONES: Final = 5
"""Maximum zones in one group: learn.microsoft.com/azure/private-link/private-endpoint-dns-integration."""
TTL_SECONDS: Final = 10


def _refuse_second_group(request: Request) -> None:
    for sibling in request.cloud.children(arm_ids.parent(request.id), GROUP):
        if not arm_ids.same(sibling.id, request.id):
            raise Refused(
                "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed",
                "More than one private DNS zone group per private endpoint is not allowed. "
                f"{arm_ids.parent(request.id)} has {sibling.id}.",
                "list all zones in one group",
            )


def _refuse_zones(request: Request) -> None:
    configs = request.get("privateDnsZoneConfigs", [])
    if not configs or len(configs) > MAX_ZONES:
        raise Refused(
            "InvalidRequestFormat",
            f"Private DNS zone group {request.id} has {len(configs)} zones; 1 to {MAX_ZONES} are supported.",
            "list the zones of the target service",
        )
    for config in configs:
        zone = str(config.get("privateDnsZoneId") or "")
        if not config.get("name") or arm_ids.kind(zone).lower() != ZONE_KIND:
            raise Refused(
                "InvalidRequestFormat",
                f"A zone of private DNS zone group {request.id} has name {config.get('name')!r} and id '{zone}', which "
                "must be the id of a private DNS zone.",
                "set a name and the id of a private DNS zone for every entry",
            )


def _records(cloud: Cloud, endpoint: Record, zone_id: str) -> list[dict[str, Any]]:
    """The A records of the endpoint in a zone; none if the zone does not belong to the target service."""
    connection = connection_of(endpoint.properties)
    target = cloud.get(str(connection.get("privateLinkServiceId")))
    groups = {name.lower(): group for name, group in groups_of(target).items()} if target else {}
    group = groups.get(str((connection.get("groupIds") or [""])[0]).lower())
    if target is None or group is None or group.zone_name(target) != arm_ids.name(zone_id).lower():
        return []
    public = group.zone_name(target).removeprefix("privatelink.").replace("vaultcore.azure.net", "vault.azure.net")
    return [
        {
            "recordType": "A",
            "recordSetName": config["fqdn"].removesuffix(f".{public}"),
            "fqdn": f"{config['fqdn'].removesuffix(f'.{public}')}.{arm_ids.name(zone_id).lower()}",
            "ttl": TTL_SECONDS,
            "ipAddresses": config["ipAddresses"],
            "provisioningState": "Succeeded",
        }
        for config in endpoint.properties.get("customDnsConfigs") or []
    ]


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    endpoint = request.cloud.get(arm_ids.parent(request.id))
    configs = [
        {**config, "recordSets": _records(request.cloud, endpoint, config["privateDnsZoneId"]) if endpoint else []}
        for config in request.get("privateDnsZoneConfigs", [])
    ]
    return {"privateDnsZoneConfigs": configs}


TYPE: Final = ArmType(
    token=GROUP,
    path=f"{PATH}/privateDnsZoneGroups/{{privateDnsZoneGroupName}}",
    name=NAME,
    rules=(_refuse_second_group, _refuse_zones),
    outputs=_outputs,
)
