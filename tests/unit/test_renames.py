"""Upgrades replace nothing: each URN of an older release is the URN or an alias of a current resource.

`tests/golden/urns-<version>/<stack>.txt` contains the URNs of a release (`type$type::name`). The aliases are those that
the program registers, and those that the engine derives from aliases of parents, which this module computes.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.aliases import _is_historic, add_rename_aliases, aliases_of, remove_historic_aliases
from components.renames import RENAMES, Rename
from tests.unit.graph import Graph, Registered
from tests.unit.harness import build
from tests.unit.stacks import PROJECT, graph_of

RELEASES = sorted((PROJECT / "tests" / "golden").glob("urns-*"))
LISTS = [path for release in RELEASES for path in sorted(release.glob("*.txt"))]
CHART = "kubernetes:helm.sh/v4:Chart"
VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
UPGRADING = (PROJECT / "docs" / "UPGRADING.md").read_text()

Place = tuple[str, str]
"""The chain of types and the logical name that a URN ends with."""


class Places:
    """The places where the engine searches the state for a resource: its own place, then those of its aliases."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._found: dict[str, list[Place]] = {}

    def of(self, resource: Registered) -> list[Place]:
        if resource.urn not in self._found:
            parent = None if resource.parent == self._graph.stack else self._graph.get(resource.parent)
            self._found[resource.urn] = list(dict.fromkeys(self._places(resource, parent)))
        return self._found[resource.urn]

    def _places(self, resource: Registered, parent: Registered | None) -> Iterator[Place]:
        for chain, name in self._below(parent, resource.name):
            yield f"{chain}{resource.type}", name
        for alias in resource.aliases:
            if alias.startswith("urn:"):
                chain, _, name = alias.split("::", 2)[2].rpartition("::")
                yield chain, name
                continue
            spec = dict(part.split("=", 1) for part in alias.split(","))
            type_, name = spec.get("type", resource.type), spec.get("name", resource.name)
            if spec.get("parentUrn"):
                yield f"{spec['parentUrn'].split('::')[2]}${type_}", name
            elif "noParent" in spec:
                yield type_, name
            else:
                yield from ((f"{chain}{type_}", name) for chain, name in self._below(parent, name))

    def _below(self, parent: Registered | None, name: str) -> Iterator[Place]:
        """The chains that a child's URN can begin with. Names with the parent's name as prefix follow it."""
        if parent is None:
            yield "", name
            return
        for chain, parent_name in self.of(parent):
            inherited = parent_name + name.removeprefix(parent.name) if name.startswith(parent.name) else name
            yield f"{chain}$", inherited


def old_places(path: Path) -> set[Place]:
    """The places in a list. The rendered objects of a chart count as their chart."""
    found = set()
    for line in path.read_text().splitlines():
        chain, _, name = line.partition("::")
        if f"${CHART}$" in chain:
            chain, name = chain.partition(f"${CHART}$")[0] + f"${CHART}", name.partition(":")[0]
        found.add((chain, name))
    return found


REMOVED = re.compile(
    r"(-data-egress|-identity-livekit-egress|secret-egress-storage-key|reader-livekit-egress"
    r"|policies-voice-media-livekit-sip-trunks)(-|$)"
)
"""Resources that a release removes intentionally: those of disabled LiveKit egress and of a disabled trunk manager.
docs/UPGRADING.md says how to delete the protected ones.
"""
REMOVED_BY_CLASS = re.compile(
    r"-(data-redis-diagnostics|registry-endpoint(-.+)?|network-(zone|link)-privatelink\.azurecr\.io)$"
)
"""What class `staging` no longer has by default: the private endpoint of its registry, and a log category."""


def places_of(stack: str) -> list[list[Place]]:
    graph = graph_of(PROJECT / f"Pulumi.{stack}.yaml")
    places = Places(graph)
    return [places.of(resource) for resource in graph.resources]


def test_there_is_a_list_for_each_stack_of_a_release() -> None:
    assert {path.stem for path in LISTS} == {path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml")}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_old_urn_has_one_current_resource(path: Path) -> None:
    removed = [REMOVED, *([REMOVED_BY_CLASS] if path.stem == "staging" else [])]
    old = {place for place in old_places(path) if not any(pattern.search(place[1]) for pattern in removed)}
    reached = Counter(place for places in places_of(path.stem) for place in places if place in old)
    assert len(old) > 300
    assert [place for place in sorted(old) if reached[place] == 0] == [], "the upgrade would delete these"
    assert [place for place in sorted(old) if reached[place] > 1] == [], "several resources claim these"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_resource_claims_two_old_urns(path: Path) -> None:
    old = old_places(path)
    assert [
        found for places in places_of(path.stem) if len(found := [place for place in places if place in old]) > 1
    ] == []


def test_each_rename_matches_an_old_urn() -> None:
    """An entry without a match is a mistake, or a rename of a resource that no release had."""
    types = {type_ for path in LISTS for chain, _ in old_places(path) for type_ in chain.split("$")}
    assert [rename for rename in RENAMES if (rename.old_type or rename.type) not in types] == []


def test_the_upgrade_guide_lists_each_rename_and_the_release_that_removes_it() -> None:
    for rename in RENAMES:
        old = (rename.old_type or rename.type).removeprefix("voice:index:")
        new = rename.type.removeprefix("voice:index:")
        row = rf"\| `{re.escape(old)}` \| `{re.escape(new)}` \|.*\| {re.escape(rename.removed_in)} \|"
        assert re.search(row, UPGRADING), f"docs/UPGRADING.md lacks a row for {old} -> {new}"


def test_renames_are_removed_with_their_release() -> None:
    due = [rename for rename in RENAMES if _version(rename.removed_in) <= _version(VERSION)]
    assert due == [], f"version {VERSION} removes these entries from components/renames.py"


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def test_a_rename_is_an_alias_of_the_selected_resources() -> None:
    row = Rename(
        type="a:b:New",
        name=r"(?P<stem>[a-z]+)-new",
        old_type="a:b:Old",
        old_name=r"\g<stem>-old",
        old_parent="",
        removed_in="9.0.0",
    )
    (alias,) = aliases_of("a:b:New", "first-new", (row,))
    assert (alias.type_, alias.name, alias.parent) == ("a:b:Old", "first-old", None)
    assert (alias.stack, alias.project) == (..., ...)
    assert aliases_of("a:b:New", "first-other", (row,)) == []
    assert aliases_of("a:b:Other", "first-new", (row,)) == []


def test_a_move_names_the_old_parent_by_its_urn() -> None:
    row = Rename(type="a:b:C", name="voice-(.+)-net", old_parent=r"a:b:Top$a:b:Cell::voice-\1", removed_in="9.0.0")
    found: list[pulumi.Alias] = []
    build(lambda: found.extend(aliases_of("a:b:C", "voice-east-net", (row,))), stack="blue", project="voice")
    assert [alias.parent for alias in found] == ["urn:pulumi:blue::voice::a:b:Top$a:b:Cell::voice-east"]
    assert (found[0].type_, found[0].name) == (..., ...)


OLD_VERSION: dict[str, Any] = {"type_": "azure-native:network/v20230101:Subnet"}


@pytest.mark.parametrize(
    "changes",
    [{"name": "old"}, {"name": None}, {"parent": None}, {"parent": "urn:…"}, {"project": "old"}, {"stack": "old"}],
    ids=str,
)
def test_an_alias_that_sets_more_than_a_type_is_not_historic(changes: dict[str, Any]) -> None:
    assert not _is_historic(pulumi.Alias(**OLD_VERSION, **changes))


def test_an_alias_of_a_type_alone_is_historic() -> None:
    assert _is_historic(pulumi.Alias(**OLD_VERSION))
    assert not _is_historic(pulumi.Alias(type_="voice:index:RegionCell"))
    assert not _is_historic("urn:pulumi:stack::project::azure-native:network:Subnet::name")


def test_the_region_of_every_stack_has_its_alias() -> None:
    graph = graph_of(PROJECT / "Pulumi.staging.yaml")
    (region,) = graph.of_type("voice:index:AksRegion")
    assert region.aliases == ("type=voice:index:RegionCell,parentUrn=",), "an empty parent means the current parent"


def test_aliases_of_renames_are_added_to_those_of_the_resource() -> None:
    def program() -> None:
        remove_historic_aliases()
        add_rename_aliases()
        pulumi.ComponentResource(
            "voice:index:AksRegion", "region", None, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="older")])
        )

    (region,) = build(program).resources
    assert region.aliases == ("name=older,parentUrn=", "type=voice:index:RegionCell,parentUrn=")
