"""The account that the program runs as."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization

from settings.schema.azure import AzureSettings


def require_account(azure: AzureSettings) -> None:
    """Refuses to go on when Azure's credentials are of another subscription or tenant than the stack file's.

    Raises `pulumi.RunError` before any resource is declared.
    """
    client = authorization.get_client_config()
    for setting, wanted, actual in (
        ("subscriptionId", azure.subscription_id, client.subscription_id),
        ("tenantId", azure.tenant_id, client.tenant_id),
    ):
        if actual != wanted:
            raise pulumi.RunError(
                f"voice:azure.{setting} is {wanted!r}, but the credentials in use belong to {actual!r}. "
                "Fix: sign in to the stack's subscription (`az account set --subscription …`; ARM_SUBSCRIPTION_ID and "
                "ARM_TENANT_ID in a pipeline), or correct the stack file. Nothing was changed."
            )
