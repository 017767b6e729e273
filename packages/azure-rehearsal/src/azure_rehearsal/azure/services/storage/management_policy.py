"""Management policies: the lifecycle rules of a storage account.

Source of the limits: learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, NameRule, Request, get_path
from azure_rehearsal.azure.services.storage.common import DEFAULT, NAME, PATH, blob_service, sku_of, tracks_last_access
from azure_rehearsal.protocol.provider import Refused

POLICY: Final = "azure-native:storage:ManagementPolicy"
MAX_RULES: Final = 100
MAX_PREFIXES: Final = 10
BLOB_TYPES: Final = frozenset({"blockblob", "appendblob"})
ARCHIVE_SKUS: Final = frozenset({"standard_lrs", "standard_grs", "standard_ragrs"})
PARTS: Final = ("baseBlob", "snapshot", "version")
LAST_ACCESS: Final = "daysAfterLastAccessTimeGreaterThan"


def _invalid(request: Request, path: str, reason: str, remediation: str) -> Refused:
    return Refused(
        "InvalidRequestPropertyValue",
        f"The value of {path} in management policy {request.id} is invalid: {reason}",
        remediation,
    )


def _rules(request: Request) -> list[dict[str, Any]]:
    return request.get("policy.rules", [])


def _actions(rule: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every action of a rule: blob part, action name, condition."""
    actions = get_path(rule, "definition.actions") or {}
    return [
        (part, name, condition)
        for part in PARTS
        for name, condition in (actions.get(part) or {}).items()
        if isinstance(condition, dict)
    ]


def _refuse_rules(request: Request) -> None:
    rules = _rules(request)
    if not 1 <= len(rules) <= MAX_RULES:
        raise _invalid(
            request,
            "policy.rules",
            f"it has {len(rules)} rules, expected 1 to {MAX_RULES}.",
            "remove the policy if there are no rules",
        )
    names = [str(rule.get("name")).lower() for rule in rules]
    for rule in rules:
        name = rule.get("name")
        if names.count(str(name).lower()) > 1:
            raise _invalid(request, "policy.rules", f"two rules are named '{name}'.", "give every rule a unique name")
        _refuse_filters(request, rule)
        _refuse_actions(request, rule)


def _refuse_filters(request: Request, rule: dict[str, Any]) -> None:
    types = [str(item).lower() for item in get_path(rule, "definition.filters.blobTypes") or []]
    if not types or not set(types) <= BLOB_TYPES:
        raise _invalid(
            request,
            f"filters.blobTypes of rule '{rule.get('name')}'",
            f"{types or 'nothing'}.",
            "use blockBlob, appendBlob or both",
        )
    prefixes = get_path(rule, "definition.filters.prefixMatch") or []
    if len(prefixes) > MAX_PREFIXES or any(not prefix or prefix.startswith("/") for prefix in prefixes):
        raise _invalid(
            request,
            f"filters.prefixMatch of rule '{rule.get('name')}'",
            f"{prefixes}.",
            f"use up to {MAX_PREFIXES} prefixes that begin with the name of a container",
        )
    others = [name for _, name, _ in _actions(rule) if name != "delete"]
    if "appendblob" in types and others:
        raise _invalid(
            request,
            f"actions of rule '{rule.get('name')}'",
            f"append blobs support only delete, not {others[0]}.",
            "create one rule for blockBlob and one for appendBlob",
        )


def _refuse_actions(request: Request, rule: dict[str, Any]) -> None:
    actions = _actions(rule)
    if not actions:
        raise _invalid(
            request, f"actions of rule '{rule.get('name')}'", "the rule has no action.", "add at least one action"
        )
    account = request.cloud.get(arm_ids.parent(request.id))
    sku = sku_of(account.properties) if account else ""
    for part, name, condition in actions:
        where = f"{part}.{name} of rule '{rule.get('name')}'"
        days = {key: value for key, value in condition.items() if value is not None}
        if not days or any(value < 0 for value in days.values()):
            raise _invalid(request, where, f"its condition is {days or 'missing'}.", "set a number of days, at least 0")
        if name == "tierToArchive" and sku not in ARCHIVE_SKUS:
            raise _invalid(
                request,
                where,
                f"the archive tier is not supported for {get_path(account and account.properties, 'sku.name')} "
                "accounts.",
                "use LRS, GRS or RA-GRS, or remove the action",
            )
        if LAST_ACCESS in days and account and not tracks_last_access(blob_service(request, account.id)):
            raise _invalid(
                request,
                where,
                "last access time tracking is not enabled on the blob service.",
                "enable lastAccessTimeTrackingPolicy of the blob service, and add the service to depends_on of this "
                "policy",
            )


TYPE: Final = ArmType(
    token=POLICY,
    path=f"{PATH}/managementPolicies/{{managementPolicyName}}",
    limits={"accountName": NAME},
    name=NameRule(DEFAULT, len(DEFAULT), len(DEFAULT), "The management policy of an account has the name 'default'."),
    rules=(_refuse_rules,),
)
