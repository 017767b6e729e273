"""A program dies during a call: only calls that cannot survive are lost, and the next call is answered.

Skipped without FreeSWITCH.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from model.call_timeouts import BRIDGE_TIMEOUT_SECONDS, FREESWITCH_TIMEOUT_SECONDS
from tests.voice.agent import Agent
from tests.voice.chain import Chain, agent, chain
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

HANG_UP_SECONDS = BRIDGE_TIMEOUT_SECONDS + 5
"""Time in which a caller whose call is lost is hung up."""
RECONNECT_SECONDS = 30
"""Time in which LiveKit SIP and agents reconnect, with increasing pauses."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[Chain]:
    with chain(tmp_path_factory.mktemp("chain"), freeswitch_prefix) as started:
        yield started


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, calls: Chain) -> Iterator[Agent]:
    assert calls.livekit.ready()
    with agent(tmp_path_factory.mktemp("agent")) as started:
        yield started


def the_next_call_is_answered(calls: Chain) -> None:
    def answered() -> bool:
        with calls.media() as media:
            dialog = calls.send(media)
            final = dialog.final(20)
            if final.status == 200:
                dialog.hang_up()
            return final.status == 200

    eventually(answered, 60, lambda: calls.bridge.log.read_text()[-3000:])
    calls.nothing_left()


@pytest.mark.usefixtures("worker")
def test_a_call_survives_a_sip_edge_that_dies(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        calls.edge.kill()
        call.hears_agent()
        call.dialog.hang_up()
    calls.edge.start()
    the_next_call_is_answered(calls)


@pytest.mark.usefixtures("worker")
def test_a_call_survives_a_redis_that_is_restarted(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        calls.redis.restart()
        call.hears_agent()
    calls.restore_trunks()
    the_next_call_is_answered(calls)


@pytest.mark.usefixtures("worker")
def test_a_caller_whose_bridge_dies_is_hung_up_and_the_next_one_is_answered(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        calls.bridge.process.kill()
        call.dialog.expect("BYE", HANG_UP_SECONDS)
    with calls.media() as media:
        assert calls.send(media).final(10).status == 503
    calls.bridge.__enter__()
    the_next_call_is_answered(calls)


@pytest.mark.usefixtures("worker")
def test_a_call_survives_a_livekit_that_is_restarted(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        calls.livekit.process.kill()
        calls.livekit.process.wait(10)
        eventually(lambda: call.media.silence() > 1, 10)
        calls.livekit.__enter__()
        call.hears_agent(RECONNECT_SECONDS)
        room = calls.room()
        call.dialog.hang_up()
    # livekit-agents 1.8.9: a reconnected agent gets no event when its caller leaves.
    calls.rooms.delete(room)
    the_next_call_is_answered(calls)


@pytest.mark.usefixtures("worker")
def test_a_node_that_dies_loses_only_its_calls(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        calls.freeswitch.kill()
        with calls.media() as media:
            assert calls.send(media).final(10).status == 503
        eventually(lambda: not calls.occupied(), FREESWITCH_TIMEOUT_SECONDS + 10)
    calls.freeswitch.start()
    the_next_call_is_answered(calls)
