"""Cache rules that Azure accepts. `test_refusals_containerregistry.py` has those that it refuses."""

from __future__ import annotations

import pytest

from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.containerregistry import cache_rule, registry


@pytest.mark.parametrize("sku", ["Basic", "Standard", "Premium"])
def test_every_tier_has_cache_rules(azure: AzureHarness, sku: str) -> None:
    azure.group()
    registry(azure, sku={"name": sku})

    assert cache_rule(azure)["targetRepository"] == "grafana/*"


def test_the_name_of_a_rule_has_at_least_five_characters(azure: AzureHarness) -> None:
    azure.group()
    registry(azure)

    with pytest.raises(AssertionError, match="at least 5 characters"):
        cache_rule(azure, "otel")
