"""Settings for all tests of the simulator."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

from azure_rehearsal.protocol.program_runner import COLLECTOR_THRESHOLDS
from azure_rehearsal.testing import cli

__all__ = ["cli"]

# As in the rehearsal's programs: the SDKs' objects live until the end, so collecting them wastes time.
gc.set_threshold(*COLLECTOR_THRESHOLDS)

# Makes an Output in an f-string raise instead of becoming a warning text in a resource.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"

# Deadlines would measure the machine, not the code.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the tests that start an engine first, because they take longest."""
    items.sort(key=lambda item: item.get_closest_marker("rehearsal") is None)
