"""What makes many builds of whole graphs cheap."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(scope="module", autouse=True)
def _collector_leaves_the_sdk_alone() -> None:
    """The collector would walk the SDK's hundreds of thousands of objects in each build; that is half of its time."""
    gc.collect()
    gc.freeze()
