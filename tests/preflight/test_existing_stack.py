"""A stack that exists already: its own resources count once, and its names are its own."""

from __future__ import annotations

from typing import Any

import pytest

from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings
from tests.preflight.fake_arm import FakeArm, codes, notes, results
from tests.preflight.test_findings import usage, with_settings
from tools.preflight.findings import Finding


def exists(arm: FakeArm, settings: AksStackSettings, kind: str, name: str) -> None:
    """Adds a resource to the list of the region's group."""
    id = region_names(settings).resource_id(kind, name)
    arm.body("resources-eastus")["value"].append({"id": id, "name": name, "type": kind, "location": "eastus"})


def existing_cluster(arm: FakeArm, settings: AksStackSettings) -> None:
    """2 x 4 and 3 x 8 vCPUs, and five spot nodes of 4."""
    arm.show("cluster")
    exists(arm, settings, "Microsoft.ContainerService/managedClusters", region_names(settings).cluster)


@pytest.mark.parametrize(("limit", "expected"), [(332, []), (331, ["quota-too-small-at-maximum"])])
def test_nodes_that_exist_count_once(
    limit: int, expected: list[str], arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    """Of the 100 vCPUs in use, 32 are the cluster's: 68 of others and 264 at most."""
    existing_cluster(arm, settings)
    usage(arm, "usages-compute", "standardDSv5Family").update(limit=limit)
    assert codes(results(arm, settings, environment)) == expected


@pytest.mark.parametrize(("limit", "expected"), [(4, []), (3, ["quota-too-small-at-maximum"])])
def test_spot_nodes_have_a_quota_of_their_own(
    limit: int, expected: list[str], arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    spot = settings.aks.pools["api"].model_copy(update={"spot": True, "min_nodes": 0, "max_nodes": 1})
    changed = with_settings(settings, "aks.pools", {**settings.aks.pools, "batch": spot})
    usage(arm, "usages-compute", "lowPriorityCores").update(limit=limit)
    assert codes(results(arm, changed, environment)) == expected


@pytest.mark.parametrize(("limit", "expected"), [(104, []), (103, ["quota-too-small"])])
def test_addresses_that_exist_count_once_and_those_of_a_prefix_with_it(
    limit: int, expected: list[str], arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    """Of the 20 addresses in use, 16 + 1 are the stack's: 3 of others and 101 needed."""
    arm.body("prefixes")["value"].append({"id": "p", "properties": {"prefixLength": 28}})
    inside: dict[str, Any] = {"id": "a", "properties": {"publicIPPrefix": {"id": "p"}}}
    arm.body("addresses")["value"] += [inside, {"id": "b", "properties": {}}]
    usage(arm, "usages-network", "IPv4StandardSkuPublicIpAddresses").update(limit=limit, currentValue=20)
    assert codes(results(arm, settings, environment)) == expected


@pytest.mark.parametrize(("limit", "expected"), [(8, []), (7, ["quota-too-small"])])
def test_a_server_that_exists_counts_once_with_its_standby(
    limit: int, expected: list[str], arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    changed = with_settings(settings, "data.postgresql.high_availability", "zoneRedundant")
    server = {"sku": {"name": "Standard_D4ds_v5"}, "properties": {"highAvailability": {"mode": "ZoneRedundant"}}}
    arm.body("servers")["value"].append(server)
    usage(arm, "usages-postgresql", "standardDDSv5Family").update(limit=limit, currentValue=8)
    assert codes(results(arm, changed, environment)) == expected


def test_names_of_existing_resources_of_the_stack_are_not_taken(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    arm.body("name-keyvault")["nameAvailable"] = False
    assert codes(results(arm, settings, environment)) == ["name-taken"]
    exists(arm, settings, "Microsoft.KeyVault/vaults", region_names(settings).vault)
    assert codes(results(arm, settings, environment)) == []


def delete_vault(arm: FakeArm, settings: AksStackSettings, location: str, *, protected: bool = True) -> None:
    vault = arm.body("deleted-vaults")["value"][0]
    vault["name"] = region_names(settings).vault
    vault["properties"] |= {"location": location, "purgeProtectionEnabled": protected}
    arm.body("name-keyvault")["nameAvailable"] = False


@pytest.mark.parametrize(
    ("location", "protected", "command"),
    [
        ("eastus", True, "pulumi config set --stack test --path voice:keyVault.recover true"),
        ("westus", False, "az keyvault purge --name {vault} --location westus"),
        ("westus", True, "pulumi config set --stack test --path voice:naming.prefix <another prefix>"),
    ],
)
def test_a_soft_deleted_vault_is_one_finding_with_the_way_out(
    location: str,
    protected: bool,
    command: str,
    arm: FakeArm,
    settings: AksStackSettings,
    environment: dict[str, str],
) -> None:
    delete_vault(arm, settings, location, protected=protected)
    found = results(arm, settings, environment)
    assert codes(found) == ["vault-soft-deleted"]
    finding = next(result for result in found if isinstance(result, Finding))
    assert finding.command == command.format(vault=region_names(settings).vault)


def test_a_vault_that_the_stack_recovers_is_a_note(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    delete_vault(arm, settings, "eastus")
    found = results(arm, with_settings(settings, "key_vault.recover", True), environment)
    assert codes(found) == []
    assert "vault-will-be-recovered" in notes(found)


def test_a_standby_and_geo_redundant_backups_must_be_offered(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    changed = with_settings(settings, "data.postgresql.high_availability", "zoneRedundant")
    changed = with_settings(changed, "data.postgresql.geo_redundant_backup", True)
    assert codes(results(arm, changed, environment)) == []
    capabilities = arm.body("capabilities-postgresql")["value"][0]
    capabilities["geoBackupSupported"] = "Disabled"
    capabilities["supportedServerEditions"][1]["supportedServerSkus"][1]["supportedHaMode"] = ["SameZone"]
    assert codes(results(arm, changed, environment)) == ["standby-not-offered", "geo-backup-not-offered"]
