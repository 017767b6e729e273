"""A Synapse workspace on a data lake, with SQL and Spark pools and roles on the lake.

Source: github.com/pulumi/examples, azure-py-synapse.
"""

from __future__ import annotations

import pulumi
import pulumi_random as random
from pulumi_azure_native import authorization, resources, storage, synapse

USER = "6d2f8c1a-0f41-4d5c-8a5b-3a4d0d6f9b21"

group = resources.ResourceGroup("analytics")
lake = storage.StorageAccount(
    "lake",
    resource_group_name=group.name,
    access_tier=storage.AccessTier.HOT,
    enable_https_traffic_only=True,
    is_hns_enabled=True,
    kind=storage.Kind.STORAGE_V2,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_RAGRS),
)
storage.BlobContainer(
    "users",
    resource_group_name=group.name,
    account_name=lake.name,
    public_access=storage.PublicAccess.NONE,
)
workspace = synapse.Workspace(
    "workspace",
    resource_group_name=group.name,
    default_data_lake_storage=synapse.DataLakeStorageAccountDetailsArgs(
        account_url=lake.name.apply(lambda name: f"https://{name}.dfs.core.windows.net"), filesystem="users"
    ),
    identity=synapse.ManagedIdentityArgs(type=synapse.ResourceIdentityType.SYSTEM_ASSIGNED),
    sql_administrator_login="sqladminuser",
    sql_administrator_login_password=random.RandomPassword("password", length=12).result,
)
synapse.IpFirewallRule(
    "everyone",
    resource_group_name=group.name,
    workspace_name=workspace.name,
    start_ip_address="0.0.0.0",
    end_ip_address="255.255.255.255",
)
role = group.id.apply(
    lambda group_id: (
        f"/subscriptions/{group_id.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions"
        "/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    )
)
authorization.RoleAssignment(
    "workspace-on-lake",
    role_assignment_name=random.RandomUuid("workspace-role").result,
    scope=lake.id,
    principal_id=workspace.identity.apply(lambda found: found.principal_id if found else "<preview>"),
    principal_type="ServicePrincipal",
    role_definition_id=role,
)
authorization.RoleAssignment(
    "user-on-lake",
    role_assignment_name=random.RandomUuid("user-role").result,
    scope=lake.id,
    principal_id=USER,
    principal_type="User",
    role_definition_id=role,
)
synapse.SqlPool(
    "SQLPOOL1",
    resource_group_name=group.name,
    workspace_name=workspace.name,
    collation="SQL_Latin1_General_CP1_CI_AS",
    create_mode="Default",
    sku=synapse.SkuArgs(name="DW100c"),
)
synapse.BigDataPool(
    "Spark1",
    resource_group_name=group.name,
    workspace_name=workspace.name,
    auto_pause=synapse.AutoPausePropertiesArgs(delay_in_minutes=15, enabled=True),
    auto_scale=synapse.AutoScalePropertiesArgs(enabled=True, max_node_count=3, min_node_count=3),
    node_count=3,
    node_size="Small",
    node_size_family="MemoryOptimized",
    spark_version="3.4",
)

pulumi.export("workspace", workspace.name)
