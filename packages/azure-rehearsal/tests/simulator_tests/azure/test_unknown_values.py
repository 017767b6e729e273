"""Values that the rehearsal's own lists lack: a warning in its own name, never a refusal in Azure's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from simulator_tests.azure.cluster_setup import cluster
from simulator_tests.azure.harness import AzureHarness, refused
from simulator_tests.azure.makers.cosmosdb import cosmos, cosmos_role
from simulator_tests.azure.makers.dbforpostgresql import database_network, server
from simulator_tests.azure.makers.dns import endpoint, profile
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import action_group, grafana, setting, workspace
from simulator_tests.azure.makers.private_endpoints import endpoint_subnet, private_endpoint
from simulator_tests.azure.network_setup import route_table, security_group

ROLE: Final = "/providers/Microsoft.Authorization/roleDefinitions/99999999-0000-4000-8000-000000000000"


def grouped(write: Callable[[AzureHarness], object]) -> Callable[[AzureHarness], object]:
    """A write after the creation of the resource group."""
    return lambda azure: (azure.group(), write(azure))


def clustered(**changes: object) -> Callable[[AzureHarness], object]:
    """A cluster with these changes."""
    return lambda azure: (azure.cluster_prerequisites(), cluster(azure, **changes))


def monitored(kind: Callable[[AzureHarness], str], **changes: Any) -> Callable[[AzureHarness], object]:
    """A diagnostic setting of a resource."""
    return grouped(lambda azure: (workspace(azure), setting(azure, kind(azure), **changes)))


WRITES: Final[dict[str, tuple[str, Callable[[AzureHarness], object]]]] = {
    "region": ("region 'atlantis'", grouped(lambda azure: azure.network(location="atlantis"))),
    "region of one service": (
        "region of Microsoft.Insights/actionGroups 'westeurope'",
        grouped(lambda azure: action_group(azure, location="westeurope")),
    ),
    "region of a Traffic Manager endpoint": (
        "region 'Atlantis'",
        grouped(lambda azure: (profile(azure), endpoint(azure, "atlantis", endpointLocation="Atlantis"))),
    ),
    "region of a database account": (
        "region 'atlantis'",
        grouped(lambda azure: cosmos(azure, locations=[{"locationName": "atlantis", "failoverPriority": 0}])),
    ),
    "zone redundancy": (
        "zone redundancy in region 'westus'",
        grouped(
            lambda azure: cosmos(
                azure, locations=[{"locationName": "westus", "failoverPriority": 0, "isZoneRedundant": True}]
            )
        ),
    ),
    "zone redundancy of a database server": (
        "zone redundancy in region 'ukwest'",
        grouped(lambda azure: server(azure, location="ukwest")),
    ),
    "zone": ("availability zone '4 of westeurope'", grouped(lambda azure: azure.address(zones=["4"]))),
    "zone in a region without zones": (
        "availability zone '1 of westus'",
        grouped(lambda azure: azure.address(zones=["1"], location="westus")),
    ),
    "zone of a pool": (
        "availability zone '4 of westeurope'",
        lambda azure: (azure.cluster(), azure.pool(availabilityZones=["4"])),
    ),
    "zone of a database server": (
        "availability zone '4 of westeurope'",
        grouped(lambda azure: server(azure, availabilityZone="4")),
    ),
    "VM size": (
        "VM size 'Standard_D4s_v99'",
        lambda azure: (azure.cluster(), azure.pool(vmSize="Standard_D4s_v99", osDiskType="Ephemeral")),
    ),
    "compute size of a database server": (
        "PostgreSQL compute size 'Standard_F8s_v2'",
        grouped(lambda azure: server(azure, sku={"name": "Standard_F8s_v2"})),
    ),
    "Kubernetes version": ("Kubernetes version '1.38'", clustered(kubernetesVersion="1.38")),
    "patch of a Kubernetes version": ("Kubernetes version '1.36.99'", clustered(kubernetesVersion="1.36.99")),
    "add-on": ("AKS add-on 'shopAddon'", clustered(addonProfiles={"shopAddon": {"enabled": True}})),
    "revision of the mesh": (
        "revision of the service mesh add-on 'asm-1-99'",
        clustered(serviceMeshProfile={"mode": "Istio", "istio": {"revisions": ["asm-1-99"]}}),
    ),
    "service tag": (
        "service tag 'AzureTelephony'",
        grouped(lambda azure: security_group(azure, {"sourceAddressPrefix": "AzureTelephony"})),
    ),
    "service tag of a route": (
        "service tag 'AzureTelephony'",
        grouped(
            lambda azure: route_table(
                azure, {"name": "out", "addressPrefix": "AzureTelephony", "nextHopType": "Internet"}
            )
        ),
    ),
    "role": (
        "role definition '99999999-0000-4000-8000-000000000000'",
        grouped(
            lambda azure: azure.role(
                azure.identity()["principalId"], "Reader", azure["rg-shop"].id, roleDefinitionId=ROLE
            )
        ),
    ),
    "role of Cosmos DB": (
        "Cosmos DB role definition '99999999-0000-4000-8000-000000000000'",
        grouped(
            lambda azure: (
                cosmos(azure),
                cosmos_role(
                    azure,
                    roleDefinitionId=f"{azure['cosmos-shop'].id}/sqlRoleDefinitions/{ROLE[-36:]}",
                ),
            )
        ),
    ),
    "private link group": (
        "private link group of Microsoft.KeyVault/vaults 'managedHsm'",
        grouped(
            lambda azure: (
                azure.network(),
                endpoint_subnet(azure),
                private_endpoint(azure, vault(azure), "managedHsm"),
            )
        ),
    ),
    "type of a diagnostic setting": (
        "diagnostic settings of type 'Microsoft.Insights/actionGroups'",
        monitored(
            lambda azure: action_group(azure).id,
            logs=[{"category": "Sales", "enabled": True}],
        ),
    ),
    "category of a diagnostic setting": (
        "category of Microsoft.KeyVault/vaults 'Sales'",
        monitored(lambda azure: vault(azure).id, logs=[{"category": "Sales", "enabled": True}]),
    ),
    "Grafana version": (
        "Grafana major version '13'",
        grouped(lambda azure: grafana(azure, properties={"grafanaMajorVersion": "13"})),
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_an_unknown_value_is_a_warning_in_our_own_name(azure: AzureHarness, name: str) -> None:
    what, write = WRITES[name]

    write(azure)

    found = [item for item in azure.provider.warnings if item.startswith(f"not known here: {what}.")]
    assert found, azure.provider.warnings
    assert "The rehearsal goes on" in found[0]


def test_known_values_cause_no_warning(azure: AzureHarness) -> None:
    azure.cluster()
    azure.pool(availabilityZones=["1"])
    security_group(azure, {"sourceAddressPrefix": "AzureTrafficManager"})

    assert not azure.provider.warnings


def test_each_value_is_reported_once(azure: AzureHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        "azure_rehearsal.protocol.engine_log.EngineLog.warn", lambda log, text, urn="": shown.append(text)
    )
    azure.group()
    for number in range(3):
        azure.address(f"pip-{number}", zones=["4"])
    azure.address("pip-other", zones=["5"])

    assert sorted(shown) == sorted(azure.provider.warnings)
    assert len(shown) == 2


def test_a_refused_write_still_shows_its_warnings(azure: AzureHarness) -> None:
    azure.group()
    with refused("StandardAndStandardV2SkuPublicIPAddressesMustBeStatic"):
        azure.address(location="atlantis", publicIPAllocationMethod="Dynamic")

    assert len(azure.provider.warnings) == 1


@pytest.mark.parametrize(
    ("code", "write"),
    [
        ("VMSizeNotSupported", lambda azure: (azure.cluster(), azure.pool(vmSize="4 CPUs"))),
        ("K8sVersionNotSupported", clustered(kubernetesVersion="latest")),
        ("K8sVersionNotSupported", clustered(kubernetesVersion="1.28")),
        ("InvalidSkuName", grouped(lambda azure: server(azure, sku={"name": "GP_Standard_D4ds_v5"}))),
        ("AddonInvalid", clustered(addonProfiles={"kubeDashboard": {"enabled": True}})),
        ("InvalidGrafanaMajorVersion", grouped(lambda azure: grafana(azure, properties={"grafanaMajorVersion": "10"}))),
        (
            "RoleDefinitionDoesNotExist",
            grouped(
                lambda azure: azure.role(
                    azure.identity()["principalId"],
                    "Reader",
                    azure["rg-shop"].id,
                    roleDefinitionId="/providers/Microsoft.Authorization/roleDefinitions/Reader",
                )
            ),
        ),
    ],
)
def test_malformed_and_retired_values_are_refused(
    azure: AzureHarness, code: str, write: Callable[[AzureHarness], object]
) -> None:
    with refused(code):
        write(azure)


def test_the_subnet_of_a_deleted_server_is_deleted_with_a_warning(azure: AzureHarness) -> None:
    database_network(azure)
    made = server(azure)
    azure.subnet("snet-other", "10.10.4.0/24")

    azure.delete(made)
    azure.delete(azure["snet-other"])
    assert not azure.provider.warnings

    azure.delete(azure["snet-postgres"])
    assert [item for item in azure.provider.warnings if "InUseSubnetCannotBeDeleted, run the command again" in item]
