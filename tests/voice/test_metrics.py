"""Real programs export the metrics that rules and dashboards query, with the documented meaning."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.known_metrics import KNOWN_METRICS
from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.edge import CARRIER, EDGE, NODES, SIP_PORT, Edge, FakeCluster, base_values, sipp
from tests.voice.livekit import LiveKit, Redis
from tests.voice.waiting import eventually
from tools.cluster_state import CALLS, gauge

pytestmark = pytest.mark.voice

STRANGER = "127.0.1.99"
OPTIONS = """\
OPTIONS sip:{edge} SIP/2.0
Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK1
From: <sip:a@{source}>;tag=1
To: <sip:{edge}>
Call-ID: one
CSeq: 1 OPTIONS
Max-Forwards: 70
User-Agent: {agent}
Content-Length: 0

"""


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    pod = Edge(tmp_path / "edge", FakeCluster(tmp_path / "cluster"), base_values())
    try:
        pod.start()
        yield pod
    finally:
        pod.stop()


def count(edge: Edge, metric: str) -> float:
    """The value of a metric of Kamailio, by its name in the rules."""
    (value,) = gauge(edge.metrics(), metric)
    return value


def send(source: str, agent: str = "telephone") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        text = OPTIONS.format(edge=EDGE, source=source, agent=agent)
        sender.sendto(text.replace("\n", "\r\n").encode(), (EDGE, SIP_PORT))


def test_kamailio_exports_every_queried_metric(edge: Edge) -> None:
    exported = set(re.findall(r"^([a-zA-Z_0-9]+)", edge.metrics(), re.MULTILINE))
    assert set(KNOWN_METRICS["sip-edge"]) <= exported


def test_attempts_and_answers_are_counted_once_for_each_call(edge: Edge, tmp_path: Path) -> None:
    with (
        sipp(tmp_path / "one", "node", NODES[0]),
        sipp(tmp_path / "two", "node", NODES[1]),
        sipp(tmp_path / "carrier", "carrier", CARRIER, f"{EDGE}:{SIP_PORT}", "-r", "10", "-m", "10") as carrier,
    ):
        assert carrier.wait(30).successful == 10
    assert count(edge, "kamailio_script_calls") == 10
    assert count(edge, "kamailio_core_rcv_replies_2xx_invite") == 10
    assert count(edge, "kamailio_core_rcv_requests_invite") == 10


def test_dropped_requests_are_counted_by_reason(edge: Edge) -> None:
    send(STRANGER)
    send(STRANGER)
    send(CARRIER, agent="friendly-scanner")
    eventually(lambda: count(edge, "kamailio_script_dropped_unknown_source") == 2, 10, edge.metrics)
    eventually(lambda: count(edge, "kamailio_script_dropped_malformed") == 1, 10, edge.metrics)


def test_livekit_exports_its_rooms_for_status_and_scaling(tmp_path: Path) -> None:
    program = programs.built(programs.LIVEKIT)
    with (
        Redis(tmp_path / "redis") as redis,
        LiveKit(tmp_path / "livekit", values_of("livekit", "minimal"), redis, program) as server,
    ):
        status, text = server.get(CALLS["livekit"].port, "/metrics")
    assert status == 200
    assert gauge(text, "livekit_room_total") == [0]
    assert gauge(text, "livekit_participant_total") == [0]
