"""Fixtures and process settings of all tests."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

from azure_rehearsal.protocol.program_runner import COLLECTOR_THRESHOLDS
from azure_rehearsal.testing import cli

__all__ = ["cli"]

# As in programs of a rehearsal: the SDKs' objects live until the end, so collecting them is a waste.
gc.set_threshold(*COLLECTOR_THRESHOLDS)

# An Output in an f-string raises instead of becoming a warning text. The SDK reads the variable at each use.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"

# Deadlines depend on the load of the machine.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs tests with an engine first, because they take longest."""
    items.sort(key=lambda item: item.get_closest_marker("rehearsal") is None)
