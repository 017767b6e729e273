"""Carriers and deployers have public addresses, and few: the loader refuses other ranges with the reason."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from model.address_ranges import MOST_PUBLIC_ADDRESSES, NOT_PUBLIC, address_count
from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem, SettingsError
from tests.unit.stacks import PRODUCTION, PROJECT, edited

CARRIERS = "telephony.carriers"
LISTS = {
    "voice:telephony.carriers[0].signallingCidrs": lambda cidrs: (
        CARRIERS,
        [{"name": "acme", "signallingCidrs": cidrs}],
    ),
    "voice:deployer.egressCidrs": lambda cidrs: ("deployer.egressCidrs", cidrs),
    "voice:aks.apiServer.authorizedCidrs": lambda cidrs: ("aks.apiServer.authorizedCidrs", cidrs),
}
"""The lists of public ranges in a stack file, each with the edit that sets it."""

OPEN = {"voice:telephony.carriers[0].signallingCidrs": "open-sip-port"}
INTERNET = [
    ["0.0.0.0/0"],
    ["0.0.0.0/1", "128.0.0.0/1"],
    ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"],
    ["20.0.0.0/8", "40.0.0.0/8"],
]


def problems(path: str, value: Any) -> list[Problem]:
    try:
        settings_from(edited(read_sections(PRODUCTION), path, value), PROJECT)
    except SettingsError as refused:
        return list(refused.problems)
    return []


@pytest.mark.parametrize("place", LISTS)
@pytest.mark.parametrize("reserved", NOT_PUBLIC)
def test_a_range_without_hosts_on_the_internet_is_refused_with_the_reason(place: str, reserved: str) -> None:
    """The first address of each reserved range, beside a public range."""
    address = ipaddress.IPv4Network(reserved)[0]
    (problem,) = problems(*LISTS[place](["198.51.100.0/28", f"{address}"]))
    assert (problem.code, problem.path) == ("range-not-public", f"{place}[1]")
    assert NOT_PUBLIC[reserved] in str(problem) or "of region eastus" in str(problem)


@pytest.mark.parametrize("place", LISTS)
@pytest.mark.parametrize("cidrs", INTERNET, ids=" ".join)
def test_the_internet_is_refused_also_as_several_ranges(place: str, cidrs: list[str]) -> None:
    (problem,) = problems(*LISTS[place](cidrs))
    assert (problem.code, problem.path) == (OPEN.get(place, "open-api-server"), place)
    assert f"{address_count(cidrs):,} addresses" in str(problem)


def test_own_networks_are_refused_by_their_name() -> None:
    stack = edited(read_sections(PRODUCTION), CARRIERS, [{"name": "acme", "signallingCidrs": ["10.20.0.0/24"]}])
    with pytest.raises(SettingsError, match="the network of region westeurope"):
        settings_from(stack, PROJECT)


@pytest.mark.parametrize("place", LISTS)
@pytest.mark.parametrize(
    "cidrs", [["168.86.128.0/18"], ["192.76.120.10"], ["9.0.0.0/8"], ["20.0.0.0/9", "40.0.0.0/9"]], ids=str
)
def test_public_ranges_up_to_a_slash_8_are_accepted(place: str, cidrs: list[str]) -> None:
    assert problems(*LISTS[place](cidrs)) == []
    assert address_count(cidrs) <= MOST_PUBLIC_ADDRESSES


def test_overlapping_ranges_count_once() -> None:
    assert address_count(["9.0.0.0/8", "9.1.0.0/16", "9.1.2.3/32"]) == 2**24


def test_media_may_come_from_anywhere() -> None:
    stack = edited(read_sections(PRODUCTION), CARRIERS, [{"name": "acme", "signallingCidrs": ["203.0.113.0/28"]}])
    settings = settings_from(stack, PROJECT)
    assert isinstance(settings, AksStackSettings)
    assert settings.telephony.media_cidrs == ("0.0.0.0/0",)


@pytest.mark.parametrize("cidr", ["10.99.0.0/28", "203.0.113.0/28"])
def test_a_private_line_needs_a_way_into_the_network(cidr: str) -> None:
    carrier = {"name": "acme", "signallingCidrs": [cidr], "connection": "private"}
    (problem,) = problems(CARRIERS, [carrier])
    assert (problem.code, problem.path) == ("no-way-in", "voice:telephony.carriers[0].connection")
