"""The SIP edge's log contains no number of a caller or of a called party."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.voice.edge import CARRIER, EDGE, NODES, SIP_PORT, Edge, FakeCluster, base_values
from tests.voice.sip_peers import Call, Carrier, Message, Node, answers, statuses
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

CALLED, CALLER = "+4930123456789", "+4989987654321"
TARGET: Final = (EDGE, SIP_PORT)
GOOD: Final = "\r\n".join(
    [
        f"INVITE sip:{CALLED}@{EDGE} SIP/2.0",
        f"Via: SIP/2.0/UDP {CARRIER}:5062;branch=z9hG4bKlogs",
        "Max-Forwards: 70",
        f'From: "{CALLER}" <sip:{CALLER}@carrier.example>;tag=1',
        f"To: <sip:{CALLED}@{EDGE}>",
        "Call-ID: logs@carrier",
        "CSeq: 1 INVITE",
        f"Contact: <sip:{CALLER}@{CARRIER}:5062>",
        "Content-Length: 0",
        "",
        "",
    ]
)
BROKEN: Final = {
    "first-line": ("INVITE sip:", "INVITE  sip :"),
    "request-uri": (f"INVITE sip:{CALLED}@{EDGE}", f"INVITE sip:{CALLED}@[x:::99999"),
    "request-scheme": (f"INVITE sip:{CALLED}@{EDGE}", f"INVITE tel:{CALLED}"),
    "via": ("Via: SIP/2.0/UDP", "Via: SIP/2.0 UDP"),
    "branch": (";branch=z9hG4bKlogs", ";branch="),
    "from": (f"<sip:{CALLER}@carrier.example>;tag=1", f"<sip:{CALLER}@carrier.example"),
    "from-quote": (f'"{CALLER}"', f'"{CALLER}'),
    "from-uri": (f"<sip:{CALLER}@carrier.example>", f"<sip:{CALLER}@:x:y>"),
    "to": (f"To: <sip:{CALLED}@{EDGE}>", f"To: <sip:{CALLED}@{EDGE}>;tag="),
    "to-scheme": (f"To: <sip:{CALLED}@{EDGE}>", f"To: <{CALLED}>"),
    "cseq": ("CSeq: 1 INVITE", f"CSeq: {CALLED} INVITE"),
    "cseq-method": ("CSeq: 1 INVITE", "CSeq: 1 BYE"),
    "no-call-id": ("Call-ID: logs@carrier\r\n", ""),
    "contact": (f"Contact: <sip:{CALLER}@{CARRIER}:5062>", f"Contact: <sip:{CALLER}@{CARRIER}:99999999"),
    "length": ("Content-Length: 0", "Content-Length: 99"),
    "bad-length": ("Content-Length: 0", f"Content-Length: {CALLED}x"),
    "header": ("Max-Forwards: 70", f"P-Asserted-Identity {CALLER}"),
    "hops": ("Max-Forwards: 70", "Max-Forwards: 0"),
    "register": (f"INVITE sip:{CALLED}@{EDGE}", f"REGISTER sip:{CALLED}@{EDGE}"),
    "cut": ("\r\nCall-ID", "\r\n\r\n"),
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> FakeCluster:
    return FakeCluster(tmp_path_factory.mktemp("logs") / "cluster")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory, cluster: FakeCluster) -> Iterator[Edge]:
    pod = Edge(tmp_path_factory.mktemp("logs") / "edge", cluster, base_values())
    try:
        pod.start()
        yield pod
    finally:
        pod.stop()


@pytest.fixture(autouse=True)
def no_number_is_logged(edge: Edge) -> Iterator[None]:
    """Checks the log lines of a test."""
    before = len(edge.log.read_text(errors="replace"))
    yield
    log = edge.log.read_text(errors="replace")[before:]
    assert [line for line in log.splitlines() if CALLED.strip("+") in line or CALLER.strip("+") in line] == []


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_malformed_request_leaves_no_number_in_the_log(broken: str, transport: str) -> None:
    old, new = BROKEN[broken]
    assert old in GOOD
    with Carrier(CARRIER, TARGET, transport) as carrier:
        carrier.send(GOOD.replace(old, new))
        carrier.receive(0.3)
    # After the response to the next request, the log lines of the first one exist.
    with Carrier(CARRIER, TARGET) as carrier:
        Call(carrier, "+15550100").send("CANCEL")
        assert carrier.receive(2)


@pytest.mark.parametrize("respond", [statuses("503 Full"), lambda _: [], statuses("486 Busy Here")])
def test_a_failed_call_leaves_its_call_id_and_no_number_in_the_log(
    edge: Edge, respond: Callable[[Message], list[tuple[float, str]]]
) -> None:
    with Node(NODES[0], respond), Node(NODES[1], respond), Carrier(CARRIER, TARGET) as carrier:
        call = carrier.invite(CALLED, headers={"P-Asserted-Identity": f"<sip:{CALLER}@carrier.example>"})
        status = call.final().status
    if status == 503:
        eventually(lambda: call.id in edge.log.read_text(), 2)


def test_malformed_responses_of_a_node_leave_no_number_in_the_log() -> None:
    def broken(request: Message) -> list[tuple[float, str]]:
        (good,) = statuses("200 OK")(request)
        text = good[1]
        bad = [text.replace("CSeq: 1", "CSeq: x"), text.replace("Via: SIP", "Via: XIP"), text.replace(">;tag", ";tag")]
        return [(0.05, one) for one in bad] + list(statuses("603 Decline")(request))

    with Node(NODES[0], broken), Node(NODES[1], broken), Carrier(CARRIER, TARGET) as carrier:
        carrier.invite(CALLED).final()


def test_a_call_without_a_listed_node_leaves_no_number_in_the_log(edge: Edge, cluster: FakeCluster) -> None:
    cluster.ready([])
    eventually(lambda: edge.health("/health/ready") == 503, 10)
    with Carrier(CARRIER, TARGET) as carrier:
        assert carrier.invite(CALLED).final().status == 503
    cluster.ready(NODES)
    eventually(lambda: edge.health("/health/ready") == 200, 10)


def test_an_answered_call_leaves_no_number_in_the_log() -> None:
    with (
        Node(NODES[0], answers(NODES[0])),
        Node(NODES[1], answers(NODES[1])),
        Carrier(CARRIER, TARGET) as carrier,
    ):
        assert carrier.invite(CALLED).final().status == 200
