"""Rules for the networking mode: a delegated subnet with a private DNS zone, or public access."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Request, get_path, normal_location
from azure_rehearsal.azure.services.dbforpostgresql.common import DOMAIN, SERVER, invalid
from azure_rehearsal.azure.services.network.common import RESERVED_ADDRESSES, network_of, prefixes_of
from azure_rehearsal.azure.services.network.subnet import delegations_of, users_of_subnet
from azure_rehearsal.protocol.provider import Refused

DELEGATION: Final = "Microsoft.DBforPostgreSQL/flexibleServers"
SUBNET: Final = "network.delegatedSubnetResourceId"
ZONE: Final = "network.privateDnsZoneArmResourceId"

MAX_SUBNET_PREFIX_LENGTH: Final = 28
ADDRESSES: Final = {True: 4, False: 2}
"""Addresses of a server in its subnet, by whether it has a standby. Documented: four; without a standby we use half."""


def refuse_mode_change(request: Request) -> None:
    """Refuses changes of the networking mode, which is fixed at creation."""
    if request.old is None:
        return
    before, after = request.previous(SUBNET), request.get(SUBNET)
    if (before or after) and not arm_ids.same(before, after):
        raise Refused(
            "VnetIntegrationChangeNotAllowed",
            f"The networking mode of server '{request.name}' is chosen at creation and cannot be changed: it has "
            f"{SUBNET} {before!r}, the request {after!r}.",
            "create another server and move the data by dump and restore",
        )
    has_standby = str(request.previous("highAvailability.mode") or "Disabled").lower() != "disabled"
    if before and has_standby and not arm_ids.same(request.previous(ZONE), request.get(ZONE)):
        raise Refused(
            "PrivateDnsZoneChangeNotAllowed",
            f"The private DNS zone of server '{request.name}' cannot be changed while high availability is on: it is "
            f"{request.previous(ZONE)}, the request has {request.get(ZONE)}.",
            "disable high availability first",
        )


def refuse_zone(request: Request) -> None:
    """Refuses a delegated subnet without a matching private DNS zone, and a zone without a subnet."""
    zone = request.get(ZONE)
    if not request.get(SUBNET):
        if zone:
            raise invalid(
                ZONE,
                f"Server '{request.name}' has no delegated subnet.",
                "remove the zone; private endpoints use zone groups",
            )
        return
    if not zone:
        raise Refused(
            "EmptyPrivateDnsZoneArmResourceId",
            "The parameter PrivateDnsZoneArguments is required, and must be provided by customer. Server "
            f"'{request.name}' has a delegated subnet.",
            f"create a private DNS zone that ends with .{DOMAIN}, and link it to the virtual network first",
        )
    name, own = arm_ids.name(str(zone)).lower(), f"{request.name}.{DOMAIN}".lower()
    if not name.endswith(f".{DOMAIN}") or name == own:
        raise Refused(
            "InvalidPrivateDnsZoneName",
            f"The private DNS zone '{name}' of server '{request.name}' is invalid: it must end with .{DOMAIN} and not "
            f"be {own}.",
            f"use a name such as <prefix>.private.{DOMAIN}",
        )


def refuse_subnet(request: Request) -> None:
    """Refuses subnets of another region, without the delegation, or without enough addresses."""
    subnet = request.referenced(SUBNET)
    if subnet is None:
        return
    network = request.cloud.get(network_of(subnet.id))
    location = normal_location(str(get_path(network.properties if network else {}, "location", "")))
    if location != request.location:
        raise invalid(
            SUBNET,
            f"Subnet {subnet.id} is in '{location}', server '{request.name}' in '{request.location}'.",
            "use a subnet of the server's region",
        )
    delegated = delegations_of(subnet.properties)
    if [item.lower() for item in delegated] != [DELEGATION.lower()]:
        raise Refused(
            "SubnetNotDelegated",
            f"Subnet {subnet.id} of server '{request.name}' must be delegated to {DELEGATION} and to nothing else; it "
            f"has {', '.join(delegated) or 'no delegation'}.",
            "delegate a subnet that only these servers use",
        )
    _refuse_full(request)


def _refuse_full(request: Request) -> None:
    subnet = request.referenced(SUBNET)
    if subnet is None:
        return
    cidr = prefixes_of(subnet)[0]
    if cidr.prefixlen > MAX_SUBNET_PREFIX_LENGTH:
        raise invalid(
            SUBNET, f"{cidr} is smaller than /{MAX_SUBNET_PREFIX_LENGTH}.", f"use /{MAX_SUBNET_PREFIX_LENGTH} or larger"
        )
    others = [
        user.properties
        for user in users_of_subnet(request.cloud, subnet.id)
        if user.type == SERVER and not arm_ids.same(user.id, request.id)
    ]
    needed = sum(ADDRESSES[_has_standby(item)] for item in [*others, request.inputs])
    available = cidr.num_addresses - RESERVED_ADDRESSES
    if needed > available:
        raise Refused(
            "SubnetIsFull",
            f"Subnet {arm_ids.name(subnet.id)} with address prefix {cidr} does not have enough capacity for "
            f"{needed} IP addresses: {len(others) + 1} servers share it with '{request.name}', {available} are usable.",
            "use a larger subnet, or one subnet per server",
        )


def _has_standby(server: object) -> bool:
    return str(get_path(server, "highAvailability.mode", "Disabled")).lower() != "disabled"
