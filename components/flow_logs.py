"""Flow logs of a network."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network, storage

from components.creation_retries import MISSING_WATCHER, retry_on
from components.diagnostics import diagnose
from components.managed_identity import ManagedIdentity
from components.role_assignment import RoleScope, assign_role
from components.scope import Scope
from components.storage_account import storage_account
from model.log_categories import LogSource
from model.naming import WATCHER_GROUP, network_watcher
from model.roles import Role

RETENTION_DAYS = 7
"""Retention of the raw files. The workspace keeps the analytics."""
ANALYTICS_MINUTES = 60
"""Azure offers 10 and 60."""
IDENTITY = "flow-logs"


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """Args of `FlowLogs`. `virtual_network_id` is in the scope's location."""

    virtual_network_id: pulumi.Input[str]


class FlowLogs(pulumi.ComponentResource):
    """The flow log of one virtual network (Azure retired flow logs of single security groups).

    Owns the log, its identity, and the storage account of the raw files, which keeps neither versions nor deleted
    files: the retention deletes them after seven days. Does not own the network watcher: Azure creates one per region,
    in a separate resource group, and refuses a second one.
    """

    def __init__(self, name: str, scope: Scope, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:FlowLogs", name, None, opts)
        self._name, self._scope = name, scope
        account = self._account()
        service = self._blob_service(account)
        identity = ManagedIdentity(f"{name}-identity", scope, IDENTITY, parent=self)
        writer = self._writer(identity, account)
        log = f"{name}-log"
        network.FlowLog(
            log,
            flow_log_name=scope.names.flow_log,
            network_watcher_name=network_watcher(scope.location),
            resource_group_name=WATCHER_GROUP,
            location=scope.location,
            enabled=True,
            target_resource_id=args.virtual_network_id,
            storage_id=account.id,
            identity=network.ManagedServiceIdentityArgs(
                type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.resource.id]
            ),
            format=network.FlowLogFormatParametersArgs(type="JSON", version=2),
            retention_policy=network.RetentionPolicyParametersArgs(enabled=True, days=RETENTION_DAYS),
            flow_analytics_configuration=network.TrafficAnalyticsPropertiesArgs(
                network_watcher_flow_analytics_configuration=network.TrafficAnalyticsConfigurationPropertiesArgs(
                    enabled=True,
                    workspace_resource_id=scope.log_workspace_id,
                    traffic_analytics_interval=ANALYTICS_MINUTES,
                )
            ),
            tags=scope.tags,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[service, writer], hooks=retry_on(log, MISSING_WATCHER)
            ),
        )
        self.register_outputs({})

    def _account(self) -> storage.StorageAccount:
        """Network Watcher writes from outside the network. `Disabled` is reported to keep it out, although it is one of
        Azure's trusted services.
        """
        return storage_account(
            f"{self._name}-account",
            self._scope,
            self._scope.names.flow_log_storage_account,
            pulumi.ResourceOptions(parent=self),
            replication="LRS",
            public_network_access="Enabled",
        )

    def _blob_service(self, account: storage.StorageAccount) -> storage.BlobServiceProperties:
        service = storage.BlobServiceProperties(
            f"{self._name}-blobs",
            blob_services_name="default",
            account_name=self._scope.names.flow_log_storage_account,
            resource_group_name=self._scope.resource_group_name,
            is_versioning_enabled=False,
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=False),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=False),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        blobs = pulumi.Output.concat(account.id, "/blobServices/default")
        # No log of writes: the flow log writes a file per interface every minute.
        diagnose(
            f"{self._name}-diagnostics",
            blobs,
            self._scope.audit_workspace_id,
            pulumi.ResourceOptions(parent=self),
            scope=self._scope,
            source=LogSource.BLOBS,
            without=["StorageWrite"],
        )
        return service

    def _writer(self, identity: ManagedIdentity, account: storage.StorageAccount) -> pulumi.Resource:
        names = self._scope.names
        plain_account = names.resource_id("Microsoft.Storage/storageAccounts", names.flow_log_storage_account)
        return assign_role(
            f"{self._name}-writer",
            Role.STORAGE_BLOB_DATA_CONTRIBUTOR,
            identity.principal,
            RoleScope(id=account.id, plain_id=plain_account),
            names.subscription_id,
            pulumi.ResourceOptions(parent=self),
        )
