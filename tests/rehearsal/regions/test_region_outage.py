"""Deployments during the outage of another region, whose API server and Azure services do not answer."""

from __future__ import annotations

import pytest

from azure_rehearsal.reports.failures import failures_of
from tests.rehearsal.regions.conftest import Environment
from tests.rehearsal.regions.other_regions import assert_only_adapted, links_between

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

EDITS = {
    "voice:aks.pools.api.maxNodes": 12,
    "voice:telephony.rtpPorts": {"first": 18000, "last": 27999},
    "voice:keyVault.generations": {"jwt-signing-key": 2},
    "voice:aks.autoscaler.scanInterval": "20s",
}
"""Edits of the cluster, its pools, the network and the vault."""


@pytest.mark.parametrize(
    ("stack", "region", "down"),
    [("prod-westeurope", "westeurope", "eastus"), ("prod", "eastus", "westeurope")],
    ids=["outage of the first region, which has the global part", "outage of a later region"],
)
def test_a_region_is_updated_during_the_outage_of_another(
    environment: Environment, stack: str, region: str, down: str
) -> None:
    planned = environment.planned(stack, config=EDITS)
    touched = ("aks-cluster", "aks-pool-apia", "aks-pool-sip1a", "network-security-sip", "vault-secret-jwt-signing-key")
    assert {f"voice-{region}-{what}" for what in touched} <= set(planned["update"])
    assert environment.deploy(stack, down, config=EDITS) == planned
    assert environment.planned(stack, config=EDITS) == {}


def test_a_deployment_to_a_region_with_an_outage_fails_and_loses_nothing(environment: Environment) -> None:
    before = environment.cloud()["records"]
    run = environment.stack("prod", "eastus").up(config={"voice:aks.autoscaler.scanInterval": "20s"})
    assert not run.ok
    for failure in failures_of(run):
        assert "GatewayTimeout" in failure.message
        assert "managed in eastus, which is down" in failure.message
        assert "when eastus responds again" in failure.remediation
    assert environment.cloud()["records"] == before
    assert environment.deploy("prod") == {}


def test_failures_name_the_resources_in_an_unreachable_region_and_these_can_be_excluded(
    environment: Environment,
) -> None:
    """All resources have tags, including the region's registry replica, which the registry's home region manages."""
    tags, replica = {"voice:tags": {"cost-center": "other"}}, "voice-westeurope-registry-replica"
    stack = environment.stack("prod-westeurope", "eastus")
    refused = stack.up(config=tags)
    assert not refused.ok
    (failure,) = failures_of(refused)
    assert failure.name == replica
    assert "is managed in eastus, which is down" in failure.message
    assert failure.remediation.startswith(f"exclude it now (`pulumi up --exclude '**{replica}'`)")

    environment.done(stack.up("--exclude", f"**{replica}", config=tags))
    assert environment.deploy("prod-westeurope", config=tags) == {"update": [replica]}


def test_a_refresh_does_not_treat_unreachable_resources_as_deleted(environment: Environment) -> None:
    stack = environment.stack("prod-westeurope", "eastus")
    before = {resource["urn"] for resource in stack.export()["resources"]}
    run = stack.refresh()
    assert not run.ok
    assert {failure.name for failure in failures_of(run)} == {
        "voice-westeurope-network-peering-eastus-westeurope",
        "voice-westeurope-registry-replica",
    }
    assert {resource["urn"] for resource in stack.export()["resources"]} == before


ADDED = {"name": "northeurope", "number": 4, "location": "northeurope"}


def test_a_region_is_added_during_an_outage_with_a_list_that_omits_the_failed_region(environment: Environment) -> None:
    regions = environment.settings("prod")["regions"]
    all_regions = [*regions, ADDED]
    environment.edit("prod", regions=all_regions)
    environment.write("prod-northeurope", {"extends": "prod", "region": "northeurope"})
    refused = environment.stack("prod-northeurope", "westeurope").up()
    assert not refused.ok
    assert {failure.name for failure in failures_of(refused)} == {
        "voice-northeurope-network-peering-westeurope-northeurope"
    }

    reachable = [region for region in all_regions if region["name"] != "westeurope"]
    environment.edit("prod-northeurope", regions=reachable)
    environment.deploy("prod-northeurope", "westeurope")
    environment.write("prod-northeurope", {"extends": "prod", "region": "northeurope"})
    late = environment.deploy("prod-northeurope")
    assert late["create"] == links_between("northeurope", "westeurope")
    assert set(late) == {"create", "update"}
    assert_only_adapted(late["update"], "northeurope")
