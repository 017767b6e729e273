"""The constants and the base function of all makers."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.world import GROUP, Made, World, merged

OTHER_REGION: Final = "northeurope"


POSTGRES_DELEGATION: Final = {"name": "postgres", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}


DATABASE_ZONE: Final = "voice.private.postgres.database.azure.com"


PERSON: Final = "11111111-2222-4333-8444-555555555555"


def made(world: World, type: str, name: str, base: dict[str, Any], changes: dict[str, Any]) -> Made:
    return world.make(type, name, **merged({"resourceGroupName": GROUP, **base}, changes))
