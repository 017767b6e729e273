"""Azure's refusals of cache rules of registries."""

from __future__ import annotations

from typing import Any

import pytest

from simulator_tests.azure.harness import AzureHarness, Deployed, refused
from simulator_tests.azure.makers.common import made
from simulator_tests.azure.makers.containerregistry import registry

TOKEN = "containerregistry:CacheRule"
RULE = {"sourceRepository": "docker.io/grafana/*", "targetRepository": "grafana/*"}


def rule(azure: AzureHarness, name: str = "docker-hub-grafana", **changes: Any) -> Deployed:
    return made(azure, TOKEN, name, {**RULE, "registryName": "acrshop", "cacheRuleName": name}, changes)


@pytest.mark.parametrize("sku", ["Basic", "Standard", "Premium"])
def test_every_tier_has_cache_rules(azure: AzureHarness, sku: str) -> None:
    azure.group()
    registry(azure, sku={"name": sku})
    assert rule(azure)["targetRepository"] == "grafana/*"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"sourceRepository": "grafana/*"}, "InvalidSourceRepository", "supported upstream registry"),
        ({"targetRepository": "grafana"}, "InvalidCacheRule", "a wildcard in only one"),
    ],
)
def test_a_wrong_rule_is_refused(azure: AzureHarness, changes: dict[str, Any], code: str, words: str) -> None:
    azure.group()
    registry(azure)
    with refused(code, words):
        rule(azure, **changes)


def test_a_name_has_at_least_five_characters(azure: AzureHarness) -> None:
    azure.group()
    registry(azure)
    with pytest.raises(AssertionError, match="at least 5 characters"):
        rule(azure, "otel")


def test_two_rules_cannot_have_one_target(azure: AzureHarness) -> None:
    azure.group()
    registry(azure)
    rule(azure)
    with refused("CacheRuleAlreadyExists", "docker-hub-grafana"):
        rule(azure, "another-rule")
