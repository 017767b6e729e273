"""A real FreeSWITCH sends the bridge no number in an address, and ends calls that the bridge drops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.freeswitch_node import Node, running_node

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[Node]:
    with running_node(tmp_path_factory.mktemp("node"), freeswitch_prefix) as running:
        yield running
        running.settled()


def test_the_callers_number_reaches_the_bridge_only_in_a_header(node: Node) -> None:
    call = node.call(caller="+15550123", display='"Jane +15550123" ')
    leg = node.bridge.incoming()
    assert leg.invite is not None
    assert leg.invite.header("X-Voice-Caller") == "+15550123"
    assert f"<sip:{leg.invite.header('X-Voice-Call')}@" in leg.invite.header("From")
    assert leg.invite.text.count("15550123") == 1
    leg.respond(486)
    call.final()


def test_a_bridge_that_rings_and_drops_the_call_gives_the_carrier_a_final_response(node: Node) -> None:
    sent = time.monotonic()
    call = node.call()
    leg = node.bridge.incoming()
    leg.respond(180)
    final = call.final(15)
    assert final.status == 480
    assert final.at - sent < 12
    assert leg.has("CANCEL")
