"""The facts of a subscription: registered providers, policies, quotas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.quota_usage import usage_in
from azure_rehearsal.azure.core.subscription import FILE, DenyPolicy, DeployerRole, Subscription
from azure_rehearsal.azure.data.quotas import CORES, POSTGRESQL, QUOTAS, SPOT_CORES, cpus_of, family_of
from azure_rehearsal.azure.data.vm_sizes import VM_SIZES
from simulator_tests.azure.harness import LOCATION, AzureHarness, Deployed, refused
from simulator_tests.azure.makers.dbforpostgresql import server
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import setting, workspace

UNREGISTERED = "MissingSubscriptionRegistration"


def fresh(azure: AzureHarness, *registered: str) -> AzureHarness:
    azure.cloud.subscription.make_fresh()
    for namespace in registered:
        azure.cloud.subscription.register(namespace)
    return azure


# Resource providers


@pytest.mark.parametrize(
    ("write", "namespace"),
    [
        (AzureHarness.network, "Microsoft.Network"),
        (AzureHarness.identity, "Microsoft.ManagedIdentity"),
        (vault, "Microsoft.KeyVault"),
        (server, "Microsoft.DBforPostgreSQL"),
    ],
)
def test_a_fresh_subscription_refuses_every_provider_that_is_not_registered(
    azure: AzureHarness, write: Callable[[AzureHarness], Deployed], namespace: str
) -> None:
    fresh(azure).group()

    with refused(UNREGISTERED, f"'{namespace}'", f"az provider register --namespace {namespace} --wait"):
        write(azure)


def test_a_fresh_subscription_has_the_providers_of_groups_and_roles(azure: AzureHarness) -> None:
    fresh(azure, "Microsoft.ManagedIdentity").group()

    azure.role(azure.identity()["principalId"], "Reader", azure["rg-shop"].id)


def test_an_extension_belongs_to_its_own_provider_and_not_to_that_of_its_resource(azure: AzureHarness) -> None:
    fresh(azure, "Microsoft.KeyVault", "Microsoft.OperationalInsights").group()
    workspace(azure)
    vault(azure)

    with refused(UNREGISTERED, "is not registered to use microsoft.insights", "--namespace microsoft.insights --wait"):
        setting(azure, azure["kv-shop"].id)


def test_a_refused_write_changes_nothing_and_succeeds_after_the_registration(azure: AzureHarness) -> None:
    fresh(azure).group()
    with refused(UNREGISTERED):
        azure.network()
    assert azure.cloud.leftovers() == [azure["rg-shop"].id]

    azure.cloud.subscription.register("microsoft.network")

    assert azure.network()["name"] == "vnet-shop"


def test_a_cluster_needs_the_provider_of_its_machines(azure: AzureHarness) -> None:
    fresh(azure, "Microsoft.Network", "Microsoft.ManagedIdentity", "Microsoft.ContainerService")

    with refused(UNREGISTERED, "'Microsoft.Compute'"):
        azure.cluster()


def test_two_stacks_of_one_subscription_share_its_registrations(azure: AzureHarness) -> None:
    other = AzureHarness(azure.cloud, azure.client)
    fresh(azure).group()
    other.group("rg-other")
    azure.cloud.subscription.register("Microsoft.Network")

    assert other.network(resourceGroupName="rg-other")["name"] == "vnet-shop"
    with refused(UNREGISTERED, "Microsoft.ManagedIdentity"):
        other.identity()


def test_the_facts_are_stored_beside_the_cloud(tmp_path: Path) -> None:
    facts = Cloud.open(tmp_path / "azure.json").subscription
    facts.make_fresh()
    facts.register("Microsoft.Network")
    facts.set_quota("CORES", 10)
    facts.policies.append(DenyPolicy("p", "required-tag", ("owner",)))
    facts.restricted_sizes.add("standard_d4s_v5")
    facts.deployer_roles = [DeployerRole("Contributor", "/subscriptions/s")]
    facts.save()

    assert Cloud.open(tmp_path / "azure.json").subscription == facts
    assert Subscription.open(tmp_path / FILE).is_registered("microsoft.network")
    assert not Subscription.open(tmp_path / FILE).is_registered("Microsoft.Storage")


def test_a_subscription_in_use_has_every_provider() -> None:
    assert Subscription().is_registered("Microsoft.Anything")


# Policies


@pytest.mark.parametrize(
    "policy",
    [
        DenyPolicy("no-vaults", "not-allowed-types", ("microsoft.keyvault/VAULTS",)),
        DenyPolicy("only-west", "allowed-locations", ("westus",)),
        DenyPolicy("owner", "required-tag", ("owner",)),
    ],
    ids=lambda policy: policy.effect,
)
def test_a_policy_denies_a_resource_and_not_its_group(azure: AzureHarness, policy: DenyPolicy) -> None:
    azure.cloud.subscription.policies.append(policy)
    azure.group()

    with refused("RequestDisallowedByPolicy", "'kv-shop' was disallowed by policy", f"policyAssignments/{policy.name}"):
        vault(azure)


def test_resources_that_comply_and_resources_without_a_region_are_allowed(azure: AzureHarness) -> None:
    azure.cloud.subscription.policies += [
        DenyPolicy("here", "allowed-locations", (LOCATION,)),
        DenyPolicy("owner", "required-tag", ("owner",)),
    ]
    azure.group()

    azure.network(tags={"Owner": "me"})
    azure.subnet()
    azure.make(
        "privatedns:PrivateZone",
        "zone",
        resourceGroupName="rg-shop",
        privateZoneName="example.com",
        location="global",
        tags={"owner": "me"},
    )


# Quotas


def test_every_known_vm_size_has_a_family_with_a_quota() -> None:
    names = {quota.name for quota in QUOTAS}
    for size in VM_SIZES.values():
        assert family_of(size.name) in names, size.name
        assert cpus_of(size.name) == size.cpus


def test_the_use_of_a_region_counts_nodes_addresses_and_prefixes(azure: AzureHarness) -> None:
    azure.cluster()
    azure.pool("spot", scaleSetPriority="Spot", count=3)
    azure.address()
    azure.prefix(length=29)

    used = usage_in(azure.cloud, LOCATION)

    assert used["Microsoft.Compute", CORES] == used["Microsoft.Compute", "standardDSv5Family"] == 2 * 4
    assert used["Microsoft.Compute", SPOT_CORES] == 3 * 4
    assert used["Microsoft.Network", "IPv4StandardSkuPublicIpAddresses"] == 1 + 8
    assert used["Microsoft.Network", "PublicIPAddresses"] == 1
    assert usage_in(azure.cloud, "eastus").total() == 0


def test_an_address_of_a_prefix_counts_once(azure: AzureHarness) -> None:
    azure.group()
    prefix = azure.prefix()
    azure.address(publicIPPrefix={"id": prefix.id})

    assert usage_in(azure.cloud, LOCATION)["Microsoft.Network", "IPv4StandardSkuPublicIpAddresses"] == 16


def test_a_server_with_a_standby_counts_twice(azure: AzureHarness) -> None:
    azure.group()
    server(azure)

    assert usage_in(azure.cloud, LOCATION)[POSTGRESQL, CORES] == 8


def test_a_set_quota_refuses_the_write_that_exceeds_it(azure: AzureHarness) -> None:
    azure.cloud.subscription.set_quota("standardDSv5Family", 8)
    azure.cluster()

    with refused("QuotaExceeded", "approved standardDSv5Family Cores quota", "Usage: 8, Additional Required: 4"):
        azure.pool()
    assert len(azure.cloud.of_type("azure-native:containerservice:AgentPool")) == 1
    azure.pool("other", vmSize="Standard_D4as_v5")


def test_a_set_quota_of_addresses_counts_a_whole_prefix(azure: AzureHarness) -> None:
    azure.cloud.subscription.set_quota("IPv4StandardSkuPublicIpAddresses", 10)
    azure.group()
    azure.address()

    with refused("IPv4StandardSkuPublicIpCountLimitReached", "Cannot create more than 10"):
        azure.prefix()
    azure.prefix("small", length=29)


def test_a_lowered_quota_does_not_refuse_other_writes(azure: AzureHarness) -> None:
    azure.cluster()
    azure.cloud.subscription.set_quota("cores", 4)

    azure.address()


def test_without_a_set_quota_nothing_is_refused(azure: AzureHarness) -> None:
    azure.cluster()

    azure.pool(count=20)
