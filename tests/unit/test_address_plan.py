"""The address plan: properties that hold for every region."""

from __future__ import annotations

import ipaddress
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.address_plan import NODE_SUBNETS, RESERVED_BY_AKS, Subnet, address_plan
from settings.schema.azure import REGION_NUMBERS

numbers = st.sampled_from(REGION_NUMBERS)
networks = st.integers(0, 255).map(lambda second: f"10.{second}.0.0/16")


def net(cidr: str) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(cidr)


@given(numbers, st.none() | networks)
def test_every_subnet_is_inside_its_network(number: int, network: str | None) -> None:
    plan = address_plan(number, network)
    assert set(plan.subnets) == set(Subnet)
    for subnet, cidr in plan.subnets.items():
        assert net(cidr).subnet_of(net(plan.network)), f"{subnet} is outside"


@given(numbers, st.none() | networks)
def test_ranges_of_a_region_do_not_overlap(number: int, network: str | None) -> None:
    plan = address_plan(number, network)
    ranges = [*plan.subnets.values(), plan.pods, plan.services, *RESERVED_BY_AKS]
    for one, other in itertools.combinations(ranges, 2):
        assert not net(one).overlaps(net(other)), f"{one} and {other} overlap"


@given(numbers, numbers)
def test_regions_never_share_an_address(one: int, other: int) -> None:
    if one == other:
        return
    mine, theirs = address_plan(one), address_plan(other)
    for attribute in ("network", "pods", "services"):
        assert not net(getattr(mine, attribute)).overlaps(net(getattr(theirs, attribute)))


@given(numbers)
def test_the_dns_service_is_inside_the_service_range(number: int) -> None:
    plan = address_plan(number)
    assert ipaddress.IPv4Address(plan.dns_service_ip) in net(plan.services)
    assert net(plan.services).prefixlen > 12, "AKS accepts no service range larger than /12"


@given(numbers, st.none() | networks)
def test_the_private_address_of_the_gateway_is_the_last_usable_one(number: int, network: str | None) -> None:
    plan = address_plan(number, network)
    hosts = list(net(plan.subnets[Subnet.LOAD_BALANCERS]))
    usable = hosts[4:-1]
    assert len(usable) == plan.usable_addresses(Subnet.LOAD_BALANCERS)
    assert ipaddress.IPv4Address(plan.gateway_address) == usable[-1], "Azure assigns addresses from the start"


@given(numbers)
def test_ranges_are_private(number: int) -> None:
    plan = address_plan(number)
    shared = net("100.64.0.0/10")  # RFC 6598
    assert net(plan.network).is_private
    assert net(plan.services).is_private
    assert net(plan.pods).subnet_of(shared)


@pytest.mark.requirement("K6")
def test_the_first_three_regions_have_the_documented_networks() -> None:
    assert [address_plan(number).network for number in (1, 2, 3)] == ["10.10.0.0/16", "10.20.0.0/16", "10.30.0.0/16"]


def test_node_subnets_hold_both_generations_of_the_largest_pools() -> None:
    plan = address_plan(1)
    largest_media_pool = 2 * 7 * 3 + 3
    assert plan.usable_addresses(Subnet.SIP) >= largest_media_pool
    assert all(plan.usable_addresses(subnet) > 100 for subnet in NODE_SUBNETS)


@pytest.mark.parametrize("number", [0, 25, -1])
def test_a_number_outside_the_plan_is_an_error(number: int) -> None:
    with pytest.raises(ValueError, match="outside 1-24"):
        address_plan(number)


def test_a_network_that_is_not_a_16_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a /16"):
        address_plan(1, "10.10.0.0/20")
