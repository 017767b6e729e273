"""What every test of voice software runs under."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.own_network import own_network
from tests.voice.programs import FREESWITCH_VARIABLE, WITHOUT_FREESWITCH


@pytest.fixture(scope="session", autouse=True)
def network() -> Iterator[None]:
    """A network of the tests' own: no address or port of the machine is used, and none can be reached."""
    with own_network():
        yield


@pytest.fixture(scope="session")
def freeswitch_prefix() -> Path:
    """The folder with `bin/freeswitch`. Tests that need FreeSWITCH are skipped where it is not installed."""
    prefix = os.environ.get(FREESWITCH_VARIABLE)
    if not prefix:
        pytest.skip(WITHOUT_FREESWITCH)
    program = Path(prefix) / "bin" / "freeswitch"
    assert program.is_file(), f"{FREESWITCH_VARIABLE}={prefix}: {program} is missing."
    return Path(prefix)
