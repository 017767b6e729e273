"""A fresh subscription, and the secrets of a closed vault, on the real engine."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import pytest

from azure_rehearsal.adapter import Adapter
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.data.resource_providers import REGISTRATION_REQUIRED
from azure_rehearsal.chaos.faults import Faults, TargetedRule
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.failures import Failure, failures_of
from azure_rehearsal.testing import arm_endpoint, subscription_of
from tests.unit.stacks import PROJECT
from tools.rehearsal_adapter import VoiceAdapter

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

PROGRAM: Final = Path(__file__).with_name("programs") / "clusterless"
"""A small program with this project's vault, storage account, registry access and diagnostic settings."""
UNREGISTERED: Final = "MissingSubscriptionRegistration"
ADDED: Final = {"voice:secrets": {"speechKey": {"secure": "AAAA"}}}
"""One more secret than the stack file has."""


class RemediesOfTheProject(Adapter):
    """The small program with the remediations of this project."""

    def remedy_for(self, code: str) -> str:
        return VoiceAdapter(PROJECT).remedy_for(code)


def small(state: Path, cli: PulumiCli, faults: Faults | None = None) -> Rehearsal:
    return Rehearsal(PROGRAM, "staging", state, cli=cli, faults=faults, adapter=RemediesOfTheProject(PROGRAM))


def register(state: Path, *namespaces: str) -> None:
    """Registers resource providers through Azure's REST API."""
    with arm_endpoint(state) as url:
        for namespace in namespaces:
            connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
            connection.request("POST", f"/subscriptions/s/providers/{namespace}/register?api-version=2021-04-01")
            assert connection.getresponse().status == 200
            connection.close()


def make_fresh(state: Path) -> None:
    with subscription_of(state) as facts:
        facts.make_fresh()


def unregistered(run: Run) -> list[Failure]:
    """The failures of a refused run, all for missing registrations."""
    assert not run.ok
    found = [failure for failure in failures_of(run) if failure.name]
    assert found
    assert {failure.message.split(":")[0] for failure in found} == {UNREGISTERED}, run.text
    return found


def test_a_fresh_subscription_refuses_staging_with_the_commands_that_register(cli: PulumiCli, tmp_path: Path) -> None:
    make_fresh(tmp_path)
    with Rehearsal(PROJECT, "staging", tmp_path, cli=cli) as rehearsal:
        failures = unregistered(rehearsal.up())
    for failure in failures:
        assert "`az provider register --namespace Microsoft." in failure.remediation
        assert "`.venv/bin/voice preflight staging --register`" in failure.remediation


def test_an_injected_missing_registration_names_the_provider(cli: PulumiCli, tmp_path: Path) -> None:
    rule = TargetedRule.parsed(f"monitor:DiagnosticSetting:*:{UNREGISTERED}*99")
    with small(tmp_path, cli, Faults([rule])) as rehearsal:
        (failure, *_) = unregistered(rehearsal.up())
    assert "`az provider register --namespace microsoft.insights --wait`" in failure.remediation
    assert "voice preflight staging --register" in failure.remediation


@pytest.mark.parametrize("missing", ["microsoft.insights", "Microsoft.KeyVault"])
def test_one_missing_provider_is_refused_and_a_registration_lets_the_deployment_continue(
    cli: PulumiCli, tmp_path: Path, missing: str
) -> None:
    make_fresh(tmp_path)
    register(tmp_path, *(namespace for namespace in REGISTRATION_REQUIRED if namespace != missing))
    with small(tmp_path, cli) as rehearsal:
        failures = unregistered(rehearsal.up())
    assert all(f"--namespace {missing} --wait" in failure.remediation for failure in failures)

    register(tmp_path, missing)

    with small(tmp_path, cli) as rehearsal:
        run = rehearsal.up()
        assert run.ok, run.text


def _secrets(state: Path) -> list[str]:
    cloud = Cloud.open(next(state.rglob("azure.json")))
    return sorted(record.id.rsplit("/", 1)[-1] for record in cloud.of_type("azure-native:keyvault:Secret"))


def test_a_deployer_outside_the_vault_removes_a_secret_and_destroys_the_stack(cli: PulumiCli, tmp_path: Path) -> None:
    with small(tmp_path, cli) as rehearsal:
        assert rehearsal.up(config=ADDED).ok
        removed = rehearsal.up()
        assert removed.ok, removed.text
        assert [step.name for step in removed.changing_steps] == ["region-vault-secret-speechKey"]
        assert "speechKey" in _secrets(tmp_path), "it stays in the vault"

        again = rehearsal.up(config=ADDED)
        assert "secret-rotation.md" in failures_of(again)[0].remediation

        destroyed = rehearsal.destroy()
        assert destroyed.ok, destroyed.text
        assert rehearsal.backends.leftovers() == []
    assert _secrets(tmp_path) == []
