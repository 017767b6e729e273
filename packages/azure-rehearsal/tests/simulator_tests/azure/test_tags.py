"""ARM's limits of tags on every type, and the stricter ones of DNS zones, Traffic Manager and storage accounts."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.harness import AzureHarness, refused
from simulator_tests.azure.makers.dns import profile, zone
from simulator_tests.azure.makers.storage import account


def many(count: int) -> dict[str, str]:
    return {f"tag{number}": "value" for number in range(count)}


REFUSED: Final[list[tuple[str, dict[str, Any]]]] = [
    ("TooManyTags", many(51)),
    ("InvalidTagNameCharacters", {"kubernetes.io/cluster": "owned"}),
    ("InvalidTagNameCharacters", {"what?": "this"}),
    ("InvalidTagNameCharacters", {"line\nbreak": "this"}),
    ("InvalidTagNameCharacters", {"": "this"}),
    ("InvalidTagName", {"azure-region": "westeurope"}),
    ("InvalidTagName", {"Microsoft-team": "shop"}),
    ("InvalidTagName", {"windows": "no"}),
    ("InvalidTagName", {"n" * 513: "long"}),
    ("InvalidTagName", {"Owner": "shop", "owner": "shop"}),
    ("InvalidTagValue", {"description": "v" * 257}),
]


@pytest.mark.parametrize(("code", "tags"), REFUSED, ids=lambda item: item if isinstance(item, str) else "")
def test_arm_refuses_tags(azure: AzureHarness, code: str, tags: dict[str, Any]) -> None:
    azure.group()
    with refused(code, "network/virtualnetworks/vnet-shop"):
        azure.network(tags=tags)


def test_a_resource_group_has_the_same_limits(azure: AzureHarness) -> None:
    with refused("TooManyTags", "51 tags"):
        azure.group(tags=many(51))


@pytest.mark.parametrize("tags", [many(50), {"n" * 512: "v" * 256}, {"team name": "a/b?c", "1st": "%"}], ids=len)
def test_arm_accepts_tags(azure: AzureHarness, tags: dict[str, Any]) -> None:
    azure.group(tags=tags)

    assert azure["rg-shop"]["tags"] == tags


@pytest.mark.parametrize("tags", [{"team name": "shop"}, {"1st": "shop"}], ids=["space", "digit"])
def test_names_in_dns_are_plain(azure: AzureHarness, tags: dict[str, str]) -> None:
    azure.group()
    with refused("InvalidTagName", "has a space or begins with a digit"):
        zone(azure, tags=tags)
    with refused("InvalidTagName", "trafficManagerProfiles"):
        profile(azure, tags=tags)


def test_a_dns_zone_has_fifteen_tags(azure: AzureHarness) -> None:
    azure.group()
    zone(azure, tags=many(15))
    with refused("TooManyTags", "at most 15"):
        zone(azure, "other.example.com", tags=many(16))


def test_a_storage_account_has_shorter_names(azure: AzureHarness) -> None:
    azure.group()
    with refused("InvalidTagName", "128 characters"):
        account(azure, tags={"n" * 129: "long"})
