"""The deployed workloads fit the quotas and limits of their namespaces. The simulator does not enforce them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

UNITS = {"m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "": 1}


def amount(quantity: Any) -> float:
    """A Kubernetes quantity as a number."""
    text = str(quantity)
    unit = text.lstrip("0123456789.")
    return float(text.removesuffix(unit)) * UNITS[unit]


def of_kind(recording: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    for item in recording:
        inputs = item["inputs"]
        if item["type"].startswith("kubernetes:") and inputs.get("kind") == kind:
            yield inputs


def by_namespace(recording: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {item["metadata"]["namespace"]: item["spec"] for item in of_kind(recording, kind)}


def pods(recording: list[dict[str, Any]]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Namespace, pod count and pod `spec` of every workload."""
    for kind in ("Deployment", "StatefulSet"):
        for item in of_kind(recording, kind):
            yield item["metadata"]["namespace"], item["spec"].get("replicas", 1), item["spec"]["template"]["spec"]
    for item in of_kind(recording, "CronJob"):
        yield item["metadata"]["namespace"], 1, item["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_workloads_request_no_more_than_the_quota_of_their_namespace(recording: list[dict[str, Any]]) -> None:
    quotas = by_namespace(recording, "ResourceQuota")
    requested: dict[tuple[str, str], float] = {}
    for namespace, count, spec in pods(recording):
        for container in spec["containers"]:
            for resource, quantity in container["resources"]["requests"].items():
                key = (namespace, resource)
                requested[key] = requested.get(key, 0) + count * amount(quantity)
    assert {namespace for namespace, _ in requested} >= {"voice-edge", "voice-media", "voice-agents"}
    for (namespace, resource), total in requested.items():
        assert total <= amount(quotas[namespace]["hard"][f"requests.{resource}"]), f"{resource} in {namespace}"


def test_no_container_is_larger_than_a_node_of_its_namespace(recording: list[dict[str, Any]]) -> None:
    limits = by_namespace(recording, "LimitRange")
    for namespace, _, spec in pods(recording):
        (limit,) = limits[namespace]["limits"]
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            for resource, quantity in container["resources"].get("limits", {}).items():
                assert amount(quantity) <= amount(limit["max"][resource]), f"{container['name']} in {namespace}"


def test_load_balancers_and_their_node_ports_fit_the_quota(recording: list[dict[str, Any]]) -> None:
    quotas = by_namespace(recording, "ResourceQuota")
    found = [item for item in of_kind(recording, "Service") if item["spec"].get("type") in ("LoadBalancer", "NodePort")]
    assert found
    for namespace, quota in quotas.items():
        here = [item["spec"] for item in found if item["metadata"]["namespace"] == namespace]
        assert len(here) <= int(quota["hard"]["services.loadbalancers"]), namespace
        assert sum(len(spec["ports"]) for spec in here) <= int(quota["hard"]["services.nodeports"]), namespace
