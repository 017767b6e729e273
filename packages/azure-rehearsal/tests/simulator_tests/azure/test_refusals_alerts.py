"""Azure's refusals of action groups, metric alerts, Prometheus rule groups and Grafana."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import action_group, grafana, metric_alert, rule_group, workspace
from simulator_tests.azure.monitoring_setup import with_metrics, with_vault

CASES: Final = [
    Case(
        "monitor:ActionGroup",
        "two receivers with the same name",
        lambda azure: action_group(
            azure, webhookReceivers=[{"name": "Operators", "serviceUri": "https://example.com"}]
        ),
        "BadRequest",
        ("must be unique: operators",),
        setup=AzureHarness.group,
    ),
    Case(
        "monitor:ActionGroup",
        "an invalid email address",
        lambda azure: action_group(azure, emailReceivers=[{"name": "operators", "emailAddress": "operators"}]),
        "BadRequest",
        ("'operators'",),
        setup=AzureHarness.group,
    ),
    Case(
        "monitor:MetricAlert",
        "a window shorter than its frequency",
        lambda azure: metric_alert(azure, azure["kv-shop"].id, windowSize="PT1M"),
        "BadRequest",
        ("PT1M", "must not be shorter"),
        setup=with_vault,
    ),
    Case(
        "monitor:MetricAlert",
        "an unknown severity",
        lambda azure: metric_alert(azure, azure["kv-shop"].id, severity=5),
        "BadRequest",
        ("severity 5",),
        setup=with_vault,
    ),
    Case(
        "monitor:MetricAlert",
        "no scopes",
        metric_alert,
        "BadRequest",
        ("no scopes",),
        setup=with_vault,
    ),
    Case(
        "monitor:MetricAlert",
        "two resources without their type",
        lambda azure: metric_alert(azure, azure["kv-shop"].id, vault(azure, "kv-other").id),
        "BadRequest",
        ("2 scopes", "targetResourceType"),
        setup=with_vault,
    ),
    Case(
        "monitor:MetricAlert",
        "scopes of two types",
        lambda azure: metric_alert(
            azure,
            azure["kv-shop"].id,
            azure["log-shop"].id,
            targetResourceType="Microsoft.KeyVault/vaults",
            targetResourceRegion="westeurope",
        ),
        "BadRequest",
        ("must have one type",),
        setup=with_vault,
    ),
    Case(
        "monitor:MetricAlert",
        "an action group that does not exist",
        lambda azure: metric_alert(
            azure, azure["kv-shop"].id, actions=[{"actionGroupId": action_group(azure).id + "x"}]
        ),
        "ResourceNotFound",
        ("ag-shopx",),
        setup=with_vault,
    ),
    Case(
        "dashboard:Grafana",
        "the Essential tier",
        lambda azure: grafana(azure, sku={"name": "Essential"}),
        "InvalidSku",
        ("'Essential'", "use Standard"),
        setup=AzureHarness.group,
    ),
    Case(
        "dashboard:Grafana",
        "a name of 24 characters",
        lambda azure: grafana(azure, "amg-shopping-cart-prod00"),
        "InvalidResourceName",
        ("2 to 23",),
        setup=AzureHarness.group,
    ),
    Case(
        "dashboard:Grafana",
        "a name that another one has",
        lambda azure: (grafana(azure), azure.group("rg-other"), grafana(azure, resourceGroupName="rg-other")),
        "GrafanaNameNotAvailable",
        ("amg-shop",),
        setup=AzureHarness.group,
    ),
    Case(
        "dashboard:Grafana",
        "an unknown version",
        lambda azure: grafana(azure, properties={"grafanaMajorVersion": "9"}),
        "InvalidGrafanaMajorVersion",
        ("'9'", "11, 12"),
        setup=AzureHarness.group,
    ),
    Case(
        "dashboard:Grafana",
        "zone redundancy after creation",
        lambda azure: azure.change(grafana(azure), properties={"zoneRedundancy": "Enabled"}),
        "PropertyChangeNotAllowed",
        ("zoneRedundancy",),
        setup=AzureHarness.group,
    ),
    Case(
        "dashboard:Grafana",
        "a metrics workspace that does not exist",
        lambda azure: grafana(
            azure,
            properties={
                "grafanaIntegrations": {
                    "azureMonitorWorkspaceIntegrations": [
                        {"azureMonitorWorkspaceResourceId": azure["amw-shop"].id + "x"}
                    ]
                }
            },
        ),
        "ResourceNotFound",
        ("amw-shopx",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "no metrics workspace in the scopes",
        lambda azure: rule_group(azure, scopes=[workspace(azure).id]),
        "BadRequest",
        ("expected an Azure Monitor workspace",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a second scope that is not a cluster",
        lambda azure: rule_group(azure, scopes=[azure["amw-shop"].id, workspace(azure).id]),
        "BadRequest",
        ("not an AKS cluster",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "another region than its workspace",
        lambda azure: rule_group(azure, location="northeurope"),
        "BadRequest",
        ("'northeurope'", "'westeurope'"),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "twenty-one rules",
        lambda azure: rule_group(azure, *({"record": f"r{n}", "expression": "up"} for n in range(21))),
        "BadRequest",
        ("21 rules", "1 to 20"),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a rule that records and alerts",
        lambda azure: rule_group(azure, {"record": "calls", "alert": "TooManyCalls", "expression": "up"}),
        "BadRequest",
        ("either record or alert",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a recording rule with a severity",
        lambda azure: rule_group(azure, {"record": "calls", "expression": "up", "severity": 3}),
        "BadRequest",
        ("recording rule",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an empty expression",
        lambda azure: rule_group(azure, {"record": "calls", "expression": " "}),
        "BadRequest",
        ("no expression",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an unknown severity",
        lambda azure: rule_group(azure, {"alert": "TooManyCalls", "expression": "up", "severity": 7}),
        "BadRequest",
        ("severity 7",),
        setup=with_metrics,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an interval of an hour",
        lambda azure: rule_group(azure, interval="PT1H"),
        "BadRequest",
        ("PT1H", "PT1M to PT15M"),
        setup=with_metrics,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
