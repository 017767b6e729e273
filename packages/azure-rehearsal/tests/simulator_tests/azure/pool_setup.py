"""Cases of refused agent pools."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.world import Case, Made, World

POOL: Final = "containerservice:AgentPool"


def subnet_with_role(world: World, name: str, prefix: str, **inputs: Any) -> str:
    subnet = world.subnet(name, prefix, **inputs)
    world.role(world["id-cluster"]["principalId"], "Network Contributor", subnet.id)
    return subnet.id


def prefix_with_role(world: World, length: int = 28, **inputs: Any) -> str:
    prefix = world.prefix(length=length, **inputs)
    world.role(world["id-cluster"]["principalId"], "Network Contributor", prefix.id)
    return prefix.id


def refused_pool(name: str, code: str, *words: str, changes: Any, given: Any = World.cluster) -> Case:
    """A pool with these changes, which may be a function of the world."""

    def write(world: World) -> Made:
        return world.pool(**(changes(world) if callable(changes) else changes))

    return Case(POOL, name, write, code, words, given=given)
