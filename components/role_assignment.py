"""Role assignments with names that stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_azure_native import authorization

from model.naming import role_assignment_name
from model.roles import Role


@dataclass(frozen=True, kw_only=True)
class RoleScope:
    """What a role is given for. `id` wires the assignment to the resource; `plain_id` is the same id, computed from
    names.
    """

    id: pulumi.Input[str]
    plain_id: str


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who gets a role. `identifier` names the principal for good (an identity's computed id, or the object id
    itself).
    """

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
    """Gives `role` to `principal` for `scope`. The GUID that Azure wants for a name is made of the three."""
    return authorization.RoleAssignment(
        name,
        role_assignment_name=role_assignment_name(scope.plain_id, principal.identifier, role.value),
        scope=scope.id,
        principal_id=principal.id,
        # Without it Azure looks a fresh identity up in Entra, where it may not have arrived yet (PrincipalNotFound).
        principal_type=principal.type,
        role_definition_id=role.definition_id(subscription_id),
        opts=opts,
    )
