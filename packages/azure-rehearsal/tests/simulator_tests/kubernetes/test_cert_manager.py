"""cert-manager in a fake cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers.cert_manager import PLACEHOLDER
from simulator_tests.azure.harness import GROUP, Deployed
from simulator_tests.kubernetes.cluster_environment import NAMESPACE, ClusterEnvironment
from simulator_tests.kubernetes.support import named

API = "cert-manager.io/v1"
SECRET = Key("v1", "Secret", NAMESPACE, "gateway-tls")
VALUES = {"crds": {"enabled": True}, "podLabels": {"azure.workload.identity/use": "true"}}
ZONE = "shop.example.com"


@pytest.fixture
def env(tmp_path: Path) -> ClusterEnvironment:
    made = ClusterEnvironment(tmp_path)
    made.install("cert-manager", values=VALUES)
    return made


def certificate(env: ClusterEnvironment, issuer: str = "self-signed", **spec: Any) -> Key:
    reference = {"kind": "ClusterIssuer", "name": issuer}
    content = {"secretName": "gateway-tls", "dnsNames": [f"*.{ZONE}"], "issuerRef": reference, **spec}
    return env.put(named(API, "Certificate", "gateway", NAMESPACE, spec=content))


def issuer(env: ClusterEnvironment, name: str = "self-signed", **spec: Any) -> Key:
    return env.put(named(API, "ClusterIssuer", name, spec=spec or {"selfSigned": {}}))


def acme_issuer(env: ClusterEnvironment, client_id: str, zone: str = ZONE) -> Key:
    azure = {
        "environment": "AzurePublicCloud",
        "subscriptionID": env.azure.client.subscription_id,
        "resourceGroupName": GROUP,
        "hostedZoneName": zone,
        "managedIdentity": {"clientID": client_id},
    }
    solver = {"selector": {"dnsZones": [zone]}, "dns01": {"azureDNS": azure}}
    acme = {"server": "https://acme.example", "privateKeySecretRef": {"name": "account"}, "solvers": [solver]}
    return issuer(env, "acme", acme=acme)


def identity(env: ClusterEnvironment, subject: str = "system:serviceaccount:shop-system:cert-manager") -> Deployed:
    made = env.azure.identity("id-cert-manager")
    credential = {
        "federatedIdentityCredentialResourceName": "aks",
        "issuer": env.aks["oidcIssuerProfile"]["issuerURL"],
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    }
    name = "managedidentity:FederatedIdentityCredential"
    env.azure.make(name, "credential", resourceGroupName=GROUP, resourceName="id-cert-manager", **credential)
    return made


def zone(env: ClusterEnvironment) -> Deployed:
    return env.azure.make("dns:Zone", "zone", resourceGroupName=GROUP, zoneName=ZONE, location="global")


def test_a_certificate_has_a_secret_with_a_placeholder(env: ClusterEnvironment) -> None:
    issuer(env)
    key = certificate(env)
    secret = env.cluster.get(SECRET)
    assert secret is not None
    assert secret["type"] == "kubernetes.io/tls"
    assert set(secret["data"].values()) == {PLACEHOLDER}
    assert env.status(key)["conditions"][0]["status"] == "True"
    assert env.problem(key) == ""


def test_the_secret_remains_when_the_certificate_is_deleted(env: ClusterEnvironment) -> None:
    issuer(env)
    env.cluster.delete(certificate(env))
    assert env.cluster.get(SECRET) is not None
    assert env.left_behind() == [], "it is not an Azure resource"


def test_a_certificate_waits_for_its_issuer(env: ClusterEnvironment) -> None:
    key = certificate(env)
    assert 'Referenced "ClusterIssuer" not found' in env.problem(key)
    assert env.cluster.get(SECRET) is None
    issuer(env)
    assert env.problem(key) == ""


def test_a_ca_issuer_needs_its_key(env: ClusterEnvironment) -> None:
    issuer(env, "own", ca={"secretName": "root"})
    key = certificate(env, "own")
    assert 'secret "root" not found in namespace shop-system' in env.problem(key)
    issuer(env)
    root = {"secretName": "root", "isCA": True, "commonName": "root", "issuerRef": {"kind": "ClusterIssuer"}}
    root["issuerRef"] = {"kind": "ClusterIssuer", "name": "self-signed"}
    env.put(named(API, "Certificate", "root", NAMESPACE, spec=root))
    assert env.problem(key) == ""


def test_an_acme_issuer_needs_write_access_to_the_zone(env: ClusterEnvironment) -> None:
    made, public = identity(env), zone(env)
    acme_issuer(env, made["clientId"])
    key = certificate(env, "acme")
    assert "'Microsoft.Network/dnsZones/TXT/write'" in env.problem(key)
    env.role("DNS Zone Contributor", public.id, made["principalId"])
    assert env.problem(key) == ""
    assert env.cluster.get(SECRET) is not None


def test_an_acme_issuer_needs_the_zone_and_a_matching_solver(env: ClusterEnvironment) -> None:
    made = identity(env)
    acme_issuer(env, made["clientId"])
    key = certificate(env, "acme")
    assert f"dnsZones/{ZONE} was not found" in env.problem(key)
    certificate(env, "acme", dnsNames=["other.example"])
    assert "no configured challenge solvers" in env.problem(key)


def test_untrusted_pods_are_reported(env: ClusterEnvironment) -> None:
    made = identity(env, subject="system:serviceaccount:shop-system:another")
    public = zone(env)
    env.role("DNS Zone Contributor", public.id, made["principalId"])
    acme_issuer(env, made["clientId"])
    key = certificate(env, "acme")
    assert "AADSTS700213" in env.problem(key)
    assert "'system:serviceaccount:shop-system:cert-manager'" in env.problem(key)
    acme_issuer(env, "00000000-0000-4000-8000-00000000000f")
    assert "AADSTS700016" in env.problem(key)


def test_without_cert_manager_nothing_is_issued(tmp_path: Path) -> None:
    env = ClusterEnvironment(tmp_path)
    env.uninstall(env.install("cert-manager", values=VALUES))
    issuer(env)
    certificate(env)
    assert env.cluster.get(SECRET) is None
