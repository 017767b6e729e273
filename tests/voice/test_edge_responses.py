"""The response of the SIP edge to a carrier, and its time, for all behaviors of the nodes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.voice.edge import CARRIER, EDGE, NODES, SIP_PORT, Edge, FakeCluster, base_values
from tests.voice.sip_peers import Call, Carrier, Message, Node, answers, response, statuses
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

TARGET = (EDGE, SIP_PORT)
TRY_NEXT, PROGRESS, ANSWER = 0.5, 2, 4
"""The edge's time limits in these tests, seconds."""
TICK = 0.1
"""Seconds that a timer of Kamailio may fire early: its clock has 16 ticks a second."""
MARGIN = 1.0
"""Seconds that a response may be late on a busy machine."""
Respond = Callable[[Message], list[tuple[float, str]]]


def silent(_: Message) -> list[tuple[float, str]]:
    return []


FULL = statuses("100 Trying", "503 Maximum Calls In Progress")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> FakeCluster:
    return FakeCluster(tmp_path_factory.mktemp("responses") / "cluster")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory, cluster: FakeCluster) -> Iterator[Edge]:
    values = base_values()
    values["freeswitch"] |= {"progressSeconds": PROGRESS, "answerSeconds": ANSWER}
    pod = Edge(tmp_path_factory.mktemp("responses") / "edge", cluster, values)
    try:
        pod.start()
        yield pod
    finally:
        pod.stop()


@pytest.fixture(autouse=True)
def both_nodes_are_listed(cluster: FakeCluster, edge: Edge) -> None:
    cluster.ready(NODES)
    eventually(lambda: edge.health("/health/ready") == 200, 10)


class Region:
    """Two nodes and a carrier whose call reaches them in a known order."""

    def __init__(self, stack: ExitStack, first: Respond | None, then: Respond | None, transport: str) -> None:
        # The edge orders nodes by a hash of the Call-ID: the first node is the one that gets the INVITE first.
        self._order = (respond for respond in (first, then))
        self._played: dict[str, Respond | None] = {}
        self.nodes = [
            stack.enter_context(Node(address, lambda request, a=address: self._respond(a, request)))
            for address in NODES
        ]
        self.carrier = stack.enter_context(Carrier(CARRIER, TARGET, transport))

    def _respond(self, address: str, request: Message) -> list[tuple[float, str]]:
        if address not in self._played:
            self._played[address] = next(self._order)
        respond = self._played[address]
        return respond(request) if respond else []

    @property
    def invited(self) -> list[Node]:
        """The nodes that got the INVITE, in order."""
        got = [node for node in self.nodes if node.requests("INVITE")]
        return sorted(got, key=lambda node: node.requests("INVITE")[0].at)


@pytest.fixture
def region(edge: Edge) -> Iterator[Callable[..., Region]]:
    del edge
    with ExitStack() as stack:
        yield lambda first, then=None, transport="udp": Region(stack, first, then, transport)


def took(call: Call, final: Message) -> float:
    return final.at - call.started


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    ("first", "then", "seconds"),
    [
        pytest.param(FULL, FULL, 0, id="full"),
        pytest.param(silent, silent, 2 * TRY_NEXT, id="silent"),
        pytest.param(FULL, silent, TRY_NEXT, id="full-then-silent"),
        pytest.param(silent, FULL, TRY_NEXT, id="silent-then-full"),
        pytest.param(statuses("100 Trying"), FULL, PROGRESS, id="stops-after-100"),
    ],
)
def test_a_call_that_no_node_accepts_gets_503(
    region: Callable[..., Region], edge: Edge, transport: str, first: Respond, then: Respond, seconds: float
) -> None:
    place = region(first, then, transport)
    call = place.carrier.invite()
    final = call.final()
    assert final.status == 503, final.text
    assert final.header("Retry-After") == ""
    assert len(place.invited) == 2
    assert seconds - 2 * TICK <= took(call, final) <= seconds + MARGIN
    eventually(lambda: f"no FreeSWITCH took {call.id}" in edge.log.read_text(), 2)


def with_retry_after(status: str) -> Respond:
    return lambda request: [(0.05, response(request, status, ("Retry-After", "300"), ("Reason", "Q.850;cause=17")))]


REFUSALS = [
    "302 Moved Temporarily", "401 Unauthorized", "403 Forbidden", "404 Not Found", "408 Request Timeout",
    "480 Temporarily Unavailable", "484 Address Incomplete", "486 Busy Here", "487 Request Terminated",
    "488 Not Acceptable Here", "500 Internal Server Error", "501 Not Implemented", "502 Bad Gateway",
    "504 Server Time-out", "600 Busy Everywhere", "603 Decline",
]  # fmt: skip


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_of_the_call_reaches_the_carrier_and_no_other_node_rings(
    region: Callable[..., Region], status: str
) -> None:
    place = region(with_retry_after(status), answers(NODES[0]))
    call = place.carrier.invite()
    final = call.final()
    assert final.text.startswith(f"SIP/2.0 {status}\r\n")
    assert took(call, final) < MARGIN
    assert final.header("Reason") == "Q.850;cause=17"
    assert final.header("Retry-After") == "", "it would make the carrier block the whole platform"
    assert len(place.invited) == 1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_that_the_first_node_refuses_gets_the_response_of_the_second(
    region: Callable[..., Region], transport: str
) -> None:
    place = region(FULL, statuses("100 Trying", "180 Ringing", "486 Busy Here"), transport)
    assert place.carrier.invite().final().text.startswith("SIP/2.0 486 Busy Here\r\n")


def test_a_call_whose_node_dies_while_it_rings_rings_at_the_next(region: Callable[..., Region]) -> None:
    place = region(statuses("100 Trying", "180 Ringing"), answers(NODES[1]))
    call = place.carrier.invite()
    final = call.final()
    assert final.status == 200
    assert ANSWER - TICK <= took(call, final) <= ANSWER + MARGIN
    dead = place.invited[0]
    eventually(lambda: bool(dead.requests("CANCEL")), 2, lambda: "the edge must cancel the call at the first node")


def test_a_call_that_continues_to_ring_stays_at_its_node(region: Callable[..., Region]) -> None:
    def rings_long(request: Message) -> list[tuple[float, str]]:
        ringing = [(ANSWER / 2, response(request, "180 Ringing"))] * 3
        return [(0.0, response(request, "180 Ringing")), *ringing, (0.1, response(request, "603 Decline"))]

    place = region(rings_long, answers(NODES[0]))
    assert place.carrier.invite().final(4 * ANSWER).status == 603
    assert len(place.invited) == 1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_that_is_cancelled_while_the_edge_tries_nodes_ends_at_once(
    region: Callable[..., Region], transport: str
) -> None:
    place = region(silent, statuses("100 Trying", "180 Ringing"), transport)
    call = place.carrier.invite()
    call.wait_for(180)
    call.send("CANCEL")
    began = time.monotonic()
    final = call.final()
    assert final.status == 487
    assert final.at - began < MARGIN
    assert place.invited[1].requests("CANCEL")


def test_a_call_that_is_cancelled_before_any_node_responds_ends_in_time_and_rings_nowhere_else(
    region: Callable[..., Region],
) -> None:
    place = region(silent, answers(NODES[0]))
    call = place.carrier.invite()
    call.wait_for(100)
    eventually(lambda: bool(place.invited), 2)
    call.send("CANCEL")
    final = call.final()
    assert final.status == 487
    # Kamailio ends the call after the timeout of the silent node.
    assert took(call, final) < 2 * TRY_NEXT
    time.sleep(2 * TRY_NEXT)
    assert len(place.invited) == 1


def test_a_call_that_is_cancelled_at_a_dead_node_ends(region: Callable[..., Region]) -> None:
    place = region(statuses("100 Trying", "180 Ringing"))
    call = place.carrier.invite()
    call.wait_for(180)
    for node in place.nodes:
        node.__exit__()
    call.send("CANCEL")
    began = time.monotonic()
    final = call.final()
    assert final.status == 487
    assert final.at - began < ANSWER + MARGIN


def test_a_cancel_of_an_unknown_call_gets_481(region: Callable[..., Region]) -> None:
    call = Call(region(silent).carrier, "+15550100")
    call.send("CANCEL")
    assert call.final(2, "CANCEL").status == 481


def test_a_node_that_refuses_tcp_connections_is_skipped(edge: Edge) -> None:
    with Node(NODES[1], answers(NODES[1])) as other, Carrier(CARRIER, TARGET, "tcp") as carrier:
        for _ in range(6):
            call = carrier.invite()
            final = call.final()
            assert final.status == 200
            assert took(call, final) < TRY_NEXT + MARGIN
        assert len(other.requests("INVITE")) == 6
    assert "no FreeSWITCH took" not in edge.log.read_text().splitlines()[-1]


def test_calls_get_503_when_every_node_refuses_tcp_connections(edge: Edge) -> None:
    del edge
    with Carrier(CARRIER, TARGET, "tcp") as carrier:
        call = carrier.invite()
        final = call.final()
    assert final.status == 503
    assert took(call, final) < 2 * TRY_NEXT + MARGIN


def test_a_call_gets_503_at_once_while_no_node_is_listed(edge: Edge, cluster: FakeCluster) -> None:
    cluster.ready([])
    eventually(lambda: edge.health("/health/ready") == 503, 10)
    with Carrier(CARRIER, TARGET) as carrier:
        final = carrier.invite().final()
    assert final.status == 503
