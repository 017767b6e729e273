"""PostgreSQL, Azure Managed Redis and Cosmos DB."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_azure_native as azure

from shop.base import PERSON, after, client, databases, endpoint, place, zone
from shop.monitoring import logged

# PostgreSQL
private_network = azure.dbforpostgresql.NetworkArgs(
    delegated_subnet_resource_id=databases.id,
    private_dns_zone_arm_resource_id=zone("shop.private.postgres.database.azure.com").id,
)
server = azure.dbforpostgresql.Server(
    "server",
    server_name="psql-shop",
    version="17",
    create_mode="Default",
    availability_zone="1",
    sku=azure.dbforpostgresql.SkuArgs(name="Standard_D4ds_v5", tier="GeneralPurpose"),
    storage=azure.dbforpostgresql.StorageArgs(storage_size_gb=256, auto_grow="Enabled"),
    backup=azure.dbforpostgresql.BackupArgs(backup_retention_days=7, geo_redundant_backup="Enabled"),
    high_availability=azure.dbforpostgresql.HighAvailabilityArgs(mode="ZoneRedundant"),
    auth_config=azure.dbforpostgresql.AuthConfigArgs(active_directory_auth="Enabled", password_auth="Enabled"),
    administrator_login="shop",
    administrator_login_password=pulumi.Output.secret("Correct-Horse-7"),
    network=private_network,
    **place,
)
served: dict[str, Any] = {**place, "server_name": server.name}
administrator = azure.dbforpostgresql.AdministratorsMicrosoftEntra(
    "administrator",
    object_id=PERSON,
    principal_name="database-team",
    principal_type="Group",
    tenant_id=client.tenant_id,
    **served,
)
database = azure.dbforpostgresql.Database("database", database_name="shop", opts=after(administrator), **served)
parameter = azure.dbforpostgresql.Configuration(
    "parameter",
    configuration_name="log_connections",
    source="user-override",
    value="on",
    opts=after(database),
    **served,
)
replica = azure.dbforpostgresql.Server(
    "replica",
    server_name="psql-shop-read",
    create_mode="Replica",
    source_server_resource_id=server.id,
    availability_zone="2",
    sku=azure.dbforpostgresql.SkuArgs(name="Standard_D4ds_v5", tier="GeneralPurpose"),
    storage=azure.dbforpostgresql.StorageArgs(storage_size_gb=256, auto_grow="Enabled"),
    network=private_network,
    opts=after(parameter),
    **place,
)
azure.dbforpostgresql.VirtualEndpoint(
    "virtual-endpoint",
    virtual_endpoint_name="psql-shop-entry",
    endpoint_type="ReadWrite",
    members=[replica.name],
    **served,
)
logged("server", server.id)

# Redis
redis = azure.redisenterprise.RedisEnterprise(
    "redis",
    cluster_name="redis-shop",
    public_network_access="Disabled",
    sku=azure.redisenterprise.SkuArgs(name="Balanced_B20"),
    **place,
)
redis_database = azure.redisenterprise.Database(
    "redis-database",
    cluster_name=redis.name,
    database_name="default",
    access_keys_authentication="Enabled",
    clustering_policy="EnterpriseCluster",
    persistence=azure.redisenterprise.PersistenceArgs(rdb_enabled=True, rdb_frequency="12h"),
    **place,
)
azure.redisenterprise.AccessPolicyAssignment(
    "redis-user",
    cluster_name=redis.name,
    database_name=redis_database.name,
    access_policy_assignment_name="workers",
    access_policy_name="default",
    user=azure.redisenterprise.AccessPolicyAssignmentPropertiesUserArgs(object_id=PERSON),
    **place,
)
endpoint("redis", redis, "redisEnterprise", "privatelink.redis.azure.net")
logged("redis", redis.id, logs=False)
keys = azure.redisenterprise.list_database_keys_output(
    cluster_name="redis-shop",
    database_name="default",
    resource_group_name="rg-shop",
    opts=pulumi.InvokeOutputOptions(depends_on=[redis_database]),
)

# Cosmos DB
cosmos = azure.cosmosdb.DatabaseAccount(
    "cosmos",
    account_name="cosmos-shop",
    database_account_offer_type=azure.cosmosdb.DatabaseAccountOfferType.STANDARD,
    capabilities=[azure.cosmosdb.CapabilityArgs(name="EnableServerless")],
    locations=[azure.cosmosdb.LocationArgs(location_name="westeurope", failover_priority=0)],
    disable_local_auth=True,
    **place,
)
cosmos_database = azure.cosmosdb.SqlResourceSqlDatabase(
    "cosmos-database",
    account_name=cosmos.name,
    database_name="shop",
    resource=azure.cosmosdb.SqlDatabaseResourceArgs(id="shop"),
    **place,
)
container = azure.cosmosdb.SqlResourceSqlContainer(
    "cosmos-container",
    account_name=cosmos.name,
    database_name=cosmos_database.name,
    container_name="sessions",
    resource=azure.cosmosdb.SqlContainerResourceArgs(
        id="sessions", partition_key=azure.cosmosdb.ContainerPartitionKeyArgs(paths=["/sessionId"], kind="Hash")
    ),
    **place,
)
reader = azure.cosmosdb.SqlResourceSqlRoleAssignment(
    "cosmos-role",
    account_name=cosmos.name,
    role_assignment_id="99999999-2222-4333-8444-555555555555",
    principal_id=PERSON,
    role_definition_id=pulumi.Output.concat(cosmos.id, "/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"),
    scope=cosmos.id,
    **place,
)
endpoint("cosmos", cosmos, "Sql", "privatelink.documents.azure.com", container, reader)
logged("cosmos", cosmos.id)
