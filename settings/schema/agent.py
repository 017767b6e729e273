"""The voice agent and its watcher."""

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
"""Variables that the chart sets from other settings, ports and paths."""
METRICS_FILES: Final = "PROMETHEUS_MULTIPROC_DIR"
"""With this variable, each job leaves metrics files until the volume is full; later jobs then die of SIGBUS."""


def _free(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Validator: refuses variables that the chart sets or that break the agent."""
    if METRICS_FILES in environment:
        raise refuse(
            "agent-metrics-files",
            f"variables other than {METRICS_FILES}",
            "Remove it. Jobs send their metrics to the worker (charts/voice-agent/README.md).",
        )
    taken = sorted(SET_BY_CHART & environment.keys())
    if taken:
        expected = "variables that the chart does not set"
        raise refuse("agent-variable-taken", expected, f"Remove {', '.join(taken)}.")
    return environment


class AgentWatchSettings(Section):
    """The agent watcher: dispatches another agent if an agent dies or becomes silent during a call, and ends the call
    if that fails.

    With the defaults, a caller whose agent dies hears another agent, or the call ends, within 10 s. Two pings without a
    response reveal a dead agent after at most `lookSeconds` + 2 x `answerSeconds` + 0.5 s; the second dispatch takes
    `secondTrySeconds`.
    """

    enabled: bool = False
    """Runs the watcher."""
    look_seconds: Annotated[float, Field(ge=0.5, le=30)] = 2
    """Interval between checks of a call, seconds. Each check sends two requests per call and replica to LiveKit."""
    answer_seconds: Annotated[float, Field(ge=0.2, le=7)] = 1
    """Timeout of a ping to an agent, seconds. LiveKit's own timeout is 7 s."""
    accept_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    """Time from the caller's arrival until an agent must join, seconds."""
    track_seconds: Annotated[float, Field(ge=1, le=60)] = 10
    """Time from an agent's arrival until it must publish audio, seconds."""
    leave_seconds: Annotated[float, Field(ge=0, le=30)] = 3
    """Time that a leaving agent has to hang up or to hand over, seconds."""
    second_try_seconds: Annotated[float, Field(ge=1, le=60)] = 4
    """Time from the second dispatch until the watcher ends a call in which no agent publishes audio, seconds."""
    abandoned_seconds: Annotated[float, Field(ge=1, le=3600)] = 60
    """Time that agents can stay in a room after all other participants left, seconds."""
    lease_seconds: Annotated[int, Field(ge=3, le=60)] = 5
    """Duration of the lease, seconds. After a replica dies, the other one takes over when the lease ends."""


class AgentSettings(Section):
    """The Python agent on pool `agents`. You supply its image."""

    min_replicas: Annotated[int, Field(ge=1, le=500)] = 2
    """Minimum number of pods."""
    max_replicas: Annotated[int, Field(ge=1, le=500)] = 20
    """Maximum number of pods."""
    cpu: Annotated[int, Field(ge=1, le=3)] = 3
    """CPUs of a pod, a whole number. The maximum is 3, because a node with 4 CPUs reserves part of one."""
    memory_gib: Annotated[int, Field(ge=1, le=64)] = 6
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=100)] = CALL_COSTS["voice-agent"].calls_per_cpu
    """Concurrent calls per CPU. The default is measured and leaves a third of the CPU free (`docs/capacity.md`)."""
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] = "voice-agent"
    """Name of the agent in dispatch rules."""
    environment: Annotated[Mapping[VariableName, str], AfterValidator(_free)] = Field(default_factory=dict)
    """Environment variables without secrets, such as models, voices and paths."""
    secret_variables: Mapping[VariableName, str] = Field(default_factory=dict)
    """Environment variable -> name of the secret in `voice:secrets` that supplies its value. A file contains the same
    value.
    """
