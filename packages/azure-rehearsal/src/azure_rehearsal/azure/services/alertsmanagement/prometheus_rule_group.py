"""Rule groups of managed Prometheus: scopes, recording and alerting rules, evaluation interval."""

from __future__ import annotations

import re
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.monitor.common import METRICS_WORKSPACE
from azure_rehearsal.protocol.provider import Refused

RULE_GROUP: Final = "azure-native:alertsmanagement:PrometheusRuleGroup"
CLUSTER_KIND: Final = "microsoft.containerservice/managedclusters"
MAX_RULES: Final = 20
"""Maximum rules in one group: learn.microsoft.com/azure/azure-monitor/essentials/prometheus-rule-groups."""
INTERVAL_MINUTES: Final = range(1, 16)
SEVERITIES: Final = range(5)
MAX_SCOPES: Final = 2
_MINUTES: Final = re.compile(r"PT(\d+)M")


def _bad_request(request: Request, message: str, remediation: str) -> Refused:
    return Refused("BadRequest", f"Prometheus rule group '{request.name}': {message}", remediation)


def _refuse_scopes(request: Request) -> None:
    scopes = request.get("scopes", [])
    first = request.cloud.get(str(scopes[0])) if scopes else None
    if first is None or first.type != METRICS_WORKSPACE or len(scopes) > MAX_SCOPES:
        raise _bad_request(
            request,
            f"its scopes are {scopes}; expected an Azure Monitor workspace and, optionally, a cluster.",
            "list the id of the workspace, then the id of the cluster",
        )
    if len(scopes) == MAX_SCOPES and arm_ids.kind(str(scopes[1])).lower() != CLUSTER_KIND:
        raise _bad_request(request, f"its second scope {scopes[1]} is not an AKS cluster.", "use the id of the cluster")
    if first.properties["location"] != request.location:
        raise _bad_request(
            request,
            f"it is in '{request.location}', its workspace {first.id} in '{first.properties['location']}'.",
            "create the group in the workspace's region",
        )


def _refuse_rules(request: Request) -> None:
    rules = request.get("rules", [])
    if not 1 <= len(rules) <= MAX_RULES:
        raise _bad_request(
            request, f"it has {len(rules)} rules; 1 to {MAX_RULES} are supported.", "split it into several groups"
        )
    for index, rule in enumerate(rules):
        if bool(rule.get("record")) == bool(rule.get("alert")):
            raise _bad_request(
                request,
                f"rules[{index}] must have either record or alert.",
                "set record for a recording rule, alert for an alert",
            )
        if rule.get("record") and (rule.get("actions") or rule.get("severity") is not None):
            raise _bad_request(
                request,
                f"rules[{index}] '{rule['record']}' is a recording rule; it cannot have actions or a severity.",
                "remove actions and severity",
            )
        if not str(rule.get("expression") or "").strip():
            raise _bad_request(request, f"rules[{index}] has no expression.", "set a PromQL expression")
        if rule.get("severity") is not None and rule["severity"] not in SEVERITIES:
            raise _bad_request(
                request,
                f"rules[{index}] has severity {rule['severity']}; allowed are 0 to {SEVERITIES.stop - 1}.",
                "use 0 (critical) to 4 (verbose)",
            )


def _refuse_interval(request: Request) -> None:
    interval = request.get("interval")
    found = _MINUTES.fullmatch(str(interval))
    if interval is not None and (found is None or int(found[1]) not in INTERVAL_MINUTES):
        raise _bad_request(
            request,
            f"its interval is {interval}; PT1M to PT{INTERVAL_MINUTES.stop - 1}M are supported.",
            "use whole minutes, such as PT1M",
        )


TYPE: Final = ArmType(
    token=RULE_GROUP,
    path=arm_ids.provider_id("Microsoft.AlertsManagement/prometheusRuleGroups", "ruleGroupName"),
    location_required=True,
    force_new=("location",),
    limits={"ruleGroupName": Limit(pattern=r"^[^:@/#{}%&+*<>?]+$")},
    defaults={"enabled": True, "interval": "PT1M"},
    rules=(_refuse_scopes, _refuse_rules, _refuse_interval),
)
