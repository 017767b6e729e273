"""Ports: workloads of one node share no port, and no port is in the ranges of Kubernetes or Linux."""

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
def test_no_port_of_a_node_is_in_the_node_port_or_ephemeral_range(on_node: tuple[Ports, ...]) -> None:
    assert all(item.last < ports.FIRST_PORT_OF_KUBERNETES for item in on_node)


@pytest.mark.parametrize("pool", MEDIA_POOLS, ids=lambda pool: pool.name)
def test_a_workload_listens_on_each_public_port(pool: Pool) -> None:
    assert public_ports(pool, TELEPHONY)
    assert set(public_ports(pool, TELEPHONY)) <= set(host_ports(pool, TELEPHONY))


def test_the_event_socket_is_never_public() -> None:
    assert ports.FREESWITCH_EVENT_SOCKET not in public_ports(SIP, TELEPHONY)


def test_a_range_counts_its_first_and_last_port() -> None:
    assert (Ports(10000, 10001, "Udp").count, Ports(5060, 5060, "Tcp").count) == (2, 1)


bounds = st.integers(1, 65535)


@given(bounds, bounds, bounds, bounds, st.sampled_from(["Udp", "Tcp"]), st.sampled_from(["Udp", "Tcp"]))
def test_ranges_overlap_if_they_share_a_port(
    a: int, b: int, c: int, d: int, one: ports.Protocol, other: ports.Protocol
) -> None:
    first, second = Ports(min(a, b), max(a, b), one), Ports(min(c, d), max(c, d), other)
    common = range(max(first.first, second.first), min(first.last, second.last) + 1)
    assert first.overlaps(second) == (one == other and len(common) > 0)
