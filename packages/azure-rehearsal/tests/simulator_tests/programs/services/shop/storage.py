"""A storage account with its children, and a flow log that writes to it."""

from __future__ import annotations

from typing import Any

import pulumi_azure_native as azure

from shop.base import endpoint, network, place
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
azure.storage.BlobContainer("container", container_name="reports", **stored)
website = azure.storage.StorageAccountStaticWebsite("website", index_document="index.html", **stored)
azure.storage.Blob("index.html", container_name=website.container_name, content_type="text/html", **stored)
azure.storage.ManagementPolicy(
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
endpoint("storage", account, "blob", "privatelink.blob.core.windows.net")
logged("storage", blobs.id)
azure.network.FlowLog(
    "flow-log",
    resource_group_name="NetworkWatcherRG",
    network_watcher_name="NetworkWatcher_westeurope",
    flow_log_name="flow-shop",
    target_resource_id=network.id,
    storage_id=account.id,
    enabled=True,
)
