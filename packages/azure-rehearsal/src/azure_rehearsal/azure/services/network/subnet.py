"""Subnets: address range, delegations, associated resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.private_connections import PRIVATE_ENDPOINT
from azure_rehearsal.azure.core.rules import ArmType, Deletion, InUse, Request
from azure_rehearsal.azure.services.network.common import (
    AGENT_POOL,
    CLUSTER,
    NAME,
    NETWORK_PATH,
    ONE_WRITE_PER_NETWORK,
    SUBNET,
    Network,
    prefixes_of,
    refuse_other_region,
)
from azure_rehearsal.protocol.provider import Refused

FLEXIBLE_SERVER: Final = "azure-native:dbforpostgresql:Server"
LOAD_BALANCER: Final = "azure-native:network:LoadBalancer"
FLEXIBLE_SERVERS: Final = "Microsoft.DBforPostgreSQL/flexibleServers"
SUBNET_USERS: Final = (AGENT_POOL, CLUSTER, PRIVATE_ENDPOINT, FLEXIBLE_SERVER, LOAD_BALANCER)
"""Types whose resources use addresses of a subnet."""
MAX_SUBNET_PREFIX_LENGTH: Final = 29
"""Azure reserves five addresses of each subnet, so the smallest IPv4 subnet is a /29."""


def subnet_prefixes(inputs: dict[str, Any]) -> list[str]:
    """The ranges in a subnet's inputs, from either of the two properties."""
    given = inputs.get("addressPrefixes") or []
    return list(given) or ([inputs["addressPrefix"]] if inputs.get("addressPrefix") else [])


def refuse_subnet_range(request: Request) -> None:
    """Refuses ranges that are outside the network, overlap a sibling, or are too small."""
    network = request.cloud.get(arm_ids.parent(request.id))
    texts = subnet_prefixes(request.inputs)
    if network is None or not texts:
        raise Refused(
            "InvalidRequestFormat",
            f"Subnet {request.id} requires an address range: addressPrefix and addressPrefixes are missing.",
            "set an address prefix inside its virtual network",
        )
    ranges = [addresses.network(text, "the subnet's address prefix", request.id) for text in texts]
    for item in ranges:
        if item.version == 4 and item.prefixlen > MAX_SUBNET_PREFIX_LENGTH:
            raise Refused(
                "NetcfgInvalidSubnet",
                f"Subnet '{request.name}' is not valid in virtual network '{arm_ids.name(network.id)}': {item} is "
                f"smaller than /{MAX_SUBNET_PREFIX_LENGTH}.",
                f"use /{MAX_SUBNET_PREFIX_LENGTH} or larger",
            )
    refuse_outside_address_space(request.id, ranges, prefixes_of(network), arm_ids.name(network.id))
    for sibling in request.cloud.children(network.id, SUBNET):
        if arm_ids.same(sibling.id, request.id):
            continue
        if any(addresses.overlaps(one, other) for one in ranges for other in prefixes_of(sibling)):
            raise Refused(
                "NetcfgSubnetRangesOverlap",
                f"Subnet '{request.name}' is not valid because its IP address range overlaps with that of an existing "
                f"subnet in virtual network '{arm_ids.name(network.id)}'. The existing one is "
                f"'{arm_ids.name(sibling.id)}', {', '.join(map(str, prefixes_of(sibling)))}.",
                "choose a free range of the virtual network",
            )


def users_of_subnet(cloud: Cloud, subnet_id: str) -> Iterator[Record]:
    """The resources that use addresses of a subnet."""
    return (record for record in cloud.referrers(subnet_id) if record.type in SUBNET_USERS)


def delegations_of(properties: dict[str, Any]) -> list[str]:
    """The services to which a subnet is delegated."""
    return [item["serviceName"] for item in properties.get("delegations") or [] if item.get("serviceName")]


def refuse_change_in_use(request: Request) -> None:
    """Refuses changes of range and delegations while resources use the subnet."""
    if request.old is None:
        return
    users = [record.id for record in users_of_subnet(request.cloud, request.id)]
    if not users:
        return
    before, after = delegations_of(request.old.properties), delegations_of(request.inputs)
    if sorted(before) != sorted(after):
        raise Refused(
            "SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
            f"Delegations of subnet {request.id} cannot be changed from [{', '.join(before)}] to [{', '.join(after)}] "
            f"because it is being used by the resource {users[0]}.",
            "create a new subnet with the delegation",
        )
    kept = subnet_prefixes(request.inputs)
    for text in map(str, prefixes_of(request.old)):
        if text not in kept:
            raise Refused(
                "InUsePrefixCannotBeDeleted",
                f"IpPrefix {text} on Subnet {request.name} has active allocations and cannot be deleted. In use by "
                f"{users[0]}.",
                "create a new subnet and move the resources to it",
            )


def warn_of_association_link(deletion: Deletion) -> None:
    """Warns that Azure can refuse to delete the subnet of a server for some minutes.

    Azure refuses the first attempt, and azure-native does not retry it (terraform-provider-azurerm#15728). A refusal
    here would end each rehearsed destroy, so the rehearsal accepts the deletion.
    """
    if FLEXIBLE_SERVERS in delegations_of(deletion.record.properties):
        deletion.warnings.append(
            f"Azure keeps the association link of a subnet that is delegated to {FLEXIBLE_SERVERS} for minutes after "
            "its last server is deleted. If it refuses the deletion with InUseSubnetCannotBeDeleted, run the command "
            "again."
        )


def refuse_region_of_parts(request: Request) -> None:
    """Refuses security groups, NAT gateways and route tables of other regions."""
    network = request.cloud.get(arm_ids.parent(request.id))
    parts = ("networkSecurityGroup.id", "natGateway.id", "routeTable.id")
    if network is not None:
        refuse_other_region(request, [request.get(part) for part in parts], network.properties["location"])


def subnet_outputs(request: Request, record: Record) -> dict[str, Any]:
    """The delegations, with the properties that Azure adds."""
    delegations = [
        {
            "name": item.get("name"),
            "serviceName": item.get("serviceName"),
            "id": f"{request.id}/delegations/{item.get('name')}",
            "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
            "provisioningState": "Succeeded",
            "actions": ["Microsoft.Network/virtualNetworks/subnets/join/action"],
        }
        for item in request.get("delegations", [])
    ]
    return {"delegations": delegations}


def refuse_outside_address_space(
    subnet_id: str, ranges: list[Network], space: list[Network], network_name: str
) -> None:
    """Refuses ranges outside a network's address space."""
    for item in ranges:
        if not any(addresses.contains(outer, item) for outer in space):
            raise Refused(
                "NetcfgSubnetRangeOutsideVnet",
                f"Subnet '{arm_ids.name(subnet_id)}' is not valid because its IP address range is outside the IP "
                f"address range of virtual network '{network_name}'. {item} is not in {', '.join(map(str, space))}.",
                "choose a range inside the network's address space",
            )


TYPE: Final = ArmType(
    token=SUBNET,
    path=f"{NETWORK_PATH}/subnets/{{subnetName}}",
    name=NAME,
    rules=(refuse_subnet_range, refuse_change_in_use, refuse_region_of_parts),
    outputs=subnet_outputs,
    exclusive_writes=ONE_WRITE_PER_NETWORK,
    delete_rules=(warn_of_association_link,),
    in_use=(
        InUse(
            SUBNET_USERS,
            "InUseSubnetCannotBeDeleted",
            "Subnet {name} is in use by {others} and cannot be deleted. In order to delete the subnet, delete "
            "all the resources within the subnet. See aka.ms/deletesubnet.",
        ),
    ),
)
