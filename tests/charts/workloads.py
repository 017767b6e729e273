"""The table of workloads: what is asked of every chart."""

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
from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.aks_stack import AksStackSettings
from tests.charts.rendering import rendered

VALUES = Path(__file__).parent / "values"


@dataclass(frozen=True)
class Workload:
    """One chart. `media`: its pods are on the network of their nodes. `calls`: a pod that goes must wait for calls.
    `job`: it runs and ends.
    """

    chart: str
    namespace: str
    media: bool
    calls: bool
    job: bool = False
    secrets: tuple[str, ...] = field(default=())
    """Names in the vault that it reads with its full values."""


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
def settings_of(stack: str) -> AksStackSettings:
    """The settings of a committed stack."""
    return load_stack_file(PROJECT / f"Pulumi.{stack}.yaml")


def extends(kind: str) -> bool:
    """Whether this is a stack that takes most of its settings from another."""
    return kind in STACKS and settings_of(kind).extends is not None


@cache
def values_of_stack(stack: str) -> dict[str, dict[str, Any]]:
    """What the program gives the charts of a committed stack, with the optional workloads so that they are seen too.

    LiveKit's values are the stack's own: without the webhooks of a watcher that it does not have.
    """
    settings = settings_of(stack)
    asked = {name: getattr(settings, name).model_copy(update={"enabled": True}) for name in ("egress", "agent_watch")}
    values = workload_values(settings.model_copy(update=asked), PROMETHEUS)
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
    """Name and pod template of everything that makes pods."""
    for item in items:
        spec = item.get("spec") or {}
        if item["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if item["kind"] in ("Deployment", "CronJob"):
            yield f"{item['kind']}/{item['metadata']['name']}", spec["template"]


def containers(template: Object) -> Iterator[Object]:
    """Every container of a pod, those that run first included."""
    spec = template["spec"]
    yield from [*spec.get("initContainers", []), *spec["containers"]]
