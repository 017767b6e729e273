"""LiveKit egress: records rooms of WebRTC clients on request."""

from __future__ import annotations

from typing import Final

from model import ports, secrets
from model.flow import LIVEKIT_FOR_CLIENTS, Flow
from model.flow_conditions import Condition
from model.kubernetes import AGENTS as NAMESPACE
from model.kubernetes import AGENTS_PRIORITY
from model.policy_endpoints import Outside, named
from model.pools import AGENTS
from model.workloads.livekit import WORKLOAD as LIVEKIT
from model.workloads.workload import Workload

_NAME: Final = "livekit-egress"
_PODS: Final = named(_NAME, NAMESPACE.name)

WORKLOAD: Final = Workload(
    name=_NAME,
    namespace=NAMESPACE,
    pool=AGENTS,
    priority=AGENTS_PRIORITY,
    section="egress",
    images=("livekit_egress", "tools"),
    secrets=(*secrets.LIVEKIT_KEYS, secrets.REDIS_PASSWORD, secrets.EGRESS_STORAGE_KEY),
    metrics=ports.EGRESS_METRICS,
    flows=(
        Flow(source=_PODS, target=LIVEKIT.endpoint, ports=LIVEKIT_FOR_CLIENTS, reason="rooms"),
        Flow(
            source=_PODS,
            target=Outside.PRIVATE_ENDPOINTS,
            ports=(ports.HTTPS, ports.REDIS),
            reason="recordings and Redis",
        ),
    ),
    waits_for_calls=True,
    enabled=Condition("`egress.enabled`", lambda settings: settings.egress.enabled),
)
