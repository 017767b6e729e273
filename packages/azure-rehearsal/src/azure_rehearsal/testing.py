"""What tests find on the machine or build there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from azure_rehearsal.errors import UsageError

Found = TypeVar("Found")


def installed(find: Callable[[], Found]) -> Found:
    """What `find` finds. Where it raises `UsageError` the test is skipped, or fails with REHEARSAL_REQUIRED=1 (CI)."""
    try:
        return find()
    except UsageError as missing:
        if os.environ.get("REHEARSAL_REQUIRED") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
