"""A logic app that writes to Cosmos DB through an API connection.

Source: github.com/pulumi/examples, azure-py-cosmosdb-logicapp.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization, cosmosdb, logic, resources, storage, web

group = resources.ResourceGroup("workflow")
storage.StorageAccount(
    "workflowfiles",
    resource_group_name=group.name,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
    kind=storage.Kind.STORAGE_V2,
)
account = cosmosdb.DatabaseAccount(
    "documents",
    resource_group_name=group.name,
    database_account_offer_type=cosmosdb.DatabaseAccountOfferType.STANDARD,
    locations=[cosmosdb.LocationArgs(location_name=group.location, failover_priority=0)],
    consistency_policy=cosmosdb.ConsistencyPolicyArgs(
        default_consistency_level=cosmosdb.DefaultConsistencyLevel.SESSION
    ),
)
database = cosmosdb.SqlResourceSqlDatabase(
    "sqldb",
    resource_group_name=group.name,
    account_name=account.name,
    resource=cosmosdb.SqlDatabaseResourceArgs(id="sqldb"),
)
container = cosmosdb.SqlResourceSqlContainer(
    "container",
    resource_group_name=group.name,
    account_name=account.name,
    database_name=database.name,
    resource=cosmosdb.SqlContainerResourceArgs(
        id="container", partition_key=cosmosdb.ContainerPartitionKeyArgs(paths=["/myPartitionKey"], kind="Hash")
    ),
)
keys = cosmosdb.list_database_account_keys_output(account_name=account.name, resource_group_name=group.name)
client = pulumi.Output.from_input(authorization.get_client_config())
api = pulumi.Output.concat(
    "/subscriptions/",
    client.subscription_id,
    "/providers/Microsoft.Web/locations/",
    group.location,
    "/managedApis/documentdb",
)
connection = web.Connection(
    "connection",
    resource_group_name=group.name,
    properties=web.ApiConnectionDefinitionPropertiesArgs(
        display_name="documents",
        api=web.ApiReferenceArgs(id=api),
        parameter_values={"databaseAccount": account.name, "accessKey": keys.primary_master_key},
    ),
)
workflow = logic.Workflow(
    "workflow",
    resource_group_name=group.name,
    definition={
        "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"$connections": {"defaultValue": {}, "type": "Object"}},
        "triggers": {"Receive_post": {"type": "Request", "kind": "Http", "inputs": {"method": "POST", "schema": {}}}},
        "actions": {
            "write_body": {
                "type": "ApiConnection",
                "inputs": {
                    "host": {"connection": {"name": "@parameters('$connections')['documentdb']['connectionId']"}},
                    "method": "post",
                    "path": pulumi.Output.concat("/dbs/", database.name, "/colls/", container.name, "/docs"),
                },
            }
        },
    },
    parameters={
        "$connections": logic.WorkflowParameterArgs(
            value={"documentdb": {"connectionId": connection.id, "connectionName": "documents", "id": api}}
        )
    },
)
callback = logic.list_workflow_trigger_callback_url_output(
    resource_group_name=group.name, workflow_name=workflow.name, trigger_name="Receive_post"
)

pulumi.export("endpoint", callback.value)
