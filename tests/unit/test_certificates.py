"""Certificates in Kubernetes and in the vault."""

from __future__ import annotations

from typing import Any

import pytest

from model.roles import Role
from tests.unit.graph import Graph, Registered
from tests.unit.outputs import TENANT_ID, guid
from tests.unit.stack_variants import non_default
from tests.unit.stacks import PRODUCTION, graph_of

CERTIFICATE = "kubernetes:cert-manager.io/v1:Certificate"
ISSUER = "kubernetes:cert-manager.io/v1:ClusterIssuer"
RELEASE = "kubernetes:helm.sh/v3:Release"
ROLE = "azure-native:authorization:RoleAssignment"
ZONE, REGION_ZONE = "voice.example.com", "eastus.voice.example.com"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


@pytest.fixture(scope="module")
def before_delegation() -> Graph:
    return non_default()


def named(graph: Graph, type: str) -> dict[str, Registered]:
    return {item.value("metadata.name"): item for item in graph.of_type(type)}


def certificate(graph: Graph, name: str) -> dict[str, Any]:
    return named(graph, CERTIFICATE)[name].inputs


def release(graph: Graph, chart: str) -> Registered:
    return next(item for item in graph.of_type(RELEASE) if item.value("chart").endswith(chart))


@pytest.mark.requirement("B44", "C13")
def test_dns_challenges_of_the_public_authority_use_the_zone_of_the_name(graph: Graph) -> None:
    issuer = named(graph, ISSUER)["letsencrypt"]
    acme = issuer.value("spec.acme")
    assert acme["server"] == "https://acme-v02.api.letsencrypt.org/directory"
    assert acme["email"] == "operations@example.com"
    zones = {zone: solver["dns01"]["azureDNS"] for solver in acme["solvers"] for zone in solver["selector"]["dnsZones"]}
    assert {zone: dns["resourceGroupName"] for zone, dns in zones.items()} == {
        REGION_ZONE: "rg-voice-test-eastus",
        ZONE: "rg-voice-test-global",
    }
    for zone, dns in zones.items():
        assert dns["hostedZoneName"] == zone
        assert dns["managedIdentity"] == {"clientID": guid("client id-voice-test-eastus-cert-manager")}
        assert "clientSecretSecretRef" not in dns, "a pod has an identity, no stored secret"


def test_only_the_issuer_that_the_stack_names_exists(graph: Graph, before_delegation: Graph) -> None:
    assert set(named(graph, ISSUER)) == {"letsencrypt"}
    assert set(named(before_delegation, ISSUER)) == {"self-signed", "self-signed-ca"}


@pytest.mark.requirement("B44", "C13")
def test_one_certificate_covers_every_name_that_leads_to_the_gateway(graph: Graph) -> None:
    gateway = certificate(graph, "gateway")
    assert gateway["metadata"]["namespace"] == "voice-system"
    assert gateway["spec"]["secretName"] == "gateway-tls"
    assert gateway["spec"]["dnsNames"] == [f"*.{ZONE}", f"*.{REGION_ZONE}"]


def test_turn_and_sip_have_certificates_in_the_namespaces_of_their_pods(graph: Graph) -> None:
    turn, sip = certificate(graph, "turn"), certificate(graph, "sip")
    assert (turn["metadata"]["namespace"], turn["spec"]["secretName"]) == ("voice-media", "turn-tls")
    assert (sip["metadata"]["namespace"], sip["spec"]["secretName"]) == ("voice-edge", "sip-tls")
    assert turn["spec"]["dnsNames"] == [f"turn.{REGION_ZONE}"]
    names = [f"sip.{REGION_ZONE}", REGION_ZONE, f"sip.{ZONE}"]
    assert sip["spec"]["dnsNames"] == names, "RFC 5922: the domain of the SRV query, or the host name"


@pytest.mark.requirement("C13")
def test_a_certificate_is_renewed_automatically_with_a_new_key(graph: Graph) -> None:
    for name in ("gateway", "turn", "sip"):
        spec = certificate(graph, name)["spec"]
        assert spec["renewBefore"] == "720h0m0s", "30 days"
        assert spec["privateKey"] == {"algorithm": "RSA", "size": 2048, "rotationPolicy": "Always"}
        assert "server auth" in spec["usages"]


def test_renewal_follows_its_setting(before_delegation: Graph) -> None:
    assert certificate(before_delegation, "gateway")["spec"]["renewBefore"] == "168h0m0s", "7 days"


def test_a_self_signed_root_signs_all_certificates_before_delegation(before_delegation: Graph) -> None:
    root = certificate(before_delegation, "self-signed-root")
    assert root["spec"]["isCA"] is True
    assert root["spec"]["issuerRef"]["name"] == "self-signed"
    assert root["spec"]["privateKey"]["rotationPolicy"] == "Never", "clients trust this key"
    issuer = named(before_delegation, ISSUER)["self-signed-ca"]
    assert issuer.value("spec.ca.secretName") == root["spec"]["secretName"]
    assert root["metadata"]["namespace"] == release(before_delegation, "cert-manager").value("namespace"), (
        "a ClusterIssuer's Secret is in the namespace of cert-manager"
    )
    for name in ("gateway", "turn", "sip"):
        assert certificate(before_delegation, name)["spec"]["issuerRef"]["name"] == "self-signed-ca"


def test_certificates_name_the_issuer_of_the_stack(graph: Graph, before_delegation: Graph) -> None:
    """cert-manager requests a certificate again if its issuer's name changes, not if the issuer changes."""
    names = [certificate(item, "gateway")["spec"]["issuerRef"]["name"] for item in (graph, before_delegation)]
    assert names[0] != names[1]


def test_cert_manager_is_created_before_certificates_and_deleted_after_them(graph: Graph) -> None:
    issuer = named(graph, ISSUER)["letsencrypt"]
    assert release(graph, "cert-manager").urn in issuer.dependencies
    for item in graph.of_type(CERTIFICATE):
        assert issuer.urn in item.dependencies


def test_crds_survive_the_deletion_of_cert_manager(graph: Graph) -> None:
    assert release(graph, "cert-manager").value("values.crds") == {"enabled": True, "keep": True}


def test_cert_manager_runs_two_replicas_on_the_pool_of_the_controllers(graph: Graph) -> None:
    values = release(graph, "cert-manager").value("values")
    assert values["global"]["nodeSelector"] == {"voice.platform/pool": "api"}
    assert values["global"]["priorityClassName"] == "voice-platform"
    for part in (values, values["webhook"], values["cainjector"]):
        assert part["replicaCount"] == 2
        assert part["podDisruptionBudget"]["maxUnavailable"] == 1
        assert part["resources"]["requests"]
    assert values["podLabels"] == {"azure.workload.identity/use": "true"}, "the label gives its pods a token for Azure"


def test_cert_manager_has_no_identity_without_a_public_authority(before_delegation: Graph) -> None:
    identities = before_delegation.of_type("azure-native:managedidentity:UserAssignedIdentity")
    assert not [item.name for item in identities if "cert-manager" in item.name]


@pytest.mark.requirement("B44")
def test_the_gateways_certificate_is_copied_to_the_vault_as_a_certificate(graph: Graph) -> None:
    copied = graph.one("kubernetes:external-secrets.io/v1alpha1:PushSecret")
    assert copied.value("metadata.namespace") == "voice-system"
    assert copied.value("spec.selector.secret.name") == "gateway-tls"
    [entry] = copied.value("spec.data")
    assert entry["match"]["remoteRef"]["remoteKey"] == "cert/gateway-tls"
    assert entry["match"]["secretKey"] in copied.value("spec.template.data"), "key and chain in one archive"
    assert copied.value("spec.deletionPolicy") == "None", "a deleted copy would stay in the vault and reserve its name"
    assert named(graph, CERTIFICATE)["gateway"].urn in copied.dependencies


@pytest.mark.requirement("B44")
def test_the_copy_is_written_with_its_own_identity(graph: Graph) -> None:
    store = graph.one("kubernetes:external-secrets.io/v1:SecretStore").value("spec.provider.azurekv")
    vault = graph.one("azure-native:keyvault:Vault").value("vaultName")
    assert store["vaultUrl"] == f"https://{vault}.vault.azure.net"
    assert (store["authType"], store["tenantId"]) == ("WorkloadIdentity", TENANT_ID)
    account = next(
        item
        for item in graph.of_type("kubernetes:core/v1:ServiceAccount")
        if item.value("metadata.name") == store["serviceAccountRef"]["name"]
    )
    client = guid("client id-voice-test-eastus-external-secrets")
    assert account.value("metadata.annotations") == {"azure.workload.identity/client-id": client}
    values = release(graph, "external-secrets").value("values")
    assert values["serviceAccount"] == {"create": False, "name": "external-secrets"}
    assert values["scopedNamespace"] == "voice-system"
    assert values["scopedRBAC"] is True, "otherwise it could read the Secrets of every namespace"


@pytest.mark.requirement("B44")
def test_the_identity_of_the_copy_can_import_certificates_and_not_read_secrets(graph: Graph) -> None:
    principal = guid("principal id-voice-test-eastus-external-secrets")
    roles = {
        item.value("roleDefinitionId").rsplit("/", 1)[-1]: item.value("scope")
        for item in graph.of_type(ROLE)
        if item.value("principalId") == principal
    }
    assert set(roles) == {Role.KEY_VAULT_CERTIFICATES_OFFICER.value}


def test_external_secrets_is_absent_without_a_copy(before_delegation: Graph) -> None:
    assert before_delegation.of_type("kubernetes:external-secrets.io/v1alpha1:PushSecret") == []
    definitions = {item.value("roleDefinitionId").rsplit("/", 1)[-1] for item in before_delegation.of_type(ROLE)}
    assert Role.KEY_VAULT_CERTIFICATES_OFFICER.value not in definitions


def test_values_of_charts_have_no_unknowns(graph: Graph) -> None:
    """They are known before a first deployment: a plan shows no objects of a chart with unknown values."""
    for chart in ("cert-manager", "external-secrets", "gateway-helm"):
        assert not release(graph, chart).property_dependencies.get("values"), chart
