"""Traffic Manager profiles and endpoints that Azure accepts: defaults, inline endpoints, priorities."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import OTHER_REGION
from simulator_tests.azure.makers.dns import PROFILE, endpoint, profile
from simulator_tests.azure.trafficmanager_setup import endpoint_given, inline, monitored, profile_given
from simulator_tests.azure.world import GROUP, LOCATION, World


def live(world: World) -> dict[str, Any]:
    return world.ask("trafficmanager:getProfile", resourceGroupName=GROUP, profileName=PROFILE)


def test_a_profile_has_a_name_and_defaults(world: World) -> None:
    profile_given(world)

    found = live(world)

    assert found["dnsConfig"]["fqdn"] == f"{PROFILE}.trafficmanager.net"
    assert found["monitorConfig"]["timeoutInSeconds"] == 10
    assert found["monitorConfig"]["intervalInSeconds"] == 30


def test_the_fast_interval_brings_a_shorter_time_out(world: World) -> None:
    world.group()

    monitored(world, intervalInSeconds=10)

    assert live(world)["monitorConfig"]["timeoutInSeconds"] == 9


def test_a_profile_shows_its_endpoints_and_an_update_leaves_them_alone(world: World) -> None:
    endpoint_given(world)
    world.change(world[PROFILE], dnsConfig={"ttl": 60})

    (shown,) = live(world)["endpoints"]

    assert shown["target"] == f"api.{LOCATION}.voice.example.com"
    assert shown["type"] == "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    found = world.read(world[PROFILE])
    assert found is not None
    assert "endpoints" not in found[2], "endpoints of their own are no inputs of the profile"


def test_endpoints_written_with_their_profile_are_all_that_it_has(world: World) -> None:
    world.group()
    made = profile(world, endpoints=[inline("one"), inline("two")])
    world.change(made, endpoints=[inline("two")])

    assert [item["name"] for item in live(world)["endpoints"]] == ["two"]


def test_endpoints_without_a_priority_get_the_next_and_keep_it(world: World) -> None:
    endpoint_given(world)
    second = endpoint(world, OTHER_REGION)
    changed = world.change(second, weight=10)

    assert world[LOCATION]["priority"] == 1
    assert second["priority"] == changed["priority"] == 2


def test_a_profile_takes_its_endpoints_along(world: World) -> None:
    endpoint_given(world)

    world.delete(world[PROFILE])

    assert world.cloud.leftovers() == [world[GROUP].id]


def test_another_target_changes_an_endpoint_in_place_and_another_kind_replaces_it(world: World) -> None:
    endpoint_given(world)

    assert world.difference(world[LOCATION], target="api.example.com").replaces == []
    assert world.difference(world[LOCATION], endpointType="azureEndpoints").replaces == ["endpointType"]
