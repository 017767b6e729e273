"""Container registries, replications and cache rules."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import AzureHarness, Deployed
from simulator_tests.azure.makers.common import OTHER_REGION, made


def registry(azure: AzureHarness, name: str = "acrshop", **changes: Any) -> Deployed:
    return made(azure, "containerregistry:Registry", name, {"registryName": name, "sku": {"name": "Premium"}}, changes)


def replication(azure: AzureHarness, location: str = OTHER_REGION, **changes: Any) -> Deployed:
    base = {"registryName": "acrshop", "replicationName": location, "location": location}
    return made(azure, "containerregistry:Replication", location, base, changes)


def cache_rule(azure: AzureHarness, name: str = "docker-hub-grafana", **changes: Any) -> Deployed:
    base = {
        "registryName": "acrshop",
        "cacheRuleName": name,
        "sourceRepository": "docker.io/grafana/*",
        "targetRepository": "grafana/*",
    }
    return made(azure, "containerregistry:CacheRule", name, base, changes)
