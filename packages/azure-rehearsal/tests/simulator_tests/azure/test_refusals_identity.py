"""Azure's refusals of resource groups, private DNS zones, identities and federated credentials."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import GROUP, AzureHarness, Case, refused
from simulator_tests.azure.identity_setup import credential, link, with_identity, zone


def zone_linked(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    zone(azure)
    link(azure, "privatelink.azurecr.io")


CASES: Final = [
    # Resource groups
    Case(
        "resources:ResourceGroup",
        "a name that ends with a dot",
        lambda azure: azure.group("rg-shop."),
        "InvalidResourceGroup",
        ("rg-shop.", "cannot end with '.'"),
    ),
    Case(
        "resources:ResourceGroup",
        "another location in place",
        lambda azure: azure.change(azure[GROUP], location="eastus"),
        "InvalidResourceGroupLocation",
        ("already exists in location 'westeurope'",),
        setup=AzureHarness.group,
    ),
    Case(
        "resources:ResourceGroup",
        "the deletion of a group that another one needs",
        lambda azure: azure.delete(azure["rg-hub"]),
        "ResourceGroupDeletionBlocked",
        ("rg-hub", "still allocated to resource", "ng-out"),
        setup=lambda azure: (
            azure.group(),
            azure.group("rg-hub"),
            azure.address(resourceGroupName="rg-hub"),
            azure.make(
                "network:NatGateway",
                "ng-out",
                resourceGroupName=GROUP,
                natGatewayName="ng-out",
                sku={"name": "Standard"},
                publicIpAddresses=[{"id": azure["pip-out"].id}],
            ),
        ),
    ),
    # Private DNS zones
    Case(
        "privatedns:PrivateZone",
        "a zone in a region",
        lambda azure: zone(azure, location="westeurope"),
        "LocationNotAvailableForResourceType",
        ("'westeurope'", "'global'"),
        setup=AzureHarness.group,
    ),
    Case(
        "privatedns:PrivateZone",
        "a name of one label",
        lambda azure: zone(azure, "internal"),
        "InvalidDomainName",
        ("internal", "two labels"),
        setup=AzureHarness.group,
    ),
    Case(
        "privatedns:PrivateZone",
        "the deletion of a zone with links",
        lambda azure: azure.delete(azure["privatelink.azurecr.io"]),
        "CannotDeleteResource",
        ("nested resources exist", "virtualNetworkLinks/link-vnet-shop"),
        setup=zone_linked,
    ),
    Case(
        "privatedns:VirtualNetworkLink",
        "a second zone of the same name for one network",
        lambda azure: (
            azure.group("rg-b"),
            zone(azure, resourceGroupName="rg-b"),
            link(azure, "privatelink.azurecr.io", group="rg-b"),
        ),
        "BadRequest",
        ("cannot be linked to multiple zones with overlapping namespaces", "privatelink.azurecr.io"),
        setup=zone_linked,
    ),
    Case(
        "privatedns:VirtualNetworkLink",
        "a second zone with registration for one network",
        lambda azure: (
            zone(azure, "a.internal"),
            zone(azure, "b.internal"),
            link(azure, "a.internal", registrationEnabled=True),
            link(azure, "b.internal", registrationEnabled=True),
        ),
        "BadRequest",
        ("only be linked to 1 Private DNS zone(s) with auto-registration", "'a.internal'"),
        setup=lambda azure: (azure.group(), azure.network()),
    ),
    Case(
        "privatedns:VirtualNetworkLink",
        "a network that does not exist",
        lambda azure: link(azure, "privatelink.azurecr.io", virtualNetwork={"id": azure[GROUP].id + "x"}),
        "InvalidResourceReference",
        ("was not found",),
        setup=lambda azure: (azure.group(), azure.network(), zone(azure)),
    ),
    # Identities
    Case(
        "managedidentity:UserAssignedIdentity",
        "a name of two characters",
        lambda azure: azure.identity("id"),
        "InvalidResourceName",
        ("id is invalid", "3 to 128"),
        setup=AzureHarness.group,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "two audiences",
        lambda azure: credential(azure, audiences=["api://AzureADTokenExchange", "api://other"]),
        "BadRequest",
        ("2 audiences",),
        setup=with_identity,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "an issuer without https",
        lambda azure: credential(azure, issuer="http://issuer"),
        "BadRequest",
        ("http://issuer",),
        setup=with_identity,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "the same issuer and subject twice",
        lambda azure: (credential(azure), credential(azure, "again", subject=azure["fic-workers"]["subject"])),
        "BadRequest",
        ("Issuer and subject combination already exists", "fic-workers"),
        setup=with_identity,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "a twenty-first credential",
        lambda azure: [credential(azure, f"fic-{number:02}") for number in range(21)],
        "BadRequest",
        ("has 20, the limit is 20",),
        setup=with_identity,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
