"""A storage account with its children, and a flow log that writes to it."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_azure_native as azure

from shop.base import client, endpoint, network, place
from shop.monitoring import logged

# Storage
account = azure.storage.StorageAccount(
    "account",
    account_name="stshop",
    kind="StorageV2",
    sku=azure.storage.SkuArgs(name="Standard_GRS"),
    access_tier=azure.storage.AccessTier.HOT,
    allow_shared_key_access=False,
    minimum_tls_version="TLS1_2",
    **place,
)
stored: dict[str, Any] = {**place, "account_name": account.name}
blobs = azure.storage.BlobServiceProperties(
    "blobs",
    blob_services_name="default",
    is_versioning_enabled=True,
    delete_retention_policy=azure.storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
    **stored,
)
container = azure.storage.BlobContainer("container", container_name="reports", **stored)
website = azure.storage.StorageAccountStaticWebsite("website", index_document="index.html", **stored)
page = azure.storage.Blob("index.html", container_name=website.container_name, content_type="text/html", **stored)
lifecycle = azure.storage.ManagementPolicy(
    "lifecycle",
    management_policy_name="default",
    policy=azure.storage.ManagementPolicySchemaArgs(
        rules=[
            azure.storage.ManagementPolicyRuleArgs(
                name="archive",
                type="Lifecycle",
                enabled=True,
                definition=azure.storage.ManagementPolicyDefinitionArgs(
                    actions=azure.storage.ManagementPolicyActionArgs(
                        base_blob=azure.storage.ManagementPolicyBaseBlobArgs(
                            tier_to_archive=azure.storage.DateAfterModificationArgs(
                                days_after_modification_greater_than=90
                            )
                        )
                    ),
                    filters=azure.storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]),
                ),
            )
        ]
    ),
    **stored,
)
logged("storage", blobs.id)


# Flow log
def try_again(args: pulumi.ErrorHookArgs) -> bool:
    """Azure creates the network watcher some time after the first network of a region."""
    return len(args.errors) == 1


writer = azure.managedidentity.UserAssignedIdentity("flow-log", resource_name_="id-flows", **place)
may_write = azure.authorization.RoleAssignment(
    "flow-log-writes",
    role_assignment_name="88888888-2222-4333-8444-555555555555",
    scope=account.id,
    principal_id=writer.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=f"/subscriptions/{client.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
)
flows = azure.network.FlowLog(
    "flow-log",
    resource_group_name="NetworkWatcherRG",
    network_watcher_name="NetworkWatcher_westeurope",
    flow_log_name="flow-shop",
    target_resource_id=network.id,
    storage_id=account.id,
    identity=azure.network.ManagedServiceIdentityArgs(
        type=azure.network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[writer.id]
    ),
    enabled=True,
    opts=pulumi.ResourceOptions(
        depends_on=[may_write, blobs, container, lifecycle, website, page],
        hooks=pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook("wait-for-the-watcher", try_again)]),
    ),
)
endpoint("storage", account, "blob", "privatelink.blob.core.windows.net", blobs, page, lifecycle, flows)
