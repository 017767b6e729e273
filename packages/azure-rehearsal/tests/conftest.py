"""What every test of the simulator runs under."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

from azure_rehearsal.protocol.program_runner import COLLECTOR_THRESHOLDS
from azure_rehearsal.testing import cli

__all__ = ["cli"]

# As every program of the rehearsal has it: the SDKs' objects live to the end and need no walking.
gc.set_threshold(*COLLECTOR_THRESHOLDS)

# An Output in an f-string becomes a warning text in a resource; with this it raises. Read at each use, so set first.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"

# A deadline measures the machine, not the code, and fails on a busy one.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what starts an engine: that takes longest."""
    items.sort(key=lambda item: item.get_closest_marker("rehearsal") is None)
