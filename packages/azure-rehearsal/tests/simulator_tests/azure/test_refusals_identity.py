"""Azure's refusals of resource groups, private DNS zones, identities and federated credentials."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.identity_setup import credential, identity_given, link, zone
from simulator_tests.azure.world import GROUP, Case, World, refused


def zone_linked(world: World) -> None:
    world.group()
    world.network()
    zone(world)
    link(world, "privatelink.azurecr.io")


CASES: Final = [
    # Resource groups
    Case(
        "resources:ResourceGroup",
        "a name that ends with a dot",
        lambda world: world.group("rg-voice."),
        "InvalidResourceGroup",
        ("rg-voice.", "cannot end with '.'"),
    ),
    Case(
        "resources:ResourceGroup",
        "another location in place",
        lambda world: world.change(world[GROUP], location="eastus"),
        "InvalidResourceGroupLocation",
        ("already exists in location 'westeurope'",),
        given=World.group,
    ),
    Case(
        "resources:ResourceGroup",
        "the deletion of a group that another one needs",
        lambda world: world.delete(world["rg-hub"]),
        "ResourceGroupDeletionBlocked",
        ("rg-hub", "still allocated to resource", "ng-out"),
        given=lambda world: (
            world.group(),
            world.group("rg-hub"),
            world.address(resourceGroupName="rg-hub"),
            world.make(
                "network:NatGateway",
                "ng-out",
                resourceGroupName=GROUP,
                natGatewayName="ng-out",
                sku={"name": "Standard"},
                publicIpAddresses=[{"id": world["pip-out"].id}],
            ),
        ),
    ),
    # Private DNS zones
    Case(
        "privatedns:PrivateZone",
        "a zone in a region",
        lambda world: zone(world, location="westeurope"),
        "LocationNotAvailableForResourceType",
        ("'westeurope'", "'global'"),
        given=World.group,
    ),
    Case(
        "privatedns:PrivateZone",
        "a name of one label",
        lambda world: zone(world, "internal"),
        "InvalidDomainName",
        ("internal", "two labels"),
        given=World.group,
    ),
    Case(
        "privatedns:PrivateZone",
        "the deletion of a zone with links",
        lambda world: world.delete(world["privatelink.azurecr.io"]),
        "CannotDeleteResource",
        ("nested resources exist", "virtualNetworkLinks/link-vnet-voice"),
        given=zone_linked,
    ),
    Case(
        "privatedns:VirtualNetworkLink",
        "a second zone of the same name for one network",
        lambda world: (
            world.group("rg-b"),
            zone(world, resourceGroupName="rg-b"),
            link(world, "privatelink.azurecr.io", group="rg-b"),
        ),
        "BadRequest",
        ("cannot be linked to multiple zones with overlapping namespaces", "privatelink.azurecr.io"),
        given=zone_linked,
    ),
    Case(
        "privatedns:VirtualNetworkLink",
        "a second zone with registration for one network",
        lambda world: (
            zone(world, "a.internal"),
            zone(world, "b.internal"),
            link(world, "a.internal", registrationEnabled=True),
            link(world, "b.internal", registrationEnabled=True),
        ),
        "BadRequest",
        ("only be linked to 1 Private DNS zone(s) with auto-registration", "'a.internal'"),
        given=lambda world: (world.group(), world.network()),
    ),
    Case(
        "privatedns:VirtualNetworkLink",
        "a network that does not exist",
        lambda world: link(world, "privatelink.azurecr.io", virtualNetwork={"id": world[GROUP].id + "x"}),
        "InvalidResourceReference",
        ("was not found",),
        given=lambda world: (world.group(), world.network(), zone(world)),
    ),
    # Identities
    Case(
        "managedidentity:UserAssignedIdentity",
        "a name of two characters",
        lambda world: world.identity("id"),
        "InvalidResourceName",
        ("id is invalid", "3 to 128"),
        given=World.group,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "two audiences",
        lambda world: credential(world, audiences=["api://AzureADTokenExchange", "api://other"]),
        "BadRequest",
        ("2 audiences",),
        given=identity_given,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "an issuer without https",
        lambda world: credential(world, issuer="http://issuer"),
        "BadRequest",
        ("http://issuer",),
        given=identity_given,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "the same issuer and subject twice",
        lambda world: (credential(world), credential(world, "again", subject=world["fic-agents"]["subject"])),
        "BadRequest",
        ("Issuer and subject combination already exists", "fic-agents"),
        given=identity_given,
    ),
    Case(
        "managedidentity:FederatedIdentityCredential",
        "a twenty-first credential",
        lambda world: [credential(world, f"fic-{number:02}") for number in range(21)],
        "BadRequest",
        ("has 20, the limit is 20",),
        given=identity_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
