"""PostgreSQL flexible server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_azure_native import dbforpostgresql

from components.diagnostics import diagnose
from components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from components.scope import Scope
from model.log_categories import LogSource
from model.naming import Naming
from settings.schema.data import DatabaseAdministrator, PostgresqlSettings

_TYPE = "Microsoft.DBforPostgreSQL/flexibleServers"
SERVER_MINUTES = 90
REPLICA_MINUTES = 120
"""Timeouts of Pulumi. A replica in another region copies all data before it is ready."""


@dataclass(frozen=True, kw_only=True)
class PostgresqlArgs:
    """Args of `Postgresql`.

    `primary_server_id` is set if this region only has a replica of another region's server. `subnet_id` and `zone_id`
    depend on the network mode: the delegated subnet with its own zone, or the subnet of private endpoints with the
    private-link zone. `after` contains the peerings and zone links through which a replica reaches its primary.
    `administrators` sign in through Entra; passwords are disabled.
    """

    tenant_id: str
    settings: PostgresqlSettings
    primary_server_id: str | None = None
    after: Sequence[pulumi.Resource] = ()
    subnet_id: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    administrators: Mapping[str, tuple[pulumi.Input[str], DatabaseAdministrator | None]] = field(default_factory=dict)


class Postgresql(pulumi.ComponentResource):
    """The relational data of the platform: the writable server in the primary region, a replica in other regions.

    Owns the server, its databases, parameters, Entra administrators and read replicas. Does not own roles inside the
    database: the administrator's jobs create them.

    Azure takes one change of a server at a time, so its resources form one chain: contents, private endpoint, replicas.
    """

    server_id: pulumi.Output[str]
    host: str

    def __init__(
        self, name: str, scope: Scope, args: PostgresqlArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:Postgresql", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        server_name = scope.names.postgresql_server
        self.host = f"{server_name}.postgres.database.azure.com"
        server = self._server("server", server_name, source=args.primary_server_id, after=args.after)
        self.server_id = server.id
        self._diagnose("diagnostics", server)
        last = self._contents(server) if args.primary_server_id is None else server
        if args.settings.network == "privateEndpoint":
            last = self._endpoint(server, after=last)
        if args.primary_server_id is None:
            self._replicas(server, after=last)
        self.register_outputs({"serverId": self.server_id, "host": self.host})

    def _server(
        self, short: str, server_name: str, source: pulumi.Input[str] | None, after: Sequence[pulumi.Resource]
    ) -> dbforpostgresql.Server:
        """A server, or a read replica of `source`, which has the same size and storage but no backup."""
        args, settings = self._args, self._args.settings
        replica = source is not None
        delegated = settings.network == "delegatedSubnet"
        minutes = REPLICA_MINUTES if replica else SERVER_MINUTES
        return dbforpostgresql.Server(
            f"{self._name}-{short}",
            server_name=server_name,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            create_mode="Replica" if replica else "Default",
            source_server_resource_id=source,
            version=None if replica else settings.version,
            sku=dbforpostgresql.SkuArgs(name=settings.sku, tier=settings.tier),
            storage=dbforpostgresql.StorageArgs(
                storage_size_gb=settings.storage_gib, auto_grow="Enabled" if settings.auto_grow else "Disabled"
            ),
            network=dbforpostgresql.NetworkArgs(
                delegated_subnet_resource_id=args.subnet_id if delegated else None,
                private_dns_zone_arm_resource_id=args.zone_id if delegated else None,
                public_network_access=None if delegated else "Disabled",
            ),
            auth_config=dbforpostgresql.AuthConfigArgs(
                active_directory_auth="Enabled", password_auth="Disabled", tenant_id=args.tenant_id
            ),
            backup=None
            if replica
            else dbforpostgresql.BackupArgs(
                backup_retention_days=settings.backup_retention_days,
                geo_redundant_backup="Enabled" if settings.geo_redundant_backup else "Disabled",
            ),
            high_availability=None if replica else self._high_availability(),
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=self._scope.protect,
                depends_on=list(after),
                custom_timeouts=pulumi.CustomTimeouts(create=f"{minutes}m", update=f"{minutes}m", delete=f"{minutes}m"),
                # With auto-grow Azure enlarges the storage, and it refuses to reduce it again.
                ignore_changes=["storage.storageSizeGB"] if settings.auto_grow else None,
            ),
        )

    def _high_availability(self) -> dbforpostgresql.HighAvailabilityArgs:
        modes = {"none": "Disabled", "sameZone": "SameZone", "zoneRedundant": "ZoneRedundant"}
        return dbforpostgresql.HighAvailabilityArgs(mode=modes[self._args.settings.high_availability])

    def _endpoint(self, server: dbforpostgresql.Server, after: pulumi.Resource) -> PrivateEndpoint:
        args = self._args
        return PrivateEndpoint(
            f"{self._name}-endpoint",
            self._scope,
            PrivateEndpointArgs(
                purpose="postgresql",
                subnet_id=args.subnet_id,
                target_id=server.id,
                group="postgresqlServer",
                zone_ids=[args.zone_id],
                after=[after],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _contents(self, server: dbforpostgresql.Server) -> pulumi.Resource:
        """Declares administrators, parameters and databases in a chain. Returns the last."""
        args, server_name = self._args, self._scope.names.postgresql_server
        previous: pulumi.Resource = server
        for short, (object_id, person) in args.administrators.items():
            previous = dbforpostgresql.AdministratorsMicrosoftEntra(
                f"{self._name}-administrator-{short}",
                object_id=object_id,
                server_name=server_name,
                resource_group_name=self._scope.resource_group_name,
                principal_name=person.name if person else short,
                principal_type=person.type if person else "ServicePrincipal",
                tenant_id=args.tenant_id,
                opts=self._after(previous),
            )
        for parameter, value in sorted(args.settings.parameters.items()):
            previous = dbforpostgresql.Configuration(
                f"{self._name}-parameter-{parameter}",
                configuration_name=parameter,
                server_name=server_name,
                resource_group_name=self._scope.resource_group_name,
                value=value,
                source="user-override",
                opts=self._after(previous),
            )
        for database in args.settings.databases:
            previous = dbforpostgresql.Database(
                f"{self._name}-database-{database}",
                database_name=database,
                server_name=server_name,
                resource_group_name=self._scope.resource_group_name,
                charset="UTF8",
                collation="en_US.utf8",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[previous], protect=self._scope.protect),
            )
        return previous

    def _replicas(self, server: dbforpostgresql.Server, after: pulumi.Resource) -> None:
        """Declares the replicas in a chain: Azure refuses other changes of the primary while it creates one."""
        previous = after
        for number in range(1, self._args.settings.replicas + 1):
            replica_name = self._scope.names.postgresql_replica(number)
            replica = self._server(f"replica-{number}", replica_name, source=server.id, after=[previous])
            self._diagnose(f"diagnostics-replica-{number}", replica)
            previous = replica

    def _diagnose(self, short: str, server: dbforpostgresql.Server) -> None:
        children = pulumi.ResourceOptions(parent=self)
        diagnose(
            f"{self._name}-{short}",
            server.id,
            self._scope.log_workspace_id,
            children,
            scope=self._scope,
            source=LogSource.POSTGRESQL,
        )

    def _after(self, previous: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[previous])


def server_id(names: Naming) -> str:
    """The computed id of a region's server, for regions that have a replica of it."""
    return names.resource_id(_TYPE, names.postgresql_server)
