"""Container registries and replications."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import OTHER_REGION, made
from simulator_tests.azure.world import Made, World


def registry(world: World, name: str = "acrvoice", **changes: Any) -> Made:
    return made(world, "containerregistry:Registry", name, {"registryName": name, "sku": {"name": "Premium"}}, changes)


def replication(world: World, location: str = OTHER_REGION, **changes: Any) -> Made:
    base = {"registryName": "acrvoice", "replicationName": location, "location": location}
    return made(world, "containerregistry:Replication", location, base, changes)
