"""external-dns in a fake cluster: records for hosts in zones of the simulated Azure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers.label_selectors import matches
from simulator_tests.azure.harness import GROUP, Deployed
from simulator_tests.kubernetes.cluster_environment import NAMESPACE, ClusterEnvironment
from simulator_tests.kubernetes.support import named

ZONE = "shop.example.com"
HOST = f"chat.{ZONE}"
RELEASE = Key("helm.sh/v3", "Release", NAMESPACE, "external-dns")
SUBJECT = "system:serviceaccount:shop-system:external-dns"


@pytest.fixture
def env(tmp_path: Path) -> ClusterEnvironment:
    made = ClusterEnvironment(tmp_path)
    made.address()
    made.azure.make("dns:Zone", "zone", resourceGroupName=GROUP, zoneName=ZONE, location="global")
    made.install("gateway-helm", "envoy-gateway")
    made.gateway()
    return made


def identity(env: ClusterEnvironment, *roles: tuple[str, str], subject: str = SUBJECT) -> Deployed:
    made = env.azure.identity("id-external-dns")
    credential = {
        "federatedIdentityCredentialResourceName": "aks",
        "issuer": env.aks["oidcIssuerProfile"]["issuerURL"],
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    }
    name = "managedidentity:FederatedIdentityCredential"
    env.azure.make(name, "credential", resourceGroupName=GROUP, resourceName="id-external-dns", **credential)
    for role, scope in roles or (("Reader", GROUP), ("DNS Zone Contributor", "zone")):
        env.role(role, env.azure[scope].id, made["principalId"])
    return made


def values(client_id: str, **more: Any) -> dict[str, Any]:
    config = {"tenantId": "t", "subscriptionId": "s", "resourceGroup": GROUP, "useWorkloadIdentityExtension": True}
    return {
        "provider": {"name": "azure"},
        "policy": "sync",
        "txtOwnerId": "owner",
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


def installed(env: ClusterEnvironment, **more: Any) -> str:
    return env.install("external-dns", values=values(identity(env)["clientId"], **more))


def records(env: ClusterEnvironment) -> dict[str, Any]:
    """The record sets of the zone except its own: `{"A/chat": records}`."""
    found = {}
    for record in env.cloud.of_type("azure-native:dns:RecordSet"):
        name = "/".join(record.id.rsplit("/", 2)[-2:])
        if name not in ("NS/@", "SOA/@"):
            found[name] = record.properties.get("aRecords") or record.properties.get("txtRecords")
    return found


def test_the_host_of_a_route_has_a_record_and_an_ownership_record(env: ClusterEnvironment) -> None:
    installed(env)
    route = env.route()
    found = records(env)
    assert found["A/chat"] == [{"ipv4Address": env.azure["pip-gateway"]["ipAddress"]}]
    (ownership,) = found["TXT/a-chat"][0]["value"]
    assert ownership == (
        '"heritage=external-dns,external-dns/owner=owner,external-dns/resource=httproute/shop-system/chat"'
    )
    assert env.problem(RELEASE) == ""
    assert env.left_behind() == []
    env.cluster.delete(route)
    assert records(env) == {}


def test_deleting_a_route_after_external_dns_orphans_its_records(env: ClusterEnvironment) -> None:
    release = installed(env)
    route = env.route()
    env.uninstall(release)
    env.cluster.delete(route)
    assert set(records(env)) == {"A/chat", "TXT/a-chat"}
    lines = env.left_behind()
    assert len(lines) == 2
    assert all(line.endswith(f"made by HTTPRoute shop-system/chat of cluster {env.aks_name}") for line in lines)
    env.install("external-dns", values=values(env.azure["id-external-dns"]["clientId"]))
    assert records(env) == {}, "it recognizes its records by the ownership records"


def test_records_in_a_zone_that_outlives_the_cluster_are_orphaned(env: ClusterEnvironment) -> None:
    installed(env)
    env.route()
    env.azure.delete(env.aks)
    assert len(env.left_behind()) == 2
    env.azure.delete(env.azure["zone"])
    assert env.left_behind() == []


def test_the_policy_upsert_only_orphans_records(env: ClusterEnvironment) -> None:
    installed(env, policy="upsert-only")
    env.cluster.delete(env.route())
    assert set(records(env)) == {"A/chat", "TXT/a-chat"}
    assert len(env.left_behind()) == 2


def test_a_record_without_ownership_is_not_changed(env: ClusterEnvironment) -> None:
    record = {"zoneName": ZONE, "recordType": "A", "relativeRecordSetName": "chat", "ttl": 60}
    foreign_records = [{"ipv4Address": "198.51.100.7"}]
    env.azure.make("dns:RecordSet", "record", resourceGroupName=GROUP, aRecords=foreign_records, **record)
    installed(env)
    route = env.route()
    assert env.problem(RELEASE) == ""
    env.cluster.delete(route)
    assert records(env) == {"A/chat": foreign_records}


def test_an_alias_record_that_would_be_overwritten_is_reported(env: ClusterEnvironment) -> None:
    record = {"zoneName": ZONE, "recordType": "A", "relativeRecordSetName": "chat", "ttl": 60}
    target = {"id": env.azure["pip-gateway"].id}
    env.azure.make("dns:RecordSet", "record", resourceGroupName=GROUP, targetResource=target, **record)
    installed(env)
    env.route()
    assert "is an alias record set; external-dns considers it missing" in env.problem(RELEASE)
    assert "TXT/a-chat" not in records(env)


def test_a_new_gateway_address_updates_the_record(env: ClusterEnvironment) -> None:
    installed(env)
    env.route()
    other = env.address("pip-other")
    proxy = env.cluster.get(Key("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", NAMESPACE, "shop"))
    assert proxy is not None
    annotations = proxy["spec"]["provider"]["kubernetes"]["envoyService"]["annotations"]
    annotations["service.beta.kubernetes.io/azure-pip-name"] = "pip-other"
    env.put(proxy)
    assert records(env)["A/chat"] == [{"ipv4Address": other["ipAddress"]}]


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ((("DNS Zone Contributor", "zone"),), "'Microsoft.Network/dnsZones/read' over scope"),
        ((("Reader", GROUP),), "'Microsoft.Network/dnsZones/A/write' over scope"),
    ],
    ids=["cannot list zones", "cannot write records"],
)
def test_a_missing_role_is_reported(env: ClusterEnvironment, roles: tuple[tuple[str, str], ...], message: str) -> None:
    env.install("external-dns", values=values(identity(env, *roles)["clientId"]))
    env.route()
    assert message in env.problem(RELEASE)
    assert records(env) == {}


def test_pods_without_the_label_have_no_identity(env: ClusterEnvironment) -> None:
    installed(env, podLabels={})
    assert "no client ID specified" in env.problem(RELEASE)


def test_an_untrusted_service_account_is_reported(env: ClusterEnvironment) -> None:
    made = identity(env, subject="system:serviceaccount:default:external-dns")
    env.install("external-dns", values=values(made["clientId"]))
    assert "AADSTS700213" in env.problem(RELEASE)


def test_a_missing_configuration_is_reported(env: ClusterEnvironment) -> None:
    installed(env, secretConfiguration={"enabled": False})
    assert "azure.json" in env.problem(RELEASE)


def test_the_configuration_can_be_in_a_config_map(env: ClusterEnvironment) -> None:
    config = {"resourceGroup": GROUP, "useWorkloadIdentityExtension": True}
    env.put(named("v1", "ConfigMap", "azure", NAMESPACE, data={"azure.json": json.dumps(config)}))
    volume = {"name": "azure", "configMap": {"name": "azure"}}
    installed(env, secretConfiguration={"enabled": False}, extraVolumes=[volume])
    env.route()
    assert "A/chat" in records(env)


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
def test_filtered_hosts_have_no_record(env: ClusterEnvironment, more: dict[str, Any]) -> None:
    installed(env, **more)
    env.route()
    assert records(env) == {}


def test_txt_prefix_and_ttl_come_from_options(env: ClusterEnvironment) -> None:
    installed(env, txtPrefix="_owner.", extraArgs={"min-ttl": "10m"})
    env.route()
    assert set(records(env)) == {"A/chat", "TXT/_owner.a-chat"}
    record = next(item for item in env.cloud if item.id.endswith("/A/chat"))
    assert record.properties["ttl"] == 600


def test_a_service_with_the_hostname_annotation_has_a_record(env: ClusterEnvironment) -> None:
    installed(env, sources=["service"])
    annotation = {"external-dns.alpha.kubernetes.io/hostname": HOST}
    item = named("v1", "Service", "edge", NAMESPACE, spec={"type": "LoadBalancer", "ports": [{"port": 443}]})
    env.put({**item, "metadata": {**item["metadata"], "annotations": annotation}})
    assert set(records(env)) == {"A/chat", "TXT/a-chat"}


def test_records_persist_when_the_cluster_is_reopened(env: ClusterEnvironment) -> None:
    installed(env)
    env.route()
    before = records(env)
    env.open()
    env.clusters.save()
    assert records(env) == before


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", True),
        ("app=shop", True),
        ("app==shop,tier in (a, b)", True),
        ("app!=shop", False),
        ("tier notin (a)", False),
        ("app", True),
        ("!app", False),
        ("other", False),
    ],
)
def test_text_selectors_match_as_in_kubernetes(selector: str, expected: bool) -> None:
    assert matches(selector, {"app": "shop", "tier": "a"}) is expected
