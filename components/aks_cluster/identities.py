"""The two identities of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.managed_identity import ManagedIdentity
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
        control_plane = ManagedIdentity(f"{name}-{CONTROL_PLANE}", scope, CONTROL_PLANE, parent=self)
        kubelet = ManagedIdentity(f"{name}-{KUBELET}", scope, KUBELET, parent=self)
        self.control_plane_id = control_plane.resource.id
        self.kubelet_id = kubelet.resource.id
        self.kubelet_client_id = kubelet.client_id
        self.kubelet = kubelet.principal
        self.kubelet_principal_id = pulumi.Output.from_input(kubelet.principal.id)
        roles = {
            **args.control_plane_roles,
            KUBELET: (
                Role.MANAGED_IDENTITY_OPERATOR,
                RoleScope(id=kubelet.resource.id, plain_id=kubelet.plain_id),
            ),
        }
        for short, (role, role_scope) in roles.items():
            assign_role(
                f"{name}-role-{short}",
                role,
                control_plane.principal,
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
