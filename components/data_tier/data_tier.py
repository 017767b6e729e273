"""The data stores of one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.data_tier.cosmos import Cosmos, CosmosArgs
from components.data_tier.postgresql import Postgresql, PostgresqlArgs
from components.data_tier.redis import Redis, RedisArgs
from components.data_tier.storage import Storage, StorageArgs
from components.role_assignment import Principal
from components.scope import Scope
from model.address_plan import Subnet
from model.permissions import REDIS_EXPORTS, ROOMS, Container
from model.private_dns import PrivateZone
from model.secrets import EGRESS_STORAGE_KEY, REDIS_PASSWORD
from settings.schema.data import DatabaseAdministrator, DataSettings


@dataclass(frozen=True, kw_only=True)
class DataTierArgs:
    """Args of `DataTier`.

    `primary_server_id` is set in regions that only have a replica of another region's PostgreSQL. `after` contains the
    network with its peerings. `zone_ids` are ids of private DNS zones by name. `database_administrators` and
    `redis_readers` sign in with their identity; `file_writers` maps an account to its identity and containers.
    `records_rooms` adds the storage account of LiveKit egress.
    """

    tenant_id: str
    settings: DataSettings
    primary_server_id: str | None = None
    after: Sequence[pulumi.Resource] = ()
    subnet_ids: Mapping[Subnet, pulumi.Input[str]]
    zone_ids: Mapping[str, pulumi.Input[str]]
    database_administrators: Mapping[str, tuple[pulumi.Input[str], DatabaseAdministrator | None]] = field(
        default_factory=dict
    )
    redis_readers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    file_writers: Mapping[str, tuple[Principal, Sequence[str]]] = field(default_factory=dict)
    records_rooms: bool = False


class DataTier(pulumi.ComponentResource):
    """The data of one region that outlives its cluster.

    Composes PostgreSQL (or the host of an external server), Redis, the storage account and, by setting, the storage
    account of LiveKit egress and Cosmos DB. All stores are reachable inside the network only. Does not own the copies
    of their keys in the vault.
    """

    postgresql_host: str
    """Host name of the server, own or external."""
    redis: Redis
    storage: Storage
    """The account for recordings, records and backups."""
    keys: Mapping[str, pulumi.Output[str]]
    """Secret. Keys that Azure creates, for the vault, by secret name."""

    def __init__(self, name: str, scope: Scope, args: DataTierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:DataTier", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        self._children = pulumi.ResourceOptions(parent=self)
        self.postgresql_host = self._postgresql()
        self.redis = self._redis()
        export = args.settings.redis.export
        self.storage = self._storage(
            "storage",
            scope.names.storage_account,
            [*Container],
            args.file_writers,
            kept_days={REDIS_EXPORTS: export.keep_days} if export.enabled else {},
        )
        if args.settings.cosmos is not None:
            self._cosmos()
        self.keys = {REDIS_PASSWORD: self.redis.primary_key, **self._room_recordings()}
        self.register_outputs({"postgresqlHost": self.postgresql_host, "redisHost": self.redis.host})

    def _postgresql(self) -> str:
        args, settings = self._args, self._args.settings.postgresql
        if settings.mode == "external" and settings.external_host is not None:
            return settings.external_host
        delegated = settings.network == "delegatedSubnet"
        server = Postgresql(
            f"{self._name}-postgresql",
            self._scope,
            PostgresqlArgs(
                tenant_id=args.tenant_id,
                settings=settings,
                primary_server_id=args.primary_server_id,
                after=args.after,
                subnet_id=args.subnet_ids[Subnet.POSTGRESQL if delegated else Subnet.PRIVATE_ENDPOINTS],
                zone_id=args.zone_ids[self._scope.names.postgresql_zone if delegated else PrivateZone.POSTGRESQL],
                administrators=args.database_administrators,
            ),
            opts=self._children,
        )
        return server.host

    def _redis(self) -> Redis:
        args = self._args
        return Redis(
            f"{self._name}-redis",
            self._scope,
            RedisArgs(
                settings=args.settings.redis,
                subnet_id=args.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=args.zone_ids[PrivateZone.REDIS],
                readers=args.redis_readers,
            ),
            opts=self._children,
        )

    def _room_recordings(self) -> Mapping[str, pulumi.Output[str]]:
        """Returns the account's key. LiveKit egress supports only an account key, so no identity has a role here."""
        if not self._args.records_rooms:
            return {}
        egress = self._storage("egress", self._scope.names.egress_storage_account, [ROOMS], {}, shared_key=True)
        return {EGRESS_STORAGE_KEY: egress.account_key} if egress.account_key is not None else {}

    def _storage(
        self,
        purpose: str,
        account_name: str,
        containers: Sequence[str],
        writers: Mapping[str, tuple[Principal, Sequence[str]]],
        *,
        kept_days: Mapping[str, int] | None = None,
        shared_key: bool = False,
    ) -> Storage:
        args = self._args
        return Storage(
            f"{self._name}-{purpose}",
            self._scope,
            StorageArgs(
                account_name=account_name,
                purpose=purpose,
                containers=containers,
                writers=writers,
                shared_key=shared_key,
                settings=args.settings.storage,
                kept_days=kept_days or {},
                subnet_id=args.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=args.zone_ids[PrivateZone.BLOB],
            ),
            opts=self._children,
        )

    def _cosmos(self) -> None:
        args = self._args
        if args.settings.cosmos is None:
            return
        Cosmos(
            f"{self._name}-cosmos",
            self._scope,
            CosmosArgs(
                settings=args.settings.cosmos,
                subnet_id=args.subnet_ids[Subnet.PRIVATE_ENDPOINTS],
                zone_id=args.zone_ids[PrivateZone.COSMOS],
            ),
            opts=self._children,
        )
