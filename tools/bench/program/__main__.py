"""Groups of ten Azure resources of the types that a region has most of, wired as a region wires them.

Writes to the file that `BENCH_PROGRAM_TIMES` names how long the registration took: from the first declaration, when the
SDK is loaded, to the end of the process, when the last registration is answered.
"""

from __future__ import annotations

import atexit
import json
import os
import time
from pathlib import Path
from typing import Any

import pulumi
from pulumi_azure_native import authorization, managedidentity, network, privatedns, resources

from components.aliases import remove_historic_aliases

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
"""Azure's built-in role Reader."""
LARGEST = 256
"""Groups: each has a /16 of 10.0.0.0/8."""

config = pulumi.Config("bench")
groups = config.require_int("groups")
if not 1 <= groups <= LARGEST:
    raise ValueError(f"bench:groups is {groups}. Allowed: 1 to {LARGEST}.")
if config.require_bool("removeAliases"):
    remove_historic_aliases()


def after(*others: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(depends_on=list(others))


def declare(number: int) -> None:
    """One group. Subnets one after the other: Azure refuses two writes to one network at once."""
    name = f"bench-{number:03}"
    group = resources.ResourceGroup(name, resource_group_name=f"rg-{name}")
    place: dict[str, Any] = {"resource_group_name": group.name}
    guard = network.NetworkSecurityGroup(f"{name}-guard", network_security_group_name=f"nsg-{name}", **place)
    wide = network.VirtualNetwork(
        f"{name}-network",
        virtual_network_name=f"vnet-{name}",
        address_space=network.AddressSpaceArgs(address_prefixes=[f"10.{number}.0.0/16"]),
        **place,
    )
    inside: dict[str, Any] = {**place, "virtual_network_name": wide.name}
    guarded = network.NetworkSecurityGroupArgs(id=guard.id)
    first = network.Subnet(
        f"{name}-first",
        subnet_name="first",
        address_prefix=f"10.{number}.0.0/24",
        network_security_group=guarded,
        **inside,
    )
    network.Subnet(
        f"{name}-second",
        subnet_name="second",
        address_prefix=f"10.{number}.1.0/24",
        network_security_group=guarded,
        opts=after(first),
        **inside,
    )
    network.PublicIPAddress(
        f"{name}-address",
        public_ip_address_name=f"pip-{name}",
        public_ip_allocation_method="Static",
        sku=network.PublicIPAddressSkuArgs(name="Standard"),
        **place,
    )
    identity = managedidentity.UserAssignedIdentity(f"{name}-identity", resource_name_=f"id-{name}", **place)
    authorization.RoleAssignment(
        f"{name}-role",
        role_assignment_name=f"00000000-0000-4000-8000-{number:012}",
        principal_id=identity.principal_id,
        principal_type="ServicePrincipal",
        role_definition_id=f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
        scope=group.id,
    )
    zone = privatedns.PrivateZone(
        f"{name}-zone", private_zone_name=f"{name}.example.internal", location="global", **place
    )
    privatedns.VirtualNetworkLink(
        f"{name}-link",
        private_zone_name=zone.name,
        virtual_network_link_name=f"link-{name}",
        location="global",
        registration_enabled=False,
        virtual_network=privatedns.SubResourceArgs(id=wide.id),
        **place,
    )


LOADED = (
    authorization.RoleAssignment,
    managedidentity.UserAssignedIdentity,
    network.VirtualNetwork,
    privatedns.PrivateZone,
    resources.ResourceGroup,
)
"""The SDK's modules load themselves when they are first looked into: not while the clock runs."""
began = (time.process_time(), time.monotonic())


def keep() -> None:
    target = os.environ.get("BENCH_PROGRAM_TIMES")
    if target:
        now = (time.process_time(), time.monotonic())
        Path(target).write_text(json.dumps({"cpu": now[0] - began[0], "wall": now[1] - began[1]}), encoding="utf-8")


atexit.register(keep)
for number in range(groups):
    declare(number)
