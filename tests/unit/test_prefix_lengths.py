"""The public prefixes of the media pools: their length, and the nodes that fit."""

from __future__ import annotations

import pytest

from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks import prefix_nodes
from settings.schema.errors import SettingsError
from tests.unit.graph import Graph
from tests.unit.stacks import PRODUCTION, PROJECT, build_stack, edited, graph_of

POOL = "aks.mediaPools.sip"


def lengths(graph: Graph) -> set[int]:
    return {item.value("prefixLength") for item in graph.of_type("azure-native:network:PublicIPPrefix")}


def test_staging_has_small_prefixes_and_production_the_largest() -> None:
    assert lengths(graph_of(PROJECT / "Pulumi.staging.yaml")) == {29}
    assert lengths(graph_of(PROJECT / "Pulumi.prod.yaml")) == {28}


def test_each_pool_has_its_own_length() -> None:
    graph = build_stack(edited(read_sections(PRODUCTION), f"{POOL}.prefixLength", 29))
    found = {item.name.rsplit("-", 2)[1]: item for item in graph.of_type("azure-native:network:PublicIPPrefix")}
    assert {pool: item.value("prefixLength") for pool, item in found.items()} == {"livekit": 28, "sip": 29}


@pytest.mark.parametrize(("length", "nodes"), [(28, 7), (29, 3), (30, 1)])
def test_two_generations_and_the_surge_node_must_fit_the_prefix(length: int, nodes: int) -> None:
    assert prefix_nodes(length) == nodes
    sections = edited(read_sections(PRODUCTION), "telephony.concurrentCalls", 1)
    sections = edited(sections, f"{POOL}.minNodesPerZone", 0)
    sections = edited(sections, f"{POOL}.prefixLength", length)
    settings_from(edited(sections, f"{POOL}.maxNodesPerZone", nodes), PROJECT)
    if nodes < prefix_nodes(28):
        with pytest.raises(SettingsError) as refused:
            settings_from(edited(sections, f"{POOL}.maxNodesPerZone", nodes + 1), PROJECT)
        assert [(problem.code, problem.path) for problem in refused.value.problems] == [
            ("prefix-too-small", f"voice:{POOL}.prefixLength")
        ]
