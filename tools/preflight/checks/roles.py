"""The roles of the deployer on the subscription: enough to create every type of the stack, and to assign roles.

Compares actions, not names of roles, so custom roles count. Responses: Azure/azure-rest-api-specs,
Microsoft.Authorization/stable/2022-04-01/examples/RoleAssignments_ListForScope.json and GetRoleDefinitionById.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from model.azure_types import azure_types
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result

API: Final = "2022-04-01"
ASSIGN: Final = "Microsoft.Authorization/roleAssignments/write"
_SHOWN: Final = 3


def _check(facts: Facts) -> Iterator[Result]:
    # `assignedTo` includes the roles of the principal's groups; `atScope` those of management groups above.
    assignments = facts.azure.pages(
        f"{facts.subscription_path}/providers/Microsoft.Authorization/roleAssignments",
        API,
        **{"$filter": f"atScope() and assignedTo('{facts.principal.object_id}')"},
    )
    granted = [
        (permission, item["properties"].get("condition"))
        for item in assignments
        for permission in _permissions(facts, item["properties"]["roleDefinitionId"])
    ]
    permissions = [permission for permission, _ in granted]
    creates = ["Microsoft.Resources/subscriptions/resourceGroups/write"]
    creates += [f"{item.name}/write" for item in azure_types(facts.settings)]
    missing = [action for action in creates if not allows(permissions, action)]
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        yield _finding(
            facts,
            "cannot-create-resources",
            f"The signed-in principal may not do {', '.join(missing[:_SHOWN])}{more} in the subscription.",
            "Contributor, or a role with the same actions",
            "Contributor",
        )
    if not allows(permissions, ASSIGN):
        yield _finding(
            facts,
            "cannot-assign-roles",
            f"The signed-in principal may not do {ASSIGN} in the subscription.",
            "Role Based Access Control Administrator: the program gives its identities their roles",
            "Role Based Access Control Administrator",
        )
    elif not any(allows([permission], ASSIGN) for permission, condition in granted if not condition):
        yield Note(
            code="conditional-role",
            text="The principal assigns roles under a condition, which preflight does not evaluate. The condition must"
            " admit the roles of model/roles.py.",
        )


def _permissions(facts: Facts, definition_id: str) -> list[Mapping[str, Any]]:
    definition = facts.azure.get(definition_id, API)
    return list(definition["properties"].get("permissions") or [])


def allows(permissions: Iterable[Mapping[str, Any]], action: str) -> bool:
    """Whether one of the permissions has the action and does not exclude it."""
    return any(
        _matches(permission.get("actions"), action) and not _matches(permission.get("notActions"), action)
        for permission in permissions
    )


def _matches(patterns: Iterable[str] | None, action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) for pattern in patterns or ()
    )


def _finding(facts: Facts, code: str, wrong: str, expected: str, role: str) -> Finding:
    deployer = facts.settings.deployer
    return Finding(
        code=code,
        wrong=wrong,
        expected=expected,
        fix="Let an owner of the subscription assign the role.",
        command=f"az role assignment create --assignee-object-id {facts.principal.object_id}"
        f" --assignee-principal-type {deployer.principal_type} --role '{role}' --scope {facts.subscription_path}",
    )


CHECK = Check(name="roles of the deployer", run=_check)
