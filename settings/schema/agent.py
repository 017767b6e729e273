"""The agent that talks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.call_costs import CALL_COSTS
from settings.schema.types import Section, refuse

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]

SET_BY_CHART: Final = frozenset({
    "LIVEKIT_URL", "LIVEKIT_AGENT_NAME", "NUM_CPUS", "VOICE_WEBHOOK_PORT", "VOICE_SOCKET_PORT", "VOICE_HEALTH_PORT",
    "VOICE_METRICS_PORT", "VOICE_MAX_CALLS", "VOICE_LOAD_THRESHOLD", "VOICE_MAX_CALL_SECONDS", "VOICE_DRAIN_SECONDS",
    "VOICE_SECRETS_DIRECTORY",
})  # fmt: skip
"""Variables that follow from other settings or from the chart's ports and paths."""
METRICS_FILES: Final = "PROMETHEUS_MULTIPROC_DIR"
"""With it, jobs leave files of metrics until they fill their volume; every later job then ends by SIGBUS."""


def _free(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Validator: refuses variables that are not the user's to set."""
    if METRICS_FILES in environment:
        raise refuse(
            f"variables other than {METRICS_FILES}",
            "remove it; jobs send what they measure to the worker (charts/voice-agent/README.md).",
        )
    taken = sorted(SET_BY_CHART & environment.keys())
    if taken:
        raise refuse("variables that the chart does not set", f"remove {', '.join(taken)}.")
    return environment


class AgentWatchSettings(Section):
    """The watcher of the agents: dispatches an agent again when one died or went silent in a call, else ends the call.

    With the defaults a caller whose agent died hears another one, or is hung up, within 10 s: two unanswered pings show
    a dead agent after at most `lookSeconds` + 2 `answerSeconds` + 0.5 s, and the second try takes `secondTrySeconds`.
    """

    enabled: bool = False
    """Off by default."""
    look_seconds: Annotated[float, Field(ge=0.5, le=30)] = 2
    """How often each call is checked, seconds; both replicas send two requests a call to LiveKit each time."""
    answer_seconds: Annotated[float, Field(ge=0.2, le=7)] = 1
    """How long an agent may take to answer a ping, seconds. LiveKit itself gives up after 7 s."""
    accept_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    """From the caller's arrival until an agent must have joined, seconds."""
    track_seconds: Annotated[float, Field(ge=1, le=60)] = 10
    """From an agent's arrival until it must have published audio, seconds."""
    leave_seconds: Annotated[float, Field(ge=0, le=30)] = 3
    """How long an agent that leaves has to hang up or to hand over, seconds."""
    second_try_seconds: Annotated[float, Field(ge=1, le=60)] = 4
    """From the second dispatch until the call is ended when no agent has published audio, seconds."""
    abandoned_seconds: Annotated[float, Field(ge=1, le=3600)] = 60
    """How long agents may stay in a room after everybody else left a call, seconds."""
    lease_seconds: Annotated[int, Field(ge=3, le=60)] = 5
    """How long a replica that died keeps the other from acting, seconds."""


class AgentSettings(Section):
    """The Python agent on pool `agents`. Its image is yours."""

    min_replicas: Annotated[int, Field(ge=1, le=500)] = 2
    """Pods, at least."""
    max_replicas: Annotated[int, Field(ge=1, le=500)] = 20
    """Pods, at most."""
    cpu: Annotated[int, Field(ge=1, le=3)] = 3
    """Whole CPUs of a pod, at most 3 on nodes of 4: the node keeps some for itself."""
    memory_gib: Annotated[int, Field(ge=1, le=64)] = 6
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=100)] = CALL_COSTS["voice-agent"].calls_per_cpu
    """Concurrent calls that one CPU carries; the default is measured, with a third to spare (`docs/capacity.md`)."""
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] = "voice-agent"
    """Name by which dispatch rules call the agent."""
    environment: Annotated[Mapping[VariableName, str], AfterValidator(_free)] = Field(default_factory=dict)
    """Variables that are no secret: models, voices, paths."""
    secret_variables: Mapping[VariableName, str] = Field(default_factory=dict)
    """Variables that take their value from a secret of `voice:secrets`, by its name; a file beside it has it too."""
