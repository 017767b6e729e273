"""Storage accounts with the security settings that all accounts of the platform share."""

from __future__ import annotations

from typing import Literal

import pulumi
from pulumi_azure_native import storage

from components.scope import Scope


def storage_account(
    name: str,
    scope: Scope,
    account_name: str,
    opts: pulumi.ResourceOptions,
    *,
    replication: str,
    shared_key: bool = False,
    public_network_access: Literal["Disabled", "Enabled"] = "Disabled",
) -> storage.StorageAccount:
    """Declares a hot StorageV2 account without public blobs, for TLS 1.2 only.

    `replication` is the end of the SKU, such as GRS. `shared_key` enables the account key. With
    `public_network_access="Enabled"`, only Azure's trusted services reach the account from outside the network.
    """
    return storage.StorageAccount(
        name,
        account_name=account_name,
        resource_group_name=scope.resource_group_name,
        location=scope.location,
        kind="StorageV2",
        sku=storage.SkuArgs(name=f"Standard_{replication}"),
        access_tier=storage.AccessTier.HOT,
        allow_blob_public_access=False,
        allow_shared_key_access=shared_key,
        default_to_o_auth_authentication=True,
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        public_network_access=public_network_access,
        network_rule_set=storage.NetworkRuleSetArgs(default_action=storage.DefaultAction.DENY, bypass="AzureServices"),
        tags=scope.tags,
        opts=opts,
    )
