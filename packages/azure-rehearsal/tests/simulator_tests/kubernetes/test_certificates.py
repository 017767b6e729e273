"""cert-manager in a recorded cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers.cert_manager import PLACEHOLDER
from simulator_tests.azure.harness import GROUP, Deployed
from simulator_tests.kubernetes.places import NAMESPACE, Place
from simulator_tests.kubernetes.support import named

API = "cert-manager.io/v1"
SECRET = Key("v1", "Secret", NAMESPACE, "gateway-tls")
VALUES = {"crds": {"enabled": True}, "podLabels": {"azure.workload.identity/use": "true"}}
ZONE = "voice.example.com"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.install("cert-manager", values=VALUES)
    return made


def certificate(place: Place, issuer: str = "self-signed", **spec: Any) -> Key:
    reference = {"kind": "ClusterIssuer", "name": issuer}
    content = {"secretName": "gateway-tls", "dnsNames": [f"*.{ZONE}"], "issuerRef": reference, **spec}
    return place.put(named(API, "Certificate", "gateway", NAMESPACE, spec=content))


def issuer(place: Place, name: str = "self-signed", **spec: Any) -> Key:
    return place.put(named(API, "ClusterIssuer", name, spec=spec or {"selfSigned": {}}))


def authority(place: Place, client_id: str, zone: str = ZONE) -> Key:
    azure = {
        "environment": "AzurePublicCloud",
        "subscriptionID": place.azure.client.subscription_id,
        "resourceGroupName": GROUP,
        "hostedZoneName": zone,
        "managedIdentity": {"clientID": client_id},
    }
    solver = {"selector": {"dnsZones": [zone]}, "dns01": {"azureDNS": azure}}
    acme = {"server": "https://acme.example", "privateKeySecretRef": {"name": "account"}, "solvers": [solver]}
    return issuer(place, "authority", acme=acme)


def identity(place: Place, subject: str = "system:serviceaccount:voice-system:cert-manager") -> Deployed:
    made = place.azure.identity("id-cert-manager")
    credential = {
        "federatedIdentityCredentialResourceName": "aks",
        "issuer": place.aks["oidcIssuerProfile"]["issuerURL"],
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    }
    name = "managedidentity:FederatedIdentityCredential"
    place.azure.make(name, "credential", resourceGroupName=GROUP, resourceName="id-cert-manager", **credential)
    return made


def zone(place: Place) -> Deployed:
    return place.azure.make("dns:Zone", "zone", resourceGroupName=GROUP, zoneName=ZONE, location="global")


def test_a_certificate_has_a_secret_that_holds_no_key(place: Place) -> None:
    issuer(place)
    key = certificate(place)
    secret = place.cluster.get(SECRET)
    assert secret is not None
    assert secret["type"] == "kubernetes.io/tls"
    assert set(secret["data"].values()) == {PLACEHOLDER}
    assert place.status(key)["conditions"][0]["status"] == "True"
    assert place.problem(key) == ""


def test_the_secret_stays_when_the_certificate_goes(place: Place) -> None:
    issuer(place)
    place.cluster.delete(certificate(place))
    assert place.cluster.get(SECRET) is not None
    assert place.left_behind() == [], "it costs nothing in Azure"


def test_without_its_issuer_a_certificate_waits(place: Place) -> None:
    key = certificate(place)
    assert 'Referenced "ClusterIssuer" not found' in place.problem(key)
    assert place.cluster.get(SECRET) is None
    issuer(place)
    assert place.problem(key) == ""


def test_an_issuer_with_a_key_of_its_own_needs_that_key(place: Place) -> None:
    issuer(place, "own", ca={"secretName": "root"})
    key = certificate(place, "own")
    assert 'secret "root" not found in namespace voice-system' in place.problem(key)
    issuer(place)
    root = {"secretName": "root", "isCA": True, "commonName": "root", "issuerRef": {"kind": "ClusterIssuer"}}
    root["issuerRef"] = {"kind": "ClusterIssuer", "name": "self-signed"}
    place.put(named(API, "Certificate", "root", NAMESPACE, spec=root))
    assert place.problem(key) == ""


def test_an_authority_issues_where_the_zone_can_be_written(place: Place) -> None:
    made, public = identity(place), zone(place)
    authority(place, made["clientId"])
    key = certificate(place, "authority")
    assert "'Microsoft.Network/dnsZones/TXT/write'" in place.problem(key)
    place.role("DNS Zone Contributor", public.id, made["principalId"])
    assert place.problem(key) == ""
    assert place.cluster.get(SECRET) is not None


def test_an_authority_needs_the_zone_and_a_solver_for_the_name(place: Place) -> None:
    made = identity(place)
    authority(place, made["clientId"])
    key = certificate(place, "authority")
    assert f"dnsZones/{ZONE} was not found" in place.problem(key)
    certificate(place, "authority", dnsNames=["other.example"])
    assert "no configured challenge solvers" in place.problem(key)


def test_pods_that_are_not_who_the_identity_trusts_are_told_so(place: Place) -> None:
    made = identity(place, subject="system:serviceaccount:voice-system:another")
    public = zone(place)
    place.role("DNS Zone Contributor", public.id, made["principalId"])
    authority(place, made["clientId"])
    key = certificate(place, "authority")
    assert "AADSTS700213" in place.problem(key)
    assert "'system:serviceaccount:voice-system:cert-manager'" in place.problem(key)
    authority(place, "00000000-0000-4000-8000-00000000000f")
    assert "AADSTS700016" in place.problem(key)


def test_without_cert_manager_nothing_is_issued(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.uninstall(place.install("cert-manager", values=VALUES))
    issuer(place)
    certificate(place)
    assert place.cluster.get(SECRET) is None
