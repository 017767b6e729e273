"""The two identities of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import managedidentity

from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.roles import Role

CONTROL_PLANE = "control-plane"
KUBELET = "kubelet"


@dataclass(frozen=True, kw_only=True)
class ClusterIdentitiesArgs:
    """Args of `ClusterIdentities`. `control_plane_roles` are the roles of the control plane, by a short name."""

    control_plane_roles: Mapping[str, tuple[Role, RoleScope]] = field(default_factory=dict)


class ClusterIdentities(pulumi.ComponentResource):
    """The identities of the control plane and the kubelets, with the fewest roles that they need.

    Owns both identities and the control plane's roles on subnets, prefixes, addresses and security groups. They must
    exist before the cluster: Azure checks them when it creates one. Does not own the kubelet's right to pull images:
    `RegistryAccess` grants it.
    """

    control_plane_id: pulumi.Output[str]
    kubelet_id: pulumi.Output[str]
    kubelet_client_id: pulumi.Output[str]
    kubelet_principal_id: pulumi.Output[str]
    kubelet: Principal

    def __init__(
        self, name: str, scope: Scope, args: ClusterIdentitiesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:ClusterIdentities", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        control_plane, kubelet = self._identity(CONTROL_PLANE), self._identity(KUBELET)
        self.control_plane_id = control_plane.id
        self.kubelet_id = kubelet.id
        kubelet_now = self._read(KUBELET, kubelet)
        self.kubelet_client_id = kubelet_now.client_id
        self.kubelet_principal_id = kubelet_now.principal_id
        self.kubelet = Principal(
            id=kubelet_now.principal_id, identifier=self._plain_id(KUBELET), type="ServicePrincipal"
        )

        principal = Principal(
            id=self._read(CONTROL_PLANE, control_plane).principal_id,
            identifier=self._plain_id(CONTROL_PLANE),
            type="ServicePrincipal",
        )
        roles = {
            **args.control_plane_roles,
            KUBELET: (Role.MANAGED_IDENTITY_OPERATOR, RoleScope(id=kubelet.id, plain_id=self._plain_id(KUBELET))),
        }
        for short, (role, role_scope) in roles.items():
            assign_role(
                f"{name}-role-{short}",
                role,
                principal,
                role_scope,
                scope.names.subscription_id,
                pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs(
            {
                "controlPlaneId": self.control_plane_id,
                "kubeletId": self.kubelet_id,
                "kubeletClientId": self.kubelet_client_id,
                "kubeletPrincipalId": self.kubelet_principal_id,
            }
        )

    def _identity(self, purpose: str) -> managedidentity.UserAssignedIdentity:
        return managedidentity.UserAssignedIdentity(
            f"{self._name}-{purpose}",
            resource_name_=self._scope.names.identity(purpose),
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _read(
        self, purpose: str, made_by: managedidentity.UserAssignedIdentity
    ) -> pulumi.Output[managedidentity.GetUserAssignedIdentityResult]:
        """Reads the identity by name: its own outputs are unknown while it is updated, and every role assignment would
        appear to be replaced.
        """
        return managedidentity.get_user_assigned_identity_output(
            resource_group_name=self._scope.names.resource_group,
            resource_name=self._scope.names.identity(purpose),
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[made_by]),
        )

    def _plain_id(self, purpose: str) -> str:
        names = self._scope.names
        return names.resource_id("Microsoft.ManagedIdentity/userAssignedIdentities", names.identity(purpose))
