"""DNS names of two regions on the real engine: one is added, edited, unreachable and removed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.services.trafficmanager.common import ENDPOINT, PROFILE
from azure_rehearsal.chaos.faults import Faults
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

PROGRAM = Path(__file__).with_name("programs") / "names"
NAMES = ("dns:", "trafficmanager:")


def stack(name: str, state: Path, cli: PulumiCli, faults: Faults | None = None) -> Rehearsal:
    return Rehearsal(PROGRAM, name, state, cli=cli, faults=faults)


def done(run: Run) -> Run:
    assert run.ok, run.text
    return run


def changed(run: Run) -> dict[str, set[str]]:
    """The changes of a plan to DNS and Traffic Manager, by operation."""
    found: dict[str, set[str]] = {}
    for step in done(run).changing_steps:
        if step.type.removeprefix("azure-native:").startswith(NAMES):
            found.setdefault(step.op, set()).add(step.name)
    return found


def ids(state: Path) -> list[str]:
    """The ids of all resources in the simulated cloud."""
    cloud = json.loads(next(state.rglob("azure.json")).read_text(encoding="utf-8"))
    return [record["id"] for record in cloud["records"]]


@pytest.fixture(scope="module")
def both(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory in which both regions are deployed; copy it to change it."""
    state = tmp_path_factory.mktemp("names")
    for name in ("east", "west"):
        with stack(name, state, cli) as rehearsal:
            done(rehearsal.up())
    return state


@pytest.fixture
def own(both: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(both, tmp_path / "state"))


@pytest.mark.parametrize("name", ["east", "west"])
def test_a_tag_changes_zones_and_profiles_and_no_name(both: Path, cli: PulumiCli, name: str) -> None:
    with stack(name, both, cli) as rehearsal:
        run = done(rehearsal.preview(config={"names:owner": "alice"}))
    everywhere = {"environment-zone", "traffic-web", "traffic-sip"} if name == "east" else set()
    assert changed(run) == {"update": {"region-zone", *everywhere}}
    assert "role" not in "".join(step.name for step in run.changing_steps)


def test_an_internal_gateway_changes_its_two_records_and_deletes_the_endpoint(both: Path, cli: PulumiCli) -> None:
    with stack("west", both, cli) as rehearsal:
        run = rehearsal.preview(config={"names:exposure": "internal"})
    assert changed(run) == {"update": {"region-api", "region-livekit"}, "delete": {"region-endpoint-web"}}
    assert run.changes == {"update": 2, "delete": 1}


def test_an_internal_gateway_resolves_to_its_private_address(own: Path, cli: PulumiCli) -> None:
    with stack("west", own, cli) as rehearsal:
        done(rehearsal.up(config={"names:exposure": "internal"}))
        assert rehearsal.preview(config={"names:exposure": "internal"}).changes == {}
    cloud = json.loads(next(own.rglob("azure.json")).read_text(encoding="utf-8"))
    (record,) = [item for item in cloud["records"] if item["id"].endswith("/westeurope.voice.example.com/A/livekit")]
    assert record["properties"]["aRecords"] == [{"ipv4Address": "10.20.9.62"}]
    assert not record["properties"].get("targetResource")


def test_a_refresh_after_probes_causes_no_changes(own: Path, cli: PulumiCli) -> None:
    """Traffic Manager writes its probe results into properties that a program can set."""
    cloud = Cloud.open(next(own.rglob("azure.json")))
    profiles, endpoints = cloud.of_type(PROFILE), cloud.of_type(ENDPOINT)
    assert (len(profiles), len(endpoints)) == (2, 4)
    for profile in profiles:
        cloud.set(profile.id, "monitorConfig.profileMonitorStatus", "Online")
    for endpoint in endpoints:
        cloud.set(endpoint.id, "endpointMonitorStatus", "Online")
    with stack("east", own, cli) as rehearsal:
        done(rehearsal.refresh())
        assert done(rehearsal.preview()).changes == {}


def test_a_region_is_deployed_during_the_outage_of_another(own: Path, cli: PulumiCli) -> None:
    with stack("east", own, cli, Faults(unreachable=["westeurope"])) as rehearsal:
        done(rehearsal.up(config={"names:owner": "alice"}))
    with stack("west", own, cli, Faults(unreachable=["eastus"])) as rehearsal:
        run = done(rehearsal.up(config={"names:owner": "alice"}))
    assert changed(run) == {"update": {"region-zone"}}


def test_removing_a_region_leaves_nothing_and_does_not_change_the_other(own: Path, cli: PulumiCli) -> None:
    assert [id for id in ids(own) if "westeurope" in id]
    with stack("west", own, cli) as rehearsal:
        done(rehearsal.destroy())
    assert [id for id in ids(own) if "westeurope" in id] == []
    environment = [id for id in ids(own) if "/dnsZones/voice.example.com/" in id and "/roleAssignments/" in id]
    assert len(environment) == 1, "only the role of the other region's controller is left"
    with stack("east", own, cli) as rehearsal:
        assert done(rehearsal.preview()).changes == {}
        done(rehearsal.destroy())
    assert ids(own) == []
