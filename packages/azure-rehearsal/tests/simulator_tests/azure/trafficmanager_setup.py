"""Profiles that tests of several subjects use."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import LOCATION, AzureHarness
from simulator_tests.azure.makers.dns import endpoint, profile


def with_profile(azure: AzureHarness) -> None:
    azure.group()
    profile(azure)


def with_endpoint(azure: AzureHarness) -> None:
    with_profile(azure)
    endpoint(azure)


def monitored(azure: AzureHarness, **changes: Any) -> object:
    return profile(azure, monitorConfig=changes)


def inline(name: str, **changes: Any) -> dict[str, Any]:
    kind = "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    return {"name": name, "type": kind, "target": f"{name}.example.com", "endpointLocation": LOCATION, **changes}
