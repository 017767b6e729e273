"""The evaluation of policy rules: true, false, or unknown."""

from __future__ import annotations

from typing import Any

import pytest

from tools.preflight.checks.policy_rules import UNKNOWN, Resource, evaluate, resolve, tags_of

ADDRESS = Resource(type="Microsoft.Network/publicIPAddresses", location="eastus", tags={"Environment": "test"})
ROLE = Resource(type="Microsoft.Authorization/roleAssignments", location=None, tags=None)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "type", "equals": "microsoft.network/publicipaddresses"}, True),
        ({"field": "type", "notEquals": "microsoft.network/publicipaddresses"}, False),
        ({"field": "type", "like": "Microsoft.Network/*"}, True),
        ({"field": "type", "notLike": "Microsoft.Network/*"}, False),
        ({"field": "type", "contains": "publicIP"}, True),
        ({"field": "location", "in": ["westus", "EastUS"]}, True),
        ({"field": "location", "notIn": "[parameters('places')]"}, True),
        ({"field": "tags['environment']", "exists": "true"}, True),
        ({"field": "tags.owner", "exists": False}, True),
        ({"field": "tags[owner]", "equals": ""}, True),
        ({"field": "[concat('tags[', parameters('tag'), ']')]", "exists": "false"}, True),
        ({"value": "[field('type')]", "exists": True}, True),
        ({"field": "Microsoft.Network/publicIPAddresses/sku.name", "equals": "Basic"}, None),
        ({"field": "location", "match": "##"}, None),
        ({"count": {"field": "x[*]"}, "greater": 0}, None),
        ({"field": "location", "in": "[parameters('absent')]"}, None),
        ({"field": "location", "equals": "[resourceGroup().location]"}, None),
    ],
)
def test_a_condition(condition: dict[str, Any], expected: bool | None) -> None:
    assert evaluate(condition, ADDRESS, {"places": ["westus"], "tag": "owner"}) is expected


TRUE, FALSE, OPEN = (
    {"field": "location", "equals": "eastus"},
    {"field": "location", "equals": "westus"},
    {"field": "kind", "equals": "x"},
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"allOf": [TRUE, TRUE]}, True),
        ({"allOf": [TRUE, OPEN]}, None),
        ({"allOf": [FALSE, OPEN]}, False),
        ({"anyOf": [FALSE, OPEN]}, None),
        ({"anyOf": [TRUE, OPEN]}, True),
        ({"anyOf": [FALSE, FALSE]}, False),
        ({"not": FALSE}, True),
        ({"not": OPEN}, None),
    ],
)
def test_conditions_combine_with_three_values(condition: dict[str, Any], expected: bool | None) -> None:
    assert evaluate(condition, ADDRESS, {}) is expected


def test_a_type_without_tags_leaves_conditions_on_tags_open() -> None:
    assert evaluate({"field": "tags['owner']", "exists": "false"}, ROLE, {}) is None


def test_expressions_other_than_parameters_and_concat_are_unknown() -> None:
    assert resolve("[if(true, 'a', 'b')]", {}) is UNKNOWN
    assert resolve("[[literal]", {}) == "[[literal]"
    assert resolve("[concat('a,b', parameters('x'))]", {"x": 1}) == "a,b1"


def test_the_tags_of_a_rule_are_found() -> None:
    rule = {"anyOf": [{"field": "tags['a']", "exists": "false"}, {"not": {"field": "tags.b", "equals": "x"}}]}
    assert tags_of(rule, {}) == {"a", "b"}
