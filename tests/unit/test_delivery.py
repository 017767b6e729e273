"""What a stack may ask for beside the platform: records for routes, restarts for new secrets, GitOps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from model.kubernetes import NAMESPACES
from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph, Registered
from tests.unit.outputs import SUBSCRIPTION_ID, TENANT_ID
from tests.unit.stack_variants import non_default
from tests.unit.stacks import PRODUCTION, build_stack, edited, graph_of

RELEASE = "kubernetes:helm.sh/v3:Release"
REPOSITORY = "https://git.example.com/services"
ROUTES = [
    {"host": "shop.eastus.voice.example.com", "namespace": "voice-apps", "service": "shop", "port": 80},
    {"host": "shop.voice.example.com", "namespace": "voice-apps", "service": "shop", "port": 80},
    {"host": "api.eastus.voice.example.com", "path": "/shop", "namespace": "voice-apps", "service": "shop", "port": 80},
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    sections = edited(read_sections(PRODUCTION), "gateway", {"routes": ROUTES})
    return build_stack(
        edited(sections, "delivery", {"reloader": True, "gitOps": {"repository": REPOSITORY, "path": "services"}})
    )


def release(graph: Graph, chart: str) -> Registered:
    (found,) = [item for item in graph.of_type(RELEASE) if item.inputs["chart"] == chart]
    return found


def charts(graph: Graph) -> set[str]:
    return {item.inputs["chart"] for item in graph.of_type(RELEASE)}


# Records


@pytest.fixture(scope="module")
def external_dns(graph: Graph) -> dict[str, Any]:
    return release(graph, "external-dns").inputs["values"]


@pytest.mark.requirement("C14", "K19")
def test_records_are_kept_for_routes_in_the_regions_zone_alone(graph: Graph, external_dns: dict[str, Any]) -> None:
    assert external_dns["sources"] == ["gateway-httproute"]
    assert external_dns["domainFilters"] == ["eastus.voice.example.com"]
    key, _, value = external_dns["labelFilter"].partition("=")
    asked = [
        item.inputs["spec"]["hostnames"]
        for item in graph.of_type("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
        if item.inputs["metadata"].get("labels", {}).get(key) == value
    ]
    assert asked == [["shop.eastus.voice.example.com"]], "the program keeps api and livekit, and * in the environment"


@pytest.mark.requirement("K19")
def test_records_that_the_program_keeps_are_left_alone(external_dns: dict[str, Any]) -> None:
    """external-dns changes and deletes nothing but what a TXT record says is its own."""
    assert external_dns["registry"] == "txt"
    assert external_dns["txtOwnerId"] == "aks-voice-test-eastus"
    assert external_dns["managedRecordTypes"] == ["A"]


def test_it_signs_in_with_an_identity_and_no_secret(graph: Graph, external_dns: dict[str, Any]) -> None:
    (configuration,) = [
        item.inputs["data"]["azure.json"]
        for item in graph.of_type("kubernetes:core/v1:ConfigMap")
        if item.inputs["metadata"]["name"] == "external-dns-azure"
    ]
    assert json.loads(configuration) == {
        "tenantId": TENANT_ID,
        "subscriptionId": SUBSCRIPTION_ID,
        "resourceGroup": "rg-voice-test-eastus",
        "useWorkloadIdentityExtension": True,
    }
    assert external_dns["extraVolumes"] == [{"name": "azure", "configMap": {"name": "external-dns-azure"}}]
    assert external_dns["extraVolumeMounts"][0]["mountPath"] == "/etc/kubernetes"
    account = external_dns["serviceAccount"]
    assert account["name"] == "external-dns", "the name that its credential is for"
    assert account["annotations"]["azure.workload.identity/client-id"]
    assert external_dns["podLabels"] == {"azure.workload.identity/use": "true"}


def test_it_starts_when_routes_are_defined_and_its_roles_are_there(graph: Graph) -> None:
    dependencies = set(release(graph, "external-dns").dependencies)
    gateway = release(graph, "oci://docker.io/envoyproxy/gateway-helm")
    zone_roles = [
        item.urn for item in graph.of_type("azure-native:authorization:RoleAssignment") if "external-dns" in item.name
    ]
    assert gateway.urn in dependencies
    assert zone_roles
    assert set(zone_roles) <= dependencies


def test_without_automatic_names_it_is_not_there() -> None:
    assert "external-dns" not in charts(non_default())


# Restarts


def test_nothing_is_restarted_or_deployed_that_nobody_asked_for() -> None:
    assert not {"reloader", "argo-cd"} & charts(graph_of(PRODUCTION))


def test_only_who_asks_is_restarted_and_nobody_who_carries_calls(graph: Graph) -> None:
    values = release(graph, "reloader").inputs["values"]["reloader"]
    assert values["autoReloadAll"] is False, "a restart is asked for by annotation"
    assert values["watchGlobally"] is False, "it would get a role for the whole cluster"
    calls = {namespace.name for namespace in NAMESPACES if namespace.carries_calls}
    assert calls == {"voice-media", "voice-agents"}
    assert not calls & set(values["namespaces"])
    assert "voice-apps" in values["namespaces"]
    assert values["enableCSIIntegration"] is True, "secrets come from the vault as files"


# GitOps


def one(graph: Graph, kind: str) -> dict[str, Any]:
    return graph.one(f"kubernetes:argoproj.io/v1alpha1:{kind}").inputs


@pytest.mark.requirement("B67", "K23")
def test_argo_cd_deploys_from_the_repository_and_writes_into_one_namespace(graph: Graph) -> None:
    project = one(graph, "AppProject")["spec"]
    assert project["sourceRepos"] == [REPOSITORY]
    assert [item["namespace"] for item in project["destinations"]] == ["voice-apps"]
    assert project["sourceNamespaces"] == ["voice-apps"], "from there an application can name no other project"
    assert project["clusterResourceWhitelist"] == []
    application = one(graph, "Application")["spec"]
    assert application["project"] == one(graph, "AppProject")["metadata"]["name"]
    assert application["source"] == {"repoURL": REPOSITORY, "path": "services", "targetRevision": "main"}
    assert application["destination"]["namespace"] == "voice-apps"


@pytest.mark.requirement("K23")
def test_nothing_of_the_platforms_is_of_a_kind_that_argo_cd_may_write_where_it_may(graph: Graph) -> None:
    """Two owners of one object would fight. A policy of a team's adds to the platform's; it bears another name."""
    kinds = {item["kind"] for item in one(graph, "AppProject")["spec"]["namespaceResourceWhitelist"]}
    ours = {
        item.inputs["kind"]
        for item in graph.resources
        if item.type.startswith("kubernetes:") and (item.inputs.get("metadata") or {}).get("namespace") == "voice-apps"
    }
    assert ours >= {"NetworkPolicy", "ResourceQuota", "LimitRange", "HTTPRoute"}
    assert ours & kinds == {"NetworkPolicy"}
    assert not {"Secret", "Role", "RoleBinding", "ResourceQuota", "HTTPRoute", "CiliumNetworkPolicy"} & kinds


def test_its_rights_in_the_cluster_are_no_wider_than_its_project(graph: Graph) -> None:
    values = release(graph, "argo-cd").inputs["values"]
    for part in ("controller", "server"):
        rules = values[part]["clusterRoleRules"]
        assert rules["enabled"] is True, "by default it may do anything everywhere"
        assert all(set(rule["verbs"]) <= {"get", "list", "watch"} for rule in rules["rules"])
    (role,) = graph.of_type("kubernetes:rbac.authorization.k8s.io/v1:Role")
    assert role.inputs["metadata"]["namespace"] == "voice-apps"
    written = {
        (group, resource)
        for rule in role.inputs["rules"]
        if "delete" in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    assert len(written) == len(one(graph, "AppProject")["spec"]["namespaceResourceWhitelist"])
    assert not {("", "secrets"), ("rbac.authorization.k8s.io", "roles")} & written


def test_nobody_is_let_in_from_outside(graph: Graph) -> None:
    values = release(graph, "argo-cd").inputs["values"]
    assert values["configs"]["cm"]["admin.enabled"] == "false"
    assert values["server"]["replicas"] == 0
    assert values["dex"]["enabled"] is False
    assert not [
        item
        for item in graph.of_type("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
        if "argo" in repr(item.inputs)
    ]


def test_the_platforms_own_table_of_flows_rules(graph: Graph) -> None:
    assert release(graph, "argo-cd").inputs["values"]["global"]["networkPolicy"] == {"create": False}
