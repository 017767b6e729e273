"""Calls from carriers through a real FreeSWITCH: their destinations, the data that each side gets, and refusals."""

from __future__ import annotations

import re
import time

import pytest

from tests.voice.freeswitch_node import (
    FOR_CALLS,
    NUMBER,
    Node,
    answered_call,
    bridge_answer,
    carrier_offer,
    media_address,
    sounds,
)
from tests.voice.freeswitch_program import DIRECT_CARRIER, EDGE
from tests.voice.sip import Dialog, SipPeer, sdp
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice


def voice_headers(leg: Dialog) -> dict[str, str]:
    """The headers with which FreeSWITCH describes the call to the bridge."""
    assert leg.invite is not None
    return dict(re.findall(r"^(X-[^:]+): ([^\r\n]*)", leg.invite.text, re.MULTILINE))


def refused_by_every_bridge(node: Node, call: Dialog, status: int) -> None:
    """Lets both bridges refuse the call, so that the carrier gets 503."""
    node.bridge.incoming().respond(status)
    node.other_bridge.incoming().respond(status)
    assert call.final().status == 503


@pytest.mark.parametrize("status", [400, 403, 404, 480, 486, 488, 500, 600, 603])
def test_a_bridges_response_to_the_call_reaches_the_carrier_unchanged(node: Node, status: int) -> None:
    call = node.call()
    leg = node.bridge.incoming()
    leg.respond(180)
    call.expect(180)
    before = time.monotonic()
    leg.respond(status)
    final = call.final()
    assert final.status == status
    assert final.at - before < 1
    assert not final.header("Retry-After")


def test_a_busy_call_is_not_offered_to_another_bridge(node: Node) -> None:
    offered = len(node.other_bridge.calls)
    call = node.call()
    node.bridge.incoming().respond(486)
    call.final()
    node.settled()
    assert len(node.other_bridge.calls) == offered


@pytest.mark.parametrize("status", [408, 502, 503, 504])
def test_a_failed_bridge_is_skipped_at_once(node: Node, status: int) -> None:
    call = node.call()
    node.bridge.incoming().respond(status)
    leg = node.other_bridge.incoming(1)
    leg.respond(200, body=bridge_answer())
    call.expect(200)
    call.hang_up()


def test_a_silent_bridge_is_skipped_within_six_seconds(node: Node) -> None:
    started = time.monotonic()
    call = node.call()
    node.bridge.incoming()
    leg = node.other_bridge.incoming(6 - (time.monotonic() - started))
    leg.respond(486)
    assert call.final().status == 486


def test_a_carrier_gets_503_without_retry_after_if_no_bridge_accepts_the_call(node: Node) -> None:
    call = node.call()
    refused_by_every_bridge(node, call, 503)
    assert not call.final().header("Retry-After")
    uuid = voice_headers(node.bridge.calls[-1])["X-Voice-Call"]
    eventually(lambda: f"Call {uuid}: the bridge failed" in node.freeswitch.log(), 10)


def test_a_bridge_that_does_not_run_is_skipped_at_once(node: Node) -> None:
    node.bridge.pause()
    try:
        call = node.call()
        leg = node.other_bridge.incoming(2)
    finally:
        node.bridge.resume()
    leg.respond(486)
    assert call.final().status == 486


def test_the_bridge_gets_the_numbers_the_call_id_and_the_carrier(node: Node) -> None:
    call = node.call(caller="+15550123")
    leg = node.bridge.incoming()
    headers = voice_headers(leg)
    assert re.fullmatch(r"[0-9a-f-]{36}", headers.pop("X-Voice-Call"))
    assert headers == {"X-Voice-Called": NUMBER, "X-Voice-Caller": "+15550123", "X-Voice-Carrier": "direct"}
    leg.respond(486)
    call.final()


def test_a_direct_carrier_cannot_forge_headers_for_the_bridge(node: Node) -> None:
    call = node.call(
        "X-Voice-Carrier: acme", "X-Voice-Called: +1", "X-Voice-Call: 1", "X-Voice-Caller: +1", "X-Voice-Else: 1",
        "X-Other: 1",
    )  # fmt: skip
    leg = node.bridge.incoming()
    headers = voice_headers(leg)
    assert headers.pop("X-Voice-Call") != "1"
    assert headers == {"X-Voice-Called": NUMBER, "X-Voice-Caller": "+15550199", "X-Voice-Carrier": "direct"}
    leg.respond(486)
    call.final()


def test_the_edge_names_the_carrier_of_a_call(node: Node) -> None:
    call = node.edge.invite(
        FOR_CALLS, NUMBER, "X-Voice-Carrier: acme", "X-Voice-Source: 198.51.100.20", body=sdp(EDGE, 4000)
    )
    leg = node.bridge.incoming()
    assert voice_headers(leg)["X-Voice-Carrier"] == "acme"
    leg.respond(486)
    call.final()


def test_neither_side_gets_headers_of_the_other(node: Node) -> None:
    call = node.call("X-Carrier: 1", "Remote-Party-ID: <sip:+15550188@carrier.example>", "X-FS-Support: send_info")
    leg = node.bridge.incoming()
    leg.respond(183, "X-Bridge: 1", body=bridge_answer())
    call.expect(183)
    leg.respond(200, "X-Bridge: 1", 'Remote-Party-ID: "agent" <sip:agent@bridge>', body=bridge_answer())
    call.expect(200)
    leg.send("BYE", "X-Bridge: 1")
    call.expect("BYE")
    second = node.call()
    node.bridge.incoming().respond(486, "X-Bridge: 1")
    second.final()
    for_carrier = "".join(message.text for message in (*call.messages, *second.messages))
    for_bridge = "".join(message.text for message in leg.messages)
    assert not re.findall(r"^(?:X-|Remote-Party-ID|P-).*", for_carrier, re.MULTILINE)
    assert set(re.findall(r"^(X-[^:]*|Remote-Party-ID|P-[^:]*):", for_bridge, re.MULTILINE)) == {
        "X-Voice-Called", "X-Voice-Caller", "X-Voice-Call", "X-Voice-Carrier",
    }  # fmt: skip


@pytest.mark.parametrize("parameters", [";npdi;rn=+15550111", ";phone-context=+49", ";tgrp=a;trunk-context=b.example"])
def test_user_parameters_are_not_part_of_the_called_number(node: Node, parameters: str) -> None:
    call = node.call(parameters=parameters)
    leg = node.bridge.incoming()
    assert voice_headers(leg)["X-Voice-Called"] == NUMBER
    leg.respond(486)
    assert call.final().status == 486


def test_a_display_name_with_an_escaped_quote_does_no_harm(node: Node) -> None:
    call = node.call(display='"Ann \\"A\\" Example" ')
    leg = node.bridge.incoming()
    assert voice_headers(leg)["X-Voice-Caller"] == "+15550199"
    leg.respond(486)
    assert call.final().status == 486


@pytest.mark.parametrize("require", ["Require: 100rel", "Supported: 100rel"])
def test_reliable_provisional_responses_work(node: Node, require: str) -> None:
    call = node.call(require)
    leg = node.bridge.incoming()
    leg.respond(180)
    ringing = call.expect(180)
    if ringing.header("RSeq"):
        call.send("PRACK", reliable=ringing)
        call.expect(200)
    else:
        assert require.startswith("Supported")
    leg.respond(200, body=bridge_answer())
    eventually(lambda: any(m.status == 200 and m.method == "INVITE" for m in call.messages), 5)
    call.hang_up()
    leg.expect("BYE")


def test_an_invite_without_sdp_becomes_a_call(node: Node) -> None:
    with sounds() as (carrier, bridge):
        call = node.call(body="")
        call.answer = carrier_offer(codecs=(0,))
        leg = node.bridge.incoming()
        assert leg.invite is not None
        bridge.remote = media_address(leg.invite)
        leg.respond(180)
        leg.respond(200, body=bridge_answer())
        carrier.remote = media_address(call.expect(200))
        eventually(lambda: carrier.hears(700) and bridge.hears(440), 5)
        call.hang_up()
        leg.expect("BYE")


@pytest.mark.parametrize(
    "offer",
    [sdp("2001:db8::1", 4000), sdp(DIRECT_CARRIER, 4000, codecs=(18,)), sdp(DIRECT_CARRIER, 4000, codecs=(9,))],
    ids=["only IPv6", "only G729", "only G722"],
)
def test_an_unsupported_offer_gets_488_before_the_bridge_rings(node: Node, offer: str) -> None:
    offered = len(node.bridge.calls)
    started = time.monotonic()
    final = node.call(body=offer).final()
    assert final.status == 488
    assert final.at - started < 1
    node.settled()
    assert len(node.bridge.calls) == offered


def test_an_unknown_extension_gets_420(node: Node) -> None:
    assert node.call("Require: foo").final().status == 420


@pytest.mark.parametrize("codec", [0, 8])
def test_both_legs_have_the_codec_that_the_carrier_prefers_and_only_loaded_codecs(node: Node, codec: int) -> None:
    call = node.call(body=carrier_offer(codecs=(codec, 8 - codec, 9)))
    leg = node.bridge.incoming()
    assert leg.invite is not None
    offered = re.search(r"m=audio \d+ RTP/AVP ([\d ]+)", leg.invite.body)
    assert offered
    assert set(offered[1].split()) - {"101", "13"} == {str(codec)}
    leg.respond(200, body=bridge_answer(codecs=(codec,)))
    assert f" RTP/AVP {codec} 101" in call.expect(200).body
    call.hang_up()
    leg.expect("BYE")


def test_an_unknown_address_gets_403(node: Node) -> None:
    with SipPeer("198.51.100.99") as stranger:
        final = stranger.invite(FOR_CALLS, NUMBER, body=carrier_offer()).final()
    assert final.status == 403
    assert not node.bridge.calls or voice_headers(node.bridge.calls[-1])["X-Voice-Carrier"] != "198.51.100.99"


def test_a_carrier_cannot_transfer_a_call(node: Node) -> None:
    with answered_call(node) as call:
        call.carrier.send("REFER", "Refer-To: <tel:+4930999999>")
        eventually(lambda: any(m.method == "REFER" and m.status for m in call.carrier.messages), 5)
        assert not any(m.method == "REFER" and m.status < 300 for m in call.carrier.messages)
        call.both_hear()
        call.hang_up()
