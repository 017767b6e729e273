"""Calls between FreeSWITCH and an agent through a real LiveKit SIP and a real LiveKit."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from functools import partial

import pytest
from livekit import api

from tests.charts.workloads import values_of
from tests.voice.bridge import (
    AGENT_TONE,
    CALLED,
    CALLER,
    CALLER_TONE,
    FREESWITCH,
    INSIDE_PORT,
    OURS,
    Bridge,
    running_bridge,
)
from tests.voice.livekit_sip import LiveKitSip
from tests.voice.rtp import MediaEnd
from tests.voice.sip import SipPeer, sdp
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

MEDIA_PORT = 16384


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with running_bridge(tmp_path_factory.mktemp("bridge"), agent={"TONE_ECHO_DIGITS": "yes"}) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_is_left(bridge: Bridge) -> Iterator[None]:
    """Every call must leave no room, participant or dialog behind."""
    yield
    try:
        bridge.wait_until_nothing_is_left()
    finally:  # a failure must not affect the next test
        for room in bridge.rooms.names():
            bridge.rooms.delete(room)
    assert bridge.sip.process.poll() is None
    assert bridge.livekit.process.poll() is None


@pytest.fixture
def freeswitch() -> Iterator[SipPeer]:
    with SipPeer(FREESWITCH, INSIDE_PORT, "tcp") as peer:
        yield peer


@pytest.fixture
def caller() -> Iterator[MediaEnd]:
    with MediaEnd(FREESWITCH, MEDIA_PORT, frequency=CALLER_TONE) as media:
        yield media


def room_of(bridge: Bridge) -> str:
    """The room of the only call."""
    (name,) = bridge.rooms.names()
    return name


def digits_of(bridge: Bridge, room: str) -> str:
    """The digits that the agent got in a room."""
    return "".join(event["digit"] for event in bridge.agent.reported.events("digit", room=room))


def test_both_sides_hear_each_other_and_the_agent_gets_both_numbers(
    bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd
) -> None:
    dialog = bridge.answered(freeswitch, caller)
    eventually(lambda: caller.hears(AGENT_TONE), 10)
    room = room_of(bridge)
    bridge.agent.reported.wait_for("heard", room=room, frequency=CALLER_TONE)
    who = bridge.agent.reported.wait_for("participant", room=room)
    stated = {name: value for name, value in who["attributes"].items() if name.startswith("voice.")}
    identifier = stated.pop("voice.call")
    assert stated == {"voice.caller": CALLER, "voice.called": CALLED, "voice.carrier": "acme"}
    assert identifier in dialog.local_party, "the attribute and the From header must agree"
    dialog.hang_up()


def test_digits_arrive_in_both_directions(bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd) -> None:
    dialog = bridge.answered(freeswitch, caller)
    eventually(lambda: caller.hears(AGENT_TONE), 10)
    room = room_of(bridge)

    def echoed(pressed: str) -> bool:
        return digits_of(bridge, room) == pressed == caller.digits()

    for pressed in ("1", "15", "15#"):
        caller.press(pressed[-1])
        eventually(partial(echoed, pressed), 10, lambda: f"{digits_of(bridge, room)}, {caller.digits()}")
    dialog.hang_up()


def test_livekit_sip_loses_digits_in_the_first_half_second_of_a_call(bridge: Bridge, freeswitch: SipPeer) -> None:
    # When this fails, LiveKit SIP no longer loses them, and FreeSWITCH need not delay digits.
    for attempt in range(10):
        with MediaEnd(FREESWITCH, MEDIA_PORT + 2 * attempt, frequency=CALLER_TONE) as media:
            dialog = bridge.answered(freeswitch, media)
            room = room_of(bridge)
            media.press("123456789")
            eventually(lambda room=room: digits_of(bridge, room).endswith("9"), 10)
            dialog.hang_up()
            if digits_of(bridge, room) != "123456789":
                return
        bridge.wait_until_nothing_is_left()
    pytest.fail("the agent got all digits of 10 calls")


def test_a_call_is_answered_within_a_second(bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd) -> None:
    took = []
    for _ in range(5):
        sent = time.monotonic()
        dialog = bridge.call(freeswitch, caller)
        took.append(dialog.expect(200, 3).at - sent)
        dialog.hang_up()
    assert statistics.median(took) < 1, took


def test_a_caller_who_hangs_up_ends_the_agents_job(bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd) -> None:
    dialog = bridge.answered(freeswitch, caller)
    room = room_of(bridge)
    bridge.agent.reported.wait_for("heard", room=room, frequency=CALLER_TONE)
    dialog.hang_up()
    bridge.agent.reported.wait_for("participant_left", room=room, seconds=5)
    bridge.agent.reported.wait_for("left", room=room, seconds=10)


def test_an_agent_that_ends_the_room_hangs_up(bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd) -> None:
    dialog = bridge.answered(freeswitch, caller)
    bridge.rooms.delete(room_of(bridge))
    dialog.expect("BYE", 5)


def test_a_caller_who_hangs_up_before_the_answer_leaves_nothing_behind(
    bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd
) -> None:
    dialog = bridge.call(freeswitch, caller)
    dialog.expect(180)
    dialog.send("CANCEL")
    assert dialog.final().status == 487


def test_an_offer_without_a_common_codec_is_refused_at_once(
    bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd
) -> None:
    dialog = bridge.call(freeswitch, caller, codec=18)
    assert dialog.final(3).status == 400


def test_a_held_call_continues_after_it_is_resumed(bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd) -> None:
    dialog = bridge.answered(freeswitch, caller)
    eventually(lambda: caller.hears(AGENT_TONE), 10)
    for version, direction in ((2, "sendonly"), (3, "sendrecv")):
        caller.muted = direction == "sendonly"
        dialog.send("INVITE", body=sdp(FREESWITCH, MEDIA_PORT, codecs=(0,), direction=direction, version=version))
        assert dialog.expect(200).method == "INVITE"
    resumed = time.monotonic()
    eventually(lambda: caller.hears(AGENT_TONE, since=resumed), 10)
    dialog.hang_up()


def test_a_pause_of_twenty_seconds_ends_no_call(bridge: Bridge, freeswitch: SipPeer) -> None:
    # The default limit of LiveKit SIP is 15 s after the last packet.
    with MediaEnd(FREESWITCH, 16386, frequency=CALLER_TONE) as talker, MediaEnd(FREESWITCH, 16388) as mute:
        mute.muted = True
        talked, muted = bridge.answered(freeswitch, talker), bridge.answered(freeswitch, mute)
        eventually(lambda: talker.hears(AGENT_TONE) and mute.hears(AGENT_TONE), 10)
        talker.muted = True
        silent_since = time.monotonic()
        while time.monotonic() < silent_since + 20:
            assert not talked.has("BYE")
            assert not muted.has("BYE")
            time.sleep(0.5)
        for dialog, media in ((talked, talker), (muted, mute)):
            assert media.hears(AGENT_TONE, since=silent_since + 19)
            dialog.hang_up()


@pytest.mark.parametrize("spoke", [True, False])
def test_silence_beyond_the_limits_ends_a_call(
    bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd, tmp_path_factory: pytest.TempPathFactory, spoke: bool
) -> None:
    values = {
        **values_of("livekit-sip", "minimal"),
        "media": {"timeoutSeconds": 3, "initialTimeoutSeconds": 2},
        "ports": {"sip": 5070, "rtpFirst": 20000, "rtpLast": 20100, "health": 18083, "metrics": 16790},
    }
    with LiveKitSip(tmp_path_factory.mktemp("impatient"), values, bridge.redis, private="10.98.0.4") as impatient:
        caller.muted = not spoke
        running = Bridge(impatient, bridge.livekit, bridge.redis, bridge.trunks, bridge.agent, bridge.rooms)
        dialog = running.answered(freeswitch, caller)
        eventually(lambda: caller.hears(AGENT_TONE), 10)
        caller.muted, silent_since = True, time.monotonic()
        assert dialog.expect("BYE", 8).at - silent_since < 6
        eventually(lambda: impatient.active_calls() == 0, 5)


def test_an_outbound_call_has_the_number_of_the_trunk(bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd) -> None:
    outcome = bridge.rooms.call_out("out-1", CALLED)
    called = freeswitch.incoming(10)
    assert called.invite is not None
    assert f"<sip:{OURS}@" in called.invite.header("From")
    assert called.invite.first.startswith(f"INVITE sip:{CALLED}@{FREESWITCH}")
    caller.remote = called.invite.media()
    called.respond(180)
    called.respond(200, body=sdp(FREESWITCH, MEDIA_PORT, codecs=(0,)))
    bridge.rooms.dispatch("out-1", "voice-agent")
    eventually(lambda: caller.hears(AGENT_TONE), 20)
    assert outcome.result(20).sip_call_id
    called.hang_up()


def test_a_busy_called_party_is_reported_to_the_agent(bridge: Bridge, freeswitch: SipPeer) -> None:
    outcome = bridge.rooms.call_out("out-2", CALLED)
    freeswitch.incoming(10).respond(486)
    with pytest.raises(api.SipCallError) as refused:
        outcome.result(20)
    assert refused.value.sip_status_code == 486
