"""Drift: reported changes, and differences that are not drift."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.engine.drift import MAX_VALUE_LENGTH, NOT_SET, Drift, PropertyChange, drift_in, property_changes
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from simulator_tests.fake_backends import ServiceBackends

PET = "random:index/randomPet:RandomPet"
CLUSTER = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks"


def changes(was: Any, now: Any, children: set[str] | None = None) -> list[str]:
    return [str(change) for change in property_changes(was, now, children or set())]


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ({"a": 1, "b": {"c": "x"}}, {"a": 1, "b": {"c": "y"}}, ['b.c: was "x", is "y"']),
        ({"tags": {}}, {"tags": {"owner": "bob"}}, ['tags.owner: was not set, is "bob"']),
        ({"tags": {"owner": "bob"}}, {"tags": {}}, ['tags.owner: was "bob", is not set']),
        ({"zones": ["1", "2"]}, {"zones": ["1", "3"]}, ['zones[1]: was "2", is "3"']),
        ({"zones": ["1"]}, {"zones": ["1", "2"]}, ['zones[1]: was not set, is "2"']),
        ({"on": True}, {"on": False}, ["on: was true, is false"]),
        ({"__defaults": 1}, {"__defaults": 2}, []),
    ],
)
def test_each_change_is_reported_at_its_path(was: Any, now: Any, expected: list[str]) -> None:
    assert changes(was, now) == expected


def test_list_items_with_names_are_compared_by_name() -> None:
    rules = [{"name": "web", "priority": 100}, {"name": "db", "priority": 110}]
    moved = [rules[1], {"name": "web", "priority": 105}]
    assert changes({"rules": rules}, {"rules": moved}) == ["rules[web].priority: was 100, is 105"]


def test_a_child_resource_is_not_drift_of_the_parent_that_lists_it() -> None:
    system, api = {"name": "system", "maxCount": 2}, {"name": "api", "maxCount": 9}
    shown = ({"pools": [system]}, {"pools": [system, api]})
    assert changes(*shown, {"api"}) == []
    assert changes(*shown, {"other"}) == ['pools[api]: was not set, is {"name": "api", "maxCount": 9}']


def test_a_long_value_is_cut_in_the_text_and_complete_in_json() -> None:
    text = str(PropertyChange("policy", NOT_SET, "x" * (MAX_VALUE_LENGTH + 1)))
    assert "cut; --json shows the whole value" in text
    drift = Drift("staging", "t", "n", "id", (PropertyChange("policy", NOT_SET, "x" * 1000),))
    assert drift.as_json()["changes"] == [{"path": "policy", "is": "x" * 1000}]


def state(kind: str, id: str, **inputs: Any) -> dict[str, Any]:
    name = id.rsplit("/", 1)[-1]
    return {"type": kind, "urn": f"urn:pulumi:s::p::{kind}::{name}", "id": id, "custom": True, "inputs": inputs}


def logged(log: Path, *events: tuple[str, dict[str, Any], dict[str, Any] | None]) -> Path:
    lines = []
    for op, old, new in events:
        lines.append({"resourcePreEvent": {"metadata": {"op": "refresh", "old": old}}})
        lines.append({"resOutputsEvent": {"metadata": {"op": op, "urn": old["urn"], "old": old, "new": new}}})
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return log


def test_values_that_only_azure_reports_are_not_drift(tmp_path: Path) -> None:
    cluster, pool = state("aks:Cluster", CLUSTER, pools=[]), state("aks:Pool", f"{CLUSTER}/agentPools/api", maxCount=3)
    reported = {**cluster, "outputs": {"version": "1.36.3"}, "inputs": {"pools": [{"name": "api", "maxCount": 9}]}}
    grown = {**pool, "inputs": {"maxCount": 9}}
    gone = state("network:Link", "/links/link")
    log = logged(
        tmp_path / "log", ("update", cluster, reported), ("update", pool, grown), ("delete", gone, None),
        ("same", cluster, cluster),
    )  # fmt: skip
    assert drift_in("staging", log) == [
        Drift("staging", "aks:Pool", "api", pool["id"], (PropertyChange("maxCount", 3, 9),)),
        Drift("staging", "network:Link", "link", "/links/link"),
    ]


@pytest.mark.parametrize(("state_now", "count"), [("Connected", 0), ("Disconnected", 1)])
def test_a_connected_peering_is_not_drift_and_a_disconnected_one_is(tmp_path: Path, state_now: str, count: int) -> None:
    old = state("azure-native:network:VirtualNetworkPeering", "/peerings/a-to-b", allowForwardedTraffic=False)
    new = {**old, "inputs": {**old["inputs"], "peeringState": state_now, "peeringSyncLevel": "FullyInSync"}}
    assert len(drift_in("staging", logged(tmp_path / "log", ("update", old, new)))) == count


def typed(project: Path, command: str, *arguments: str) -> Result:
    app = application(Wiring(open_backends=ServiceBackends))
    return CliRunner().invoke(app, [command, "--project", str(project), "--state", str(project / "state"), *arguments])


@pytest.mark.rehearsal
def test_a_changed_and_a_deleted_resource_are_the_only_drift(cli: PulumiCli, tiny: Path) -> None:
    nothing = typed(tiny, "drift")
    assert nothing.exit_code == 2
    assert "error: nothing is deployed in" in nothing.output
    with Rehearsal(tiny, "staging", tiny / "state", cli=cli, open_backends=ServiceBackends) as rehearsal:
        assert rehearsal.up().ok
    none = typed(tiny, "drift")
    assert (none.exit_code, none.stdout) == (0, "No drift: the simulated Azure is as deployed.\n")

    assert typed(tiny, "change", "suffix", "byteLength=8").exit_code == 0
    assert typed(tiny, "change", "tenant-pet", "--delete").exit_code == 0
    found = typed(tiny, "drift")
    assert found.exit_code == 1
    assert found.stdout.splitlines()[:3] == [
        "suffix (random:index/randomId:RandomId) changed",
        "    byteLength: was 4, is 8",
        f"tenant-pet ({PET}) no longer exists; its id was {PET}/tenant-pet",
    ]
    assert "pulumi up --refresh" in found.stdout
    machine = json.loads(typed(tiny, "drift", "--json").stdout)
    assert [(item["name"], item["gone"]) for item in machine["drift"]] == [("suffix", False), ("tenant-pet", True)]
    assert machine["drift"][0]["changes"] == [{"path": "byteLength", "was": 4, "is": 8}]


@pytest.mark.rehearsal
@pytest.mark.usefixtures("cli")
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("suffix",), "expected either PATH=VALUE arguments or --delete"),
        (("suffix", "a=1", "--delete"), "expected either PATH=VALUE arguments or --delete"),
        (("nothing", "--delete"), "is not the name of exactly one resource of staging (0 match): use its Azure id"),
    ],
)
def test_a_change_without_a_value_or_a_known_resource_is_wrong_usage(
    tiny: Path, arguments: tuple[str, ...], reason: str
) -> None:
    result = typed(tiny, "change", *arguments)
    assert result.exit_code == 2
    assert reason in result.stderr


def test_the_command_that_creates_drift_is_hidden() -> None:
    listed = CliRunner().invoke(application(Wiring(open_backends=ServiceBackends)), ["--help"]).stdout
    assert "drift" in listed
    assert "change " not in listed
