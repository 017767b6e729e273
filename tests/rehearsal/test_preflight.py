"""`voice preflight` against the simulated Azure: one finding for each missing thing, and `--register` before `up`.

The simulation has responses and refusals of its own, so the two halves check each other: what preflight reports is what
the simulated `up` refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.subscription import DenyPolicy, DeployerRole, Subscription
from azure_rehearsal.azure.services.keyvault.soft_deleted import soft_delete_vault
from azure_rehearsal.engine.backends import CLOUD_FILE
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.state_directory import BACKENDS
from azure_rehearsal.testing import arm_endpoint, subscription_of
from model.azure_needs import address_count, family_cpus, regional_cpus
from model.naming import region_names
from settings.loader import load_stack_file
from settings.schema.aks_stack import AksStackSettings
from tests.unit.stacks import PRODUCTION, PROJECT
from tests.unit.voice_command import run_verbatim

CLUSTERLESS = Path(__file__).with_name("programs") / "clusterless"
GUID = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture(scope="module")
def settings() -> AksStackSettings:
    return load_stack_file(PRODUCTION)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the stack `test`, on a machine with kubelogin and az."""
    for name in ("ARM_SUBSCRIPTION_ID", "VOICE_ARM_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.test.yaml").write_text(PRODUCTION.read_text())
    for name in ("kubelogin", "az"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.fixture
def state(tmp_path: Path, settings: AksStackSettings) -> Path:
    """A state directory with nothing deployed, in a subscription with sufficient quotas."""
    raise_quotas(tmp_path / "state", settings)
    return tmp_path / "state"


def raise_quotas(state: Path, settings: AksStackSettings) -> None:
    with subscription_of(state) as facts:
        for family, cpus in family_cpus(settings.aks).items():
            facts.set_quota(family, cpus.most)
        facts.set_quota("cores", regional_cpus(settings.aks).most)
        facts.set_quota("IPv4StandardSkuPublicIpAddresses", address_count(settings))


def preflight(
    state: Path, project: Path, *options: str, stack: str = "test", client: Client | None = None
) -> list[str]:
    """The codes of the findings."""
    with arm_endpoint(state, client or Client()) as url:
        code, text = run_verbatim("preflight", stack, "--project", str(project), "--endpoint", url, "--json", *options)
    report = json.loads(text[text.index("{") :])
    found = [finding["code"] for check in report["checks"] for finding in check["findings"]]
    assert code == (1 if found else 0)
    return found


def registered_except(name: str) -> Callable[[Subscription], None]:
    def change(facts: Subscription) -> None:
        facts.make_fresh()
        for known in PROVIDERS:
            if known != name:
                facts.register(known)

    return change


PROVIDERS = (
    *("Microsoft.AlertsManagement", "Microsoft.Cache", "Microsoft.Compute", "Microsoft.ContainerRegistry"),
    *("Microsoft.ContainerService", "Microsoft.Dashboard", "Microsoft.DBforPostgreSQL", "Microsoft.Insights"),
    *("Microsoft.KeyVault", "Microsoft.ManagedIdentity", "Microsoft.Monitor", "Microsoft.Network"),
    *("Microsoft.OperationalInsights", "Microsoft.OperationsManagement", "Microsoft.Storage"),
)
PUBLIC_IP = "Microsoft.Network/publicIPAddresses"

MISSING: dict[str, tuple[Callable[[Subscription], object], str]] = {
    **{name: (registered_except(name), "provider-not-registered") for name in PROVIDERS},
    "vCPUs of the family": (lambda facts: facts.set_quota("standardDSv5Family", 63), "quota-too-small"),
    "vCPUs of the family at most": (
        lambda facts: facts.set_quota("standardDSv5Family", 263),
        "quota-too-small-at-maximum",
    ),
    "vCPUs of the region": (lambda facts: facts.set_quota("cores", 63), "quota-too-small"),
    "addresses": (lambda facts: facts.set_quota("IPv4StandardSkuPublicIpAddresses", 100), "quota-too-small"),
    "PostgreSQL": (
        lambda facts: facts.set_quota("Microsoft.DBforPostgreSQL/standardDDSv5Family", 3),
        "quota-too-small",
    ),
    "a size": (lambda facts: facts.restricted_sizes.add("standard_d8s_v5"), "vm-size-restricted"),
    "the region": (
        lambda facts: facts.policies.append(DenyPolicy("places", "allowed-locations", ("westus",))),
        "policy-denies",
    ),
    "a type": (
        lambda facts: facts.policies.append(DenyPolicy("types", "not-allowed-types", (PUBLIC_IP,))),
        "policy-denies",
    ),
    "a tag": (lambda facts: facts.policies.append(DenyPolicy("tag", "required-tag", ("owner",))), "policy-denies"),
    "the role to assign roles": (
        lambda facts: setattr(facts, "deployer_roles", [DeployerRole("Contributor")]),
        "cannot-assign-roles",
    ),
    "the role to create": (
        lambda facts: setattr(facts, "deployer_roles", [DeployerRole("User Access Administrator")]),
        "cannot-create-resources",
    ),
}


def test_a_subscription_that_has_everything_gives_no_finding(state: Path, project: Path) -> None:
    assert preflight(state, project) == []


@pytest.mark.parametrize("missing", MISSING)
def test_each_thing_that_is_missing_gives_one_finding(missing: str, state: Path, project: Path) -> None:
    change, code = MISSING[missing]
    with subscription_of(state) as facts:
        change(facts)
    assert preflight(state, project) == [code]


def test_another_tenant_or_subscription_is_a_finding(state: Path, project: Path) -> None:
    assert preflight(state, project, client=Client(tenant_id=GUID)) == ["wrong-tenant"]
    assert preflight(state, project, client=Client(subscription_id=GUID)) == ["subscription-not-readable"]


def test_a_missing_kubelogin_is_a_finding(state: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    (project / "kubelogin").unlink()
    assert preflight(state, project) == ["kubelogin-missing"]


def test_a_deleted_vault_and_a_name_of_another_group_are_findings(
    state: Path, project: Path, settings: AksStackSettings
) -> None:
    names = region_names(settings)
    cloud = Cloud.open(state / BACKENDS / CLOUD_FILE)
    id = names.resource_id("Microsoft.KeyVault/vaults", names.vault)
    soft_delete_vault(cloud, Record(id, "azure-native:keyvault:Vault", {"location": "eastus"}))
    cloud.save()
    assert preflight(state, project) == ["vault-soft-deleted"]
    other = names.in_scope("elsewhere").resource_id("Microsoft.ContainerRegistry/registries", "x").removesuffix("x")
    registry = region_names(settings).in_scope("global").registry
    cloud.put(Record(other + registry, "azure-native:containerregistry:Registry", {"location": "eastus"}))
    cloud.save()
    assert preflight(state, project) == ["vault-soft-deleted", "name-taken"]


@pytest.mark.exhaustive
@pytest.mark.rehearsal
def test_registration_makes_the_next_up_pass(state: Path, project: Path, cli: PulumiCli) -> None:
    with subscription_of(state) as facts:
        facts.make_fresh()
    assert preflight(state, project) == ["provider-not-registered"]
    refused = Rehearsal(CLUSTERLESS, "staging", state, cli=cli).up()
    assert not refused.ok
    assert "MissingSubscriptionRegistration" in refused.text
    assert preflight(state, project, "--register") == []
    deployed = Rehearsal(CLUSTERLESS, "staging", state, cli=cli).up()
    assert deployed.ok, deployed.text


@pytest.mark.exhaustive
@pytest.mark.rehearsal
def test_staging_passes_preflight_in_a_fresh_subscription_then_up_then_preflight(
    tmp_path: Path, project: Path, cli: PulumiCli
) -> None:
    """What `up` has created does not count twice."""
    state, staging = tmp_path / "state", load_stack_file(PROJECT / "Pulumi.staging.yaml")
    raise_quotas(state, staging)
    with subscription_of(state) as facts:
        facts.make_fresh()
    (project / "Pulumi.staging.yaml").write_text((PROJECT / "Pulumi.staging.yaml").read_text())
    assert preflight(state, project, "--register", stack="staging") == []
    run = Rehearsal(PROJECT, "staging", state, cli=cli, checkpoints=False).up()
    assert run.ok, run.text
    assert preflight(state, project, stack="staging") == []
