"""The constants and the base function of all makers."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed, merged

OTHER_REGION: Final = "northeurope"


POSTGRES_DELEGATION: Final = {"name": "postgres", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}


DATABASE_ZONE: Final = "shop.private.postgres.database.azure.com"


PERSON: Final = "11111111-2222-4333-8444-555555555555"


def made(azure: AzureHarness, type: str, name: str, base: dict[str, Any], changes: dict[str, Any]) -> Deployed:
    return azure.make(type, name, **merged({"resourceGroupName": GROUP, **base}, changes))
