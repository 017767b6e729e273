"""Calls through a real Kamailio with the chart's configuration."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.edge import CARRIER, EDGE, NODES, SIP_PORT, Edge, FakeCluster, base_values, sipp

pytestmark = pytest.mark.voice

TARGET = f"{EDGE}:{SIP_PORT}"


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    return FakeCluster(tmp_path / "cluster")


@pytest.fixture
def edge(tmp_path: Path, cluster: FakeCluster) -> Iterator[Edge]:
    pod = Edge(tmp_path / "edge", cluster, base_values())
    try:
        pod.start()
        yield pod
    finally:
        pod.stop()


def eventually(condition: object, seconds: float = 10) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition is still false"
        time.sleep(0.1)


@pytest.mark.usefixtures("edge")
def test_calls_spread_over_the_nodes_and_the_rest_of_each_dialog_bypasses_the_edge(tmp_path: Path) -> None:
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "50", "-m", "200") as carrier,
    ):
        calls = carrier.wait(30)
        spread = [node.stop().created for node in (one, two)]
    assert (calls.successful, calls.failed) == (200, 0)
    assert sum(spread) == 200
    assert min(spread) > 50, spread
    for node in (one, two):
        assert "Record-Route" not in node.messages()
        # Every BYE came directly from the carrier: the edge added no Via.
        byes = re.findall(r"^BYE .*?\r?\nVia: ([^\r\n]*)", node.messages(), re.MULTILINE | re.DOTALL)
        assert byes
        assert all(f" {CARRIER}:" in via for via in byes)


@pytest.mark.usefixtures("edge")
def test_only_the_edge_names_the_carrier(tmp_path: Path) -> None:
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "10", "-m", "10") as carrier,
    ):
        assert carrier.wait(20).successful == 10
    seen = one.messages() + two.messages()
    assert set(re.findall(r"X-Voice-Carrier: (\S+)", seen)) == {"acme"}
    assert set(re.findall(r"X-Voice-Source: (\S+)", seen)) == {CARRIER}


@pytest.mark.parametrize("trouble", ["full", "silent"])
@pytest.mark.usefixtures("edge")
def test_a_full_or_silent_node_is_skipped(tmp_path: Path, trouble: str) -> None:
    bad = sipp(tmp_path / "bad", "full", NODES[0]) if trouble == "full" else None
    with sipp(tmp_path / "good", "node", NODES[1]) as good:
        if bad is not None:
            with bad as full, sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "20", "-m", "60") as carrier:
                calls = carrier.wait(40)
                assert full.stop().created > 0
        else:
            with sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "20", "-m", "60") as carrier:
                calls = carrier.wait(40)
        taken = good.stop().created
    assert (calls.successful, calls.failed) == (60, 0)
    assert taken == 60


def test_an_unknown_source_gets_no_response(tmp_path: Path, edge: Edge) -> None:
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "stranger", "carrier", "127.0.1.99", TARGET, "-m", "1") as stranger,
    ):
        eventually(lambda: stranger.messages().count("message sent") >= 3)
        assert one.stop().created + two.stop().created == 0
    assert "message sent" in stranger.messages()
    assert "message received" not in stranger.messages()
    eventually(lambda: "unknown source 127.0.1.99" in edge.log.read_text())


def ask(message: str) -> bytes:
    """The response of the edge to the carrier's address; empty if none arrives within a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind((CARRIER, SIP_PORT))
        carrier.settimeout(1)
        carrier.sendto(message.encode(), (EDGE, SIP_PORT))
        try:
            return carrier.recv(65535)
        except TimeoutError:
            return b""


def request(method: str, *more: str, user_agent: str = "telephone", to_tag: str = "") -> str:
    return "\r\n".join(
        [
            f"{method} sip:+15550100@{TARGET} SIP/2.0",
            f"Via: SIP/2.0/UDP {CARRIER}:{SIP_PORT};branch=z9hG4bK{method}{to_tag}",
            f"From: <sip:a@{CARRIER}>;tag=1",
            f"To: <sip:+15550100@{TARGET}>{to_tag}",
            f"Call-ID: {method}{to_tag}@test",
            f"CSeq: 1 {method}",
            f"User-Agent: {user_agent}",
            *more,
            "Content-Length: 0",
            "",
            "",
        ]
    )


@pytest.mark.usefixtures("edge")
def test_options_report_whether_the_edge_accepts_calls(cluster: FakeCluster) -> None:
    assert b"200 OK" in ask(request("OPTIONS"))
    cluster.ready([])
    eventually(lambda: b" 503 " in ask(request("OPTIONS")))


@pytest.mark.parametrize("scanner", ["friendly-scanner", "sipvicious"])
@pytest.mark.usefixtures("edge")
def test_scanners_get_no_response_even_from_a_carriers_address(scanner: str) -> None:
    assert ask(request("OPTIONS", user_agent=scanner)) == b""


@pytest.mark.usefixtures("edge")
def test_invalid_sip_gets_no_response_and_does_no_harm() -> None:
    assert ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert ask("INVITE sip:x SIP/2.0\r\nFrom: \x00\r\n\r\n") == b""
    assert b"200 OK" in ask(request("OPTIONS"))


@pytest.mark.usefixtures("edge")
def test_registrations_and_subscriptions_are_refused() -> None:
    assert b" 405 " in ask(request("REGISTER"))
    assert b" 405 " in ask(request("SUBSCRIBE"))


@pytest.mark.usefixtures("edge")
def test_a_request_of_an_unknown_dialog_gets_481() -> None:
    assert b" 481 " in ask(request("BYE", to_tag=";tag=2"))


def test_a_flood_from_one_address_is_cut_off(tmp_path: Path, edge: Edge) -> None:
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "1000", "-m", "5000"),
    ):
        eventually(lambda: "more than 200 requests a second" in edge.log.read_text(errors="replace"), 15)
        assert one.stop().created + two.stop().created < 5000


@pytest.mark.usefixtures("edge")
def test_only_ready_nodes_are_destinations(tmp_path: Path, cluster: FakeCluster) -> None:
    cluster.ready([NODES[1]], unready=[NODES[0]])
    eventually(lambda: NODES[0] not in (tmp_path / "edge" / "destinations" / "dispatcher.list").read_text())
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "20", "-m", "40") as carrier,
    ):
        assert carrier.wait(20).successful == 40
        assert (one.stop().created, two.stop().created) == (0, 40)


def test_without_a_ready_node_the_edge_is_unready_but_alive(cluster: FakeCluster, edge: Edge) -> None:
    assert edge.health("/health/ready") == 200
    cluster.ready([])
    eventually(lambda: edge.health("/health/ready") == 503)
    assert edge.health("/health") == 200
    cluster.ready(NODES)
    eventually(lambda: edge.health("/health/ready") == 200)


def test_kamailio_exports_metrics(edge: Edge) -> None:
    assert "kamailio_core_rcv_requests" in edge.metrics()


@pytest.mark.usefixtures("edge")
def test_no_call_is_lost_at_a_hundred_calls_a_second_for_half_a_minute(tmp_path: Path) -> None:
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "carrier", "carrier", CARRIER, TARGET, "-r", "100", "-m", "3000") as carrier,
    ):
        calls = carrier.wait(60)
        assert one.stop().created + two.stop().created == 3000
    assert (calls.successful, calls.failed) == (3000, 0)
