"""The shared components need no cluster: a second kind of stack composes them with its own network."""

from __future__ import annotations

import pytest

from components.platform import REGIONS, VoicePlatform, VoicePlatformArgs
from model.kinds import KINDS
from settings.loader.stack_file import read_sections, settings_from
from tests.unit.graph import Graph
from tests.unit.harness import build
from tests.unit.kinds.clusterless import BOTH_KINDS, STACK_FILE
from tests.unit.kinds.region import ClusterlessRegion, ClusterlessRegionArgs
from tests.unit.stacks import ANSWERS

SUBNET = "azure-native:network:Subnet"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"


def settings_without(*sections: str):  # noqa: ANN201 - the settings of a kind that only tests know
    own = {name: value for name, value in read_sections(STACK_FILE).items() if name not in sections}
    return settings_from(own, STACK_FILE.parent, BOTH_KINDS)


@pytest.fixture(scope="module")
def graph() -> Graph:
    args = ClusterlessRegionArgs(settings=settings_without(), secrets={})
    return build(lambda: ClusterlessRegion("region", args), invokes=ANSWERS)


def test_no_resource_belongs_to_a_cluster(graph: Graph) -> None:
    types = {resource.type for resource in graph.resources}
    assert not [kind for kind in types if kind.startswith(("kubernetes:", "azure-native:containerservice:"))]
    assert {
        "azure-native:keyvault:Vault",
        "azure-native:storage:StorageAccount",
        "azure-native:containerregistry:Registry",
        "azure-native:operationalinsights:Workspace",
        "azure-native:managedidentity:UserAssignedIdentity",
        "azure-native:network:PrivateEndpoint",
    } <= types


def test_the_network_has_the_address_plan_of_its_kind(graph: Graph) -> None:
    assert {subnet.inputs["subnetName"]: subnet.inputs["addressPrefix"] for subnet in graph.of_type(SUBNET)} == {
        "snet-functions": "10.10.0.0/24",
        "snet-private-endpoints": "10.10.1.0/27",
    }


def test_an_identity_trusts_the_given_issuer_and_subject(graph: Graph) -> None:
    credential = graph.one(CREDENTIAL)
    assert credential.inputs["issuer"] == "https://issuer.example/"
    assert credential.inputs["subject"] == "repo:functions"
    assert credential.inputs["resourceName"] == "id-voice-test-eastus-functions"


def test_the_vault_has_only_the_secrets_of_its_kind(graph: Graph) -> None:
    secrets = graph.of_type("azure-native:keyvault:Secret")
    assert [secret.inputs["secretName"] for secret in secrets] == ["session-key"]


def test_every_service_has_a_private_endpoint(graph: Graph) -> None:
    endpoints = graph.of_type("azure-native:network:PrivateEndpoint")
    groups = {endpoint.inputs["privateLinkServiceConnections"][0]["groupIds"][0] for endpoint in endpoints}
    assert groups == {"vault", "blob", "registry"}


def test_class_production_protects_data(graph: Graph) -> None:
    assert graph.one("azure-native:keyvault:Vault").protect


def test_every_available_kind_has_a_region_component() -> None:
    assert set(REGIONS) == set(KINDS)


def test_the_platform_creates_the_region_of_the_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.platform.REGIONS", {"serverless": ClusterlessRegion})
    platforms: list[VoicePlatform] = []

    def program() -> None:
        args = VoicePlatformArgs(settings=settings_without("global"), secrets={})
        platforms.append(VoicePlatform("voice", args))

    graph = build(program, invokes=ANSWERS)
    assert platforms[0].outputs == {"resourceGroup": "rg-voice-test-eastus"}
    assert graph.of_type("voice:index:ClusterlessRegion")
    assert not graph.of_type("voice:index:AksRegion")
