"""The numbers of a call reach the agent, but no log, room name, identity, webhook or metric label of LiveKit.

charts/livekit-sip/README.md lists the exceptions, which these tests also check.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from livekit import api

from tests.voice.bridge import CALLED, CALLER, CALLER_TONE, FREESWITCH, INSIDE_PORT, running_bridge
from tests.voice.rtp import MediaEnd
from tests.voice.sip import SipPeer
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

RECEIVER = ("10.98.4.1", 8000)
"""Address of the receiver of LiveKit's webhooks."""


@contextmanager
def webhooks() -> Generator[list[dict[str, Any]]]:
    """Runs the receiver; yields the received events."""
    events: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(RECEIVER, Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield events
    finally:
        server.shutdown()
        server.server_close()


def test_numbers_reach_the_agent_and_no_log_metric_or_webhook(tmp_path: Path) -> None:
    address, port = RECEIVER
    with (
        webhooks() as events,
        running_bridge(tmp_path, livekit={"webhooks": [f"http://{address}:{port}/webhook"]}) as bridge,
        SipPeer(FREESWITCH, INSIDE_PORT, "tcp") as freeswitch,
        MediaEnd(FREESWITCH, 16384, frequency=CALLER_TONE) as caller,
    ):
        dialog = bridge.answered(freeswitch, caller)
        who = bridge.agent.reported.wait_for("participant")
        assert who["attributes"]["voice.caller"] == CALLER
        bridge.agent.reported.wait_for("heard", frequency=CALLER_TONE)
        dialog.hang_up()
        assert bridge.call(freeswitch, caller, codec=18).final().status == 400
        given_up = bridge.call(freeswitch, caller)
        given_up.expect(180)
        given_up.send("CANCEL")
        assert given_up.final().status == 487
        eventually(lambda: bridge.sip.active_calls() == 0, 15)
        eventually(lambda: any(event["event"] == "room_finished" for event in events), 10)
        status, livekit_metrics = bridge.livekit.get(6789, "/metrics")
        assert status == 200
        kept = {
            "log of LiveKit SIP": bridge.sip.log.read_text(),
            "log of LiveKit": bridge.livekit.log.read_text(),
            "metrics of LiveKit SIP": bridge.sip.metrics(),
            "metrics of LiveKit": livekit_metrics,
        }
    rooms = {event["room"]["name"] for event in events if "room" in event}
    people = [event["participant"] for event in events if "participant" in event]
    assert any(person.get("attributes", {}).get("voice.caller") == CALLER for person in people)
    for person in people:
        # The agent reads the numbers from the attributes, and all webhooks of LiveKit contain them.
        person.pop("attributes", None)
    kept["webhooks"] = json.dumps(events)
    for number in (CALLER, CALLED):
        for place, text in kept.items():
            assert number.removeprefix("+") not in text, place
        # LiveKit's masking would keep the last four digits.
        assert not any(f"_{number[-4:]}" in room for room in rooms)


def test_outbound_calls_are_the_exception(tmp_path: Path) -> None:
    with running_bridge(tmp_path) as bridge, SipPeer(FREESWITCH, INSIDE_PORT, "tcp") as freeswitch:
        outcome = bridge.rooms.call_out("out", CALLED)
        freeswitch.incoming(10).respond(486)
        with pytest.raises(api.SipCallError):
            outcome.result(20)
        assert bridge.rooms.names() <= {"out"}
        number = CALLED.removeprefix("+")
        assert number not in bridge.sip.metrics()
        # When this fails, LiveKit no longer logs numbers of outbound calls: correct the README of its chart.
        assert number in bridge.sip.log.read_text()
        assert number in bridge.livekit.log.read_text()
