"""The Azure account that runs the program."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization

from settings.schema.azure import AzureSettings


def require_account(azure: AzureSettings) -> None:
    """Checks that the credentials belong to the stack file's subscription and tenant.

    Raises `pulumi.RunError` otherwise, before any resource is declared.
    """
    client = authorization.get_client_config()
    for setting, wanted, actual in (
        ("subscriptionId", azure.subscription_id, client.subscription_id),
        ("tenantId", azure.tenant_id, client.tenant_id),
    ):
        if actual != wanted:
            raise pulumi.RunError(
                f"voice:azure.{setting} is {wanted!r}, but the credentials in use belong to {actual!r}. "
                "Sign in to the stack's subscription (`az account set --subscription …`; ARM_SUBSCRIPTION_ID and "
                "ARM_TENANT_ID in a pipeline), or correct the stack file. The program changed nothing."
            )
