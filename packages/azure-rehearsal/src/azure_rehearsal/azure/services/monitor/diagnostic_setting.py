"""Diagnostic settings: the destinations of a resource's logs and metrics.

They survive the deletion of their resource, invisibly. If a resource with the same name is created later, its setting
with the same name already exists.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, NameRule, Request, normal_location
from azure_rehearsal.azure.services.monitor.diagnostic_categories import (
    AUDIT,
    CATEGORIES,
    WITHOUT_SETTINGS,
    Categories,
    is_category,
)
from azure_rehearsal.protocol.provider import Refused

SETTING: Final = "azure-native:monitor:DiagnosticSetting"
MAX_SETTINGS: Final = 5
"""Maximum per resource: learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings."""
SINKS: Final = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "marketplacePartnerId",
    "serviceBusRuleId",
)


def _target(request: Request) -> str:
    return "/" + str(request.get("resourceUri", "")).strip("/")


def _categories(request: Request) -> Categories:
    return CATEGORIES.get(arm_ids.kind(_target(request)).lower(), Categories(metrics=()))


def _bad_request(message: str, remediation: str) -> Refused:
    return Refused("BadRequest", message, remediation)


def _refuse_kind(request: Request) -> None:
    kind = arm_ids.kind(_target(request))
    if kind.lower() in WITHOUT_SETTINGS:
        raise _bad_request(
            f"The resource type '{kind.lower()}' does not support diagnostic settings. Resource: {_target(request)}.",
            "remove the setting",
        )
    if kind.lower() not in CATEGORIES:
        request.warn_unknown("diagnostic settings of type", kind)


def _refuse_categories(request: Request) -> None:
    known, logs = _categories(request), request.get("logs", [])
    named = [item for item in logs if item.get("category")]
    grouped = [item for item in logs if item.get("categoryGroup")]
    if named and grouped:
        raise _bad_request(
            f"Diagnostic setting '{request.name}' does not support mix of log categories and category groups.",
            "use only categories, or only groups",
        )
    checks = (
        ("Category", named, "category", known.logs),
        ("Category group", grouped, "categoryGroup", known.groups),
        ("Metric category", request.get("metrics", []), "category", known.metrics),
    )
    for label, items, key, allowed in checks:
        for item in items:
            _refuse_category(request, label, str(item.get(key)), allowed)
    if not any(item.get("enabled") for item in [*logs, *request.get("metrics", [])]):
        raise _bad_request(
            f"Diagnostic setting '{request.name}' of {_target(request)} enables nothing: at least one log or metric "
            "category is needed.",
            "enable a category, or remove the setting",
        )


def _refuse_category(request: Request, label: str, value: str, allowed: tuple[str, ...]) -> None:
    kind = arm_ids.kind(_target(request))
    if kind.lower() not in CATEGORIES or value.lower() in {name.lower() for name in allowed}:
        return
    if not is_category(value):
        request.warn_unknown(f"{label.lower()} of {kind}", value)
        return
    raise _bad_request(
        f"{label} '{value}' is not supported, supported ones are: '{', '.join(allowed)}'. Diagnostic setting "
        f"'{request.name}' of {_target(request)}.",
        "use a supported one",
    )


def _refuse_retention(request: Request) -> None:
    for item in [*request.get("logs", []), *request.get("metrics", [])]:
        policy = item.get("retentionPolicy") or {}
        if policy.get("enabled") or policy.get("days"):
            raise _bad_request(
                f"Diagnostic settings does not support retention for new diagnostic settings: '{request.name}' has "
                f"{policy.get('days')} days.",
                "set retention on the workspace's tables, or lifecycle rules on the storage account",
            )


def _refuse_sinks(request: Request) -> None:
    if not any(request.get(sink) for sink in SINKS):
        raise _bad_request(
            f"At least one data sink needs to be specified. Diagnostic setting '{request.name}' of {_target(request)}.",
            "set workspaceId",
        )
    account, target = request.referenced("storageAccountId"), request.cloud.get(_target(request))
    region = normal_location(str((target.properties if target else {}).get("location", "")))
    if account is not None and region not in ("", "global", str(account.properties["location"])):
        raise _bad_request(
            f"Storage account {account.id} is in '{account.properties['location']}', the resource of diagnostic "
            f"setting '{request.name}' in '{region}'. They must be in the same region.",
            "use a storage account of the resource's region, or a workspace",
        )


def settings_of(cloud: Cloud, resource: str) -> list[Record]:
    """The settings of a resource, in order of creation."""
    return [
        record
        for record in cloud.of_type(SETTING)
        if arm_ids.same("/" + str(record.inputs.get("resourceUri", "")).strip("/"), resource)
    ]


def _enabled_categories(setting: dict[str, Any], known: Categories) -> set[str]:
    """The categories that a setting sends; groups are expanded."""
    sent = {f"metric {item.get('category')}".lower() for item in setting.get("metrics") or [] if item.get("enabled")}
    for item in setting.get("logs") or []:
        group = str(item.get("categoryGroup") or "").lower()
        if not item.get("enabled"):
            continue
        if group:
            sent |= {name.lower() for name in known.logs if group == "alllogs" or name.lower() in AUDIT}
        else:
            sent.add(str(item.get("category")).lower())
    return sent


def _refuse_conflict(request: Request) -> None:
    others = [item for item in settings_of(request.cloud, _target(request)) if not arm_ids.same(item.id, request.id)]
    if len(others) >= MAX_SETTINGS:
        raise _bad_request(
            f"The limit of {MAX_SETTINGS} diagnostic settings was reached for {_target(request)}. To create a new "
            "setting, delete existing one.",
            "combine several categories in one setting",
        )
    known = _categories(request)
    for other in others:
        for sink in SINKS:
            shared = _enabled_categories(request.inputs, known) & _enabled_categories(other.properties, known)
            if shared and arm_ids.same(request.get(sink), other.inputs.get(sink)):
                raise Refused(
                    "Conflict",
                    f"Data sink '{request.get(sink)}' is already used in diagnostic setting "
                    f"'{arm_ids.name(other.id)}' for category '{min(shared)}'. Data sinks can't be reused in "
                    "different settings on the same category for the same resource.",
                    "use or delete the existing setting, which can be left from a deleted resource of the same name",
                )


def _keep_after_cascade(deletion: Deletion) -> None:
    if deletion.cloud.cascade_deleted[-1:] == [deletion.record.id]:
        deletion.cloud.cascade_deleted.pop()
        deletion.cloud.put(deletion.record)


TYPE: Final = ArmType(
    token=SETTING,
    path="/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    name=NameRule(r"[^<>*%&:\\?+/]+", 1, 260, "The name has up to 260 characters, none of <>*%&:\\?+/."),
    rules=(
        _refuse_kind,
        _refuse_categories,
        _refuse_retention,
        _refuse_sinks,
        _refuse_conflict,
    ),
    after_delete=_keep_after_cascade,
)
