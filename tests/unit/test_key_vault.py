"""The key vault of a region, its secrets and their readers."""

from __future__ import annotations

import pytest

from model.identities import workload_accounts
from model.roles import Role
from model.secrets import GENERATED_SECRETS
from settings.loader import load_stack_file
from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import non_default, recording_rooms
from tests.unit.stacks import PROJECT, build_stack, graph_of

PROD = PROJECT / "Pulumi.prod.yaml"
KINDS = ("speechKey", "tlsCertificate", "cosmosConnectionString")
USER_SECRETS = ("openAiApiKey", "deepgramApiKey", "cartesiaApiKey", "firebaseServiceAccount", "exampleTrunk", *KINDS)


@pytest.fixture(scope="module")
def graph() -> Graph:
    secrets = {name: {"secure": "AAAA"} for name in USER_SECRETS}
    types = {"firebaseServiceAccount": "application/json", "tlsCertificate": "application/x-pem-file"}
    vault = {"contentTypes": types, "expiry": {"openAiApiKey": "2027-11-30"}, "generations": {"jwt-signing-key": 2}}
    return build_stack({**read_sections(PROD), "secrets": secrets, "keyVault": vault})


def secrets(graph: Graph) -> dict[str, Registered]:
    return {secret.value("secretName"): secret for secret in graph.of_type("azure-native:keyvault:Secret")}


@pytest.mark.requirement("B54")
def test_the_vault_has_soft_delete_and_no_public_access(graph: Graph) -> None:
    properties = graph.one("azure-native:keyvault:Vault").inputs["properties"]
    assert properties["sku"] == {"family": "A", "name": "standard"}
    assert properties["enableSoftDelete"] is True
    assert properties["softDeleteRetentionInDays"] == 90
    assert properties["enablePurgeProtection"] is True
    assert properties["enableRbacAuthorization"] is True
    assert properties["publicNetworkAccess"] == "Disabled"


def test_a_deleted_vault_is_recovered_by_setting() -> None:
    assert non_default().one("azure-native:keyvault:Vault").value("properties.createMode") == "recover"


@pytest.mark.requirement("A8", "A9", "A10", "A11", "A31", "B55", "B57")
def test_every_secret_of_the_stack_and_of_the_platform_is_in_the_vault(graph: Graph) -> None:
    generated = {secret.name for secret in GENERATED_SECRETS} | {"redis-password"}
    assert set(secrets(graph)) == generated | set(USER_SECRETS)
    assert set(secrets(recording_rooms())) == generated | {"egress-storage-key"}


@pytest.mark.requirement("A31", "B57")
def test_no_secret_value_is_in_plain_text(graph: Graph) -> None:
    for name, secret in secrets(graph).items():
        assert secret.is_secret("properties.value"), f"{name} is plain text in the state"


@pytest.mark.requirement("A8")
def test_a_secret_has_its_content_type_and_expiry(graph: Graph) -> None:
    found = secrets(graph)
    assert found["firebaseServiceAccount"].value("properties.contentType") == "application/json"
    assert found["livekit-api-key"].value("properties.contentType") == "text/plain"
    end_of_2027_11_30 = 1827619199
    assert found["openAiApiKey"].value("properties.attributes.expires") == end_of_2027_11_30
    assert "expires" not in found["livekit-api-key"].value("properties.attributes")


def test_the_next_generation_of_a_generated_secret_has_another_value(graph: Graph) -> None:
    def keepers(built: Graph) -> dict[str, str]:
        found = built.of_type("random:index/randomPassword:RandomPassword")
        return {password.name: password.value("keepers.generation") for password in found}

    before, after = keepers(graph_of(PROD)), keepers(graph)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"voice-eastus-vault-value-jwt-signing-key"}


def readers(graph: Graph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for role in graph.of_type("azure-native:authorization:RoleAssignment"):
        if role.inputs["roleDefinitionId"].endswith(Role.KEY_VAULT_SECRETS_USER.value):
            scope = role.inputs["scope"]
            assert "/secrets/" in scope, f"{role.name} reads the whole vault"
            found.setdefault(role.inputs["principalId"], set()).add(scope.rsplit("/", 1)[-1])
    return found


@pytest.mark.requirement("B56", "B62", "C22")
def test_each_workload_can_read_only_its_own_secrets(graph: Graph) -> None:
    from tests.unit.outputs import guid

    by_account = {
        account.name: readers(graph).get(guid(f"principal id-voice-prod-eastus-{account.name}"), set())
        for account in workload_accounts(load_stack_file(PROD))
    }
    assert by_account["livekit"] == {"livekit-api-key", "livekit-api-secret", "redis-password"}
    egress = readers(recording_rooms())[guid("principal id-voice-prod-eastus-livekit-egress")]
    assert egress == by_account["livekit"] | {"egress-storage-key"}
    assert by_account["database-jobs"] == set()
    assert "event-socket-password" in by_account["freeswitch"]
    assert "event-socket-password" not in by_account["voice-agent"]


@pytest.mark.requirement("A32", "B62")
def test_the_identity_of_each_workload_trusts_only_its_service_account(graph: Graph) -> None:
    trusts = graph.of_type("azure-native:managedidentity:FederatedIdentityCredential")
    assert {trust.value("subject") for trust in trusts} == {
        account.subject for account in workload_accounts(load_stack_file(PROD))
    }
    assert {trust.value("issuer") for trust in trusts} == {"https://issuer.example/aks-voice-prod-eastus/"}
    assert all(trust.value("audiences") == ["api://AzureADTokenExchange"] for trust in trusts)


@pytest.mark.requirement("D20")
def test_keys_certificates_and_connection_strings_have_their_content_types(graph: Graph) -> None:
    kept = {name: secret.value("properties.contentType") for name, secret in secrets(graph).items() if name in KINDS}
    assert kept == {
        "speechKey": "text/plain",
        "tlsCertificate": "application/x-pem-file",
        "cosmosConnectionString": "text/plain",
    }
    assert all(secrets(graph)[name].is_secret("properties.value") for name in KINDS)
