"""The timeouts of calls in a real FreeSWITCH, with shorter times and no other change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.freeswitch_node import Node, answered_call, carrier_offer, running_node
from tests.voice.freeswitch_program import call_values

pytestmark = pytest.mark.voice

MEDIA, HOLD, LONGEST, ANSWER = 3, 6, 9, 2


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[Node]:
    settings = {"rtp-timeout-sec": str(MEDIA), "rtp-hold-timeout-sec": str(HOLD), "call_timeout": str(ANSWER)}
    drain = {"maxCallSeconds": LONGEST, "deregistrationDelaySeconds": 1, "uploadSeconds": 1, "graceSeconds": 60}
    values = call_values(drain=drain)
    with running_node(tmp_path_factory.mktemp("freeswitch"), freeswitch_prefix, values, settings=settings) as node:
        yield node


def test_a_call_ends_if_one_side_sends_no_audio_until_the_timeout(node: Node) -> None:
    with answered_call(node) as call:
        call.carrier_sound.muted = True
        muted = time.monotonic()
        ended = call.bridge.expect("BYE", MEDIA + 4).at
        call.carrier.expect("BYE")
        assert MEDIA - 1 < ended - muted < MEDIA + 3


def test_an_unanswered_call_gets_480_and_is_not_offered_to_another_bridge(node: Node) -> None:
    offered = len(node.other_bridge.calls)
    call = node.call()
    leg = node.bridge.incoming()
    leg.respond(180)
    ringing = call.expect(180).at
    final = call.final(ANSWER + 3)
    assert final.status == 480
    assert ANSWER - 1 < final.at - ringing < ANSWER + 2
    leg.expect("CANCEL")
    node.settled()
    assert len(node.other_bridge.calls) == offered


def test_a_silent_peer_of_a_call_that_was_on_hold_leaves_no_channel_behind(node: Node) -> None:
    with answered_call(node) as call:
        call.carrier.send("INVITE", body=carrier_offer(2, direction="sendonly"))
        call.carrier.expect(200)
        call.carrier_sound.muted = True
        time.sleep(1)  # on hold; a request that overlaps the last one gets 500
        call.carrier.send("INVITE", body=carrier_offer(3))
        resumed = call.carrier.expect(200).at
        ended = call.bridge.expect("BYE", MEDIA + 4).at
        call.carrier.expect("BYE")
        assert MEDIA - 1 < ended - resumed < MEDIA + 3


def test_a_call_on_hold_lasts_until_the_hold_timeout(node: Node) -> None:
    with answered_call(node) as call:
        call.carrier.send("INVITE", body=carrier_offer(2, direction="sendonly"))
        call.carrier.expect(200)
        call.carrier_sound.muted = True
        muted = time.monotonic()
        ended = call.bridge.expect("BYE", HOLD + 4).at
        call.carrier.expect("BYE")
        assert HOLD - 1 < ended - muted < HOLD + 3


def test_a_call_ends_after_the_maximum_duration(node: Node) -> None:
    started = time.monotonic()
    with answered_call(node) as call:
        ended = call.carrier.expect("BYE", LONGEST + 4).at
        call.bridge.expect("BYE")
        assert LONGEST - 1 < ended - started < LONGEST + 3
