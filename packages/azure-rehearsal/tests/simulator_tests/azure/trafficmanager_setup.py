"""Profiles that tests of several subjects use."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.dns import endpoint, profile
from simulator_tests.azure.world import LOCATION, World


def profile_given(world: World) -> None:
    world.group()
    profile(world)


def endpoint_given(world: World) -> None:
    profile_given(world)
    endpoint(world)


def monitored(world: World, **changes: Any) -> object:
    return profile(world, monitorConfig=changes)


def inline(name: str, **changes: Any) -> dict[str, Any]:
    kind = "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    return {"name": name, "type": kind, "target": f"{name}.example.com", "endpointLocation": LOCATION, **changes}
