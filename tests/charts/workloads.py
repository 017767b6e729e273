"""The table of workloads for the tests of every chart."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from azure_rehearsal.kubernetes.cluster import Object
from components.voice_workloads.voice_workloads import values_of as values_of_instance
from model.permissions import USER_SECRETS
from model.workloads import CATALOG, enabled_workloads
from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.aks_stack import AksStackSettings
from tests.charts.rendering import CHARTS, rendered

VALUES = Path(__file__).parent / "values"


@dataclass(frozen=True)
class Workload:
    """One chart of the catalog. `media`: its pods are on the network of their nodes. `calls`: a pod that goes must wait
    for calls. `job`: it runs and ends. `scales`: its chart has the values `autoscaling`. `secrets` are the names in the
    vault that it reads with its full values.
    """

    chart: str
    namespace: str
    media: bool
    calls: bool
    job: bool
    scales: bool
    secrets: tuple[str, ...]


def chart_scales(chart: str) -> bool:
    """Whether a chart has the values `autoscaling`."""
    values = CHARTS / chart / "values.yaml"
    return values.is_file() and "autoscaling" in yaml.safe_load(values.read_text())


FULL_SECRETS: Mapping[str, tuple[str, ...]] = {
    "sip-edge": ("regOne",),
    "freeswitch": ("directOne",),
    "voice-agent": ("openAiApiKey",),
}
"""The secrets of a user's stack file that the full values of a chart name."""

WORKLOADS = tuple(
    Workload(
        chart=known.name,
        namespace=known.namespace.name,
        media=known.host_network,
        calls=known.waits_for_calls,
        job=known.is_job,
        scales=chart_scales(known.name),
        secrets=(*(name for name in known.secrets if name != USER_SECRETS), *FULL_SECRETS.get(known.name, ())),
    )
    for known in CATALOG
)
DEPLOYMENTS = tuple(workload for workload in WORKLOADS if not workload.job)


def workload_of(chart: str) -> Workload:
    """The workload of a chart."""
    return next(workload for workload in WORKLOADS if workload.chart == chart)


def enabled_charts(stack: str) -> tuple[str, ...]:
    """The charts that a committed stack deploys."""
    return tuple(known.name for known in enabled_workloads(settings_of(stack)))


KINDS_OF_VALUES = ("minimal", "full")
STACKS = tuple(sorted(path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml")))
PROMETHEUS = "https://prometheus.example"


@cache
def settings_of(stack: str) -> AksStackSettings:
    """The settings of a committed stack."""
    return load_stack_file(PROJECT / f"Pulumi.{stack}.yaml")


def extends(kind: str) -> bool:
    """Whether this is a stack that extends another one."""
    return kind in STACKS and settings_of(kind).extends is not None


@cache
def values_of_stack(stack: str) -> dict[str, dict[str, Any]]:
    """The values that the program gives every chart in a committed stack, those of disabled workloads included."""
    settings = settings_of(stack)
    instances = (instance for known in CATALOG for instance in known.instances_of(settings))
    return {instance.name: values_of_instance(instance, settings, PROMETHEUS) for instance in instances}


def kinds_of_values(workload: Workload) -> tuple[str, ...]:
    """The committed sets of values of a chart, and the stacks that deploy it."""
    # The names of the instances, not their values: pytest collects also if a part of a workload is missing.
    known = next(known for known in CATALOG if known.name == workload.chart)
    named = (stack for stack in STACKS if workload.chart in known.instances(known, settings_of(stack)))
    return (*KINDS_OF_VALUES, *named)


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
