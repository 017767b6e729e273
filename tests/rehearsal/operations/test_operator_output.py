"""The output for operators about the real platform, deployed to a simulated Azure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY
from azure_rehearsal.reports.architecture import architecture_of
from azure_rehearsal.reports.change import Change
from azure_rehearsal.reports.cost import monthly_cost
from azure_rehearsal.reports.duration import wall_time
from azure_rehearsal.reports.markdown import COMMENT_LIMIT, summary
from azure_rehearsal.reports.preview import preview
from simulator_tests.reports.legibility import assert_legible, texts
from simulator_tests.reports.rendered import everything
from tests.rehearsal.operations.conftest import Deployed

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]


def test_every_deployed_resource_has_a_price_or_is_known_to_be_free(deployed: Deployed) -> None:
    cost = monthly_cost(deployed.recording)
    assert cost.not_priced == ()
    assert cost.total.low > 0


def test_a_first_plan_costs_the_same_as_its_deployment(deployed: Deployed) -> None:
    assert deployed.first.forecast is not None
    assert deployed.first.forecast.cost_after.total == monthly_cost(_planned(deployed)).total


def _planned(deployed: Deployed) -> list[dict[str, Any]]:
    """The deployed resources without objects of charts: their values are unknown before a cluster exists."""
    assert deployed.first.forecast is not None
    planned = {item["urn"] for item in deployed.first.forecast.after}
    charts = {item["urn"] for item in deployed.recording if item["type"] == "kubernetes:helm.sh/v4:Chart"}
    came = [item for item in deployed.recording if item["urn"] not in planned]
    assert {item["parent"] for item in came if not item["type"].startswith("pulumi:providers:")} <= charts
    return [item for item in deployed.recording if item["urn"] in planned]


def test_the_diagram_of_the_platform_in_three_zones_is_legible_and_complete(deployed: Deployed) -> None:
    assert_legible(architecture_of(deployed.recording))
    text = " ".join(texts(deployed.recording))
    drawn = ("Subnet", "AgentPool", "PublicIPPrefix", "PublicIPAddress", "PrivateZone", "ManagedCluster")
    for item in deployed.recording:
        if item["type"].rsplit(":", 1)[-1] in drawn:
            assert item["outputs"]["name"] in text


def test_every_public_address_of_the_platform_has_a_target(deployed: Deployed) -> None:
    addresses = [address for region in architecture_of(deployed.recording).regions for address in region.addresses]
    assert len(addresses) > 6
    assert [address.name for address in addresses if address.unused] == []


def test_the_report_of_a_first_deployment_keeps_its_limit(deployed: Deployed) -> None:
    text = summary([deployed.first])
    assert len(text) < COMMENT_LIMIT
    assert "`voice-eastus-aks-pool-sip1a`" in text
    assert "- **Cost**: " in text
    assert "- **Expected time on Azure**: " in text
    assert "…and" not in text
    assert f"\n{deployed.first.run.operations['create']} created.\n" in text  # as the engine counts


@pytest.fixture(scope="module")
def new_generation(deployed: Deployed) -> Change:
    """A new generation of the agents' pool replaces the old one."""
    generations = [{"name": "b", "vmSize": "Standard_D8s_v5"}]
    edit = {"voice:aks.pools.agents.generations": generations, "voice:protect": False}
    return preview(deployed.rehearsal, config=edit)


def test_the_diagram_of_a_plan_differs_from_the_deployed_one_only_in_the_changes(
    deployed: Deployed, new_generation: Change
) -> None:
    assert new_generation.forecast is not None
    after = {item["urn"]: item for item in new_generation.forecast.after}
    before = {item["urn"]: item for item in deployed.recording}
    assert {item["name"] for item in new_generation.forecast.after if item["op"] == "delete"} == {
        "voice-eastus-aks-pool-agentsa"
    }
    assert {after[urn]["name"] for urn in after.keys() - before.keys()} == {"voice-eastus-aks-pool-agentsb"}
    for urn_, item in after.items():
        if item["op"] == "same":
            assert item["inputs"] == before[urn_]["inputs"]
            assert item["parent"] == before[urn_]["parent"]
    assert "plaintext" not in json.dumps(new_generation.forecast.after)


def test_the_cost_and_duration_of_a_new_generation_are_those_of_its_two_pools(new_generation: Change) -> None:
    assert new_generation.forecast is not None
    changes = {item.name[-1]: item for item in new_generation.forecast.cost_change.changes}
    assert (changes["a"].after, changes["b"].before) == (None, None)
    assert changes["b"].monthly.high > -changes["a"].monthly.high  # machines of twice the size
    (stack,) = new_generation.forecast.wall_time.stacks
    assert [(item.op, item.name[-7:]) for item in stack.path][-1] == ("delete", "agentsa")
    assert ("create", "agentsb") in [(item.op, item.name[-7:]) for item in stack.path]


def test_a_first_plan_takes_as_long_as_the_deployment_that_follows(deployed: Deployed) -> None:
    assert deployed.first.forecast is not None
    assert deployed.first.forecast.wall_time.minutes == wall_time(_planned(deployed)).minutes


def test_the_output_contains_no_secret_of_the_platform(deployed: Deployed) -> None:
    secrets = {text for text in _secrets(deployed.rehearsal.export(show_secrets=True)) if len(text) > 8}
    assert secrets, "without secrets this test proves nothing"
    shown = everything(deployed.recording, deployed.first)
    assert not [secret for secret in secrets if secret in shown]


def _secrets(value: Any) -> Iterator[str]:
    """Every secret text in the state, at any depth."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET:
            yield from _texts(json.loads(value["plaintext"]))
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
