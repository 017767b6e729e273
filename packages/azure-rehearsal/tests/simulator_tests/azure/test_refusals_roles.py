"""Azure's refusals of role assignments and locks."""

from __future__ import annotations

import uuid
from typing import Any, Final

import pytest

from simulator_tests.azure.identity_setup import identity_given
from simulator_tests.azure.world import GROUP, ROLE_GUIDS, Case, Made, World, refused

READER: Final = "Reader"


UNKNOWN: Final = "11111111-2222-4333-8444-555555555555"


def lock(world: World, scope: str, level: str = "CanNotDelete") -> Made:
    return world.make("authorization:ManagementLockByScope", "lock", lockName="keep", scope=scope, level=level)


def reads(world: World, **inputs: Any) -> Made:
    """The identity may read the group."""
    return world.role(world["id-agents"]["principalId"], READER, world[GROUP].id, **inputs)


CASES: Final = [
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


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
