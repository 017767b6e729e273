"""Policy assignments and definitions.

Examples: specification/resources/resource-manager/Microsoft.Authorization/stable/2023-04-01/examples/
{listPolicyAssignments,getBuiltinPolicyDefinition}.json.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.subscription import DenyPolicy
from azure_rehearsal.azure.data.policies import POLICIES, PolicyDefinition
from azure_rehearsal.azure.rest.request import ArmError, ArmRequest, Route, page

_AUTHORIZATION: Final = "providers/Microsoft.Authorization"


def _assignments(request: ArmRequest) -> dict[str, Any]:
    """The assignments at the subscription, which apply to every scope inside it."""
    return page([_assignment(request, policy) for policy in request.cloud.subscription.policies])


def _assignment(request: ArmRequest, policy: DenyPolicy) -> dict[str, Any]:
    definition = POLICIES[policy.effect]
    values: Any = list(policy.values) if definition.parameter_type == "Array" else policy.values[0]
    return {
        "id": f"{request.subscription}/{_AUTHORIZATION}/policyAssignments/{policy.name}",
        "type": "Microsoft.Authorization/policyAssignments",
        "name": policy.name,
        "properties": {
            "displayName": f"{definition.title}: {', '.join(policy.values)}",
            "policyDefinitionId": _definition_id(definition),
            "parameters": {definition.parameter: {"value": values}},
            "scope": request.subscription,
            "notScopes": [],
            "enforcementMode": "Default",
        },
    }


def _definitions(request: ArmRequest) -> dict[str, Any]:
    return page([_definition(item) for item in POLICIES.values()])


def _definition_by_name(request: ArmRequest) -> dict[str, Any]:
    name = request.path["name"].lower()
    for item in POLICIES.values():
        if item.guid == name:
            return _definition(item)
    raise ArmError(404, "PolicyDefinitionNotFound", f"The policy definition '{name}' could not be found.")


def _definition(item: PolicyDefinition) -> dict[str, Any]:
    return {
        "properties": {
            "displayName": item.title,
            "policyType": "BuiltIn",
            "mode": item.mode,
            "parameters": {item.parameter: {"type": item.parameter_type}},
            "policyRule": {"if": item.condition, "then": {"effect": "deny"}},
        },
        "id": _definition_id(item),
        "type": "Microsoft.Authorization/policyDefinitions",
        "name": item.guid,
    }


def _definition_id(item: PolicyDefinition) -> str:
    return f"/{_AUTHORIZATION}/policyDefinitions/{item.guid}"


_SCOPE: Final = "/subscriptions/{subscription}"

ROUTES: Final = (
    Route("GET", f"{_SCOPE}/{_AUTHORIZATION}/policyAssignments", _assignments),
    Route("GET", f"{_SCOPE}/resourceGroups/{{group}}/{_AUTHORIZATION}/policyAssignments", _assignments),
    Route("GET", f"/{_AUTHORIZATION}/policyDefinitions", _definitions),
    Route("GET", f"{_SCOPE}/{_AUTHORIZATION}/policyDefinitions", _definitions),
    Route("GET", f"/{_AUTHORIZATION}/policyDefinitions/{{name}}", _definition_by_name),
    Route("GET", f"{_SCOPE}/{_AUTHORIZATION}/policyDefinitions/{{name}}", _definition_by_name),
)
