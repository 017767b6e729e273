"""Outbound calls and transfers through a real FreeSWITCH: numbers, the data that carriers get, and recordings."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.freeswitch_node import (
    CARRIER_TONE,
    NUMBER,
    TARGET,
    Call,
    Node,
    answered_call,
    outbound_answer,
    running_node,
)
from tests.voice.freeswitch_program import EDGE_CARRIER, call_values, reachable
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

WHOLE_NUMBER = "+41440000001"
SHOWN = "+4930123400"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[Node]:
    values = call_values()
    outbound = values["carriers"][1]["outbound"]
    outbound |= {"prefixes": ["+49"], "numbers": [WHOLE_NUMBER], "caller": SHOWN}
    with running_node(tmp_path_factory.mktemp("freeswitch"), freeswitch_prefix, values) as node:
        yield node


def recordings(node: Node) -> set[str]:
    """The recordings, finished or not."""
    return {file.name for file in (node.freeswitch.recordings / "open").iterdir()}


@pytest.mark.parametrize("number", [WHOLE_NUMBER, TARGET, "+4930123456"])
def test_a_number_that_the_stack_allows_is_dialed(node: Node, number: str) -> None:
    call = node.call_out(number)
    leg = node.acme.incoming()
    assert leg.invite is not None
    assert leg.invite.first.startswith(f"INVITE sip:{number}@{EDGE_CARRIER}")
    leg.respond(486)
    assert call.final().status == 486


@pytest.mark.parametrize(
    "number",
    [f"{WHOLE_NUMBER}0", WHOLE_NUMBER[:-1], "+41440000002", "+431234567", "+49", "004930123456", "+49" + "1" * 14],
)
def test_every_other_number_is_refused(node: Node, number: str) -> None:
    called = len(node.acme.calls)
    assert node.call_out(number).final().status == 403
    node.settled()
    assert len(node.acme.calls) == called


@pytest.mark.parametrize("status", [403, 404, 480, 486, 500, 503, 603])
def test_the_carriers_response_reaches_livekit_unchanged(node: Node, status: int) -> None:
    call = node.call_out(TARGET)
    leg = node.acme.incoming()
    leg.respond(180)
    leg.respond(status)
    assert call.final(1).status == status


def test_carriers_get_the_caller_of_the_settings_and_no_data_of_livekit(node: Node) -> None:
    call = node.call_out(
        TARGET, "X-Voice-Call: 1", "X-LK-CallID: 1", "Remote-Party-ID: <sip:+15550177@livekit>",
        caller="+15550166", display='"Agent Smith" ',
    )  # fmt: skip
    leg = node.acme.incoming()
    assert leg.invite is not None
    text = leg.invite.text
    assert re.search(rf'^From: (?:"{re.escape(SHOWN)}" )?<sip:{re.escape(SHOWN)}@', text, re.MULTILINE)
    assert not re.search(r"^(?:X-|P-|Remote-Party-ID).*", text, re.MULTILINE)
    assert "Smith" not in text
    assert "+1555" not in text
    leg.respond(486)
    call.final()


def test_an_outbound_call_is_recorded_from_its_answer_on(node: Node) -> None:
    before = recordings(node)
    call = node.call_out(TARGET)
    leg = node.acme.incoming()
    leg.respond(183, body=outbound_answer())
    call.expect(183)
    assert recordings(node) == before
    leg.respond(200, body=outbound_answer())
    call.expect(200)
    eventually(lambda: len(recordings(node) - before) == 1, 5)
    call.hang_up()
    leg.expect("BYE")
    node.settled()
    new = recordings(node) - before
    assert len(new) == 1
    assert new <= node.freeswitch.finished_recordings


def test_an_unanswered_outbound_call_is_not_recorded(node: Node) -> None:
    before = recordings(node)
    call = node.call_out(TARGET)
    leg = node.acme.incoming()
    leg.respond(183, body=outbound_answer())
    call.expect(183)
    call.send("CANCEL")
    call.final()
    node.settled()
    assert recordings(node) == before


def test_livekit_and_the_carrier_agree_on_the_codec(node: Node) -> None:
    call = node.call_out(TARGET)
    leg = node.acme.incoming()
    leg.respond(200, body=outbound_answer(codecs=(8,)))
    assert " RTP/AVP 8 101" in call.expect(200).body
    call.hang_up()
    leg.expect("BYE")


def transfer(node: Node, call: Call, target: str) -> None:
    """The bridge requests a transfer, and FreeSWITCH starts it."""
    node.bridged()
    call.bridge.send("REFER", f"Refer-To: <{target}>", "Referred-By: <sip:voice@bridge>")
    call.bridge.expect(202)


def transfer_result(leg: Dialog) -> str:
    """The final result that the transferor gets."""
    return leg.expect("NOTIFY").body.strip()


@pytest.mark.parametrize("codec", [0, 8])
def test_a_transfer_connects_the_caller_to_the_target_and_reports_it(node: Node, codec: int) -> None:
    calls = len(node.bridge.calls)
    with answered_call(node) as call, MediaEnd(EDGE_CARRIER, 4000, frequency=900) as target:
        transfer(node, call, f"tel:{TARGET}")
        leg = node.acme.incoming()
        assert leg.invite is not None
        assert leg.invite.first.startswith(f"INVITE sip:{TARGET}@")
        assert not leg.invite.headers("X-Voice-Call")
        leg.respond(180)
        assert not call.bridge.has("NOTIFY"), "NOTIFY reports the result, not the start"
        address, port = leg.invite.media()
        target.remote = (reachable(address), port)
        leg.respond(200, body=outbound_answer(codecs=(codec,)))
        assert transfer_result(call.bridge) == "SIP/2.0 200 OK"
        call.bridge.hang_up()
        if codec == 0:
            eventually(lambda: target.hears(CARRIER_TONE) and call.carrier_sound.hears(900), 5)
        call.carrier.hang_up()
        leg.expect("BYE")
    node.settled()
    assert len(node.bridge.calls) == calls + 1, "the transfer must not call a bridge"


def test_a_transfer_to_a_forbidden_number_is_refused_and_the_call_continues(node: Node) -> None:
    called = len(node.acme.calls)
    with answered_call(node) as call:
        transfer(node, call, "tel:+431234567")
        assert transfer_result(call.bridge) == "SIP/2.0 403 Forbidden"
        call.both_hear(since=time.monotonic())
        call.hang_up()
    assert len(node.acme.calls) == called


def test_a_transfer_that_the_target_refuses_is_reported_and_the_call_continues(node: Node) -> None:
    with answered_call(node) as call:
        transfer(node, call, f"tel:{TARGET}")
        node.acme.incoming().respond(486)
        assert transfer_result(call.bridge).startswith("SIP/2.0 486")
        call.both_hear(since=time.monotonic())
        call.hang_up()


def test_a_transferred_call_has_one_recording(node: Node) -> None:
    before = recordings(node)
    with answered_call(node) as call:
        transfer(node, call, f"sip:{TARGET}@anywhere.example")
        leg = node.acme.incoming()
        leg.respond(200, body=outbound_answer())
        transfer_result(call.bridge)
        call.bridge.hang_up()
        call.carrier.hang_up()
        leg.expect("BYE")
    node.settled()
    new = recordings(node) - before
    assert len(new) == 1
    assert new <= node.freeswitch.finished_recordings


def test_a_caller_cannot_dial_out(node: Node) -> None:
    called = len(node.acme.calls)
    call = node.call(number=TARGET)
    leg = node.bridge.incoming()
    assert leg.invite is not None
    assert leg.invite.header("X-Voice-Called") == TARGET != NUMBER
    leg.respond(486)
    call.final()
    assert len(node.acme.calls) == called
