"""Azure's refusals of action groups, metric alerts, Prometheus rule groups and Grafana."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import action_group, grafana, metric_alert, rule_group, workspace
from simulator_tests.azure.monitoring_setup import metrics_given, vault_given
from simulator_tests.azure.world import Case, World, refused

CASES: Final = [
    Case(
        "monitor:ActionGroup",
        "a region without action groups",
        lambda world: action_group(world, location="westeurope"),
        "LocationNotAvailableForResourceType",
        ("westeurope", "global"),
        given=World.group,
    ),
    Case(
        "monitor:ActionGroup",
        "two receivers of one name",
        lambda world: action_group(world, webhookReceivers=[{"name": "On-Call", "serviceUri": "https://example.com"}]),
        "BadRequest",
        ("must be unique: on-call",),
        given=World.group,
    ),
    Case(
        "monitor:ActionGroup",
        "an address that is none",
        lambda world: action_group(world, emailReceivers=[{"name": "on-call", "emailAddress": "on-call"}]),
        "BadRequest",
        ("'on-call'",),
        given=World.group,
    ),
    Case(
        "monitor:MetricAlert",
        "a window shorter than its frequency",
        lambda world: metric_alert(world, world["kv-voice"].id, windowSize="PT1M"),
        "BadRequest",
        ("PT1M", "must not be shorter"),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "a severity that there is not",
        lambda world: metric_alert(world, world["kv-voice"].id, severity=5),
        "BadRequest",
        ("severity 5",),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "nothing to watch",
        metric_alert,
        "BadRequest",
        ("no scopes",),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "two resources without their type",
        lambda world: metric_alert(world, world["kv-voice"].id, vault(world, "kv-other").id),
        "BadRequest",
        ("2 scopes", "targetResourceType"),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "two types at once",
        lambda world: metric_alert(
            world,
            world["kv-voice"].id,
            world["log-voice"].id,
            targetResourceType="Microsoft.KeyVault/vaults",
            targetResourceRegion="westeurope",
        ),
        "BadRequest",
        ("must have one type",),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "an action group that does not exist",
        lambda world: metric_alert(
            world, world["kv-voice"].id, actions=[{"actionGroupId": action_group(world).id + "x"}]
        ),
        "ResourceNotFound",
        ("ag-voicex",),
        given=vault_given,
    ),
    Case(
        "dashboard:Grafana",
        "the Essential tier",
        lambda world: grafana(world, sku={"name": "Essential"}),
        "InvalidSku",
        ("'Essential'", "use Standard"),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a name of 24 characters",
        lambda world: grafana(world, "amg-voice-assistant-prod"),
        "InvalidResourceName",
        ("2 to 23",),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a name that another one has",
        lambda world: (grafana(world), world.group("rg-other"), grafana(world, resourceGroupName="rg-other")),
        "GrafanaNameNotAvailable",
        ("amg-voice",),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a version that there is not",
        lambda world: grafana(world, properties={"grafanaMajorVersion": "9"}),
        "InvalidGrafanaMajorVersion",
        ("'9'", "11, 12"),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "zones afterwards",
        lambda world: world.change(grafana(world), properties={"zoneRedundancy": "Enabled"}),
        "PropertyChangeNotAllowed",
        ("zoneRedundancy",),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a metrics workspace that does not exist",
        lambda world: grafana(
            world,
            properties={
                "grafanaIntegrations": {
                    "azureMonitorWorkspaceIntegrations": [
                        {"azureMonitorWorkspaceResourceId": world["amw-voice"].id + "x"}
                    ]
                }
            },
        ),
        "ResourceNotFound",
        ("amw-voicex",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "no metrics workspace in its scopes",
        lambda world: rule_group(world, scopes=[workspace(world).id]),
        "BadRequest",
        ("expected an Azure Monitor workspace",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a second scope that is no cluster",
        lambda world: rule_group(world, scopes=[world["amw-voice"].id, workspace(world).id]),
        "BadRequest",
        ("not an AKS cluster",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "another region than its workspace",
        lambda world: rule_group(world, location="northeurope"),
        "BadRequest",
        ("'northeurope'", "'westeurope'"),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "twenty-one rules",
        lambda world: rule_group(world, *({"record": f"r{n}", "expression": "up"} for n in range(21))),
        "BadRequest",
        ("21 rules", "1 to 20"),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a rule that records and alerts",
        lambda world: rule_group(world, {"record": "calls", "alert": "TooManyCalls", "expression": "up"}),
        "BadRequest",
        ("either record or alert",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a recording rule with a severity",
        lambda world: rule_group(world, {"record": "calls", "expression": "up", "severity": 3}),
        "BadRequest",
        ("recording rule",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an empty expression",
        lambda world: rule_group(world, {"record": "calls", "expression": " "}),
        "BadRequest",
        ("no expression",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a severity that there is not",
        lambda world: rule_group(world, {"alert": "TooManyCalls", "expression": "up", "severity": 7}),
        "BadRequest",
        ("severity 7",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an interval of an hour",
        lambda world: rule_group(world, interval="PT1H"),
        "BadRequest",
        ("PT1H", "PT1M to PT15M"),
        given=metrics_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
