"""The table of workloads for the tests of every chart."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from azure_rehearsal.kubernetes.cluster import Object
from components.voice_workloads.voice_workloads import workload_values
from settings.loader import PROJECT, load_stack_file
from settings.stack import Settings
from tests.charts.rendering import rendered

VALUES = Path(__file__).parent / "values"


@dataclass(frozen=True)
class Workload:
    """One chart.

    `media`: its pods use the host network. `calls`: a terminating pod waits for its calls. `job`: it terminates.
    """

    chart: str
    namespace: str
    media: bool
    calls: bool
    job: bool = False
    secrets: tuple[str, ...] = field(default=())
    """Names of the vault secrets that it reads with its full values."""


DATABASE_JOBS = Workload("database-jobs", "voice-system", media=False, calls=False, job=True)

WORKLOADS = (
    Workload("sip-edge", "voice-edge", media=False, calls=False, secrets=("regOne",)),
    Workload(
        "freeswitch", "voice-media", media=True, calls=True,
        secrets=("event-socket-password", "directOne", "call-token-key"),
    ),
    Workload(
        "livekit", "voice-media", media=True, calls=True,
        secrets=("livekit-api-key", "livekit-api-secret", "redis-password"),
    ),
    Workload(
        "livekit-sip", "voice-media", media=True, calls=True,
        secrets=("livekit-api-key", "livekit-api-secret", "redis-password"),
    ),
    Workload(
        "livekit-egress", "voice-agents", media=False, calls=True,
        secrets=("livekit-api-key", "livekit-api-secret", "redis-password", "egress-storage-key"),
    ),
    Workload(
        "voice-agent", "voice-agents", media=False, calls=True,
        secrets=("livekit-api-key", "livekit-api-secret", "call-token-key", "jwt-signing-key", "openAiApiKey"),
    ),
    Workload(
        "agent-watch", "voice-agents", media=False, calls=False,
        secrets=("livekit-api-key", "livekit-api-secret"),
    ),
    DATABASE_JOBS,
)  # fmt: skip
DEPLOYMENTS = tuple(workload for workload in WORKLOADS if not workload.job)

KINDS_OF_VALUES = ("minimal", "full")
STACKS = tuple(sorted(path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml")))
PROMETHEUS = "https://prometheus.example"


@cache
def settings_of(stack: str) -> Settings:
    """The settings of a committed stack."""
    return load_stack_file(PROJECT / f"Pulumi.{stack}.yaml")


def extends(kind: str) -> bool:
    """Whether this is a stack that extends another one."""
    return kind in STACKS and settings_of(kind).extends is not None


@cache
def values_of_stack(stack: str) -> dict[str, dict[str, Any]]:
    """The chart values of a committed stack, with optional workloads enabled.

    LiveKit's values are those without the optional agent-watch, whose webhooks they would contain.
    """
    settings = settings_of(stack)
    enabled = {name: getattr(settings, name).model_copy(update={"enabled": True}) for name in ("egress", "agent_watch")}
    values = workload_values(settings.model_copy(update=enabled), PROMETHEUS)
    return {**values, "livekit": workload_values(settings, PROMETHEUS)["livekit"]}


def kinds_of_values(workload: Workload) -> tuple[str, ...]:
    """The committed sets of values of a chart, and the stacks that deploy it."""
    return (*KINDS_OF_VALUES, *(stack for stack in STACKS if workload.chart in values_of_stack(stack)))


def values_of(chart: str, kind: str) -> dict[str, Any]:
    """One of the committed sets of values of a chart, or those of a committed stack."""
    if kind in STACKS:
        return copy.deepcopy(values_of_stack(kind)[chart])
    return yaml.safe_load((VALUES / f"{chart}-{kind}.yaml").read_text())


def objects(workload: Workload, values: Mapping[str, Any]) -> list[Object]:
    """The chart with these values, in the workload's namespace."""
    return rendered(workload.chart, values, workload.namespace)


def pod_templates(items: list[Object]) -> Iterator[tuple[str, Object]]:
    """The name and pod template of every object that creates pods."""
    for item in items:
        spec = item.get("spec") or {}
        if item["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if item["kind"] in ("Deployment", "CronJob"):
            yield f"{item['kind']}/{item['metadata']['name']}", spec["template"]


def containers(template: Object) -> Iterator[Object]:
    """Every container of a pod, init containers included."""
    spec = template["spec"]
    yield from [*spec.get("initContainers", []), *spec["containers"]]
