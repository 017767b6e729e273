"""Inputs that tests of the provider share."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.harness import GROUP, NETWORK

NETWORK_INPUTS: Final[dict[str, Any]] = {
    "resourceGroupName": GROUP,
    "virtualNetworkName": NETWORK,
    "addressSpace": {"addressPrefixes": ["10.10.0.0/16"]},
}
