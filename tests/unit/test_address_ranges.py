"""Lists of address ranges have no overlaps, in the model and in every security rule."""

from __future__ import annotations

import ipaddress
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.voice_workloads.voice_workloads import workload_values
from model.address_ranges import without_contained
from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import SettingsError
from tests.unit.graph import Graph
from tests.unit.stacks import PRODUCTION, PROJECT, STACKS, build_stack, edited, graph_of

networks = st.builds(
    lambda address, length: str(ipaddress.IPv4Network((address, length), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)


@given(st.lists(networks, max_size=12))
def test_the_result_covers_the_same_addresses_without_overlaps(cidrs: list[str]) -> None:
    result = [ipaddress.IPv4Network(cidr) for cidr in without_contained(cidrs)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(result, 2))
    given = [ipaddress.IPv4Network(cidr) for cidr in cidrs]
    assert list(ipaddress.collapse_addresses(result)) == list(ipaddress.collapse_addresses(given))


def rules_with_overlaps(graph: Graph) -> list[str]:
    """The security rules that Azure would refuse for overlapping prefixes."""
    found = []
    for group in graph.of_type("azure-native:network:NetworkSecurityGroup"):
        for rule in group.value("securityRules"):
            for side in ("source", "destination"):
                prefixes = [ipaddress.ip_network(item) for item in rule.get(f"{side}AddressPrefixes") or []]
                if any(one.overlaps(other) for one, other in itertools.combinations(prefixes, 2)):
                    found.append(f"{group.name}: {rule['name']}")
    return found


def carrier(name: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "signallingCidrs": ["198.51.100.0/28"], **settings}


OVERLAPPING = {
    "media addresses beside the default": [carrier("one", mediaCidrs=["203.0.113.0/26"]), carrier("two")],
    "signalling addresses within each other": [
        carrier("one", signallingCidrs=["198.51.100.0/24", "198.51.100.7"]),
        carrier("two", signallingCidrs=["198.51.100.0/28"]),
    ],
}


@pytest.mark.parametrize("stack", STACKS, ids=lambda path: path.name)
def test_no_security_rule_of_a_stack_has_overlapping_prefixes(stack: Path) -> None:
    assert rules_with_overlaps(graph_of(stack)) == []


@pytest.mark.parametrize("carriers", OVERLAPPING.values(), ids=OVERLAPPING)
def test_overlapping_carrier_addresses_become_one_list_without_overlaps(carriers: list[dict[str, Any]]) -> None:
    graph = build_stack(edited(read_sections(PRODUCTION), "telephony.carriers", carriers))
    assert rules_with_overlaps(graph) == []


def test_a_single_address_becomes_a_range_everywhere() -> None:
    carriers = [carrier("one", signallingCidrs=["192.0.2.10"]), carrier("two", ingress="direct")]
    settings = settings_from(edited(read_sections(PRODUCTION), "telephony.carriers", carriers), PROJECT)
    assert isinstance(settings, AksStackSettings)
    assert settings.telephony.edge_cidrs == ("192.0.2.10/32",)
    for chart in ("sip-edge", "freeswitch"):
        assert "192.0.2.10/32" in str(workload_values(settings, None)[chart]["carriers"])


def test_an_address_and_its_range_are_the_same_value() -> None:
    carriers = [carrier("one", signallingCidrs=["192.0.2.10", "192.0.2.10/32"])]
    with pytest.raises(SettingsError, match=r"192\.0\.2\.10/32"):
        settings_from(edited(read_sections(PRODUCTION), "telephony.carriers", carriers), PROJECT)
