"""Role assignments with stable names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native import authorization

from model.naming import role_assignment_name
from model.roles import Role


@dataclass(frozen=True, kw_only=True)
class RoleScope:
    """The scope of a role assignment. `id` wires the assignment to the resource; `plain_id` is the same id, computed
    from names.
    """

    id: pulumi.Input[str]
    plain_id: str


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The grantee of a role. `identifier` never changes: an identity's computed id, or the object id."""

    id: pulumi.Input[str]
    identifier: str
    type: Literal["User", "Group", "ServicePrincipal"]


def assign_role(
    name: str,
    role: Role,
    principal: Principal,
    scope: RoleScope,
    subscription_id: str,
    opts: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    """Assigns `role` to `principal` for `scope`. The assignment's GUID is a hash of the three."""
    return authorization.RoleAssignment(
        name,
        role_assignment_name=role_assignment_name(scope.plain_id, principal.identifier, role.value),
        scope=scope.id,
        principal_id=principal.id,
        # Without the type, Azure looks up a new identity in Entra before it has replicated (PrincipalNotFound).
        principal_type=principal.type,
        role_definition_id=role.definition_id(subscription_id),
        opts=opts,
    )
