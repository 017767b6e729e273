"""Fixtures of the voice tests: the network namespace and FreeSWITCH."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.freeswitch_node import Node, running_node
from tests.voice.own_network import own_network
from tests.voice.programs import FREESWITCH_VARIABLE, WITHOUT_FREESWITCH


@pytest.fixture(scope="session", autouse=True)
def network() -> Iterator[None]:
    """A network namespace: tests use and reach no address or port of the machine."""
    with own_network():
        yield


@pytest.fixture(scope="session")
def freeswitch_prefix() -> Path:
    """The folder with `bin/freeswitch`. Skips the test if FreeSWITCH is not installed."""
    prefix = os.environ.get(FREESWITCH_VARIABLE)
    if not prefix:
        pytest.skip(WITHOUT_FREESWITCH)
    program = Path(prefix) / "bin" / "freeswitch"
    assert program.is_file(), f"{FREESWITCH_VARIABLE}={prefix}: {program} is missing."
    return Path(prefix)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[Node]:
    """A node whose FreeSWITCH has the values of `call_values`. A module with other values defines its own `running`."""
    with running_node(tmp_path_factory.mktemp("freeswitch"), freeswitch_prefix) as node:
        yield node


@pytest.fixture
def node(running: Node) -> Iterator[Node]:
    """The node. Every test must leave no channel and no open recording behind."""
    running.forget()
    yield running
    running.settled()
