"""Calls between a carrier and an agent through all real programs. Skipped without FreeSWITCH."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from livekit import api

from tests.voice.agent import Agent
from tests.voice.chain import AGENT_TONE, CALLED, CALLER, CALLER_TONE, OWN_NUMBER, Chain, agent, chain
from tests.voice.freeswitch_program import EDGE_CARRIER, reachable
from tests.voice.sip import sdp
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

TRANSFER_TARGET = "+4930999999"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[Chain]:
    with chain(tmp_path_factory.mktemp("chain"), freeswitch_prefix) as started:
        yield started


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, running: Chain) -> Iterator[Agent]:
    assert running.livekit.ready()
    with agent(tmp_path_factory.mktemp("agent")) as started:
        yield started


@pytest.fixture
def calls(running: Chain) -> Iterator[Chain]:
    """The chain. Every test must leave no channel, dialog or room behind."""
    yield running
    running.nothing_left()


@pytest.mark.usefixtures("worker")
def test_a_call_is_answered_within_a_second(calls: Chain) -> None:
    setup = []
    for _ in range(5):
        with calls.call() as call:
            setup.append(call.answered - call.sent)
    assert statistics.median(setup) < 1, setup
    assert max(setup) < 3, setup


def test_both_sides_hear_each_other(calls: Chain, worker: Agent) -> None:
    with calls.call() as call:
        call.hears_agent()
        worker.reported.wait_for("heard", frequency=CALLER_TONE, room=calls.room())
        assert not call.media.hears(CALLER_TONE)


def digits(worker: Agent, room: str) -> str:
    """The digits that the agent got in a room."""
    return "".join(event["digit"] for event in worker.reported.events("digit", room=room))


def test_the_agent_gets_the_digits_that_a_caller_presses(calls: Chain, worker: Agent) -> None:
    with calls.call() as call:
        call.hears_agent()
        room = calls.room()
        call.media.press("42#")
        eventually(lambda: digits(worker, room) == "42#", 10, lambda: digits(worker, room))


@pytest.mark.parametrize("attempt", range(3))
def test_the_agent_gets_a_stored_number_that_a_phone_dials_right_after_the_answer(
    calls: Chain, worker: Agent, attempt: int
) -> None:
    number = f"493012345678{attempt}#"
    with calls.call() as call:
        call.media.press(number)
        room = calls.room()
        eventually(lambda: digits(worker, room) == number, 10, lambda: digits(worker, room))


def test_the_agent_gets_both_numbers_and_the_carrier(calls: Chain, worker: Agent) -> None:
    with calls.call():
        attributes = worker.reported.wait_for("participant", room=calls.room())["attributes"]
    assert attributes["voice.caller"] == CALLER
    assert attributes["voice.called"] == CALLED
    assert attributes["voice.carrier"] == "acme"
    assert attributes["voice.call"]


@pytest.mark.usefixtures("worker")
def test_a_caller_who_holds_and_resumes_hears_the_agent_again(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        call.media.muted = True
        offer = sdp(call.media.address, call.media.port, direction="sendonly", version=2)
        call.dialog.send("INVITE", body=offer)
        call.dialog.expect(200)
        time.sleep(3)
        call.media.muted = False
        call.dialog.send("INVITE", body=sdp(call.media.address, call.media.port, version=3))
        answer = call.dialog.expect(200)
        host, port = answer.media()
        call.media.remote = (reachable(host), port)
        call.hears_agent()


@pytest.mark.usefixtures("worker")
def test_a_caller_who_is_muted_or_on_hold_for_a_minute_stays_connected(calls: Chain) -> None:
    with calls.call() as muted, calls.call() as held:
        muted.hears_agent()
        held.hears_agent()
        muted.media.muted = held.media.muted = True
        offer = sdp(held.media.address, held.media.port, direction="sendonly", version=2)
        held.dialog.send("INVITE", body=offer)
        held.dialog.expect(200)
        silent_until = time.monotonic() + 60
        while time.monotonic() < silent_until:
            assert not muted.dialog.has("BYE")
            assert not held.dialog.has("BYE")
            time.sleep(0.5)
        muted.hears_agent()


@pytest.mark.usefixtures("worker")
def test_an_agent_that_ends_the_room_hangs_up_the_caller(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        calls.rooms.delete(calls.room())
        call.dialog.expect("BYE", 5)


def test_a_caller_who_hangs_up_before_an_agent_joins_leaves_nothing_behind(calls: Chain) -> None:
    with calls.media() as media:
        dialog = calls.send(media)
        dialog.expect(180, 10)
        dialog.send("CANCEL")
        assert dialog.final().status == 487


def test_five_concurrent_callers_each_get_an_agent(calls: Chain, worker: Agent) -> None:
    frequencies = (400, 500, 700, 800, 900)
    with contextlib.ExitStack() as open_calls:
        every = [open_calls.enter_context(calls.call(frequency=frequency)) for frequency in frequencies]
        for call in every:
            call.hears_agent()
        for frequency in frequencies:
            worker.reported.wait_for("heard", frequency=frequency)


def test_an_outbound_call_has_a_real_number_and_both_sides_hear_each_other(calls: Chain, worker: Agent) -> None:
    calls.rooms.dispatch("outbound", "voice-agent")
    worker.reported.wait_for("joined", room="outbound")
    trunk = calls.outbound_trunk()
    request = api.CreateSIPParticipantRequest(sip_trunk_id=trunk, sip_call_to=TRANSFER_TARGET, room_name="outbound")
    calls.rooms.call(lambda server: server.sip.create_sip_participant(request))
    dialog = calls.carrier.incoming(10)
    assert dialog.invite is not None
    assert f"sip:{OWN_NUMBER}@" in dialog.invite.header("From")
    with calls.media() as media:
        host, port = dialog.invite.media()
        media.remote = (reachable(host), port)
        dialog.respond(200, body=sdp(EDGE_CARRIER, media.port))
        eventually(lambda: media.hears(AGENT_TONE), 10)
        worker.reported.wait_for("heard", frequency=CALLER_TONE, room="outbound")
        dialog.hang_up()
    calls.rooms.delete("outbound")


@pytest.mark.usefixtures("worker")
def test_an_agent_transfers_its_caller_to_a_person(calls: Chain) -> None:
    with calls.call() as call:
        call.hears_agent()
        room = calls.room()
        caller = next(who for who in calls.rooms.identities(room) if who.startswith("sip_"))
        request = api.TransferSIPParticipantRequest(
            participant_identity=caller, room_name=room, transfer_to=f"tel:{TRANSFER_TARGET}"
        )
        with calls.transfer(request), calls.media(frequency=1000) as person:
            dialog = calls.carrier.incoming(10)
            assert dialog.invite is not None
            assert f"sip:{TRANSFER_TARGET}@" in dialog.invite.first
            host, port = dialog.invite.media()
            person.remote = (reachable(host), port)
            dialog.respond(200, body=sdp(EDGE_CARRIER, person.port))
            eventually(lambda: call.media.hears(1000) and person.hears(CALLER_TONE), 10)
            dialog.hang_up()
        call.dialog.expect("BYE", 5)
