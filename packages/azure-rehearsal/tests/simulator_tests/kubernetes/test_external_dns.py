"""external-dns in a recorded cluster: records for hosts, in zones of the simulated Azure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers.labels import fits
from simulator_tests.azure.harness import GROUP, Deployed
from simulator_tests.kubernetes.places import NAMESPACE, Place
from simulator_tests.kubernetes.support import named

ZONE = "voice.example.com"
HOST = f"chat.{ZONE}"
RELEASE = Key("helm.sh/v3", "Release", NAMESPACE, "external-dns")
SUBJECT = "system:serviceaccount:voice-system:external-dns"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.address()
    made.azure.make("dns:Zone", "zone", resourceGroupName=GROUP, zoneName=ZONE, location="global")
    made.install("gateway-helm", "envoy-gateway")
    made.gateway()
    return made


def identity(place: Place, *roles: tuple[str, str], subject: str = SUBJECT) -> Deployed:
    made = place.azure.identity("id-external-dns")
    credential = {
        "federatedIdentityCredentialResourceName": "aks",
        "issuer": place.aks["oidcIssuerProfile"]["issuerURL"],
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    }
    name = "managedidentity:FederatedIdentityCredential"
    place.azure.make(name, "credential", resourceGroupName=GROUP, resourceName="id-external-dns", **credential)
    for role, scope in roles or (("Reader", GROUP), ("DNS Zone Contributor", "zone")):
        place.role(role, place.azure[scope].id, made["principalId"])
    return made


def values(client_id: str, **more: Any) -> dict[str, Any]:
    config = {"tenantId": "t", "subscriptionId": "s", "resourceGroup": GROUP, "useWorkloadIdentityExtension": True}
    return {
        "provider": {"name": "azure"},
        "policy": "sync",
        "txtOwnerId": "aks-shop",
        "domainFilters": [ZONE],
        "sources": ["gateway-httproute"],
        "serviceAccount": {"annotations": {"azure.workload.identity/client-id": client_id}},
        "podLabels": {"azure.workload.identity/use": "true"},
        "secretConfiguration": {
            "enabled": True,
            "mountPath": "/etc/kubernetes",
            "data": {"azure.json": json.dumps(config)},
        },
        **more,
    }


def installed(place: Place, **more: Any) -> str:
    return place.install("external-dns", values=values(identity(place)["clientId"], **more))


def records(place: Place) -> dict[str, Any]:
    """The record sets of the zone that came after it: `{"A/chat": records}`."""
    found = {}
    for record in place.cloud.of_type("azure-native:dns:RecordSet"):
        name = "/".join(record.id.rsplit("/", 2)[-2:])
        if name not in ("NS/@", "SOA/@"):
            found[name] = record.properties.get("aRecords") or record.properties.get("txtRecords")
    return found


def test_the_host_of_a_route_has_a_record_and_a_mark_of_whose_it_is(place: Place) -> None:
    installed(place)
    route = place.route()
    found = records(place)
    assert found["A/chat"] == [{"ipv4Address": place.azure["pip-gateway"]["ipAddress"]}]
    (mark,) = found["TXT/a-chat"][0]["value"]
    assert mark == (
        '"heritage=external-dns,external-dns/owner=aks-shop,external-dns/resource=httproute/voice-system/chat"'
    )
    assert place.problem(RELEASE) == ""
    assert place.left_behind() == []
    place.cluster.delete(route)
    assert records(place) == {}


def test_a_route_that_goes_after_external_dns_leaves_its_records_behind(place: Place) -> None:
    release = installed(place)
    route = place.route()
    place.uninstall(release)
    place.cluster.delete(route)
    assert set(records(place)) == {"A/chat", "TXT/a-chat"}
    lines = place.left_behind()
    assert len(lines) == 2
    assert all(line.endswith("made by HTTPRoute voice-system/chat of cluster aks-shop") for line in lines)
    place.install("external-dns", values=values(place.azure["id-external-dns"]["clientId"]))
    assert records(place) == {}, "it knows its own by their marks"


def test_records_in_a_zone_that_outlives_the_cluster_are_left_behind(place: Place) -> None:
    installed(place)
    place.route()
    place.azure.delete(place.aks)
    assert len(place.left_behind()) == 2
    place.azure.delete(place.azure["zone"])
    assert place.left_behind() == []


def test_a_policy_that_never_deletes_leaves_records_behind(place: Place) -> None:
    installed(place, policy="upsert-only")
    place.cluster.delete(place.route())
    assert set(records(place)) == {"A/chat", "TXT/a-chat"}
    assert len(place.left_behind()) == 2


def test_a_record_of_somebody_elses_is_left_alone(place: Place) -> None:
    record = {"zoneName": ZONE, "recordType": "A", "relativeRecordSetName": "chat", "ttl": 60}
    theirs = [{"ipv4Address": "198.51.100.7"}]
    place.azure.make("dns:RecordSet", "record", resourceGroupName=GROUP, aRecords=theirs, **record)
    installed(place)
    route = place.route()
    assert place.problem(RELEASE) == ""
    place.cluster.delete(route)
    assert records(place) == {"A/chat": theirs}


def test_an_alias_of_somebody_elses_would_be_written_over_and_that_is_told(place: Place) -> None:
    record = {"zoneName": ZONE, "recordType": "A", "relativeRecordSetName": "chat", "ttl": 60}
    target = {"id": place.azure["pip-gateway"].id}
    place.azure.make("dns:RecordSet", "record", resourceGroupName=GROUP, targetResource=target, **record)
    installed(place)
    place.route()
    assert "is an alias record set; external-dns considers it missing" in place.problem(RELEASE)
    assert "TXT/a-chat" not in records(place)


def test_another_address_of_the_gateway_is_another_record(place: Place) -> None:
    installed(place)
    place.route()
    other = place.address("pip-other")
    proxy = place.cluster.get(Key("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", NAMESPACE, "voice"))
    assert proxy is not None
    annotations = proxy["spec"]["provider"]["kubernetes"]["envoyService"]["annotations"]
    annotations["service.beta.kubernetes.io/azure-pip-name"] = "pip-other"
    place.put(proxy)
    assert records(place)["A/chat"] == [{"ipv4Address": other["ipAddress"]}]


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ((("DNS Zone Contributor", "zone"),), "'Microsoft.Network/dnsZones/read' over scope"),
        ((("Reader", GROUP),), "'Microsoft.Network/dnsZones/A/write' over scope"),
    ],
    ids=["it may not list zones", "it may not write records"],
)
def test_a_missing_role_is_told(place: Place, roles: tuple[tuple[str, str], ...], words: str) -> None:
    place.install("external-dns", values=values(identity(place, *roles)["clientId"]))
    place.route()
    assert words in place.problem(RELEASE)
    assert records(place) == {}


def test_pods_without_the_label_sign_in_as_nobody(place: Place) -> None:
    installed(place, podLabels={})
    assert "no client ID specified" in place.problem(RELEASE)


def test_a_service_account_that_the_identity_does_not_trust_is_told(place: Place) -> None:
    made = identity(place, subject="system:serviceaccount:default:external-dns")
    place.install("external-dns", values=values(made["clientId"]))
    assert "AADSTS700213" in place.problem(RELEASE)


def test_without_its_configuration_it_does_not_start(place: Place) -> None:
    installed(place, secretConfiguration={"enabled": False})
    assert "azure.json" in place.problem(RELEASE)


def test_its_configuration_can_be_in_a_config_map(place: Place) -> None:
    config = {"resourceGroup": GROUP, "useWorkloadIdentityExtension": True}
    place.put(named("v1", "ConfigMap", "azure", NAMESPACE, data={"azure.json": json.dumps(config)}))
    volume = {"name": "azure", "configMap": {"name": "azure"}}
    installed(place, secretConfiguration={"enabled": False}, extraVolumes=[volume])
    place.route()
    assert "A/chat" in records(place)


@pytest.mark.parametrize(
    "more",
    [
        {"labelFilter": "public=yes"},
        {"excludeDomains": [HOST]},
        {"domainFilters": ["other.example"]},
        {"gatewayNamespace": "default"},
        {"extraArgs": {"gateway-name": "other"}},
        {"sources": ["service"]},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_it_is_told_not_to_look_at_has_no_record(place: Place, more: dict[str, Any]) -> None:
    installed(place, **more)
    place.route()
    assert records(place) == {}


def test_prefix_and_time_to_live_are_those_of_its_options(place: Place) -> None:
    installed(place, txtPrefix="_owner.", extraArgs={"min-ttl": "10m"})
    place.route()
    assert set(records(place)) == {"A/chat", "TXT/_owner.a-chat"}
    record = next(item for item in place.cloud if item.id.endswith("/A/chat"))
    assert record.properties["ttl"] == 600


def test_a_service_names_its_host_by_annotation(place: Place) -> None:
    installed(place, sources=["service"])
    annotation = {"external-dns.alpha.kubernetes.io/hostname": HOST}
    item = named("v1", "Service", "edge", NAMESPACE, spec={"type": "LoadBalancer", "ports": [{"port": 443}]})
    place.put({**item, "metadata": {**item["metadata"], "annotations": annotation}})
    assert set(records(place)) == {"A/chat", "TXT/a-chat"}


def test_records_are_the_same_after_the_cluster_is_opened_again(place: Place) -> None:
    installed(place)
    place.route()
    before = records(place)
    place.open()
    place.clusters.save()
    assert records(place) == before


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", True),
        ("app=voice", True),
        ("app==voice,tier in (a, b)", True),
        ("app!=voice", False),
        ("tier notin (a)", False),
        ("app", True),
        ("!app", False),
        ("other", False),
    ],
)
def test_selectors_are_read_as_kubernetes_reads_them(selector: str, expected: bool) -> None:
    assert fits(selector, {"app": "voice", "tier": "a"}) is expected
