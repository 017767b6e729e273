"""What the class of a stack determines, and that each stack can override it."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from model.log_categories import ALL_CATEGORIES, CATEGORIES, LogSource, enabled_categories
from settings.loader.stack_file import read_sections
from settings.schema.observability import LogCategory
from tests.unit.graph import Graph
from tests.unit.stacks import PRODUCTION, PROJECT, build_stack, edited, graph_of

STAGING = PROJECT / "Pulumi.staging.yaml"
REGISTRY = "azure-native:containerregistry:Registry"


def with_setting(path: str, value: Any) -> Graph:
    return build_stack(edited(read_sections(STAGING), path, value))


def quotas(graph: Graph) -> dict[str, int]:
    return {
        item.name.rsplit("-", 1)[-1]: item.value("workspaceCapping.dailyQuotaGb")
        for item in graph.of_type("azure-native:operationalinsights:Workspace")
    }


def logs(graph: Graph, name: str) -> list[str]:
    (found,) = [item for item in graph.of_type("azure-native:monitor:DiagnosticSetting") if item.name.endswith(name)]
    return [log.get("category") or log["categoryGroup"] for log in found.inputs.get("logs") or []]


def endpoints(graph: Graph) -> list[str]:
    return [item.name for item in graph.of_type("azure-native:network:PrivateEndpoint") if "registry" in item.name]


def test_the_class_determines_the_tier_of_the_registry() -> None:
    production, staging = graph_of(PROJECT / "Pulumi.prod.yaml"), graph_of(STAGING)
    assert production.one(REGISTRY).value("sku.name") == "Premium"
    assert staging.one(REGISTRY).value("sku.name") == "Standard"
    assert (len(endpoints(production)), len(endpoints(staging))) == (1, 0)


def test_only_the_premium_tier_is_private_and_deletes_untagged_images() -> None:
    public = graph_of(STAGING).one(REGISTRY).inputs
    assert public["publicNetworkAccess"] == "Enabled"
    assert "policies" not in public
    graph = with_setting("registry.tier", "Premium")
    assert graph.one(REGISTRY).value("publicNetworkAccess") == "Disabled"
    assert graph.one(REGISTRY).value("policies.retentionPolicy.status") == "enabled"
    assert len(endpoints(graph)) == 1


def test_the_class_determines_the_daily_quotas() -> None:
    assert quotas(graph_of(PROJECT / "Pulumi.prod.yaml")) == {"workspace": 100, "audit": -1}
    assert quotas(graph_of(STAGING)) == {"workspace": 5, "audit": 5}


@pytest.mark.parametrize(("value", "sent"), [(7, 7), (None, -1)])
def test_a_stack_overrides_a_daily_quota(value: int | None, sent: int) -> None:
    assert quotas(with_setting("observability.dailyQuotaGb", value))["workspace"] == sent


def test_the_class_determines_which_log_categories_are_off() -> None:
    production, staging = graph_of(PRODUCTION), graph_of(STAGING)
    assert logs(production, "data-storage-diagnostics") == ["allLogs"]
    assert logs(staging, "data-storage-diagnostics") == ["StorageWrite", "StorageDelete"]
    assert logs(staging, "security-sip") == ["NetworkSecurityGroupEvent"]
    assert logs(staging, "postgresql-diagnostics") == ["PostgreSQLLogs", "PostgreSQLFlexSessions"]
    assert logs(staging, "monitoring-diagnostics") == list(CATEGORIES[LogSource.CLUSTER])


def test_a_resource_without_logs_and_metrics_has_no_setting() -> None:
    names = [item.name for item in graph_of(STAGING).of_type("azure-native:monitor:DiagnosticSetting")]
    assert not [name for name in names if name.endswith("data-redis-diagnostics")]


def test_a_stack_overrides_the_categories() -> None:
    graph = with_setting("observability.logCategoriesOff", ["kube-audit-admin"])
    assert logs(graph, "data-storage-diagnostics") == ["allLogs"]
    assert "kube-audit-admin" not in logs(graph, "monitoring-diagnostics")
    assert "guard" in logs(graph, "monitoring-diagnostics")


def test_the_schema_lists_the_categories_of_the_model() -> None:
    assert get_args(LogCategory) == ALL_CATEGORIES
    assert len(set(ALL_CATEGORIES)) == len(ALL_CATEGORIES), "a name belongs to one type"


@pytest.mark.parametrize("source", LogSource)
def test_a_type_whose_categories_are_all_off_sends_none(source: LogSource) -> None:
    assert enabled_categories(source, ALL_CATEGORIES) == ()
