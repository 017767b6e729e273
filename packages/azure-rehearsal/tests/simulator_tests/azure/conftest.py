"""Fixtures for tests of the simulated Azure."""

from __future__ import annotations

import pytest

from simulator_tests.azure.world import World


@pytest.fixture
def world() -> World:
    """An empty simulated Azure whose writes take no time."""
    return World()
