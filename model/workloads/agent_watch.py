"""The agents' watcher: detects an agent that dies in a call, and ends or dispatches the call again."""

from __future__ import annotations

from typing import Final

from model import ports, secrets
from model.flow import Flow
from model.flow_conditions import Condition
from model.kubernetes import AGENTS as NAMESPACE
from model.kubernetes import AGENTS_PRIORITY
from model.policy_endpoints import Outside, named
from model.pools import API
from model.workloads.livekit import WORKLOAD as LIVEKIT
from model.workloads.workload import Workload

_NAME: Final = "agent-watch"
_PODS: Final = named(_NAME, NAMESPACE.name)

WORKLOAD: Final = Workload(
    name=_NAME,
    namespace=NAMESPACE,
    # Not the agents' pool: the loss of an agent's node must not take the watcher with it.
    pool=API,
    priority=AGENTS_PRIORITY,
    section="agentWatch",
    images=("agent_watch",),
    secrets=secrets.LIVEKIT_KEYS,
    metrics=ports.AGENT_WATCH_METRICS,
    flows=(
        Flow(source=LIVEKIT.endpoint, target=_PODS, ports=(ports.AGENT_WATCH_WEBHOOK,), reason="webhooks"),
        Flow(
            source=_PODS,
            target=LIVEKIT.endpoint,
            ports=(ports.LIVEKIT_SIGNALLING,),
            reason="rooms, dispatches and pings of agents",
        ),
        Flow(
            source=_PODS,
            target=Outside.API_SERVER,
            ports=(ports.API_SERVER,),
            reason="the lease: which replica acts",
        ),
    ),
    fills_pool=False,
    enabled=Condition("`agentWatch.enabled`", lambda settings: settings.agent_watch.enabled),
)
