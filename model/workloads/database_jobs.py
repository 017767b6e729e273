"""The jobs on the region's data: roles and dumps of PostgreSQL, exports of Redis."""

from __future__ import annotations

from typing import Final

from model import ports
from model.database import dumps_database, exports_redis
from model.flow import Flow
from model.flow_conditions import Condition
from model.kubernetes import BATCH_PRIORITY, SYSTEM
from model.permissions import Container
from model.policy_endpoints import Outside, named
from model.pools import API
from model.workloads.workload import Workload

_NAME: Final = "database-jobs"
_PODS: Final = named(_NAME, SYSTEM.name)

WORKLOAD: Final = Workload(
    name=_NAME,
    namespace=SYSTEM,
    pool=API,
    priority=BATCH_PRIORITY,
    section="data",
    images=("tools",),
    containers=(Container.BACKUPS,),
    redis=True,
    database_administrator=True,
    flows=(
        Flow(source=_PODS, target=Outside.DATABASES, ports=(ports.POSTGRESQL,), reason="roles, dumps"),
        Flow(
            source=_PODS,
            target=Outside.PRIVATE_ENDPOINTS,
            ports=(ports.HTTPS, ports.REDIS),
            reason="backups and Redis",
        ),
        Flow(source=_PODS, target=Outside.INTERNET, ports=(ports.HTTPS,), reason="sign-in to Entra"),
    ),
    is_job=True,
    enabled=Condition(
        "`data.postgresql.mode` is managed, in the primary region; or `data.redis.export.enabled`",
        lambda settings: dumps_database(settings) or exports_redis(settings),
    ),
)
