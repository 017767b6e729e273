"""User-assigned identities: their creation, and their ids as plans need them."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import managedidentity

from components.role_assignment import Principal
from components.scope import Scope


class ManagedIdentity:
    """A user-assigned identity in the scope's resource group. Owns no role: resource owners grant access.

    `name` is the logical name, `purpose` the part of the physical name, `parent` the component that owns it.
    """

    resource: managedidentity.UserAssignedIdentity
    """The identity in Azure, for `depends_on` and for its id."""
    plain_id: str
    """The resource id, computed from names."""
    principal: Principal
    """The identity as the grantee of role assignments."""
    client_id: pulumi.Output[str]
    """The application id."""

    def __init__(self, name: str, scope: Scope, purpose: str, parent: pulumi.ComponentResource) -> None:
        names = scope.names
        self.resource = managedidentity.UserAssignedIdentity(
            name,
            resource_name_=names.identity(purpose),
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        self.plain_id = names.resource_id("Microsoft.ManagedIdentity/userAssignedIdentities", names.identity(purpose))
        # By name: the outputs of the identity are unknown during its update, so its roles would appear replaced
        # (decision 0003).
        found = managedidentity.get_user_assigned_identity_output(
            resource_group_name=names.resource_group,
            resource_name=names.identity(purpose),
            opts=pulumi.InvokeOutputOptions(parent=parent, depends_on=[self.resource]),
        )
        self.client_id = found.client_id
        self.principal = Principal(id=found.principal_id, identifier=self.plain_id, type="ServicePrincipal")
