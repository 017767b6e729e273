"""LiveKit, Redis, a trunk or a rule is missing: what becomes of calls, and that the next one is answered afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from livekit import api

from tests.voice.bridge import AGENT_TONE, CALLER_TONE, FREESWITCH, INSIDE_PORT, Bridge, running_bridge
from tests.voice.rtp import MediaEnd
from tests.voice.sip import SipPeer
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with running_bridge(tmp_path_factory.mktemp("bridge")) as running:
        yield running


@pytest.fixture
def freeswitch() -> Iterator[SipPeer]:
    with SipPeer(FREESWITCH, INSIDE_PORT, "tcp") as peer:
        yield peer


def test_x(bridge: Bridge, freeswitch: SipPeer) -> None:
    with MediaEnd(FREESWITCH, 16384, frequency=CALLER_TONE) as a, MediaEnd(FREESWITCH, 16386, frequency=CALLER_TONE) as b:
        d = bridge.answered(freeswitch, a)
        eventually(lambda: a.hears(AGENT_TONE), 10)
        t0=time.monotonic()
        bridge.livekit.kill()
        time.sleep(2)
        bridge.livekit.start()
        print("restarted", time.monotonic()-t0)
        while time.monotonic()-t0 < 50:
            now=time.monotonic()
            print(round(now-t0), "A hears", a.hears(AGENT_TONE, since=now-1), d.has("BYE"), bridge.sip.active_calls(), bridge.rooms.names(), [bridge.rooms.identities(r) for r in bridge.rooms.names()])
            if d.has("BYE"): break
            time.sleep(2)
        c = bridge.answered(freeswitch, b)
        eventually(lambda: b.hears(AGENT_TONE), 10)
        print("--- redis")
        if d.has("BYE"):
            d = bridge.answered(freeswitch, a)
        t0=time.monotonic()
        bridge.redis.kill()
        time.sleep(5)
        now=time.monotonic()
        print("during", a.hears(AGENT_TONE, since=now-1), b.hears(AGENT_TONE, since=now-1))
        bridge.redis.start()
        while bridge.trunks.once().returncode: time.sleep(0.5)
        print("trunks", time.monotonic()-t0)
        for i in range(6):
            time.sleep(2); now=time.monotonic()
            print(round(now-t0), a.hears(AGENT_TONE, since=now-1), b.hears(AGENT_TONE, since=now-1), d.has("BYE"), c.has("BYE"), bridge.rooms.names())
        with MediaEnd(FREESWITCH, 16390, frequency=CALLER_TONE) as e:
            f = bridge.answered(freeswitch, e)
            eventually(lambda: e.hears(AGENT_TONE), 10)
            f.hang_up()
        now=time.monotonic()
        print("end", a.hears(AGENT_TONE, since=now-1), b.hears(AGENT_TONE, since=now-1), d.has("BYE"), c.has("BYE"), bridge.rooms.names())
        c.hang_up()
        time.sleep(3)
        print("end2", bridge.sip.active_calls(), bridge.rooms.names())
