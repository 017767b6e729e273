"""Traffic Manager profiles and endpoints that Azure accepts: defaults, inline endpoints, priorities."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import GROUP, LOCATION, AzureHarness
from simulator_tests.azure.makers.common import OTHER_REGION
from simulator_tests.azure.makers.dns import PROFILE, endpoint, profile
from simulator_tests.azure.trafficmanager_setup import inline, monitored, with_endpoint, with_profile


def live(azure: AzureHarness) -> dict[str, Any]:
    return azure.invoke("trafficmanager:getProfile", resourceGroupName=GROUP, profileName=PROFILE)


def test_a_profile_has_a_host_name_and_defaults(azure: AzureHarness) -> None:
    with_profile(azure)

    found = live(azure)

    assert found["dnsConfig"]["fqdn"] == f"{PROFILE}.trafficmanager.net"
    assert found["monitorConfig"]["timeoutInSeconds"] == 10
    assert found["monitorConfig"]["intervalInSeconds"] == 30


def test_the_fast_interval_has_a_shorter_default_timeout(azure: AzureHarness) -> None:
    azure.group()

    monitored(azure, intervalInSeconds=10)

    assert live(azure)["monitorConfig"]["timeoutInSeconds"] == 9


def test_a_profile_update_without_endpoints_keeps_them(azure: AzureHarness) -> None:
    with_endpoint(azure)
    azure.change(azure[PROFILE], dnsConfig={"ttl": 60})

    (shown,) = live(azure)["endpoints"]

    assert shown["target"] == f"api.{LOCATION}.shop.example.com"
    assert shown["type"] == "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    found = azure.read(azure[PROFILE])
    assert found is not None
    assert "endpoints" not in found[2], "endpoints of their own are no inputs of the profile"


def test_inline_endpoints_replace_all_endpoints(azure: AzureHarness) -> None:
    azure.group()
    made = profile(azure, endpoints=[inline("one"), inline("two")])
    azure.change(made, endpoints=[inline("two")])

    assert [item["name"] for item in live(azure)["endpoints"]] == ["two"]


def test_endpoints_without_a_priority_get_the_next_free_one(azure: AzureHarness) -> None:
    with_endpoint(azure)
    second = endpoint(azure, OTHER_REGION)
    changed = azure.change(second, weight=10)

    assert azure[LOCATION]["priority"] == 1
    assert second["priority"] == changed["priority"] == 2


def test_deleting_a_profile_deletes_its_endpoints(azure: AzureHarness) -> None:
    with_endpoint(azure)

    azure.delete(azure[PROFILE])

    assert azure.cloud.leftovers() == [azure[GROUP].id]


def test_another_target_updates_an_endpoint_and_another_type_replaces_it(azure: AzureHarness) -> None:
    with_endpoint(azure)

    assert azure.diff(azure[LOCATION], target="api.example.com").replaces == []
    assert azure.diff(azure[LOCATION], endpointType="azureEndpoints").replaces == ["endpointType"]
