"""The agent that talks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from settings.call_costs import CALL_COSTS
from settings.types import Section

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


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
    environment: Mapping[VariableName, str] = Field(default_factory=dict)
    """Variables that are no secret: models, voices, paths."""
    secret_variables: Mapping[VariableName, str] = Field(default_factory=dict)
    """Variables that take their value from a secret of `voice:secrets`, by its name; a file beside it has it too."""
