"""What Azure refuses of registries and replications, in its own words."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.containerregistry import registry, replication
from simulator_tests.azure.makers.private_endpoints import endpoint_subnet, private_endpoint
from simulator_tests.azure.world import LOCATION, Case, World, refused


def registry_given(world: World) -> None:
    world.group()
    registry(world)


def registry_with_endpoint(world: World) -> None:
    registry_given(world)
    world.network()
    endpoint_subnet(world)
    private_endpoint(world, world["acrvoice"], "registry")


CASES: Final = [
    Case(
        "containerregistry:Registry",
        "a name that another registry has",
        lambda world: (world.group("rg-other"), registry(world, "ACRvoice", resourceGroupName="rg-other")),
        "AlreadyInUse",
        ("acrvoice.azurecr.io is already in use",),
        given=registry_given,
    ),
    Case(
        "containerregistry:Registry",
        "retention outside Premium",
        lambda world: registry(world, sku={"name": "Standard"}, policies={"retentionPolicy": {"status": "enabled"}}),
        "InvalidSku",
        ("retentionPolicy", "only supported for managed registries in Premium SKU", "use sku Premium"),
        given=World.group,
    ),
    Case(
        "containerregistry:Registry",
        "a closed registry outside Premium",
        lambda world: registry(world, sku={"name": "Basic"}, publicNetworkAccess="Disabled"),
        "InvalidSku",
        ("publicNetworkAccess 'Disabled'",),
        given=World.group,
    ),
    Case(
        "containerregistry:Registry",
        "retention of more than a year",
        lambda world: registry(world, policies={"retentionPolicy": {"status": "enabled", "days": 400}}),
        "InvalidPolicy",
        ("400 days", "0 to 365"),
        given=World.group,
    ),
    Case(
        "containerregistry:Registry",
        "no export from a public registry",
        lambda world: registry(world, policies={"exportPolicy": {"status": "disabled"}}),
        "ExportPolicyNotSupported",
        ("public network access",),
        given=World.group,
    ),
    Case(
        "containerregistry:Registry",
        "a private address in its network rules",
        lambda world: registry(
            world,
            networkRuleSet={
                "defaultAction": "Deny",
                "ipRules": [{"iPAddressOrRange": "10.0.0.0/8", "action": "Allow"}],
            },
        ),
        "InvalidNetworkRule",
        ("10.0.0.0/8", "not a public IPv4 address"),
        given=World.group,
    ),
    Case(
        "containerregistry:Registry",
        "a smaller SKU while it has replications",
        lambda world: (replication(world), world.change(world["acrvoice"], sku={"name": "Standard"})),
        "InvalidSku",
        ("replications/northeurope",),
        given=registry_given,
    ),
    Case(
        "containerregistry:Registry",
        "a smaller SKU while it has private endpoints",
        lambda world: world.change(world["acrvoice"], sku={"name": "Standard"}),
        "InvalidSku",
        ("privateEndpoints/pe-voice",),
        given=registry_with_endpoint,
    ),
    Case(
        "containerregistry:Replication",
        "a registry that is not Premium",
        lambda world: (world.group(), registry(world, sku={"name": "Standard"}), replication(world)),
        "InvalidSku",
        ("geo-replication is only supported", "'Standard'"),
    ),
    Case(
        "containerregistry:Replication",
        "the registry's own region",
        lambda world: replication(world, LOCATION),
        "ReplicationAlreadyExists",
        ("home region", LOCATION),
        given=registry_given,
    ),
    Case(
        "containerregistry:Replication",
        "a region that has one",
        lambda world: (replication(world), replication(world, replicationName="second")),
        "ReplicationAlreadyExists",
        ("northeurope",),
        given=registry_given,
    ),
    Case(
        "containerregistry:Replication",
        "another zone redundancy",
        lambda world: world.change(replication(world), zoneRedundancy="Enabled"),
        "PropertyChangeNotAllowed",
        ("zoneRedundancy",),
        given=registry_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_an_admin_user_is_azures_to_allow(world: World) -> None:
    world.group()

    assert registry(world, adminUserEnabled=True)["adminUserEnabled"] is True


def test_a_registry_has_a_login_server_and_a_data_endpoint_for_each_region(world: World) -> None:
    world.group()
    made = registry(world, dataEndpointEnabled=True)
    replication(world)

    live = world.ask("containerregistry:getRegistry", resourceGroupName="rg-voice", registryName="acrvoice")

    assert made["loginServer"] == "acrvoice.azurecr.io"
    assert live["dataEndpointHostNames"] == [
        "acrvoice.westeurope.data.azurecr.io",
        "acrvoice.northeurope.data.azurecr.io",
    ]


@pytest.mark.parametrize("name", ["acr", "acr-voice", "a" * 51])
def test_a_bad_name_is_found_before_anything_is_planned(world: World, name: str) -> None:
    world.group()

    _, failures = world.check(
        "containerregistry:Registry", "acr", resourceGroupName="rg-voice", registryName=name, sku={"name": "Premium"}
    )

    assert "registryName" in failures[0].reason


def test_moving_a_registry_replaces_it(world: World) -> None:
    registry_given(world)

    assert world.difference(world["acrvoice"], location="northeurope").replaces == ["location"]
