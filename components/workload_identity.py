"""The Azure identity of a workload."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import managedidentity

from components.managed_identity import ManagedIdentity
from components.role_assignment import Principal
from components.scope import Scope

TOKEN_AUDIENCE = "api://AzureADTokenExchange"
"""The only audience for which Entra exchanges tokens of other issuers."""


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityArgs:
    """Args of `WorkloadIdentity`.

    `workload` becomes part of the identity's name. Entra trusts tokens of `issuer_url` with `subject`, which for a
    ServiceAccount is `system:serviceaccount:<namespace>:<name>`.
    """

    workload: str
    issuer_url: pulumi.Input[str]
    subject: str


class WorkloadIdentity(pulumi.ComponentResource):
    """The identity of one workload in Azure, without a stored secret.

    Owns the identity and its trust in tokens of one issuer for one subject. Does not own permissions: resource owners
    grant access to their resources. Does not own the ServiceAccount, or whatever else the subject is: it belongs to the
    workload.
    """

    client_id: pulumi.Output[str]
    """Application id, for the ServiceAccount's annotation."""
    principal: Principal
    """The identity as the grantee of role assignments."""

    def __init__(
        self, name: str, scope: Scope, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:WorkloadIdentity", name, None, opts)
        identity = ManagedIdentity(f"{name}-identity", scope, args.workload, parent=self)
        managedidentity.FederatedIdentityCredential(
            f"{name}-trust",
            federated_identity_credential_resource_name=args.workload,
            resource_name_=scope.names.identity(args.workload),
            resource_group_name=scope.resource_group_name,
            issuer=args.issuer_url,
            subject=args.subject,
            audiences=[TOKEN_AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity.resource]),
        )
        self.client_id = identity.client_id
        self.principal = identity.principal
        self.register_outputs({"clientId": self.client_id})
