"""The workloads of a committed stack in the form in which they reach Kubernetes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from azure_rehearsal.kubernetes.cluster import Object
from tests.charts.freeswitch_configuration import document
from tests.charts.workloads import DEPLOYMENTS, enabled_charts, objects, values_of

STACKS_OF_CLASSES = ("prod", "staging")
"""One committed stack of each class; the others extend the first."""


@cache
def charts_of(stack: str) -> dict[str, list[Object]]:
    """The objects of every chart that the stack deploys, by chart."""
    return {
        workload.chart: objects(workload, values_of(workload.chart, stack))
        for workload in DEPLOYMENTS
        if workload.chart in enabled_charts(stack)
    }


def of_kind(stack: str, chart: str, kind: str) -> list[Object]:
    return [item for item in charts_of(stack)[chart] if item["kind"] == kind]


def named(stack: str, chart: str, kind: str, name: str = "") -> Object:
    (found,) = [item for item in of_kind(stack, chart, kind) if item["metadata"]["name"] == (name or chart)]
    return found


def pod(stack: str, chart: str) -> dict[str, Any]:
    """The pods' spec."""
    return named(stack, chart, "Deployment")["spec"]["template"]["spec"]


def container(stack: str, chart: str, name: str) -> dict[str, Any]:
    spec = pod(stack, chart)
    (found,) = [c for c in [*spec.get("initContainers", []), *spec["containers"]] if c["name"] == name]
    return found


def file(stack: str, chart: str, name: str) -> Any:
    """A YAML or JSON file of a chart's ConfigMap, with unresolved variables."""
    for item in of_kind(stack, chart, "ConfigMap"):
        if name in item["data"]:
            text = item["data"][name]
            return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    raise AssertionError(f"{chart} has no file {name}")


def freeswitch(stack: str) -> ET.Element:
    """FreeSWITCH's configuration; variables are replaced by their names."""
    return document(values_of("freeswitch", stack))


def selected_pool(spec: dict[str, Any]) -> str:
    """The node pool that the pods' affinity selects."""
    (term,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    (pool,) = [e["values"][0] for e in term["matchExpressions"] if e["key"] == "voice.platform/pool"]
    return pool


def load_balancer_ports(stack: str) -> dict[tuple[str, int], str]:
    """The protocol and port of every load balancer, with the name of its Service."""
    return {
        (port["protocol"], port["port"]): item["metadata"]["name"]
        for items in charts_of(stack).values()
        for item in items
        if item["kind"] == "Service" and item["spec"].get("type") == "LoadBalancer"
        for port in item["spec"]["ports"]
    }
