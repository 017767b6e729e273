"""PostgreSQL servers that tests of several types use."""

from __future__ import annotations

from typing import Final

from simulator_tests.azure.makers.dbforpostgresql import database_network, replica, server
from simulator_tests.azure.world import World

PASSWORD: Final = "Correct-Horse-7"


def server_given(world: World) -> None:
    world.group()
    server(world)


def private_server(world: World) -> None:
    database_network(world)
    server(world)


def replica_given(world: World) -> None:
    server_given(world)
    replica(world)
