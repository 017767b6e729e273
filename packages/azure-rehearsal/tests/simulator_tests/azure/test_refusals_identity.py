"""What Azure refuses of resource groups, private zones, identities, roles and locks, in its own words."""

from __future__ import annotations

import uuid
from typing import Any, Final

import pytest

from simulator_tests.azure.world import GROUP, NETWORK, ROLE_GUIDS, Case, Made, World, refused

READER: Final = "Reader"
UNKNOWN: Final = "11111111-2222-4333-8444-555555555555"


def zone(world: World, name: str = "privatelink.azurecr.io", **inputs: Any) -> Made:
    names = {"resourceGroupName": GROUP, "privateZoneName": name, "location": "global"}
    return world.make("privatedns:PrivateZone", name, **{**names, **inputs})


def link(world: World, zone_name: str, network: str = NETWORK, group: str = GROUP, **inputs: Any) -> Made:
    return world.make(
        "privatedns:VirtualNetworkLink",
        f"{group} {zone_name} {network}",
        **{
            "resourceGroupName": group,
            "privateZoneName": zone_name,
            "virtualNetworkLinkName": f"link-{network}",
            "location": "global",
            "virtualNetwork": {"id": world[network].id},
            **inputs,
        },
    )


def credential(world: World, name: str = "fic-agents", **inputs: Any) -> Made:
    return world.make(
        "managedidentity:FederatedIdentityCredential",
        name,
        **{
            "resourceGroupName": GROUP,
            "resourceName": "id-agents",
            "federatedIdentityCredentialResourceName": name,
            "issuer": "https://westeurope.oic.prod-aks.azure.com/tenant/issuer/",
            "subject": f"system:serviceaccount:voice:{name}",
            "audiences": ["api://AzureADTokenExchange"],
            **inputs,
        },
    )


def lock(world: World, scope: str, level: str = "CanNotDelete") -> Made:
    return world.make("authorization:ManagementLockByScope", "lock", lockName="keep", scope=scope, level=level)


def zone_linked(world: World) -> None:
    world.group()
    world.network()
    zone(world)
    link(world, "privatelink.azurecr.io")


def identity_given(world: World) -> None:
    world.group()
    world.identity("id-agents")


def reads(world: World, **inputs: Any) -> Made:
    """The identity may read the group."""
    return world.role(world["id-agents"]["principalId"], READER, world[GROUP].id, **inputs)


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
    # Roles
    Case(
        "authorization:RoleAssignment",
        "a name that is no GUID",
        lambda world: reads(world, roleAssignmentName="agents-read"),
        "InvalidRoleAssignmentId",
        ("'agents-read'", "must be a GUID"),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "a role that there is not",
        lambda world: reads(world, roleDefinitionId=f"/providers/Microsoft.Authorization/roleDefinitions/{UNKNOWN}"),
        "RoleDefinitionDoesNotExist",
        (UNKNOWN,),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "a scope that does not exist",
        lambda world: world.role(world["id-agents"]["principalId"], READER, world[GROUP].id + "-x"),
        "ResourceNotFound",
        ("rg-voice-x", "was not found"),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "a service principal that nobody has",
        lambda world: reads(world, principalId=UNKNOWN),
        "PrincipalNotFound",
        (UNKNOWN.replace("-", ""), "does not exist in the directory"),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "an unknown principal without principalType",
        lambda world: reads(world, principalId=UNKNOWN, principalType=None),
        "PrincipalNotFound",
        ("principalType property",),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "a fresh identity without principalType",
        lambda world: reads(world, principalType=None),
        "PrincipalNotFound",
        ("is new and not replicated", "set principalType"),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "the principal of a deleted identity",
        lambda world: (world.delete(world["id-agents"]), reads(world)),
        "PrincipalNotFound",
        ("Its identity is deleted",),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "an identity called a group",
        lambda world: reads(world, principalType="Group"),
        "UnmatchedPrincipalType",
        ("has type 'ServicePrincipal'", "'Group'"),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "the same principal, role and scope twice",
        lambda world: (reads(world), reads(world, roleAssignmentName=str(uuid.uuid4()))),
        "RoleAssignmentExists",
        ("The role assignment already exists", "has Reader"),
        given=identity_given,
    ),
    Case(
        "authorization:RoleAssignment",
        "another principal in place",
        lambda world: (
            world.identity("id-api"),
            world.change(reads(world), principalId=world["id-api"]["principalId"]),
        ),
        "RoleAssignmentUpdateNotPermitted",
        ("principal ID, and scope are not allowed to be updated", "another name"),
        given=identity_given,
    ),
    # Locks
    Case(
        "authorization:ManagementLockByScope",
        "the deletion of a resource under a lock",
        lambda world: (lock(world, world[GROUP].id), world.delete(world["id-agents"])),
        "ScopeLocked",
        ("cannot perform delete operation", "rg-voice'", "remove the lock"),
        given=identity_given,
    ),
    Case(
        "authorization:ManagementLockByScope",
        "the deletion of a group around a locked resource",
        lambda world: (lock(world, world["id-agents"].id), world.delete(world[GROUP])),
        "ScopeLocked",
        ("id-agents",),
        given=identity_given,
    ),
    Case(
        "authorization:ManagementLockByScope",
        "a write under a read-only lock",
        lambda world: (lock(world, world[GROUP].id, "ReadOnly"), world.address()),
        "ScopeLocked",
        ("cannot perform write operation",),
        given=identity_given,
    ),
    Case(
        "authorization:ManagementLockByScope",
        "a level that there is not",
        lambda world: lock(world, world[GROUP].id, "Never"),
        "InvalidParameter",
        ("'Never'", "'CanNotDelete'"),
        given=identity_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_a_role_for_a_group_of_people_needs_no_identity(world: World) -> None:
    identity_given(world)

    made = reads(world, principalId=UNKNOWN, principalType="Group")

    assert made["principalType"] == "Group"
    assert made["roleDefinitionId"].endswith(f"/roleDefinitions/{ROLE_GUIDS[READER]}")


def test_the_deployer_may_be_given_roles(world: World) -> None:
    identity_given(world)

    assert reads(world, principalId=world.client.object_id)["principalType"] == "ServicePrincipal"


def test_a_locked_resource_can_be_deleted_once_the_lock_is_gone(world: World) -> None:
    identity_given(world)
    locked = lock(world, world[GROUP].id)

    world.delete(locked)
    world.delete(world["id-agents"])

    assert world.cloud.leftovers() == [world[GROUP].id]
