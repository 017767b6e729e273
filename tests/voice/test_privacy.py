"""No log line and no file name of FreeSWITCH contains numbers of calls; docs/privacy.md lists the exceptions."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.freeswitch_node import TARGET, Node, answered_call, outbound_answer, running_node
from tests.voice.freeswitch_program import CARRIER_PORT, PRIVATE
from tests.voice.privacy import numbers_in
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

CALLED = "+4930123456"
CALLER = "+15558877665"
ANONYMOUS_USER = "maria.mustermann"
OWN_NUMBER = "+4930777888999"
FORBIDDEN = "+881612345678"
DEFAULT_CALLER = "+15550199"
NUMBERS = (CALLED, CALLER, DEFAULT_CALLER, TARGET, OWN_NUMBER, FORBIDDEN)


@pytest.fixture
def node(tmp_path: Path, freeswitch_prefix: Path) -> Iterator[Node]:
    with running_node(tmp_path, freeswitch_prefix) as node:
        yield node


def channel_names(node: Node) -> str:
    """Names of the two channels of a call, one a line."""
    eventually(lambda: node.freeswitch.channels() == 2, 5)
    channels = [row["uuid"] for row in json.loads(node.freeswitch.api("show channels as json"))["rows"]]
    # The database has only their initial names.
    return "\n".join(node.freeswitch.api(f"uuid_getvar {channel} channel_name") for channel in channels)


def inbound(node: Node) -> None:
    """Calls from a carrier: answered, busy, canceled, to an invalid number, and refused by all bridges."""
    with answered_call(node) as call:
        assert numbers_in({"channels": channel_names(node)}, NUMBERS) == [], "warnings contain the channel's name"
        call.hang_up()
    busy = node.call(caller=CALLER)
    node.bridge.incoming().respond(486)
    assert busy.final().status == 486
    given_up = node.call(caller=CALLER)
    node.bridge.incoming().respond(180)
    given_up.expect(180)
    given_up.send("CANCEL")
    assert given_up.final().status == 487
    assert node.call(number=f"{CALLED}%20", caller=CALLER).final().status == 404
    failed = node.call(caller=ANONYMOUS_USER)
    for bridge in (node.bridge, node.other_bridge):
        bridge.incoming().respond(503)
    assert failed.final().status == 503
    assert node.acme.invite((PRIVATE, CARRIER_PORT), CALLED, caller=CALLER).final().status == 403
    stranger = node.acme.invite((PRIVATE, 5060), CALLED, caller=CALLER)
    assert stranger.final().status == 403


def outbound(node: Node) -> None:
    """Calls to a carrier: answered, busy, and to a forbidden number."""
    answered = node.call_out(TARGET, caller=OWN_NUMBER)
    leg = node.acme.incoming()
    leg.respond(200, body=outbound_answer())
    answered.expect(200)
    assert numbers_in({"channels": channel_names(node)}, NUMBERS) == []
    answered.hang_up()
    leg.expect("BYE")
    busy = node.call_out(TARGET, caller=OWN_NUMBER)
    node.acme.incoming().respond(486)
    assert busy.final().status == 486
    assert node.call_out(FORBIDDEN, caller=OWN_NUMBER).final().status == 403


def test_no_log_line_and_no_file_name_of_freeswitch_has_a_number(node: Node) -> None:
    inbound(node)
    outbound(node)
    node.silent_call()
    freeswitch = node.freeswitch
    assert freeswitch.process is not None
    freeswitch.process.send_signal(signal.SIGTERM)  # its shutdown logs other lines
    assert freeswitch.process.wait(10) == 0
    files = [path for place in (freeswitch.recordings, freeswitch.call_records) for path in place.rglob("*")]
    written = {"log": freeswitch.log(), "file names": "\n".join(path.name for path in files)}
    assert numbers_in(written, NUMBERS) == []
    assert ANONYMOUS_USER not in freeswitch.log()


def test_call_records_have_the_numbers_as_documented(node: Node) -> None:
    with answered_call(node) as call:
        call.hang_up()
    node.settled()
    (record,) = node.freeswitch.call_records.iterdir()
    assert numbers_in({"record": record.read_text()}, [CALLED])
    documented = (Path(__file__).parent.parent.parent / "docs" / "privacy.md").read_text()
    assert "| Call records (CDR) |" in documented


@pytest.mark.parametrize("text", ["call to +4930123456", "sofia/edge/004930123456@10.0.0.1", "0 30 12 34-56"])
def test_a_number_is_found_in_every_notation(text: str) -> None:
    assert numbers_in({"log": text}, [CALLED])
