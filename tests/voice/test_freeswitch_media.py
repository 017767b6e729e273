"""The sound of calls through a real FreeSWITCH, and how calls end."""

from __future__ import annotations

import json
import time

import pytest

from tests.voice.freeswitch_node import (
    BRIDGE_TONE,
    CARRIER_TONE,
    Call,
    Node,
    answered_call,
    bridge_answer,
    carrier_offer,
    media_address,
    sounds,
)
from tests.voice.rtp import EVENTS
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice


def hold(call: Call, version: int, direction: str) -> None:
    """The carrier holds the call."""
    call.carrier.send("INVITE", body=carrier_offer(version, direction=direction))
    answer = call.carrier.expect(200)
    assert {"sendonly": "a=recvonly", "inactive": "a=inactive"}[direction] in answer.body
    assert " RTP/AVP 0 101" in answer.body, "the codec must not change"


def resume(call: Call, version: int) -> None:
    """The carrier resumes the call."""
    call.carrier.send("INVITE", body=carrier_offer(version))
    answer = call.carrier.expect(200)
    assert "a=recvonly" not in answer.body
    assert "a=inactive" not in answer.body
    assert " RTP/AVP 0 101" in answer.body, "the codec must not change"


def test_a_call_has_sound_and_digits_both_ways_and_leaves_a_recording_and_a_record(node: Node) -> None:
    with answered_call(node) as call:
        call.carrier_sound.press("12#")
        call.bridge_sound.press("90*")
        eventually(lambda: call.bridge_sound.digits() == "12#", 5, call.bridge_sound.digits)
        eventually(lambda: call.carrier_sound.digits() == "90*", 5, call.carrier_sound.digits)
        assert call.bridge.invite is not None
        uuid = call.bridge.invite.header("X-Voice-Call")
        call.hang_up()
    node.settled()
    assert (node.freeswitch.recordings / "open" / f"{uuid}.wav").stat().st_size > 8000
    assert f"{uuid}.wav" in node.freeswitch.finished_recordings
    record = json.loads((node.freeswitch.call_records / f"{uuid}.cdr.json").read_text())
    assert record["variables"]["hangup_cause"] == "NORMAL_CLEARING"


def test_digits_of_the_first_second_reach_the_bridge_after_it_and_do_not_delay_the_sound(node: Node) -> None:
    with sounds() as (carrier, bridge):
        call = node.call()
        leg = node.bridge.incoming()
        assert leg.invite is not None
        bridge.remote = media_address(leg.invite)
        answered = time.monotonic()
        leg.respond(200, body=bridge_answer())
        carrier.remote = media_address(call.expect(200))
        eventually(lambda: bridge.hears(CARRIER_TONE), 0.8)
        carrier.press("42#")
        eventually(lambda: bridge.digits() == "42#", 5, bridge.digits)
        first = next(packet for packet in bridge.received if packet.kind == EVENTS)
        assert first.at - answered > 0.9
        call.hang_up()
        leg.expect("BYE")


@pytest.mark.parametrize("side", ["carrier", "bridge"])
def test_either_side_ends_a_call(node: Node, side: str) -> None:
    with answered_call(node) as call:
        one, other = (call.carrier, call.bridge) if side == "carrier" else (call.bridge, call.carrier)
        one.hang_up()
        other.expect("BYE", 1)


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
def test_hold_and_resume_with_a_silent_peer_keeps_the_sound(node: Node, direction: str) -> None:
    with answered_call(node) as call:
        hold(call, 2, direction)
        call.carrier_sound.muted = True
        time.sleep(1.5)
        resume(call, 3)
        resumed = time.monotonic() + 0.2
        eventually(lambda: call.carrier_sound.hears(BRIDGE_TONE, since=resumed), 3)
        call.carrier_sound.muted = False
        call.both_hear(3, since=time.monotonic())
        call.hang_up()


def test_sound_reaches_a_caller_who_is_muted(node: Node) -> None:
    with answered_call(node) as call:
        call.carrier_sound.muted = True
        time.sleep(3)
        assert call.carrier_sound.hears(BRIDGE_TONE, since=time.monotonic() - 0.5)
        call.carrier_sound.muted = False
        call.both_hear(3, since=time.monotonic())
        call.hang_up()


def test_early_media_is_heard_before_the_answer(node: Node) -> None:
    with sounds() as (carrier, bridge):
        call = node.call()
        leg = node.bridge.incoming()
        assert leg.invite is not None
        bridge.remote = media_address(leg.invite)
        leg.respond(183, body=bridge_answer())
        carrier.remote = media_address(call.expect(183))
        eventually(lambda: carrier.hears(BRIDGE_TONE), 3)
        leg.respond(200, body=bridge_answer())
        call.expect(200)
        eventually(lambda: bridge.hears(CARRIER_TONE), 3)
        call.hang_up()
        leg.expect("BYE")


@pytest.mark.parametrize("phase", ["before ringing", "ringing", "early media"])
def test_cancel_ends_a_call_in_every_phase(node: Node, phase: str) -> None:
    call = node.call()
    leg = node.bridge.incoming()
    call.expect(100)
    if phase == "ringing":
        leg.respond(180)
        call.expect(180)
    elif phase == "early media":
        leg.respond(183, body=bridge_answer())
        call.expect(183)
    else:
        leg.respond(100)
    call.send("CANCEL")
    assert call.final(1).status == 487
    leg.expect("CANCEL")
    node.settled()
    assert not list((node.freeswitch.recordings / "open").glob(f"{leg.invite and leg.invite.header('X-Voice-Call')}*"))


def test_an_answer_that_crosses_a_cancel_leaves_nothing_behind(node: Node) -> None:
    call = node.call()
    leg = node.bridge.incoming()
    leg.respond(180)
    call.expect(180)
    call.send("CANCEL")
    leg.respond(200, body=bridge_answer())
    eventually(lambda: call.has(487) or call.has("BYE") or any(m.status == 200 for m in call.messages), 5)
    if not call.has(487) and not call.has("BYE"):
        call.hang_up()
