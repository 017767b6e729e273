"""One resource of each type apart from networks and clusters."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_azure_native as azure

client = azure.authorization.get_client_config()
PERSON = "11111111-2222-4333-8444-555555555555"


def without_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """The SDK gives every resource dozens of aliases, and resolves each: most of the time of a run."""
    args.opts.aliases = None
    return pulumi.ResourceTransformationResult(args.props, args.opts)


pulumi.runtime.register_stack_transformation(without_aliases)


def after(*resources: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(depends_on=list(resources))


group = azure.resources.ResourceGroup("group", resource_group_name="rg-shop")
place: dict[str, Any] = {"resource_group_name": group.name}

# Network
network = azure.network.VirtualNetwork(
    "network",
    virtual_network_name="vnet-shop",
    address_space=azure.network.AddressSpaceArgs(address_prefixes=["10.10.0.0/16"]),
    **place,
)
inside: dict[str, Any] = {**place, "virtual_network_name": network.name}
endpoints = azure.network.Subnet("endpoints", subnet_name="endpoints", address_prefix="10.10.9.0/26", **inside)
databases = azure.network.Subnet(
    "databases",
    subnet_name="databases",
    address_prefix="10.10.8.0/27",
    delegations=[azure.network.DelegationArgs(name="pg", service_name="Microsoft.DBforPostgreSQL/flexibleServers")],
    opts=after(endpoints),
    **inside,
)


def zone(name: str) -> azure.privatedns.PrivateZone:
    return azure.privatedns.PrivateZone(name, private_zone_name=name, location="global", **place)


def endpoint(name: str, target: pulumi.CustomResource, group_id: str, zone_name: str) -> None:
    made = azure.network.PrivateEndpoint(
        f"endpoint-{name}",
        private_endpoint_name=f"pe-{name}",
        subnet=azure.network.SubnetArgs(id=endpoints.id),
        private_link_service_connections=[
            azure.network.PrivateLinkServiceConnectionArgs(
                name=name, group_ids=[group_id], private_link_service_id=target.id
            )
        ],
        opts=after(databases),
        **place,
    )
    azure.network.PrivateDnsZoneGroup(
        f"zone-group-{name}",
        private_endpoint_name=made.name,
        private_dns_zone_group_name="default",
        private_dns_zone_configs=[
            azure.network.PrivateDnsZoneConfigArgs(name=name, private_dns_zone_id=zone(zone_name).id)
        ],
        **place,
    )


# Monitoring
workspace = azure.operationalinsights.Workspace(
    "workspace",
    workspace_name="log-shop",
    sku=azure.operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
    retention_in_days=30,
    **place,
)
azure.operationalinsights.Table(
    "table",
    workspace_name=workspace.name,
    table_name="CallAudit_CL",
    total_retention_in_days=90,
    schema=azure.operationalinsights.SchemaArgs(
        name="CallAudit_CL",
        columns=[
            azure.operationalinsights.ColumnArgs(name="TimeGenerated", type="dateTime"),
            azure.operationalinsights.ColumnArgs(name="Call", type="string"),
        ],
    ),
    **place,
)
azure.applicationinsights.Component(
    "insights",
    resource_name_="appi-shop",
    kind="web",
    application_type="web",
    workspace_resource_id=workspace.id,
    **place,
)
metrics = azure.monitor.AzureMonitorWorkspace("metrics", azure_monitor_workspace_name="amw-shop", **place)
collection_endpoint = azure.monitor.DataCollectionEndpoint(
    "collection-endpoint", data_collection_endpoint_name="dce-shop", **place
)
collection_rule = azure.monitor.DataCollectionRule(
    "collection-rule",
    data_collection_rule_name="dcr-shop",
    data_collection_endpoint_id=collection_endpoint.id,
    data_sources=azure.monitor.DataCollectionRuleDataSourcesArgs(
        prometheus_forwarder=[
            azure.monitor.PrometheusForwarderDataSourceArgs(name="metrics", streams=["Microsoft-PrometheusMetrics"])
        ]
    ),
    data_flows=[azure.monitor.DataFlowArgs(streams=["Microsoft-PrometheusMetrics"], destinations=["workspace"])],
    destinations=azure.monitor.DataCollectionRuleDestinationsArgs(
        monitoring_accounts=[
            azure.monitor.MonitoringAccountDestinationArgs(name="workspace", account_resource_id=metrics.id)
        ]
    ),
    **place,
)
azure.monitor.DataCollectionRuleAssociation(
    "association",
    association_name="metrics",
    resource_uri=workspace.id,
    data_collection_rule_id=collection_rule.id,
)
grafana = azure.dashboard.Grafana(
    "grafana",
    workspace_name="amg-shop",
    sku=azure.dashboard.ResourceSkuArgs(name="Standard"),
    identity=azure.dashboard.ManagedServiceIdentityArgs(type="SystemAssigned"),
    **place,
)
azure.authorization.RoleAssignment(
    "grafana-reads",
    role_assignment_name="77777777-2222-4333-8444-555555555555",
    scope=metrics.id,
    principal_id=grafana.identity.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=f"/subscriptions/{client.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
    "b0d8363b-8ddd-447d-831f-62ca05bff136",
)
azure.alertsmanagement.PrometheusRuleGroup(
    "rules",
    rule_group_name="rules-shop",
    scopes=[metrics.id],
    rules=[azure.alertsmanagement.PrometheusRuleArgs(record="calls:rate5m", expression="sum(rate(calls_total[5m]))")],
    **place,
)
action_group = azure.monitor.ActionGroup(
    "action-group",
    action_group_name="ag-shop",
    group_short_name="shop",
    enabled=True,
    location="global",
    email_receivers=[
        azure.monitor.MicrosoftCommonEmailReceiverArgs(name="on-call", email_address="on-call@example.com")
    ],
    **place,
)


def logged(name: str, target: pulumi.Input[str], logs: bool = True) -> None:
    azure.monitor.DiagnosticSetting(
        f"logs-{name}",
        name="to-workspace",
        resource_uri=target,
        workspace_id=workspace.id,
        logs=[azure.monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)] if logs else None,
        metrics=None if logs else [azure.monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)],
    )


# Registry
registry = azure.containerregistry.Registry(
    "registry",
    registry_name="acrshop",
    sku=azure.containerregistry.SkuArgs(name="Premium"),
    public_network_access="Disabled",
    **place,
)
replication = azure.containerregistry.Replication(
    "replication", registry_name=registry.name, replication_name="northeurope", location="northeurope", **place
)
endpoint("registry", registry, "registry", "privatelink.azurecr.io")
logged("registry", registry.id)

# Vault
vault = azure.keyvault.Vault(
    "vault",
    vault_name="kv-shop",
    properties=azure.keyvault.VaultPropertiesArgs(
        tenant_id=client.tenant_id,
        sku=azure.keyvault.SkuArgs(family="A", name=azure.keyvault.SkuName.STANDARD),
        enable_rbac_authorization=True,
        enable_purge_protection=True,
        public_network_access="Disabled",
    ),
    **place,
)
secret = azure.keyvault.Secret(
    "secret",
    vault_name=vault.name,
    secret_name="sip-password",
    properties=azure.keyvault.SecretPropertiesArgs(
        value=pulumi.Output.secret("horse battery staple"), content_type="text/plain"
    ),
    **place,
)
endpoint("vault", vault, "vault", "privatelink.vaultcore.azure.net")
logged("vault", vault.id)
azure.monitor.MetricAlert(
    "alert",
    rule_name="alert-vault",
    location="global",
    enabled=True,
    severity=2,
    evaluation_frequency="PT5M",
    window_size="PT15M",
    scopes=[vault.id],
    actions=[azure.monitor.MetricAlertActionArgs(action_group_id=action_group.id)],
    criteria=azure.monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
        odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        all_of=[
            azure.monitor.MetricCriteriaArgs(
                criterion_type="StaticThresholdCriterion",
                name="availability",
                metric_name="Availability",
                operator="LessThan",
                threshold=99,
                time_aggregation="Average",
            )
        ],
    ),
    **place,
)

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
azure.storage.BlobContainer("container", container_name="recordings", **stored)
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
    access_policy_assignment_name="agents",
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
azure.cosmosdb.SqlResourceSqlContainer(
    "cosmos-container",
    account_name=cosmos.name,
    database_name=cosmos_database.name,
    container_name="sessions",
    resource=azure.cosmosdb.SqlContainerResourceArgs(
        id="sessions", partition_key=azure.cosmosdb.ContainerPartitionKeyArgs(paths=["/sessionId"], kind="Hash")
    ),
    **place,
)
azure.cosmosdb.SqlResourceSqlRoleAssignment(
    "cosmos-role",
    account_name=cosmos.name,
    role_assignment_id="99999999-2222-4333-8444-555555555555",
    principal_id=PERSON,
    role_definition_id=pulumi.Output.concat(cosmos.id, "/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"),
    scope=cosmos.id,
    **place,
)
endpoint("cosmos", cosmos, "Sql", "privatelink.documents.azure.com")
logged("cosmos", cosmos.id)

# Names
public_zone = azure.dns.Zone("names", zone_name="shop.example.com", location="global", **place)
profile = azure.trafficmanager.Profile(
    "traffic",
    profile_name="traf-shop",
    location="global",
    traffic_routing_method=azure.trafficmanager.TrafficRoutingMethod.PRIORITY,
    dns_config=azure.trafficmanager.DnsConfigArgs(relative_name="traf-shop", ttl=30),
    monitor_config=azure.trafficmanager.MonitorConfigArgs(protocol="TCP", port=8090),
    **place,
)
azure.trafficmanager.Endpoint(
    "traffic-endpoint",
    endpoint_name="westeurope",
    endpoint_type="externalEndpoints",
    profile_name=profile.name,
    target="sip.example.com",
    **place,
)
azure.dns.RecordSet(
    "name",
    relative_record_set_name="*",
    zone_name=public_zone.name,
    record_type="CNAME",
    ttl=300,
    cname_record=azure.dns.CnameRecordArgs(cname="traf-shop.trafficmanager.net"),
    opts=after(profile),
    **place,
)

pulumi.export("secretVersion", secret.properties.secret_uri_with_version)
pulumi.export("registry", registry.login_server)
pulumi.export("redisKey", pulumi.Output.secret(keys.primary_key))
pulumi.export("writer", server.fully_qualified_domain_name)
