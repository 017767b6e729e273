"""Ports: what shares a node shares no port, and nothing stands where Kubernetes or Linux choose."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import ports
from model.pools import MEDIA_POOLS, SIP, Pool
from model.ports import Ports
from model.workloads import host_ports, public_ports
from settings.schema.telephony import TelephonySettings

TELEPHONY = TelephonySettings()
ON_NODES = [host_ports(pool, TELEPHONY) for pool in MEDIA_POOLS]


@pytest.mark.parametrize("on_node", ON_NODES)
def test_workloads_of_one_node_share_no_port(on_node: tuple[Ports, ...]) -> None:
    for one, other in itertools.combinations(on_node, 2):
        assert not one.overlaps(other), f"{one} and {other} {one.protocol} overlap"


@pytest.mark.parametrize("on_node", ON_NODES)
def test_nothing_on_a_node_stands_in_the_node_port_or_ephemeral_range(on_node: tuple[Ports, ...]) -> None:
    assert all(item.last < ports.FIRST_PORT_OF_KUBERNETES for item in on_node)


@pytest.mark.parametrize("pool", MEDIA_POOLS, ids=lambda pool: pool.name)
def test_public_ports_are_ports_that_something_listens_on(pool: Pool) -> None:
    assert public_ports(pool, TELEPHONY)
    assert set(public_ports(pool, TELEPHONY)) <= set(host_ports(pool, TELEPHONY))


def test_the_event_socket_is_never_public() -> None:
    assert ports.FREESWITCH_EVENT_SOCKET not in public_ports(SIP, TELEPHONY)


bounds = st.integers(1, 65535)


@given(bounds, bounds, bounds, bounds, st.sampled_from(["Udp", "Tcp"]), st.sampled_from(["Udp", "Tcp"]))
def test_overlap_is_a_port_in_common(
    a: int, b: int, c: int, d: int, one: ports.Protocol, other: ports.Protocol
) -> None:
    first, second = Ports(min(a, b), max(a, b), one), Ports(min(c, d), max(c, d), other)
    common = range(max(first.first, second.first), min(first.last, second.last) + 1)
    assert first.overlaps(second) == (one == other and len(common) > 0)
