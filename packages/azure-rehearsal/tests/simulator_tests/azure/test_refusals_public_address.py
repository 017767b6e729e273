"""Azure's refusals of public addresses, prefixes, NAT gateways, route tables and DDoS protection plans."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.network_setup import gateway, network_given, route_table
from simulator_tests.azure.world import GROUP, NETWORK, Case, Made, World, refused


def protection_plan(world: World, name: str = "ddos", **inputs: Any) -> Made:
    names = {"resourceGroupName": GROUP, "ddosProtectionPlanName": name}
    return world.make("network:DdosProtectionPlan", name, **names, **inputs)


def gateway_given(world: World) -> None:
    network_given(world)
    world.address()
    gateway(world, "pip-out")


CASES: Final = [
    # Public addresses
    Case(
        "network:PublicIPAddress",
        "the Basic sku",
        lambda world: world.address(sku={"name": "Basic"}),
        "IPv4BasicSkuPublicIpCountLimitReached",
        ("Cannot create more than 0 IPv4 Basic SKU",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "dynamic allocation",
        lambda world: world.address(publicIPAllocationMethod="Dynamic"),
        "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic",
        ("must have AllocationMethod set to Static",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a zone that there is not",
        lambda world: world.address(zones=["4"]),
        "InvalidAvailabilityZone",
        ("zone(s) '4'", "'1,2,3'"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a zone in a region without zones",
        lambda world: world.address(zones=["1"], location="westus"),
        "InvalidAvailabilityZone",
        ("location 'westus' are ''",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "other zones in place",
        lambda world: (world.address(zones=["1"]), world.change(world["pip-out"], zones=["2"])),
        "ResourceAvailabilityZonesCannotBeModified",
        ("Zones cannot be added/updated/removed",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "an idle timeout of an hour",
        lambda world: world.address(idleTimeoutInMinutes=60),
        "InvalidIdleTimeoutValue",
        ("60 minutes", "4-30"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a DNS label that is taken",
        lambda world: (
            world.address(dnsSettings={"domainNameLabel": "voice"}),
            world.address("pip-b", dnsSettings={"domainNameLabel": "Voice"}),
        ),
        "DnsRecordInUse",
        ("voice.westeurope.cloudapp.azure.com", "pip-out"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a prefix that is used up",
        lambda world: (
            world.prefix(length=31),
            [world.address(f"pip-{number}", publicIPPrefix={"id": world["ippre-media"].id}) for number in range(3)],
        ),
        "PublicIpPrefixOutOfIpAddresses",
        ("ippre-media", "2 of 2"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a prefix in other zones",
        lambda world: (
            world.prefix(zones=["1"]),
            world.address(publicIPPrefix={"id": world["ippre-media"].id}),
        ),
        "PublicIpAddressAndPublicIpPrefixZonesMismatch",
        ("ippre-media", "['1']"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "the deletion of an address on a gateway",
        lambda world: world.delete(world["pip-out"]),
        "PublicIPAddressCannotBeDeleted",
        ("still allocated to resource", "natGateways/ng-out"),
        given=gateway_given,
    ),
    Case(
        "network:PublicIPPrefix",
        "a prefix of 32 addresses",
        lambda world: world.prefix(length=27),
        "InvalidPublicIPPrefixLength",
        ("prefix length 27", "28-31"),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "a prefix without sku",
        lambda world: world.prefix(sku=None),
        "PublicIPPrefixSkuNotSupported",
        ("sku Standard",),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "another length in place",
        lambda world: (world.prefix(), world.change(world["ippre-media"], prefixLength=29)),
        "PropertyChangeNotAllowed",
        ("'properties.prefixLength' is not allowed", "28", "29"),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "other zones in place",
        lambda world: (world.prefix(zones=["1"]), world.change(world["ippre-media"], zones=["2"])),
        "ResourceAvailabilityZonesCannotBeModified",
        ("availability zone constraint",),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "another location in place",
        lambda world: (world.prefix(), world.change(world["ippre-media"], location="eastus")),
        "InvalidResourceLocation",
        ("already exists in location 'westeurope'", "'eastus'"),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "the deletion of a prefix with an address",
        lambda world: (
            world.prefix(),
            world.address(publicIPPrefix={"id": world["ippre-media"].id}),
            world.delete(world["ippre-media"]),
        ),
        "InUsePublicIpPrefixCannotBeDeleted",
        ("ippre-media", "pip-out"),
        given=World.group,
    ),
    # NAT gateways
    Case(
        "network:NatGateway",
        "an idle timeout of three hours",
        lambda world: gateway(world, idleTimeoutInMinutes=180),
        "InvalidIdleTimeoutValue",
        ("180 minutes", "4-120"),
        given=World.group,
    ),
    Case(
        "network:NatGateway",
        "two zones",
        lambda world: gateway(world, zones=["1", "2"]),
        "NatGatewayWithMultipleZonesNotSupported",
        ("one zone or none",),
        given=World.group,
    ),
    Case(
        "network:NatGateway",
        "more than sixteen addresses",
        lambda world: (
            world.prefix(),
            gateway(world, "pip-out", publicIpPrefixes=[{"id": world["ippre-media"].id}]),
        ),
        "NatGatewayPublicIpAddressLimitReached",
        ("17 public IP addresses", "16"),
        given=lambda world: (world.group(), world.address()),
    ),
    Case(
        "network:NatGateway",
        "an address of another gateway",
        lambda world: gateway(world, "pip-out", name="ng-b"),
        "PublicIPAddressInUse",
        ("already allocated to resource", "ng-out"),
        given=gateway_given,
    ),
    Case(
        "network:NatGateway",
        "an address of another region",
        lambda world: (world.address(location="eastus"), gateway(world, "pip-out")),
        "InvalidResourceReference",
        ("same region",),
        given=World.group,
    ),
    Case(
        "network:NatGateway",
        "the deletion of a gateway on a subnet",
        lambda world: (world.subnet(natGateway={"id": world["ng-out"].id}), world.delete(world["ng-out"])),
        "InUseNatGatewayCannotBeDeleted",
        ("ng-out", "subnets/snet-nodes"),
        given=gateway_given,
    ),
    # Route tables, protection plans
    Case(
        "network:RouteTable",
        "an appliance without address",
        lambda world: route_table(
            world, {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}
        ),
        "NextHopIpAddressRequired",
        ("VirtualAppliance",),
        given=World.group,
    ),
    Case(
        "network:RouteTable",
        "an address without appliance",
        lambda world: route_table(
            world,
            {
                "name": "out",
                "addressPrefix": "0.0.0.0/0",
                "nextHopType": "Internet",
                "nextHopIpAddress": "10.0.0.4",
            },
        ),
        "RouteNextHopIpAddressAndNextHopTypeMismatch",
        ("Internet", "10.0.0.4"),
        given=World.group,
    ),
    Case(
        "network:RouteTable",
        "two routes of one name",
        lambda world: route_table(
            world,
            {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"},
            {"name": "out", "addressPrefix": "10.0.0.0/8", "nextHopType": "None"},
        ),
        "InvalidResourceName",
        ("out", "used twice"),
        given=World.group,
    ),
    Case(
        "network:RouteTable",
        "the deletion of a table on a subnet",
        lambda world: (
            route_table(world),
            world.subnet(routeTable={"id": world["rt-egress"].id}),
            world.delete(world["rt-egress"]),
        ),
        "InUseRouteTableCannotBeDeleted",
        ("rt-egress", "snet-nodes"),
        given=network_given,
    ),
    Case(
        "network:DdosProtectionPlan",
        "the deletion of a plan that protects a network",
        lambda world: (
            protection_plan(world),
            world.network(enableDdosProtection=True, ddosProtectionPlan={"id": world["ddos"].id}),
            world.delete(world["ddos"]),
        ),
        "DdosProtectionPlanInUse",
        ("ddos", NETWORK),
        given=World.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
