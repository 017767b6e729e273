"""Azure Managed Redis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import redisenterprise

from components.diagnostics import diagnose
from components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from components.scope import Scope
from model.log_categories import LogSource
from model.ports import REDIS
from settings.schema.data import RedisPersistence, RedisSettings

DATABASE = "default"
"""The only database name that Azure Managed Redis accepts."""
ACCESS_POLICY = "default"
CLUSTER_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class RedisArgs:
    """Args of `Redis`.

    `subnet_id` and `zone_id` place the private endpoint. `readers` are principal ids of workloads that sign in with
    their identity, by account name.
    """

    settings: RedisSettings
    subnet_id: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    readers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


class Redis(pulumi.ComponentResource):
    """The store of sessions, rooms and caches of one region.

    Owns the cluster, its one database, its private endpoint and the access policies of identities. Access keys stay
    enabled, because LiveKit supports no other authentication. Does not own the key's copy in the vault, its only one.

    With high availability Azure chooses the zones, and they must not be set.
    """

    host: str
    port: int
    primary_key: pulumi.Output[str]
    """Secret."""

    def __init__(self, name: str, scope: Scope, args: RedisArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Redis", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        self.host = f"{scope.names.redis}.{scope.location}.redis.azure.net"
        self.port = REDIS.first
        cluster = redisenterprise.RedisEnterprise(
            f"{name}-cluster",
            cluster_name=scope.names.redis,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            sku=redisenterprise.SkuArgs(name=args.settings.sku),
            high_availability="Enabled" if args.settings.high_availability else "Disabled",
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            tags=scope.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=scope.protect,
                custom_timeouts=pulumi.CustomTimeouts(create=f"{CLUSTER_MINUTES}m", update=f"{CLUSTER_MINUTES}m"),
            ),
        )
        database = self._database(cluster)
        last = self._readers(database)
        PrivateEndpoint(
            f"{name}-endpoint",
            scope,
            PrivateEndpointArgs(
                purpose="redis",
                subnet_id=args.subnet_id,
                target_id=cluster.id,
                group="redisEnterprise",
                zone_ids=[args.zone_id],
                # Not the cluster: Azure reports it as ready before its database exists.
                after=[last],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        # A database has only logs; its metrics belong to the cluster.
        children = pulumi.ResourceOptions(parent=self)
        diagnose(
            f"{name}-diagnostics",
            database.id,
            scope.log_workspace_id,
            children,
            scope=scope,
            source=LogSource.REDIS,
            metrics=False,
        )
        keys = redisenterprise.list_database_keys_output(
            resource_group_name=scope.names.resource_group,
            cluster_name=scope.names.redis,
            database_name=DATABASE,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[database]),
        )
        self.primary_key = pulumi.Output.secret(keys.primary_key)
        self.register_outputs({"host": self.host})

    def _database(self, cluster: redisenterprise.RedisEnterprise) -> redisenterprise.Database:
        """`EnterpriseCluster` exposes one endpoint, for clients without support of the cluster protocol."""
        args = self._args
        return redisenterprise.Database(
            f"{self._name}-database",
            database_name=DATABASE,
            cluster_name=self._scope.names.redis,
            resource_group_name=self._scope.resource_group_name,
            client_protocol="Encrypted",
            clustering_policy="EnterpriseCluster",
            eviction_policy="NoEviction",
            port=REDIS.first,
            access_keys_authentication="Enabled",
            persistence=_persistence(args.settings.persistence),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[cluster], protect=self._scope.protect),
        )

    def _readers(self, database: redisenterprise.Database) -> pulumi.Resource:
        """Declares the access policies in a chain. Returns the last write to the cluster."""
        previous: pulumi.Resource = database
        for short, principal_id in self._args.readers.items():
            previous = redisenterprise.AccessPolicyAssignment(
                f"{self._name}-access-{short}",
                access_policy_assignment_name=short.replace("-", ""),
                access_policy_name=ACCESS_POLICY,
                cluster_name=self._scope.names.redis,
                database_name=DATABASE,
                resource_group_name=self._scope.resource_group_name,
                user=redisenterprise.AccessPolicyAssignmentPropertiesUserArgs(object_id=principal_id),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous]),
            )
        return previous


def _persistence(settings: RedisPersistence) -> redisenterprise.PersistenceArgs | None:
    match settings.mode:
        case "rdb":
            return redisenterprise.PersistenceArgs(rdb_enabled=True, rdb_frequency=settings.frequency)
        case "aof":
            return redisenterprise.PersistenceArgs(aof_enabled=True, aof_frequency=settings.frequency)
    return None
