"""The agent that talks with callers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from model import policy_endpoints as peers
from model import ports, secrets
from model.flow import LIVEKIT_FOR_CLIENTS, Flow
from model.flow_conditions import PRIVATE_EVENT_SOCKET
from model.kubernetes import AGENTS as NAMESPACE
from model.kubernetes import AGENTS_PRIORITY
from model.permissions import USER_SECRETS, Container
from model.policy_endpoints import Outside, named
from model.pools import AGENTS
from model.workloads.freeswitch import WORKLOAD as FREESWITCH
from model.workloads.livekit import WORKLOAD as LIVEKIT
from model.workloads.workload import Calls, Workload
from settings.schema.aks_stack import AksStackSettings

_NAME: Final = "voice-agent"
_PODS: Final = named(_NAME, NAMESPACE.name)

OWN_SECRETS: Final = {
    "LIVEKIT_API_KEY": secrets.LIVEKIT_API_KEY.name,
    "LIVEKIT_API_SECRET": secrets.LIVEKIT_API_SECRET.name,
    "CALL_TOKEN_KEY": secrets.CALL_TOKEN_KEY.name,
    "JWT_SIGNING_KEY": secrets.JWT_SIGNING_KEY.name,
}
"""Variables that every agent has, and their secrets."""


def secret_variables(settings: AksStackSettings) -> Mapping[str, str]:
    """Returns the agent's variables whose values are secrets, with the names of the secrets in the vault."""
    return {**OWN_SECRETS, **settings.agent.secret_variables}


WORKLOAD: Final = Workload(
    name=_NAME,
    namespace=NAMESPACE,
    pool=AGENTS,
    priority=AGENTS_PRIORITY,
    section="agent",
    images=("voice_agent",),
    secrets=(*OWN_SECRETS.values(), USER_SECRETS),
    containers=(Container.CONVERSATIONS, Container.UPLOADS),
    redis=True,
    environment_secrets=secret_variables,
    metrics=ports.AGENT_METRICS,
    flows=(
        Flow(
            source=FREESWITCH.endpoint,
            target=_PODS,
            ports=(ports.AGENT_SOCKET,),
            reason="a call that the agent steers",
            target_speaks_first=True,
        ),
        Flow(source=LIVEKIT.endpoint, target=_PODS, ports=(ports.AGENT_WEBHOOK,), reason="webhooks"),
        Flow(source=peers.GATEWAY, target=_PODS, ports=(ports.AGENT_WEBHOOK,), reason="the API"),
        Flow(source=_PODS, target=LIVEKIT.endpoint, ports=LIVEKIT_FOR_CLIENTS, reason="rooms"),
        Flow(
            source=_PODS,
            target=peers.GATEWAY,
            ports=(ports.GATEWAY_HTTPS,),
            reason="LiveKit by its public name, which Cilium leads straight to the Gateway",
        ),
        Flow(
            source=_PODS,
            target=Outside.PRIVATE_ENDPOINTS,
            ports=(ports.HTTPS, ports.REDIS),
            reason="files and Redis",
        ),
        Flow(source=_PODS, target=Outside.DATABASES, ports=(ports.POSTGRESQL,), reason="the database"),
        Flow(
            source=Outside.API_SERVER,
            target=_PODS,
            ports=(ports.AGENT_METRICS,),
            reason="`make status` reads the calls on each",
        ),
        Flow(
            source=_PODS,
            target=Outside.INTERNET,
            ports=(ports.HTTPS,),
            reason="speech and language services; sign-in to Entra",
        ),
        Flow(
            source=_PODS,
            target=FREESWITCH.endpoint,
            ports=(ports.FREESWITCH_EVENT_SOCKET,),
            reason="calls that the agent steers from outside",
            when=PRIVATE_EVENT_SOCKET,
        ),
    ),
    calls=Calls(
        legs=1,
        legs_with_ports=0,
        legs_text="one into the room",
        metric="lk_agents_active_job_count",
        section=lambda settings: settings.agent,
    ),
    waits_for_calls=True,
)
