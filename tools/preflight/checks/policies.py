"""Azure policies with the effect `deny` on the subscription, evaluated for the types, locations and tags of the stack.

Response: Azure/azure-rest-api-specs, Microsoft.Authorization/stable/2023-04-01/examples/listPolicyAssignments.json;
definitions: Azure/azure-policy, built-in-policies (General/AllowedLocations_Deny.json, Tags/RequireTag_Deny.json).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from model.azure_types import azure_types
from settings.schema.aks_stack import AksStackSettings
from tools.preflight.checks.policy_rules import Resource, Unknown, evaluate, resolve, tags_of
from tools.preflight.client import Refused
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result

API: Final = "2023-04-01"
_SHOWN: Final = 3
GROUP: Final = "Microsoft.Resources/subscriptions/resourceGroups"
ROLE: Final = "Microsoft.Authorization/roleAssignments"
NOT_INDEXED: Final = frozenset({GROUP, ROLE})
"""Types that policies of mode Indexed skip: resource groups, and types without tags or location (learn,
definition-structure-basics, "Resource Manager modes").
"""


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A policy of an assignment that denies: the assignment, its rule, mode and the values of its parameters."""

    assignment: Mapping[str, Any]
    title: str
    rule: Mapping[str, Any]
    indexed: bool
    parameters: Mapping[str, Any]


def resources(settings: AksStackSettings) -> Iterator[Resource]:
    """Yields the resources of a stack as policies see them before creation, one of each type."""
    tags = settings.all_tags
    for item in azure_types(settings):
        yield Resource(type=item.name, location=item.location(settings), tags=tags)
    region = settings.this_region.location
    yield Resource(type=GROUP, location=region, tags=tags)
    if settings.global_part is not None:
        yield Resource(type=GROUP, location=settings.global_part.location, tags=tags)
    # AKS gives the nodes the tags of their pool (learn.microsoft.com/azure/aks/use-tags).
    yield Resource(type="Microsoft.Compute/virtualMachineScaleSets", location=region, tags=tags)
    yield Resource(type=ROLE, location=None, tags=None)


def _check(facts: Facts) -> Iterator[Result]:
    assignments = facts.azure.pages(
        f"{facts.subscription_path}/providers/Microsoft.Authorization/policyAssignments",
        API,
        **{"$filter": "atScope()"},
    )
    enforced = [item for item in assignments if _applies(facts, item)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        denials = [denial for found in pool.map(lambda item: _denials(facts, item), enforced) for denial in found]
    for denial in denials:
        yield from _judge(facts, denial)


def _applies(facts: Facts, assignment: Mapping[str, Any]) -> bool:
    properties = assignment["properties"]
    if properties.get("enforcementMode", "Default") == "DoNotEnforce":
        return False
    excluded = [scope.lower().rstrip("/") for scope in properties.get("notScopes") or []]
    group = facts.names.resource_group_id.lower()
    return not any(group == scope or group.startswith(scope + "/") for scope in excluded)


def _denials(facts: Facts, assignment: Mapping[str, Any]) -> list[Denial]:
    """The denying policies of an assignment of one policy or of a set of policies."""
    properties = assignment["properties"]
    given = {name.lower(): item.get("value") for name, item in (properties.get("parameters") or {}).items()}
    definition_id = properties["policyDefinitionId"]
    if "/policysetdefinitions/" not in definition_id.lower():
        return _of_definition(facts, assignment, definition_id, given)
    policy_set = facts.azure.get(definition_id, API)["properties"]
    values = {**_defaults(policy_set), **given}
    found: list[Denial] = []
    for member in policy_set.get("policyDefinitions") or []:
        own = {
            name.lower(): resolve(item.get("value"), values) for name, item in (member.get("parameters") or {}).items()
        }
        effect = own.get("effect")
        # Most sets pass the effect; that spares the request for the definition.
        if not isinstance(effect, str) or effect.lower() == "deny":
            found += _of_definition(facts, assignment, member["policyDefinitionId"], own)
    return found


def _of_definition(
    facts: Facts, assignment: Mapping[str, Any], definition_id: str, given: Mapping[str, Any]
) -> list[Denial]:
    try:
        definition = facts.azure.get(definition_id, API)["properties"]
    except Refused:
        # A definition of a management group that the principal cannot read: its effect is unknown.
        title = f"definition {definition_id.rsplit('/', 1)[-1]}"
        return [Denial(assignment=assignment, title=title, rule={}, indexed=False, parameters={})]
    values = {**_defaults(definition), **given}
    effect = resolve(definition["policyRule"]["then"]["effect"], values)
    if isinstance(effect, str) and effect.lower() != "deny":
        return []
    rule = {} if isinstance(effect, Unknown) else definition["policyRule"]["if"]
    return [
        Denial(
            assignment=assignment,
            title=definition.get("displayName") or definition_id.rsplit("/", 1)[-1],
            rule=rule,
            indexed=definition.get("mode", "All").lower() == "indexed",
            parameters=values,
        )
    ]


def _defaults(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.lower(): item["defaultValue"]
        for name, item in (definition.get("parameters") or {}).items()
        if "defaultValue" in item
    }


def _judge(facts: Facts, denial: Denial) -> Iterator[Result]:
    denied: dict[str, None] = {}
    open_types = []
    for item in resources(facts.settings):
        if denial.indexed and item.type in NOT_INDEXED:
            continue
        applies = evaluate(denial.rule, item, denial.parameters)
        if applies:
            denied[item.type] = None
        elif applies is None:
            open_types.append(item.type)
    properties = denial.assignment["properties"]
    name = properties.get("displayName") or denial.assignment["name"]
    if denied:
        yield _finding(facts, denial, name, list(denied))
    elif open_types:
        yield Note(
            code="policy-not-evaluated",
            text=f"Policy assignment {name} ({denial.title}) denies under conditions that preflight cannot evaluate.",
        )


def _finding(facts: Facts, denial: Denial, name: str, denied: list[str]) -> Finding:
    missing = sorted(tags_of(denial.rule, denial.parameters) - set(facts.settings.all_tags))
    more = f" and {len(denied) - _SHOWN} more types" if len(denied) > _SHOWN else ""
    exemption = (
        f"az policy exemption create --name voice-{facts.settings.environment} --exemption-category Waiver"
        f" --policy-assignment {denial.assignment['id']} --scope {facts.subscription_path}"
    )
    fix = "Change the region or the setting, or let the owner of the policy change its parameters or exempt the stack."
    command = exemption
    if missing:
        fix = f"Add the tag to `voice:tags` ({', '.join(missing)})."
        command = f"pulumi config set --stack {facts.stack} --path 'voice:tags.{missing[0]}' <value>"
    return Finding(
        code="policy-denies",
        wrong=f"Policy assignment {name} ({denial.title}) denies {', '.join(denied[:_SHOWN])}{more}.",
        expected=f"policies that admit region {facts.location} and the tags {', '.join(facts.settings.all_tags)}",
        fix=fix,
        command=command,
    )


CHECK = Check(name="policies that deny", run=_check)
