"""Cosmos DB."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import cosmosdb

from components.diagnostics import diagnose
from components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from components.scope import Scope
from settings.schema.data import CosmosSettings


@dataclass(frozen=True, kw_only=True)
class CosmosArgs:
    """Args of `Cosmos`. `subnet_id` and `zone_id` place the private endpoint."""

    settings: CosmosSettings
    subnet_id: pulumi.Input[str]
    zone_id: pulumi.Input[str]


class Cosmos(pulumi.ComponentResource):
    """The document store of one region (Cosmos DB, SQL API), by setting.

    Owns the account, its database, containers and private endpoint. Account keys are disabled: workloads sign in with
    their identity. Does not own data permissions.
    """

    account_id: pulumi.Output[str]
    endpoint: str
    """URL for clients."""

    def __init__(self, name: str, scope: Scope, args: CosmosArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Cosmos", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        account = self._account()
        self.account_id = account.id
        self.endpoint = f"https://{scope.names.cosmos_account}.documents.azure.com:443/"
        last = self._containers(account)
        PrivateEndpoint(
            f"{name}-endpoint",
            scope,
            PrivateEndpointArgs(
                purpose="cosmos",
                subnet_id=args.subnet_id,
                target_id=account.id,
                group="Sql",
                zone_ids=[args.zone_id],
                after=[last],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        diagnose(f"{name}-diagnostics", account.id, scope.log_workspace_id, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"accountId": self.account_id, "endpoint": self.endpoint})

    def _account(self) -> cosmosdb.DatabaseAccount:
        args = self._args
        serverless = args.settings.capacity == "serverless"
        return cosmosdb.DatabaseAccount(
            f"{self._name}-account",
            account_name=self._scope.names.cosmos_account,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            kind=cosmosdb.DatabaseAccountKind.GLOBAL_DOCUMENT_DB,
            database_account_offer_type=cosmosdb.DatabaseAccountOfferType.STANDARD,
            capabilities=[cosmosdb.CapabilityArgs(name="EnableServerless")] if serverless else None,
            locations=[cosmosdb.LocationArgs(location_name=self._scope.location, failover_priority=0)],
            disable_local_auth=True,
            minimal_tls_version="Tls12",
            public_network_access="Disabled",
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._scope.protect),
        )

    def _containers(self, account: cosmosdb.DatabaseAccount) -> pulumi.Resource:
        """Declares the database and its containers in a chain. Returns the last."""
        settings = self._args.settings
        options = (
            cosmosdb.CreateUpdateOptionsArgs(
                autoscale_settings=cosmosdb.AutoscaleSettingsArgs(max_throughput=settings.max_throughput)
            )
            if settings.capacity == "autoscale"
            else None
        )
        previous: pulumi.Resource = cosmosdb.SqlResourceSqlDatabase(
            f"{self._name}-database",
            account_name=self._scope.names.cosmos_account,
            database_name=settings.database,
            resource_group_name=self._scope.resource_group_name,
            resource=cosmosdb.SqlDatabaseResourceArgs(id=settings.database),
            options=options,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account], protect=self._scope.protect),
        )
        for container, partition_key in sorted(settings.containers.items()):
            previous = cosmosdb.SqlResourceSqlContainer(
                f"{self._name}-container-{container}",
                account_name=self._scope.names.cosmos_account,
                database_name=settings.database,
                container_name=container,
                resource_group_name=self._scope.resource_group_name,
                resource=cosmosdb.SqlContainerResourceArgs(
                    id=container,
                    partition_key=cosmosdb.ContainerPartitionKeyArgs(paths=[partition_key], kind="Hash"),
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous], protect=self._scope.protect),
            )
        return previous
