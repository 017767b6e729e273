"""The transport on which the SIP edge sends a call to a node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.voice.edge import CARRIER, EDGE, NODES, SIP_PORT, Edge, FakeCluster, base_values
from tests.voice.sip_peers import Carrier, Node, answers, statuses

pytestmark = pytest.mark.voice

TARGET: Final = (EDGE, SIP_PORT)
IDENTITY: Final = 2500
"""Length in bytes of an Identity header that makes an INVITE much larger than the MTU."""
MTU: Final = 1500


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("transports")
    pod = Edge(folder / "edge", FakeCluster(folder / "cluster"), base_values())
    try:
        pod.start()
        yield pod
    finally:
        pod.stop()


@pytest.mark.parametrize("size", [0, IDENTITY], ids=["small", "large"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.usefixtures("edge")
def test_a_call_reaches_its_node_on_the_transport_that_the_carrier_chose(transport: str, size: int) -> None:
    with (
        Node(NODES[0], answers(NODES[0])) as one,
        Node(NODES[1], answers(NODES[1])) as two,
        Carrier(CARRIER, TARGET, transport) as carrier,
    ):
        call = carrier.invite(padding=size)
        final = call.final()
        (invite,) = [*one.requests("INVITE"), *two.requests("INVITE")]
    assert final.status == 200
    assert invite.transport == transport
    assert (len(invite.text) > MTU) == bool(size)
    via, own = invite.headers("Via")
    assert via.startswith(f"SIP/2.0/{transport.upper()} {EDGE}")
    assert own.startswith(f"SIP/2.0/{transport.upper()} {CARRIER}")
    assert final.headers("Via") == [own], "the response has only the carrier's Via"
    assert f"transport={transport}" in final.header("Contact"), "the dialog continues with the node on that transport"


@pytest.mark.usefixtures("edge")
def test_a_large_call_by_tcp_that_is_cancelled_or_refused_stays_on_tcp() -> None:
    ringing = statuses("100 Trying", "180 Ringing")
    with (
        Node(NODES[0], ringing) as one,
        Node(NODES[1], ringing) as two,
        Carrier(CARRIER, TARGET, "tcp") as carrier,
    ):
        call = carrier.invite(padding=IDENTITY)
        call.wait_for(180)
        call.send("CANCEL")
        assert call.final().status == 487
        got = [*one.received, *two.received]
    assert {request.method for request in got} >= {"INVITE", "CANCEL"}
    assert {request.transport for request in got} == {"tcp"}
    (invite,) = [request for request in got if request.method == "INVITE"]
    for request in got:
        assert request.header("Via") == invite.header("Via"), "CANCEL and ACK belong to the INVITE's transaction"


@pytest.mark.usefixtures("edge")
def test_a_large_call_by_tcp_goes_to_the_next_node_by_tcp() -> None:
    full = statuses("100 Trying", "503 Maximum Calls In Progress")
    with (
        Node(NODES[0], full) as one,
        Node(NODES[1], full) as two,
        Carrier(CARRIER, TARGET, "tcp") as carrier,
    ):
        assert carrier.invite(padding=IDENTITY).final().status == 503
        invites = [*one.requests("INVITE"), *two.requests("INVITE")]
        assert [invite.transport for invite in invites] == ["tcp", "tcp"]
