"""What a stack needs from its subscription: quotas, types of resources, providers."""

from __future__ import annotations

from functools import cache

import pytest

from azure_rehearsal.azure.core import type_registry
from azure_rehearsal.azure.data.quotas import family_of
from model.address_plan import MEDIA_SUBNETS
from model.azure_needs import (
    Amount,
    DatabaseCores,
    address_count,
    database_cores,
    database_quota,
    family_cpus,
    pool_nodes,
    regional_cpus,
    spot_cpus,
)
from model.azure_types import ALWAYS_REGISTERED, IMPLIED_PROVIDERS, TYPES, azure_types, needed_providers
from settings.loader import load_stack_file
from settings.schema.aks_stack import AksStackSettings
from settings.schema.data import PostgresqlSettings
from settings.schema.vm_sizes import VM_SIZES
from tests.unit.graph import Registered
from tests.unit.stacks import PRODUCTION, PROJECT, graph_of
from tools.inventory.declared import stack_files
from tools.preflight.checks.names import API_VERSIONS, checkable_names

AZURE = "azure-native:"
NAMES = {
    "azure-native:keyvault:Vault": "vaultName",
    "azure-native:storage:StorageAccount": "accountName",
    "azure-native:containerregistry:Registry": "registryName",
    "azure-native:dbforpostgresql:Server": "serverName",
}
"""The types whose names preflight checks, and the property with the name."""


@cache
def settings_of(stack: str) -> AksStackSettings:
    return load_stack_file(stack_files()[stack])


@cache
def production() -> AksStackSettings:
    return load_stack_file(PRODUCTION)


def kind_of(resource: Registered) -> str:
    """The ARM type of a resource, such as Microsoft.Network/virtualNetworks/subnets."""
    return type_registry.arm_type(resource.type).kind


def test_vcpus_now_and_at_most_of_a_stack() -> None:
    """System 2 to 4 x 4, media 3 to 9 x 8 twice, agents and api 1 to 4 x 4; surge 2, 3, 3, 2, 2 nodes."""
    aks = production().aks
    now = 2 * 4 + 2 * 3 * 8 + 2 * 1 * 4
    most = (4 + 2) * 4 + 2 * (9 + 3) * 8 + 2 * (4 + 2) * 4
    assert family_cpus(aks) == {"standardDSv5Family": Amount(now=now, most=most)}
    assert regional_cpus(aks) == Amount(now=now, most=most)
    assert spot_cpus(aks) == Amount(now=0, most=0)


def test_spot_nodes_count_only_against_the_spot_quota_and_have_no_surge() -> None:
    aks = production().aks
    api = aks.pools["api"]
    spot = aks.model_copy(update={"pools": {**aks.pools, "api": api.model_copy(update={"spot": True})}})
    assert spot_cpus(spot) == Amount(now=4, most=16)
    assert regional_cpus(aks) == Amount(now=regional_cpus(spot).now + 4, most=regional_cpus(spot).most + 24)


def test_a_retiring_generation_needs_nothing_new_but_counts_at_most() -> None:
    aks = production().aks
    api = aks.pools["api"]
    old = api.generations[0].model_copy(update={"state": "retiring", "name": "z"})
    both = api.model_copy(update={"generations": (old, *api.generations)})
    changed = aks.model_copy(update={"pools": {**aks.pools, "api": both}})
    assert regional_cpus(changed).now == regional_cpus(aks).now
    assert regional_cpus(changed).most == regional_cpus(aks).most + 24


@pytest.mark.parametrize("stack", stack_files())
def test_nodes_equal_those_that_the_program_sends(stack: str) -> None:
    graph = graph_of(stack_files()[stack])
    sent = {
        (pool.inputs["vmSize"], pool.inputs.get("scaleSetPriority") == "Spot"): [0, 0]
        for pool in graph.of_type("azure-native:containerservice:AgentPool")
    }
    for pool in graph.of_type("azure-native:containerservice:AgentPool"):
        counts = sent[pool.inputs["vmSize"], pool.inputs.get("scaleSetPriority") == "Spot"]
        counts[0] += pool.inputs["minCount"]
        counts[1] += pool.inputs["maxCount"]
    needed: dict[tuple[str, bool], list[int]] = {}
    for nodes in list(pool_nodes(settings_of(stack).aks))[1:]:
        counts = needed.setdefault((nodes.vm_size, nodes.spot), [0, 0])
        counts[0] += nodes.min_nodes
        counts[1] += nodes.max_nodes
    assert needed == sent


@pytest.mark.parametrize("stack", stack_files())
def test_addresses_equal_those_that_the_program_sends(stack: str) -> None:
    graph = graph_of(stack_files()[stack])
    prefixes = graph.of_type("azure-native:network:PublicIPPrefix")
    assert len(prefixes) == len(MEDIA_SUBNETS) * len(settings_of(stack).aks.zones)
    inside = sum(2 ** (32 - prefix.inputs["prefixLength"]) for prefix in prefixes)
    single = len(graph.of_type("azure-native:network:PublicIPAddress"))
    assert address_count(settings_of(stack)) == inside + single


@pytest.mark.parametrize("stack", stack_files())
def test_vcores_equal_those_of_the_servers_that_the_program_sends(stack: str) -> None:
    servers = graph_of(stack_files()[stack]).of_type("azure-native:dbforpostgresql:Server")
    sizes = {server.inputs["sku"]["name"] for server in servers}
    standbys = [server for server in servers if server.inputs.get("highAvailability", {}).get("mode") != "Disabled"]
    standbys = [server for server in standbys if "highAvailability" in server.inputs]
    need = database_cores(settings_of(stack))
    if not servers:
        assert need is None
        return
    (size,) = sizes
    assert need == DatabaseCores(
        quota=database_quota(settings_of(stack).data.postgresql),
        cores=(len(servers) + len(standbys)) * VM_SIZES[size].cpus,
    )


@pytest.mark.parametrize(
    ("sku", "quota"),
    [
        ("Standard_D4ds_v5", "standardDDSv5Family"),
        ("Standard_D4ads_v5", "standardDADSv5Family"),
        ("Standard_E8ds_v4", "standardEDSv4Family"),
        ("Standard_D2s_v3", "standardDSv3Family"),
        ("Standard_B1ms", "standardBSFamily"),
        ("Standard_B2s", "standardBSFamily"),
    ],
)
def test_the_quota_of_a_database_size(sku: str, quota: str) -> None:
    assert database_quota(PostgresqlSettings(sku=sku)) == quota


@pytest.mark.parametrize("size", VM_SIZES)
def test_the_quota_of_a_vm_size_equals_that_of_the_simulator(size: str) -> None:
    assert VM_SIZES[size].quota == family_of(size)


@pytest.mark.parametrize("stack", stack_files())
def test_the_types_of_a_stack_are_those_that_the_program_sends(stack: str) -> None:
    """Types with a location, and the location of each."""
    graph = graph_of(stack_files()[stack])
    sent: dict[str, set[str]] = {}
    for resource in graph.resources:
        if resource.type.startswith(AZURE) and "location" in resource.inputs:
            sent.setdefault(kind_of(resource), set()).add(resource.inputs["location"])
    settings = settings_of(stack)
    listed = {item.name: {item.location(settings)} for item in azure_types(settings)}
    assert listed == {kind: places for kind, places in sent.items() if kind != "Microsoft.Resources/resourceGroups"}


@pytest.mark.parametrize("stack", stack_files())
def test_every_provider_that_a_stack_uses_is_needed(stack: str) -> None:
    graph = graph_of(stack_files()[stack])
    sent = {kind_of(item).split("/")[0] for item in graph.resources if item.type.startswith(AZURE)}
    settings = settings_of(stack)
    implied = {name for name, (_, when) in IMPLIED_PROVIDERS.items() if when(settings)}
    assert set(needed_providers(settings)) == (sent - ALWAYS_REGISTERED) | implied


@pytest.mark.parametrize("stack", stack_files())
def test_the_names_that_preflight_checks_are_those_that_the_program_sends(stack: str) -> None:
    graph = graph_of(stack_files()[stack])
    sent = {(kind_of(item), item.inputs[NAMES[item.type]]) for item in graph.resources if item.type in NAMES}
    assert {(name.kind, name.name) for name in checkable_names(settings_of(stack))} == sent


def test_the_names_have_an_api_version_each() -> None:
    assert {type_registry.arm_type(token).kind for token in NAMES} == set(API_VERSIONS)


def test_every_type_of_the_list_is_used_by_a_stack() -> None:
    used = {item.name for stack in stack_files() for item in azure_types(settings_of(stack))}
    assert used == {item.name for item in TYPES}


def test_the_page_has_the_needs_of_every_committed_stack() -> None:
    page = (PROJECT / "docs" / "quotas.md").read_text()
    for path in PROJECT.glob("Pulumi.*.yaml"):
        stack = path.name.split(".")[1]
        cpus = regional_cpus(settings_of(stack).aks)
        assert f"| {stack} | {settings_of(stack).this_region.location} | vCPUs of the region (`cores`) |" in page
        assert f"| {cpus.now} | {cpus.most} |" in page
