"""Without LiveKit, Redis or a trunk, new calls are refused at once or time out; later calls are answered again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from livekit import api

from tests.voice.bridge import AGENT_TONE, CALLER_TONE, FREESWITCH, INSIDE_PORT, Bridge, running_bridge
from tests.voice.rtp import MediaEnd
from tests.voice.sip import SipPeer
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

REFUSED_WITHIN = 3
"""Seconds. The timeout of LiveKit SIP for LiveKit and Redis is one second."""
BACK_WITHIN = 45
"""Seconds after which calls are answered again. Agents wait longer before each attempt to register."""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with running_bridge(tmp_path_factory.mktemp("bridge")) as running:
        yield running


@pytest.fixture
def freeswitch() -> Iterator[SipPeer]:
    with SipPeer(FREESWITCH, INSIDE_PORT, "tcp") as peer:
        yield peer


@contextmanager
def audio(port: int) -> Generator[MediaEnd]:
    with MediaEnd(FREESWITCH, port, frequency=CALLER_TONE) as media:
        yield media


@contextmanager
def trunk_manager(bridge: Bridge, folder: Path) -> Generator[None]:
    """Runs the trunk manager, with a comparison each second."""
    with (folder / "trunks.log").open("wb") as log:
        process = subprocess.Popen(
            bridge.trunks.command(), env=bridge.trunks.environment(), stdout=log, stderr=log
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def answered_again(bridge: Bridge, freeswitch: SipPeer) -> None:
    """Repeats calls until one is answered and its caller hears the agent."""

    def try_once() -> bool:
        with audio(16390) as media:
            dialog = bridge.call(freeswitch, media)
            try:
                final = dialog.final(3)
            except AssertionError:  # it rings without an agent
                dialog.send("CANCEL")
                return False
            if final.status != 200:
                return False
            media.remote = final.media()
            eventually(lambda: media.hears(AGENT_TONE), 10)
            dialog.hang_up()
            return True

    eventually(try_once, BACK_WITHIN)


def test_a_call_without_a_trunk_gets_no_final_response_from_the_bridge_and_leaves_nothing_behind(
    bridge: Bridge, freeswitch: SipPeer, tmp_path: Path
) -> None:
    async def forget(server: api.LiveKitAPI) -> None:
        for trunk in (await server.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())).items:
            await server.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=trunk.sip_trunk_id))

    bridge.rooms.call(forget)
    with audio(16384) as media:
        dialog = bridge.call(freeswitch, media)
        dialog.expect(180)
        with pytest.raises(AssertionError, match="no final response"):
            # When this fails, LiveKit SIP sends a final response, and FreeSWITCH needs no timeout.
            dialog.final(3)
        dialog.send("CANCEL")
    bridge.wait_until_nothing_is_left()
    with trunk_manager(bridge, tmp_path):
        answered_again(bridge, freeswitch)


def test_a_lost_redis_ends_no_call_and_calls_are_answered_when_it_is_back(
    bridge: Bridge, freeswitch: SipPeer, tmp_path: Path
) -> None:
    with audio(16384) as media, audio(16386) as other, trunk_manager(bridge, tmp_path):
        dialog = bridge.answered(freeswitch, media)
        eventually(lambda: media.hears(AGENT_TONE), 10)
        bridge.redis.kill()
        sent = time.monotonic()
        refused = bridge.call(freeswitch, other).final(10)
        assert refused.status == 503
        assert refused.at - sent < REFUSED_WITHIN
        assert bridge.sip.ready(), "the readiness of a bridge does not depend on LiveKit or Redis"
        bridge.redis.start()
        answered_again(bridge, freeswitch)
        assert media.hears(AGENT_TONE, since=time.monotonic() - 1), "the call did not survive"
        assert not dialog.has("BYE")
        dialog.hang_up()
    bridge.wait_until_nothing_is_left()


def test_a_lost_livekit_refuses_calls_at_once_and_answers_when_it_is_back(bridge: Bridge, freeswitch: SipPeer) -> None:
    with audio(16384) as media:
        bridge.livekit.kill()
        sent = time.monotonic()
        refused = bridge.call(freeswitch, media).final(10)
        assert refused.status == 503
        assert refused.at - sent < REFUSED_WITHIN
        assert bridge.sip.ready(), "the readiness of a bridge does not depend on LiveKit or Redis"
        bridge.livekit.start()
        answered_again(bridge, freeswitch)
    bridge.wait_until_nothing_is_left()
