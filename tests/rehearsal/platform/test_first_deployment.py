"""The steps of a first deployment: each is a complete `up`, the next step only adds, and the wrong order is refused."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.errors import UsageError
from azure_rehearsal.testing import made_once
from tests.rehearsal.platform.plans import changes
from tests.unit.stacks import PROJECT

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

Config = Mapping[str, Any]

PRIVATE: Final = {"voice:aks.apiServer.access": "private", "voice:deployer.egressCidrs": []}
AZURE_ONLY: Final = {"voice:aks.kubernetesObjects": False, "voice:workloads.enabled": False}
AT_THE_RUNNER: Final = {"voice:deployer.privateNetwork": True}
WITHOUT_WORKLOADS: Final = {"voice:workloads.enabled": False}
UNDELEGATED: Final = {"voice:dns.delegated": False, "voice:certificates.issuer": "selfSigned"}

WEST: Final = {
    "voice:region": "westeurope",
    "voice:regions": [{"name": "westeurope", "number": 2, "location": "westeurope", "role": "primary"}],
    "voice:global.location": "westeurope",
}
"""The neighbor of the case: the same step in another region, with another zone of the API server."""


DELEGATION: Final = {
    "create": [
        "voice-eastus-dns-role-cert-manager-environment",
        "voice-eastus-dns-role-cert-manager-region",
        "voice-eastus-identity-cert-manager",
        "voice-eastus-identity-cert-manager-identity",
        "voice-eastus-identity-cert-manager-trust",
        "voice-eastus-services-certificates-issuer-letsencrypt-staging",
    ],
    "delete": [
        "voice-eastus-services-certificates-issuer-self-signed",
        "voice-eastus-services-certificates-issuer-self-signed-ca",
        "voice-eastus-services-certificates-self-signed-root",
    ],
    "update": [
        *(f"voice-eastus-services-certificates-{certificate}" for certificate in ("gateway", "sip", "turn")),
        "voice-eastus-services-policies-voice-system-cert-manager",
    ],
}
"""The step after the delegation: another issuer, with an identity that writes to the zones."""


def staging(state: Path, cli: PulumiCli) -> Rehearsal:
    return Rehearsal(PROJECT, "staging", state, cli=cli, checkpoints=False)


def deployed(rehearsal: Rehearsal, config: Config) -> dict[str, list[str]]:
    """Deploys a step, and checks that the next plan of the same step changes nothing."""
    run = rehearsal.up(config=config)
    assert run.ok, run.text
    again = rehearsal.preview(config=config)
    assert again.ok, again.text
    assert changes(again) == {}
    return changes(run)


def resources(rehearsal: Rehearsal) -> dict[str, str]:
    """Types of the deployed resources, by name."""
    return {item["urn"].rsplit("::", 1)[-1]: item["type"] for item in rehearsal.export()["resources"]}


@pytest.fixture(scope="module")
def azure_only(tmp_path_factory: pytest.TempPathFactory, cli: PulumiCli) -> Path:
    """The first step with a private API server, from outside the network."""

    def deploy(state: Path) -> None:
        with staging(state, cli) as rehearsal:
            run = rehearsal.up(config={**PRIVATE, **AZURE_ONLY})
            assert run.ok, run.text

    return made_once(tmp_path_factory, "azure-only", deploy)


@pytest.fixture
def first_step(azure_only: Path, cli: PulumiCli, tmp_path: Path) -> Rehearsal:
    shutil.copytree(azure_only, tmp_path / "state")
    return staging(tmp_path / "state", cli)


def test_the_first_step_with_a_private_api_server_deploys_azure_and_nothing_in_the_cluster(
    first_step: Rehearsal,
) -> None:
    with first_step:
        found = resources(first_step)
        again = first_step.preview(config={**PRIVATE, **AZURE_ONLY})
    assert again.ok, again.text
    assert changes(again) == {}
    assert not [name for name, type in found.items() if "kubernetes" in type]
    assert found["voice-eastus-network-subnet-runners"] == "azure-native:network:Subnet"
    assert found["voice-eastus-network-link-privatelink.eastus.azmk8s.io"].endswith("VirtualNetworkLink")
    assert found["voice-eastus-aks-cluster"] == "azure-native:containerservice:ManagedCluster"


def test_the_second_step_from_a_runner_only_adds(first_step: Rehearsal) -> None:
    with first_step:
        plan = first_step.preview(config={**PRIVATE, **WITHOUT_WORKLOADS, **AT_THE_RUNNER})
    assert plan.ok, plan.text
    assert set(changes(plan)) == {"create"}
    assert {"voice-eastus-aks-kubernetes", "voice-eastus-services"} <= set(changes(plan)["create"])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (PRIVATE, "voice:deployer.privateNetwork"),
        ({**PRIVATE, "voice:aks.kubernetesObjects": False}, "voice:workloads.enabled"),
        ({"voice:dns.delegated": False}, "voice:certificates.issuer"),
    ],
    ids=["objects without a path", "workloads without objects", "authority before delegation"],
)
def test_a_step_in_the_wrong_order_is_refused_before_anything_is_deployed(
    wrong: Config, problem: str, cli: PulumiCli, tmp_path: Path
) -> None:
    with staging(tmp_path, cli) as rehearsal, pytest.raises(UsageError, match=problem):
        rehearsal.up(config=wrong)


@pytest.mark.exhaustive
@pytest.mark.parametrize("region", [{}, WEST], ids=["eastus", "westeurope"])
def test_a_private_api_server_is_deployed_in_three_steps(region: Config, cli: PulumiCli, tmp_path: Path) -> None:
    """The case private-api-first-up, and its neighbor in another region."""
    with staging(tmp_path, cli) as rehearsal:
        first = deployed(rehearsal, {**region, **PRIVATE, **AZURE_ONLY})
        second = deployed(rehearsal, {**region, **PRIVATE, **WITHOUT_WORKLOADS, **AT_THE_RUNNER})
        third = deployed(rehearsal, {**region, **PRIVATE, **AT_THE_RUNNER})
        assert set(first) == set(second) == set(third) == {"create"}
        destroyed = rehearsal.destroy(config={**region, **PRIVATE, **AT_THE_RUNNER})
        assert destroyed.ok, destroyed.text


@pytest.mark.exhaustive
def test_the_steps_with_a_public_api_server_end_in_the_whole_platform(cli: PulumiCli, tmp_path: Path) -> None:
    with staging(tmp_path, cli) as rehearsal:
        first = deployed(rehearsal, {**UNDELEGATED, **WITHOUT_WORKLOADS})
        assert set(first) == {"create"}
        assert not [name for name in first["create"] if "-chart" in name]

        assert deployed(rehearsal, WITHOUT_WORKLOADS) == DELEGATION

        whole = deployed(rehearsal, {})
        assert set(whole) == {"create"}
        charts = [name for name in whole["create"] if name.endswith("-chart")]
        assert charts

        removed = deployed(rehearsal, WITHOUT_WORKLOADS)
        assert set(removed) == {"delete"}
        assert sorted(removed["delete"]) == sorted(whole["create"])
