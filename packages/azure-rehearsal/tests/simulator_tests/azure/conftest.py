"""Fixtures for tests of the simulated Azure."""

from __future__ import annotations

import pytest

from simulator_tests.azure.harness import AzureHarness


@pytest.fixture
def azure() -> AzureHarness:
    """An empty simulated Azure with instantaneous writes."""
    return AzureHarness()
