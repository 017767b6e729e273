"""Makers of what a platform puts beside its network and clusters, with inputs that Azure takes; tests change them."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.world import GROUP, LOCATION, NETWORK, Made, World, merged

OTHER_REGION: Final = "northeurope"
POSTGRES_DELEGATION: Final = {"name": "postgres", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
DATABASE_ZONE: Final = "voice.private.postgres.database.azure.com"
PERSON: Final = "11111111-2222-4333-8444-555555555555"


def made(world: World, type: str, name: str, base: dict[str, Any], changes: dict[str, Any]) -> Made:
    return world.make(type, name, **merged({"resourceGroupName": GROUP, **base}, changes))


# Registry


def registry(world: World, name: str = "acrvoice", **changes: Any) -> Made:
    return made(world, "containerregistry:Registry", name, {"registryName": name, "sku": {"name": "Premium"}}, changes)


def replication(world: World, location: str = OTHER_REGION, **changes: Any) -> Made:
    base = {"registryName": "acrvoice", "replicationName": location, "location": location}
    return made(world, "containerregistry:Replication", location, base, changes)


# Vault


def vault(world: World, name: str = "kv-voice", **properties: Any) -> Made:
    base = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": world.client.tenant_id,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
    }
    return world.make(
        "keyvault:Vault", name, resourceGroupName=GROUP, vaultName=name, properties=merged(base, properties)
    )


def secret(world: World, name: str = "sip-password", value: str | None = "a secret value", **properties: Any) -> Made:
    given = {"contentType": "text/plain", **({"value": value} if value is not None else {}), **properties}
    return world.make(
        "keyvault:Secret", name, resourceGroupName=GROUP, vaultName="kv-voice", secretName=name, properties=given
    )


# Storage


def account(world: World, name: str = "stvoice", **changes: Any) -> Made:
    base = {
        "accountName": name,
        "kind": "StorageV2",
        "sku": {"name": "Standard_GRS"},
        "accessTier": "Hot",
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
    }
    return made(world, "storage:StorageAccount", name, base, changes)


def blob_service(world: World, **changes: Any) -> Made:
    base = {"accountName": "stvoice", "blobServicesName": "default", "isVersioningEnabled": True}
    return made(world, "storage:BlobServiceProperties", "blobs", base, changes)


def container(world: World, name: str = "recordings", **changes: Any) -> Made:
    return made(world, "storage:BlobContainer", name, {"accountName": "stvoice", "containerName": name}, changes)


def lifecycle(world: World, *rules: dict[str, Any], **changes: Any) -> Made:
    base = {"accountName": "stvoice", "managementPolicyName": "default", "policy": {"rules": list(rules)}}
    return made(world, "storage:ManagementPolicy", "lifecycle", base, changes)


def lifecycle_rule(name: str = "recordings", **definition: Any) -> dict[str, Any]:
    base = {
        "actions": {
            "baseBlob": {
                "tierToCool": {"daysAfterModificationGreaterThan": 30},
                "tierToArchive": {"daysAfterModificationGreaterThan": 90},
                "delete": {"daysAfterModificationGreaterThan": 365},
            }
        },
        "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["recordings/"]},
    }
    return {"name": name, "type": "Lifecycle", "enabled": True, "definition": merged(base, definition)}


# PostgreSQL


def database_network(world: World, prefix: str = "10.10.8.0/28") -> None:
    """Group, network, a delegated subnet and a zone."""
    world.group()
    database_subnet(world, prefix)


def database_subnet(world: World, prefix: str = "10.10.8.0/28") -> None:
    world.network()
    world.subnet("snet-postgres", prefix, delegations=[POSTGRES_DELEGATION])
    world.make(
        "privatedns:PrivateZone", "zone", resourceGroupName=GROUP, privateZoneName=DATABASE_ZONE, location="global"
    )


def server(world: World, name: str = "psql-voice", **changes: Any) -> Made:
    """A server; with a delegated subnet where `database_network` made one."""
    base: dict[str, Any] = {
        "serverName": name,
        "version": "17",
        "sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 256, "autoGrow": "Enabled"},
        "backup": {"backupRetentionDays": 7, "geoRedundantBackup": "Enabled"},
        "highAvailability": {"mode": "ZoneRedundant"},
        "authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Disabled"},
        "createMode": "Default",
    }
    if "snet-postgres" in world.made:
        base["network"] = {
            "delegatedSubnetResourceId": world["snet-postgres"].id,
            "privateDnsZoneArmResourceId": world["zone"].id,
        }
    return made(world, "dbforpostgresql:Server", name, base, changes)


def replica(world: World, name: str = "psql-voice-read", source: str = "psql-voice", **changes: Any) -> Made:
    base: dict[str, Any] = {
        "serverName": name,
        "createMode": "Replica",
        "sourceServerResourceId": world[source].id,
        "sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 256},
    }
    return made(world, "dbforpostgresql:Server", name, base, changes)


def database(world: World, name: str = "voice", **changes: Any) -> Made:
    return made(world, "dbforpostgresql:Database", name, {"serverName": "psql-voice", "databaseName": name}, changes)


def parameter(world: World, name: str = "log_connections", value: str | None = "on", **changes: Any) -> Made:
    base = {"serverName": "psql-voice", "configurationName": name, "value": value, "source": "user-override"}
    return made(world, "dbforpostgresql:Configuration", name, base, changes)


def administrator(world: World, principal: str = PERSON, **changes: Any) -> Made:
    base = {
        "serverName": "psql-voice",
        "objectId": principal,
        "principalName": "database-team",
        "principalType": "Group",
        "tenantId": world.client.tenant_id,
    }
    return made(world, "dbforpostgresql:AdministratorsMicrosoftEntra", "administrator", base, changes)


def virtual_endpoint(world: World, *members: str, name: str = "psql-voice-entry", **changes: Any) -> Made:
    base = {"serverName": "psql-voice", "virtualEndpointName": name, "members": list(members)}
    return made(world, "dbforpostgresql:VirtualEndpoint", name, base, changes)


# Redis


def redis(world: World, name: str = "redis-voice", **changes: Any) -> Made:
    base = {"clusterName": name, "sku": {"name": "Balanced_B20"}, "publicNetworkAccess": "Disabled"}
    return made(world, "redisenterprise:RedisEnterprise", name, base, changes)


def redis_database(world: World, **changes: Any) -> Made:
    base = {
        "clusterName": "redis-voice",
        "databaseName": "default",
        "clusteringPolicy": "EnterpriseCluster",
        "accessKeysAuthentication": "Enabled",
        "persistence": {"rdbEnabled": True, "rdbFrequency": "12h"},
    }
    return made(world, "redisenterprise:Database", "redis-default", base, changes)


def redis_user(world: World, name: str = "agents", principal: str = PERSON, **changes: Any) -> Made:
    base = {
        "clusterName": "redis-voice",
        "databaseName": "default",
        "accessPolicyAssignmentName": name,
        "accessPolicyName": "default",
        "user": {"objectId": principal},
    }
    return made(world, "redisenterprise:AccessPolicyAssignment", name, base, changes)


# Cosmos DB


def cosmos(world: World, name: str = "cosmos-voice", serverless: bool = False, **changes: Any) -> Made:
    base: dict[str, Any] = {
        "accountName": name,
        "databaseAccountOfferType": "Standard",
        "locations": [{"locationName": LOCATION, "failoverPriority": 0}],
        "disableLocalAuth": True,
    }
    if serverless:
        base["capabilities"] = [{"name": "EnableServerless"}]
    return made(world, "cosmosdb:DatabaseAccount", name, base, changes)


def cosmos_database(world: World, name: str = "voice", **changes: Any) -> Made:
    base = {"accountName": "cosmos-voice", "databaseName": name, "resource": {"id": name}}
    return made(world, "cosmosdb:SqlResourceSqlDatabase", f"cosmos {name}", base, changes)


def cosmos_container(world: World, name: str = "sessions", **changes: Any) -> Made:
    key = {"paths": ["/sessionId"], "kind": "Hash"}
    base = {
        "accountName": "cosmos-voice",
        "databaseName": "voice",
        "containerName": name,
        "resource": {"id": name, "partitionKey": key},
    }
    return made(world, "cosmosdb:SqlResourceSqlContainer", name, base, changes)


def cosmos_role(world: World, name: str = "99999999-2222-4333-8444-555555555555", **changes: Any) -> Made:
    id = world["cosmos-voice"].id
    base = {
        "accountName": "cosmos-voice",
        "roleAssignmentId": name,
        "principalId": PERSON,
        "roleDefinitionId": f"{id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002",
        "scope": f"{id}/dbs/voice",
    }
    return made(world, "cosmosdb:SqlResourceSqlRoleAssignment", name, base, changes)


# Private endpoints and flow logs


def endpoint_subnet(world: World, prefix: str = "10.10.9.0/27", **inputs: Any) -> Made:
    return world.subnet("snet-endpoints", prefix, **inputs)


def private_endpoint(world: World, target: Made, group: str, name: str = "pe-voice", **changes: Any) -> Made:
    base = {
        "privateEndpointName": name,
        "subnet": {"id": world["snet-endpoints"].id},
        "privateLinkServiceConnections": [
            {"name": name, "groupIds": [group], "privateLinkServiceId": target.id},
        ],
    }
    return made(world, "network:PrivateEndpoint", name, base, changes)


def dns_zone(world: World, name: str) -> Made:
    return world.make("privatedns:PrivateZone", name, resourceGroupName=GROUP, privateZoneName=name, location="global")


def dns_zone_group(
    world: World, *zones: str, endpoint: str = "pe-voice", name: str = "default", **changes: Any
) -> Made:
    configs = [{"name": zone.replace(".", "-"), "privateDnsZoneId": world[zone].id} for zone in zones]
    base = {"privateEndpointName": endpoint, "privateDnsZoneGroupName": name, "privateDnsZoneConfigs": configs}
    return made(world, "network:PrivateDnsZoneGroup", f"{endpoint} {name}", base, changes)


def flow_log(world: World, target: str | None = None, name: str = "flow-voice", **changes: Any) -> Made:
    base = {
        "resourceGroupName": "NetworkWatcherRG",
        "networkWatcherName": f"NetworkWatcher_{LOCATION}",
        "flowLogName": name,
        "targetResourceId": target or world[NETWORK].id,
        "storageId": world["stvoice"].id,
        "enabled": True,
    }
    return made(world, "network:FlowLog", name, base, changes)


# Monitoring


def workspace(world: World, name: str = "log-voice", **changes: Any) -> Made:
    base = {"workspaceName": name, "sku": {"name": "PerGB2018"}, "retentionInDays": 30}
    return made(world, "operationalinsights:Workspace", name, base, changes)


def table(world: World, name: str = "CallAudit_CL", **changes: Any) -> Made:
    columns = [{"name": "TimeGenerated", "type": "dateTime"}, {"name": "Call", "type": "string"}]
    base = {"workspaceName": "log-voice", "tableName": name, "schema": {"name": name, "columns": columns}}
    return made(world, "operationalinsights:Table", name, base, changes)


def insights(world: World, name: str = "appi-voice", **changes: Any) -> Made:
    base = {"resourceName": name, "kind": "web", "applicationType": "web", "workspaceResourceId": world["log-voice"].id}
    return made(world, "applicationinsights:Component", name, base, changes)


def metrics(world: World, name: str = "amw-voice", **changes: Any) -> Made:
    return made(world, "monitor:AzureMonitorWorkspace", name, {"azureMonitorWorkspaceName": name}, changes)


def collection_endpoint(world: World, name: str = "dce-voice", **changes: Any) -> Made:
    return made(world, "monitor:DataCollectionEndpoint", name, {"dataCollectionEndpointName": name}, changes)


def prometheus_rule(world: World, name: str = "dcr-metrics", **changes: Any) -> Made:
    """A data collection rule that sends Prometheus metrics to `metrics`."""
    base = {
        "dataCollectionRuleName": name,
        "dataSources": {"prometheusForwarder": [{"name": "metrics", "streams": ["Microsoft-PrometheusMetrics"]}]},
        "dataFlows": [{"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["workspace"]}],
        "destinations": {
            "monitoringAccounts": [{"name": "workspace", "accountResourceId": world["amw-voice"].id}],
        },
    }
    return made(world, "monitor:DataCollectionRule", name, base, changes)


def log_rule(world: World, name: str = "dcr-logs", **changes: Any) -> Made:
    """A data collection rule that sends container logs to `workspace`."""
    base = {
        "dataCollectionRuleName": name,
        "dataSources": {
            "extensions": [
                {"name": "logs", "extensionName": "ContainerInsights", "streams": ["Microsoft-ContainerLogV2"]}
            ]
        },
        "dataFlows": [{"streams": ["Microsoft-ContainerLogV2"], "destinations": ["logs"]}],
        "destinations": {"logAnalytics": [{"name": "logs", "workspaceResourceId": world["log-voice"].id}]},
    }
    return made(world, "monitor:DataCollectionRule", name, base, changes)


def association(world: World, target: Made, name: str = "ContainerInsightsExtension", **inputs: Any) -> Made:
    return world.make(
        "monitor:DataCollectionRuleAssociation", name, resourceUri=target.id, associationName=name, **inputs
    )


def setting(world: World, target: str, name: str = "to-workspace", **changes: Any) -> Made:
    base = {
        "resourceUri": target,
        "name": name,
        "workspaceId": world["log-voice"].id,
        "logs": [{"categoryGroup": "allLogs", "enabled": True}],
    }
    return world.make("monitor:DiagnosticSetting", name, **merged(base, changes))


def action_group(world: World, name: str = "ag-voice", **changes: Any) -> Made:
    base = {
        "actionGroupName": name,
        "groupShortName": "voice",
        "enabled": True,
        "location": "global",
        "emailReceivers": [{"name": "on-call", "emailAddress": "on-call@example.com"}],
    }
    return made(world, "monitor:ActionGroup", name, base, changes)


def metric_alert(world: World, *scopes: str, name: str = "alert-cpu", **changes: Any) -> Made:
    base = {
        "ruleName": name,
        "location": "global",
        "enabled": True,
        "severity": 2,
        "evaluationFrequency": "PT5M",
        "windowSize": "PT15M",
        "scopes": list(scopes),
        "criteria": {"odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", "allOf": []},
    }
    return made(world, "monitor:MetricAlert", name, base, changes)


def grafana(world: World, name: str = "amg-voice", **changes: Any) -> Made:
    base = {"workspaceName": name, "sku": {"name": "Standard"}, "identity": {"type": "SystemAssigned"}}
    return made(world, "dashboard:Grafana", name, base, changes)


def rule_group(world: World, *rules: dict[str, Any], name: str = "rules-voice", **changes: Any) -> Made:
    given = list(rules) or [{"record": "calls:rate5m", "expression": "sum(rate(calls_total[5m]))"}]
    base = {"ruleGroupName": name, "scopes": [world["amw-voice"].id], "rules": given}
    return made(world, "alertsmanagement:PrometheusRuleGroup", name, base, changes)
