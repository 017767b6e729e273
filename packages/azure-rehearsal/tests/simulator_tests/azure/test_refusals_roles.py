"""Azure's refusals of role assignments and locks."""

from __future__ import annotations

import uuid
from typing import Any, Final

import pytest

from simulator_tests.azure.harness import GROUP, ROLE_GUIDS, AzureHarness, Case, Deployed, refused
from simulator_tests.azure.identity_setup import with_identity

READER: Final = "Reader"


UNKNOWN: Final = "11111111-2222-4333-8444-555555555555"


def lock(azure: AzureHarness, scope: str, level: str = "CanNotDelete") -> Deployed:
    return azure.make("authorization:ManagementLockByScope", "lock", lockName="keep", scope=scope, level=level)


def reads(azure: AzureHarness, **inputs: Any) -> Deployed:
    """The identity has role Reader on the group."""
    return azure.role(azure["id-workers"]["principalId"], READER, azure[GROUP].id, **inputs)


CASES: Final = [
    # Roles
    Case(
        "authorization:RoleAssignment",
        "a name that is not a GUID",
        lambda azure: reads(azure, roleAssignmentName="workers-read"),
        "InvalidRoleAssignmentId",
        ("'workers-read'", "must be a GUID"),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "a scope that does not exist",
        lambda azure: azure.role(azure["id-workers"]["principalId"], READER, azure[GROUP].id + "-x"),
        "ResourceNotFound",
        ("rg-shop-x", "was not found"),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "an unknown service principal",
        lambda azure: reads(azure, principalId=UNKNOWN),
        "PrincipalNotFound",
        (UNKNOWN.replace("-", ""), "does not exist in the directory"),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "an unknown principal without principalType",
        lambda azure: reads(azure, principalId=UNKNOWN, principalType=None),
        "PrincipalNotFound",
        ("principalType property",),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "a new identity without principalType",
        lambda azure: reads(azure, principalType=None),
        "PrincipalNotFound",
        ("is new and not replicated", "set principalType"),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "the principal of a deleted identity",
        lambda azure: (azure.delete(azure["id-workers"]), reads(azure)),
        "PrincipalNotFound",
        ("Its identity is deleted",),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "an identity with principalType Group",
        lambda azure: reads(azure, principalType="Group"),
        "UnmatchedPrincipalType",
        ("has type 'ServicePrincipal'", "'Group'"),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "the same principal, role and scope twice",
        lambda azure: (reads(azure), reads(azure, roleAssignmentName=str(uuid.uuid4()))),
        "RoleAssignmentExists",
        ("The role assignment already exists", "has Reader"),
        setup=with_identity,
    ),
    Case(
        "authorization:RoleAssignment",
        "another principal in place",
        lambda azure: (
            azure.identity("id-api"),
            azure.change(reads(azure), principalId=azure["id-api"]["principalId"]),
        ),
        "RoleAssignmentUpdateNotPermitted",
        ("principal ID, and scope are not allowed to be updated", "another name"),
        setup=with_identity,
    ),
    # Locks
    Case(
        "authorization:ManagementLockByScope",
        "the deletion of a resource under a lock",
        lambda azure: (lock(azure, azure[GROUP].id), azure.delete(azure["id-workers"])),
        "ScopeLocked",
        ("cannot perform delete operation", "rg-shop'", "remove the lock"),
        setup=with_identity,
    ),
    Case(
        "authorization:ManagementLockByScope",
        "the deletion of a group that contains a locked resource",
        lambda azure: (lock(azure, azure["id-workers"].id), azure.delete(azure[GROUP])),
        "ScopeLocked",
        ("id-workers",),
        setup=with_identity,
    ),
    Case(
        "authorization:ManagementLockByScope",
        "a write under a read-only lock",
        lambda azure: (lock(azure, azure[GROUP].id, "ReadOnly"), azure.address()),
        "ScopeLocked",
        ("cannot perform write operation",),
        setup=with_identity,
    ),
    Case(
        "authorization:ManagementLockByScope",
        "an unknown level",
        lambda azure: lock(azure, azure[GROUP].id, "Never"),
        "InvalidParameter",
        ("'Never'", "'CanNotDelete'"),
        setup=with_identity,
    ),
]


def test_a_role_for_an_entra_group_needs_no_identity(azure: AzureHarness) -> None:
    with_identity(azure)

    made = reads(azure, principalId=UNKNOWN, principalType="Group")

    assert made["principalType"] == "Group"
    assert made["roleDefinitionId"].endswith(f"/roleDefinitions/{ROLE_GUIDS[READER]}")


def test_the_deployer_can_get_roles(azure: AzureHarness) -> None:
    with_identity(azure)

    assert reads(azure, principalId=azure.client.object_id)["principalType"] == "ServicePrincipal"


def test_a_locked_resource_can_be_deleted_after_its_lock(azure: AzureHarness) -> None:
    with_identity(azure)
    locked = lock(azure, azure[GROUP].id)

    azure.delete(locked)
    azure.delete(azure["id-workers"])

    assert azure.cloud.leftovers() == [azure[GROUP].id]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
