"""A storage account for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import storage

from components.diagnostics import diagnose
from components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from components.storage_account import storage_account
from model.log_categories import LogSource
from model.roles import Role
from settings.schema.data import BlobLifecycle, StorageSettings

_TYPE = "Microsoft.Storage/storageAccounts"
DEFAULT = "default"
"""The only name that Azure accepts for blob services and management policies."""


@dataclass(frozen=True, kw_only=True)
class StorageArgs:
    """Args of `Storage`.

    `purpose` becomes part of the private endpoint's name. `writers` maps an account to its identity and containers.
    `shared_key` enables the account key, which only LiveKit egress needs. `kept_days` maps a folder (`container/…`) to
    a shorter retention in days.
    """

    account_name: str
    purpose: str
    containers: Sequence[str] = ()
    writers: Mapping[str, tuple[Principal, Sequence[str]]] = field(default_factory=dict)
    shared_key: bool = False
    settings: StorageSettings
    kept_days: Mapping[str, int] = field(default_factory=dict)
    subnet_id: pulumi.Input[str]
    zone_id: pulumi.Input[str]


class Storage(pulumi.ComponentResource):
    """A storage account for files of one region.

    Owns the account, its containers, each workload's role on exactly its own containers, the lifecycle rules, and the
    private endpoint. Does not own the copy of the account key in the vault.
    """

    account_id: pulumi.Output[str]
    blob_host: str
    account_key: pulumi.Output[str] | None
    """Secret. Present if the account allows its key."""

    def __init__(self, name: str, scope: Scope, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Storage", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        account = self._account()
        self.account_id = account.id
        self.blob_host = f"{args.account_name}.blob.core.windows.net"
        service = self._blob_service(account)
        containers = {container: self._container(container, after=service) for container in args.containers}
        lifecycle = self._lifecycle(after=service)
        self._endpoint(account, after=[service, *containers.values(), lifecycle])
        blobs = pulumi.Output.concat(account.id, "/blobServices/", DEFAULT)
        diagnose(
            f"{name}-diagnostics",
            blobs,
            scope.audit_workspace_id,
            pulumi.ResourceOptions(parent=self),
            scope=scope,
            source=LogSource.BLOBS,
        )
        self._writers(containers)
        self.account_key = self._key(account) if args.shared_key else None
        self.register_outputs({"accountId": self.account_id, "blobHost": self.blob_host})

    def _account(self) -> storage.StorageAccount:
        args = self._args
        return storage_account(
            f"{self._name}-account",
            self._scope,
            args.account_name,
            pulumi.ResourceOptions(parent=self, protect=self._scope.protect),
            replication=args.settings.replication,
            shared_key=args.shared_key,
        )

    def _blob_service(self, account: storage.StorageAccount) -> storage.BlobServiceProperties:
        keep = storage.DeleteRetentionPolicyArgs(enabled=True, days=self._args.settings.soft_delete_days)
        return storage.BlobServiceProperties(
            f"{self._name}-blobs",
            blob_services_name=DEFAULT,
            account_name=self._args.account_name,
            resource_group_name=self._scope.resource_group_name,
            is_versioning_enabled=True,
            delete_retention_policy=keep,
            container_delete_retention_policy=keep,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )

    def _container(self, container: str, after: pulumi.Resource) -> storage.BlobContainer:
        return storage.BlobContainer(
            f"{self._name}-container-{container}",
            container_name=container,
            account_name=self._args.account_name,
            resource_group_name=self._scope.resource_group_name,
            public_access=storage.PublicAccess.NONE,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after], protect=self._scope.protect),
        )

    def _lifecycle(self, after: pulumi.Resource) -> storage.ManagementPolicy:
        folders = [_folder_rule(folder, days) for folder, days in self._args.kept_days.items()]
        return storage.ManagementPolicy(
            f"{self._name}-lifecycle",
            management_policy_name=DEFAULT,
            account_name=self._args.account_name,
            resource_group_name=self._scope.resource_group_name,
            policy=storage.ManagementPolicySchemaArgs(rules=[_rule(self._args.settings.lifecycle), *folders]),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _writers(self, containers: Mapping[str, storage.BlobContainer]) -> None:
        names, account_name = self._scope.names, self._args.account_name
        for writer, (principal, writable) in self._args.writers.items():
            for container in writable:
                kind = f"{_TYPE}/blobServices/containers"
                plain_id = names.resource_id(kind, account_name, DEFAULT, container)
                assign_role(
                    f"{self._name}-writer-{writer}-{container}",
                    Role.STORAGE_BLOB_DATA_CONTRIBUTOR,
                    principal,
                    RoleScope(id=containers[container].id, plain_id=plain_id),
                    names.subscription_id,
                    pulumi.ResourceOptions(parent=self),
                )

    def _endpoint(self, account: storage.StorageAccount, after: Sequence[pulumi.Resource]) -> None:
        args = self._args
        PrivateEndpoint(
            f"{self._name}-endpoint",
            self._scope,
            PrivateEndpointArgs(
                purpose=args.purpose,
                subnet_id=args.subnet_id,
                target_id=account.id,
                group="blob",
                zone_ids=[args.zone_id],
                after=after,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _key(self, account: storage.StorageAccount) -> pulumi.Output[str]:
        answer = storage.list_storage_account_keys_output(
            resource_group_name=self._scope.names.resource_group,
            account_name=self._args.account_name,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[account]),
        )
        return pulumi.Output.secret(answer.keys.apply(lambda keys: keys[0].value))


def _rule(lifecycle: BlobLifecycle) -> storage.ManagementPolicyRuleArgs:
    """The rule for all files. Days count from the last modification."""
    return storage.ManagementPolicyRuleArgs(
        name="age",
        enabled=True,
        type="Lifecycle",
        definition=storage.ManagementPolicyDefinitionArgs(
            filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"]),
            actions=storage.ManagementPolicyActionArgs(
                base_blob=storage.ManagementPolicyBaseBlobArgs(
                    tier_to_cool=storage.DateAfterModificationArgs(
                        days_after_modification_greater_than=lifecycle.cool_days
                    ),
                    tier_to_archive=storage.DateAfterModificationArgs(
                        days_after_modification_greater_than=lifecycle.archive_days
                    ),
                    delete=storage.DateAfterModificationArgs(
                        days_after_modification_greater_than=lifecycle.delete_days
                    ),
                ),
                version=storage.ManagementPolicyVersionArgs(
                    delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=lifecycle.delete_days)
                ),
            ),
        ),
    )


def _folder_rule(folder: str, days: int) -> storage.ManagementPolicyRuleArgs:
    """The rule for one folder. Azure applies the cheapest action that is due (deletion), so both rules can match."""
    return storage.ManagementPolicyRuleArgs(
        name=folder.replace("/", "-"),
        enabled=True,
        type="Lifecycle",
        definition=storage.ManagementPolicyDefinitionArgs(
            filters=storage.ManagementPolicyFilterArgs(blob_types=["blockBlob"], prefix_match=[f"{folder}/"]),
            actions=storage.ManagementPolicyActionArgs(
                base_blob=storage.ManagementPolicyBaseBlobArgs(
                    delete=storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
                ),
                version=storage.ManagementPolicyVersionArgs(
                    delete=storage.DateAfterCreationArgs(days_after_creation_greater_than=days)
                ),
            ),
        ),
    )
