"""Calls through a real LiveKit SIP and a real LiveKit to a real agent, as FreeSWITCH makes them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import BRIDGE, LIVEKIT_URL, LiveKitSip
from tests.voice.rooms import Rooms
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog, SipPeer, sdp
from tests.voice.trunks import Trunks
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

FREESWITCH, INSIDE_PORT = "10.98.0.3", 5090
MEDIA_PORT = 16384
CALLER, CALLED = "+493012345678", "+498912345679"
SECRETS = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET}
AGENT_TONE, CALLER_TONE = 600, 440


@dataclass
class Bridge:
    """Everything behind FreeSWITCH."""

    sip: LiveKitSip
    livekit: LiveKit
    redis: Redis
    agent: Agent
    rooms: Rooms


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("bridge")
    values = values_of("livekit-sip", "minimal")
    with ExitStack() as stack:
        redis = stack.enter_context(Redis(folder / "redis"))
        livekit = LiveKit(folder / "livekit", values_of("livekit", "minimal"), redis, programs.built(programs.LIVEKIT))
        stack.enter_context(livekit)
        trunks = Trunks(folder / "trunks", values).once()
        assert trunks.returncode == 0, trunks.stderr
        sip = stack.enter_context(LiveKitSip(folder / "sip", values, redis))
        agent = Agent(folder / "agent", values_of("voice-agent", "minimal"), livekit_url=LIVEKIT_URL, secrets=SECRETS)
        stack.enter_context(agent)
        yield Bridge(sip, livekit, redis, agent, Rooms(LIVEKIT_URL, API_KEY, API_SECRET))


@pytest.fixture
def freeswitch() -> Iterator[SipPeer]:
    with SipPeer(FREESWITCH, INSIDE_PORT, "tcp") as peer:
        yield peer


@pytest.fixture
def caller() -> Iterator[MediaEnd]:
    with MediaEnd(FREESWITCH, MEDIA_PORT, frequency=CALLER_TONE) as media:
        yield media


def call(freeswitch: SipPeer, identifier: str = "call-1") -> Dialog:
    """An INVITE as FreeSWITCH's profile `inside` sends it."""
    return freeswitch.invite(
        (BRIDGE, 5070), "voice",
        f"X-Voice-Caller: {CALLER}", f"X-Voice-Called: {CALLED}",
        f"X-Voice-Call: {identifier}", "X-Voice-Carrier: acme",
        body=sdp(FREESWITCH, MEDIA_PORT, codecs=(0,)), caller=CALLER,
    )  # fmt: skip


def nothing_is_left(bridge: Bridge) -> bool:
    return bridge.sip.active_calls() == 0 and not bridge.rooms.names()


def test_a_call_is_answered_and_both_sides_hear_each_other(
    bridge: Bridge, freeswitch: SipPeer, caller: MediaEnd
) -> None:
    started = time.monotonic()
    dialog = call(freeswitch)
    answer = dialog.final(20)
    print("answered", answer.status, answer.at - started)
    assert answer.status == 200
    caller.remote = answer.media()
    eventually(lambda: caller.hears(AGENT_TONE), 10)
    bridge.agent.said.wait_for("heard", frequency=CALLER_TONE)
    print(bridge.agent.said.events())
    print(bridge.rooms.names(), [bridge.rooms.identities(r) for r in bridge.rooms.names()])
    dialog.hang_up()
    eventually(lambda: nothing_is_left(bridge), 30, lambda: str(bridge.rooms.names()))
    print("end", time.monotonic() - started)
    print(bridge.sip.log.read_text())
    print(bridge.livekit.log.read_text())
    print(bridge.sip.metrics())
