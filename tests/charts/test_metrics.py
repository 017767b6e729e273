"""Every metric in use exists and is scraped once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Object
from model.dashboards import DASHBOARDS
from model.recording_rules import RULE_GROUPS
from model.scrape_targets import AZURE_AGENT_TARGETS, scrape_targets
from tests.charts.known_metrics import KNOWN_METRICS, metrics_in
from tests.charts.workloads import DEPLOYMENTS, STACKS, objects, pod_templates, settings_of, values_of
from tools.cluster_state import CALLS

RECORDED = {rule.record for group in RULE_GROUPS for rule in group.rules}
KNOWN = {metric for metrics in KNOWN_METRICS.values() for metric in metrics}


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression that uses metrics, with its place."""
    for group in RULE_GROUPS:
        for rule in group.rules:
            yield f"rule {rule.record}", rule.expression
    for dashboard in DASHBOARDS:
        for panel in dashboard.panels:
            for query in panel.queries:
                yield f"dashboard {dashboard.uid}, {panel.title}", query.expression
    for workload in DEPLOYMENTS:
        for item in objects(workload, values_of(workload.chart, "prod")):
            if item["kind"] == "ScaledObject":
                for trigger in item["spec"]["triggers"]:
                    yield f"scaling of {workload.chart}", trigger["metadata"]["query"]


def test_every_metric_in_use_exists() -> None:
    unknown = {
        f"{place}: {metric}"
        for place, expression in expressions()
        for metric in metrics_in(expression)
        if metric not in KNOWN | RECORDED
    }
    assert not unknown


def test_scaling_queries_are_checked() -> None:
    assert {place for place, _ in expressions() if place.startswith("scaling")} == {
        f"scaling of {workload.chart}" for workload in DEPLOYMENTS if workload.scales
    }


def test_metric_names_are_parsed_from_expressions() -> None:
    expression = (
        'sum by (a, b) (rate(one{two="three", four=~"five(.+)"}[5m])) / on (six) group_left (seven) eight:nine > 0'
    )
    assert list(metrics_in(expression)) == ["one", "eight:nine"]
    assert list(metrics_in("histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m]))) and y or z")) == [
        "x_bucket",
        "y",
        "z",
    ]


def test_calls_of_a_pod_are_known_metrics() -> None:
    for workload, told in CALLS.items():
        assert told.name in KNOWN_METRICS[workload]


def monitors(stack: str) -> Iterator[tuple[str, Object]]:
    """Every PodMonitor of the charts, with its namespace."""
    for workload in DEPLOYMENTS:
        for item in objects(workload, values_of(workload.chart, stack)):
            if item["kind"] == "PodMonitor":
                yield workload.namespace, item


def test_every_source_of_metrics_is_scraped() -> None:
    settings = settings_of("prod")
    read = {item["metadata"]["name"] for _, item in monitors("prod")}
    read |= {target.name for target in scrape_targets(settings)} | set(AZURE_AGENT_TARGETS)
    assert set(KNOWN_METRICS) <= read


@pytest.mark.parametrize("stack", STACKS)
def test_every_metrics_port_is_scraped_once(stack: str) -> None:
    rules: list[tuple[str, dict[str, str], Any]] = [
        (namespace, item["spec"]["selector"]["matchLabels"], endpoint["port"])
        for namespace, item in monitors(stack)
        for endpoint in item["spec"]["podMetricsEndpoints"]
    ]
    rules += [(target.namespace, dict(target.labels), target.port) for target in scrape_targets(settings_of(stack))]
    for workload in DEPLOYMENTS:
        for name, template in pod_templates(objects(workload, values_of(workload.chart, stack))):
            labels = template["metadata"]["labels"]
            for port in (p for c in template["spec"]["containers"] for p in c.get("ports", [])):
                readers = [
                    rule
                    for rule in rules
                    if rule[0] == workload.namespace
                    and rule[1].items() <= labels.items()
                    and rule[2] in (port["name"], port["containerPort"])
                ]
                wanted = 1 if port["name"] == "metrics" else 0
                assert len(readers) == wanted, f"{name}, port {port['name']}: {readers}"
