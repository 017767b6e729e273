"""The identity of a workload."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import managedidentity

from components.role_assignment import Principal
from components.scope import Scope
from model.identities import WorkloadAccount

TOKEN_AUDIENCE = "api://AzureADTokenExchange"
"""The only audience that Entra exchanges Kubernetes tokens for."""


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityArgs:
    """Args of `WorkloadIdentity`. `issuer_url` is the cluster's, whose tokens are trusted."""

    account: WorkloadAccount
    issuer_url: pulumi.Input[str]


class WorkloadIdentity(pulumi.ComponentResource):
    """Who the pods of one ServiceAccount are in Azure, without a stored secret.

    Owns the identity and its trust in the cluster's tokens for that ServiceAccount alone. Does not own what it may
    do: whoever owns a secret or a container gives the right to it, by the one table (`model.identities`). Does not
    own the ServiceAccount: it comes with the workload.
    """

    client_id: pulumi.Output[str]
    principal: Principal

    def __init__(
        self, name: str, scope: Scope, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:WorkloadIdentity", name, None, opts)
        identity_name = scope.names.identity(args.account.name)
        identity = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_name_=identity_name,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        managedidentity.FederatedIdentityCredential(
            f"{name}-trust",
            federated_identity_credential_resource_name=args.account.name,
            resource_name_=identity_name,
            resource_group_name=scope.resource_group_name,
            issuer=args.issuer_url,
            subject=args.account.subject,
            audiences=[TOKEN_AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity]),
        )
        # By name: the identity's own outputs are unknown while it is updated, and its roles would seem replaced.
        now = managedidentity.get_user_assigned_identity_output(
            resource_group_name=scope.names.resource_group,
            resource_name=identity_name,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[identity]),
        )
        self.client_id = now.client_id
        self.principal = Principal(
            id=now.principal_id,
            identifier=scope.names.resource_id("Microsoft.ManagedIdentity/userAssignedIdentities", identity_name),
            type="ServicePrincipal",
        )
        self.register_outputs({"clientId": self.client_id})
