"""Azure's refusals of public addresses, prefixes, NAT gateways, route tables and DDoS protection plans."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Case, Deployed, refused
from simulator_tests.azure.network_setup import gateway, route_table, with_network


def protection_plan(azure: AzureHarness, name: str = "ddos", **inputs: Any) -> Deployed:
    names = {"resourceGroupName": GROUP, "ddosProtectionPlanName": name}
    return azure.make("network:DdosProtectionPlan", name, **names, **inputs)


def with_gateway(azure: AzureHarness) -> None:
    with_network(azure)
    azure.address()
    gateway(azure, "pip-out")


CASES: Final = [
    # Public addresses
    Case(
        "network:PublicIPAddress",
        "the Basic sku",
        lambda azure: azure.address(sku={"name": "Basic"}),
        "IPv4BasicSkuPublicIpCountLimitReached",
        ("Cannot create more than 0 IPv4 Basic SKU",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "dynamic allocation",
        lambda azure: azure.address(publicIPAllocationMethod="Dynamic"),
        "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic",
        ("must have AllocationMethod set to Static",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "other zones in place",
        lambda azure: (azure.address(zones=["1"]), azure.change(azure["pip-out"], zones=["2"])),
        "ResourceAvailabilityZonesCannotBeModified",
        ("Zones cannot be added/updated/removed",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "an idle timeout of an hour",
        lambda azure: azure.address(idleTimeoutInMinutes=60),
        "InvalidIdleTimeoutValue",
        ("60 minutes", "4-30"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a DNS label that is taken",
        lambda azure: (
            azure.address(dnsSettings={"domainNameLabel": "shop"}),
            azure.address("pip-b", dnsSettings={"domainNameLabel": "Shop"}),
        ),
        "DnsRecordInUse",
        ("shop.westeurope.cloudapp.azure.com", "pip-out"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "an exhausted prefix",
        lambda azure: (
            azure.prefix(length=31),
            [azure.address(f"pip-{number}", publicIPPrefix={"id": azure["ippre-web"].id}) for number in range(3)],
        ),
        "PublicIpPrefixOutOfIpAddresses",
        ("ippre-web", "2 of 2"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a prefix in other zones",
        lambda azure: (
            azure.prefix(zones=["1"]),
            azure.address(publicIPPrefix={"id": azure["ippre-web"].id}),
        ),
        "PublicIpAddressAndPublicIpPrefixZonesMismatch",
        ("ippre-web", "['1']"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPAddress",
        "the deletion of an address on a gateway",
        lambda azure: azure.delete(azure["pip-out"]),
        "PublicIPAddressCannotBeDeleted",
        ("still allocated to resource", "natGateways/ng-out"),
        setup=with_gateway,
    ),
    Case(
        "network:PublicIPPrefix",
        "a prefix of 32 addresses",
        lambda azure: azure.prefix(length=27),
        "InvalidPublicIPPrefixLength",
        ("prefix length 27", "28-31"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "a prefix without sku",
        lambda azure: azure.prefix(sku=None),
        "PublicIPPrefixSkuNotSupported",
        ("sku Standard",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "another prefix length in place",
        lambda azure: (azure.prefix(), azure.change(azure["ippre-web"], prefixLength=29)),
        "PropertyChangeNotAllowed",
        ("'properties.prefixLength' is not allowed", "28", "29"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "other zones in place",
        lambda azure: (azure.prefix(zones=["1"]), azure.change(azure["ippre-web"], zones=["2"])),
        "ResourceAvailabilityZonesCannotBeModified",
        ("availability zone constraint",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "another location in place",
        lambda azure: (azure.prefix(), azure.change(azure["ippre-web"], location="eastus")),
        "InvalidResourceLocation",
        ("already exists in location 'westeurope'", "'eastus'"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "the deletion of a prefix with an address",
        lambda azure: (
            azure.prefix(),
            azure.address(publicIPPrefix={"id": azure["ippre-web"].id}),
            azure.delete(azure["ippre-web"]),
        ),
        "InUsePublicIpPrefixCannotBeDeleted",
        ("ippre-web", "pip-out"),
        setup=AzureHarness.group,
    ),
    # NAT gateways
    Case(
        "network:NatGateway",
        "an idle timeout of three hours",
        lambda azure: gateway(azure, idleTimeoutInMinutes=180),
        "InvalidIdleTimeoutValue",
        ("180 minutes", "4-120"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NatGateway",
        "two zones",
        lambda azure: gateway(azure, zones=["1", "2"]),
        "NatGatewayWithMultipleZonesNotSupported",
        ("one zone or none",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NatGateway",
        "more than sixteen addresses",
        lambda azure: (
            azure.prefix(),
            gateway(azure, "pip-out", publicIpPrefixes=[{"id": azure["ippre-web"].id}]),
        ),
        "NatGatewayPublicIpAddressLimitReached",
        ("17 public IP addresses", "16"),
        setup=lambda azure: (azure.group(), azure.address()),
    ),
    Case(
        "network:NatGateway",
        "an address of another gateway",
        lambda azure: gateway(azure, "pip-out", name="ng-b"),
        "PublicIPAddressInUse",
        ("already allocated to resource", "ng-out"),
        setup=with_gateway,
    ),
    Case(
        "network:NatGateway",
        "an address of another region",
        lambda azure: (azure.address(location="eastus"), gateway(azure, "pip-out")),
        "InvalidResourceReference",
        ("same region",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NatGateway",
        "the deletion of a gateway on a subnet",
        lambda azure: (azure.subnet(natGateway={"id": azure["ng-out"].id}), azure.delete(azure["ng-out"])),
        "InUseNatGatewayCannotBeDeleted",
        ("ng-out", "subnets/snet-nodes"),
        setup=with_gateway,
    ),
    # Route tables, protection plans
    Case(
        "network:RouteTable",
        "an appliance without address",
        lambda azure: route_table(
            azure, {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}
        ),
        "NextHopIpAddressRequired",
        ("VirtualAppliance",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:RouteTable",
        "an address without appliance",
        lambda azure: route_table(
            azure,
            {
                "name": "out",
                "addressPrefix": "0.0.0.0/0",
                "nextHopType": "Internet",
                "nextHopIpAddress": "10.0.0.4",
            },
        ),
        "RouteNextHopIpAddressAndNextHopTypeMismatch",
        ("Internet", "10.0.0.4"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:RouteTable",
        "two routes with the same name",
        lambda azure: route_table(
            azure,
            {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"},
            {"name": "out", "addressPrefix": "10.0.0.0/8", "nextHopType": "None"},
        ),
        "InvalidResourceName",
        ("out", "used twice"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:RouteTable",
        "the deletion of a table on a subnet",
        lambda azure: (
            route_table(azure),
            azure.subnet(routeTable={"id": azure["rt-outbound"].id}),
            azure.delete(azure["rt-outbound"]),
        ),
        "InUseRouteTableCannotBeDeleted",
        ("rt-outbound", "snet-nodes"),
        setup=with_network,
    ),
    Case(
        "network:DdosProtectionPlan",
        "the deletion of a plan that protects a network",
        lambda azure: (
            protection_plan(azure),
            azure.network(enableDdosProtection=True, ddosProtectionPlan={"id": azure["ddos"].id}),
            azure.delete(azure["ddos"]),
        ),
        "DdosProtectionPlanInUse",
        ("ddos", NETWORK),
        setup=AzureHarness.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
