"""Private endpoints: one connection to a target resource, with addresses from a subnet."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.account_access import conflict_of_endpoint
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.private_connections import PRIVATE_ENDPOINT, connection_of
from azure_rehearsal.azure.core.rules import ArmType, Request, get_path
from azure_rehearsal.azure.services.network.common import (
    NAME,
    RESERVED_AT_START,
    network_of,
    prefixes_of,
    refuse_other_region,
)
from azure_rehearsal.azure.services.network.private_link_targets import groups_of, is_known_group
from azure_rehearsal.azure.services.network.subnet import delegations_of
from azure_rehearsal.protocol.provider import Refused

PATH: Final = arm_ids.provider_id("Microsoft.Network/privateEndpoints", "privateEndpointName")
WRITE_DURATION: Final = 10
"""A private endpoint takes a minute or two, most other writes take seconds."""
_REGISTRY: Final = "microsoft.containerregistry/registries"


def _refuse_connection(request: Request) -> None:
    links = [
        *request.get("privateLinkServiceConnections", []),
        *request.get("manualPrivateLinkServiceConnections", []),
    ]
    if len(links) != 1:
        raise Refused(
            "PrivateEndpointMustHaveOneConnection",
            f"Private endpoint {request.id} has {len(links)} private link service connections; exactly one is "
            "supported.",
            "create one private endpoint per connection",
        )
    link = links[0]
    if not link.get("name") or not link.get("privateLinkServiceId"):
        raise Refused(
            "InvalidRequestFormat",
            f"Cannot parse the request. The connection of {request.id} requires name and privateLinkServiceId.",
            "set name and privateLinkServiceId of the connection",
        )
    if len(link.get("groupIds") or []) != 1:
        raise Refused(
            "MissingParameterOnPrivateLinkServiceConnection",
            f"Private link service connection {request.id}/privateLinkServiceConnections/{link['name']} is missing "
            f"required parameter 'group Id', or has several: {link.get('groupIds')}.",
            "set exactly one group id",
        )


def _refuse_group(request: Request) -> None:
    link = connection_of(request.inputs)
    target = request.cloud.get(link["privateLinkServiceId"])
    if target is None:
        return
    kind, groups = arm_ids.kind(target.id), groups_of(target)
    wanted = link["groupIds"][0]
    if not groups and not type_registry.type_of(target).has_rules:
        request.warnings.append(
            f"not known here: private link group '{wanted}' of {kind}. The endpoint has no host names."
        )
    elif wanted.lower() not in {name.lower() for name in groups} and not is_known_group(wanted):
        request.warn_unknown(f"private link group of {kind}", wanted)
    elif wanted.lower() not in {name.lower() for name in groups}:
        raise Refused(
            "BadRequest",
            f"Call to {kind} failed. Error message: Invalid groupId '{wanted}' for {target.id}; its group "
            f"ids are {', '.join(groups) or 'none'}.",
            "use a group id of the target",
        )
    if kind.lower() == _REGISTRY and str(get_path(target.properties, "sku.name")).lower() != "premium":
        raise Refused(
            "BadRequest",
            f"Call to {kind} failed. Error message: Private endpoint connections are only supported for managed "
            f"registries in Premium SKU; '{arm_ids.name(target.id)}' has '{get_path(target.properties, 'sku.name')}'.",
            "set the registry's sku to Premium",
        )
    if get_path(target.properties, "network.delegatedSubnetResourceId"):
        raise Refused(
            "BadRequest",
            f"Call to {kind} failed. Error message: Private endpoint connections are not supported for a server with "
            f"virtual network integration: {target.id}.",
            "use either a delegated subnet or private endpoints for a server",
        )


def _refuse_subnet(request: Request) -> None:
    subnet = request.referenced("subnet.id")
    if subnet is None:
        raise Refused(
            "InvalidRequestFormat",
            f"Private endpoint {request.id} requires a subnet: subnet.id is {request.get('subnet.id')!r}.",
            "set subnet.id to a subnet in its region",
        )
    refuse_other_region(request, [network_of(subnet.id)], request.location)
    other = request.cloud.active_write(network_of(subnet.id))
    if other is not None:
        raise Refused(
            "ReferencedResourceNotProvisioned",
            f"Cannot proceed with operation because resource {network_of(subnet.id)} used by resource {request.id} is "
            "not in Succeeded state. Resource is in Updating state and the last operation that updated/is updating "
            f"the resource is that of {other}.",
            f"add {other} to depends_on of the private endpoint",
        )
    delegated = delegations_of(subnet.properties)
    if delegated:
        raise Refused(
            "PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
            f"Private endpoint {request.id} cannot be created in a subnet {subnet.id} since it is delegated to "
            f"{', '.join(delegated)}. Please choose a different subnet.",
            "use a subnet without delegation",
        )


def _fail_during_writes(request: Request) -> None:
    """Lets the endpoint fail if its target has other writes in progress: ARM accepts it and asks the target later."""
    target = request.cloud.get(connection_of(request.inputs)["privateLinkServiceId"])
    if target is not None:
        request.failure = request.failure or conflict_of_endpoint(request.cloud, request.id, target)


def _members(request: Request) -> list[str]:
    """The host names of the endpoint's target."""
    link = connection_of(request.inputs)
    target = request.cloud.get(link["privateLinkServiceId"])
    if target is None:
        return []
    groups = {name.lower(): group for name, group in groups_of(target).items()}
    group = groups.get(link["groupIds"][0].lower())
    return group.host_names(request.cloud, target) if group else []


def addresses_in(cloud: Cloud, subnet_id: str) -> set[str]:
    """The addresses of a subnet that private endpoints use."""
    return {
        address
        for record in cloud.referrers(subnet_id)
        if record.type == PRIVATE_ENDPOINT and arm_ids.same(get_path(record.properties, "subnet.id"), subnet_id)
        for config in record.properties.get("customDnsConfigs") or []
        for address in config.get("ipAddresses") or []
    }


def _refuse_full_subnet(request: Request) -> None:
    subnet = request.referenced("subnet.id")
    if subnet is None or request.old is not None:
        return
    cidr = prefixes_of(subnet)[0]
    needed = len(_members(request))
    free = cidr.num_addresses - RESERVED_AT_START - 1 - len(addresses_in(request.cloud, subnet.id))
    if needed > free:
        raise Refused(
            "SubnetIsFull",
            f"Subnet {arm_ids.name(subnet.id)} with address prefix {cidr} does not have enough capacity for {needed} "
            f"IP addresses: {max(free, 0)} are free, private endpoint {request.id} needs one per host name "
            f"({', '.join(_members(request))}).",
            "use a larger subnet for private endpoints",
        )


def _dns_configs(request: Request) -> list[dict[str, Any]]:
    kept = {item["fqdn"]: item for item in request.previous("customDnsConfigs") or []}
    subnet = request.referenced("subnet.id")
    hosts = _members(request)
    if subnet is None:
        return list(kept.values())
    taken = addresses_in(request.cloud, subnet.id)
    cidr = prefixes_of(subnet)[0]
    free = (str(address) for address in _usable(cidr) if str(address) not in taken)
    return [kept[host] if host in kept else {"fqdn": host, "ipAddresses": [next(free)]} for host in hosts]


def _usable(cidr: ipaddress.IPv4Network | ipaddress.IPv6Network) -> list[Any]:
    return [cidr[index] for index in range(RESERVED_AT_START, min(cidr.num_addresses - 1, 2**16))]


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    def shown(link: dict[str, Any], status: str) -> dict[str, Any]:
        state = {"status": status, "description": "", "actionsRequired": "None"}
        id = f"{request.id}/privateLinkServiceConnections/{link['name']}"
        return {**link, "id": id, "privateLinkServiceConnectionState": state, "provisioningState": "Succeeded"}

    interface = request.get("customNetworkInterfaceName") or f"{request.name}.nic.{record.stable_uuid('interface')}"
    group = arm_ids.resource_group_id(request.id)
    manual = request.get("manualPrivateLinkServiceConnections", [])
    return {
        "privateLinkServiceConnections": [
            shown(link, "Approved") for link in request.get("privateLinkServiceConnections", [])
        ],
        "manualPrivateLinkServiceConnections": [shown(link, "Pending") for link in manual],
        "networkInterfaces": [{"id": f"{group}/providers/Microsoft.Network/networkInterfaces/{interface}"}],
        "customDnsConfigs": _dns_configs(request),
    }


TYPE: Final = ArmType(
    token=PRIVATE_ENDPOINT,
    path=PATH,
    force_new=("subnet",),
    name=NAME,
    rules=(_refuse_connection, _refuse_group, _refuse_subnet, _refuse_full_subnet, _fail_during_writes),
    outputs=_outputs,
    duration=WRITE_DURATION,
)
