"""Optional services: DNS records for routes (external-dns), restarts for new secrets (Reloader), GitOps (Argo CD)."""

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
def test_external_dns_manages_only_routes_in_the_zone_of_the_region(graph: Graph, external_dns: dict[str, Any]) -> None:
    assert external_dns["sources"] == ["gateway-httproute"]
    assert external_dns["domainFilters"] == ["eastus.voice.example.com"]
    key, _, value = external_dns["labelFilter"].partition("=")
    hosts = [
        item.inputs["spec"]["hostnames"]
        for item in graph.of_type("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
        if item.inputs["metadata"].get("labels", {}).get(key) == value
    ]
    assert hosts == [["shop.eastus.voice.example.com"]], "the program owns api and livekit, and * in the environment"


@pytest.mark.requirement("K19")
def test_external_dns_does_not_change_records_of_the_program(external_dns: dict[str, Any]) -> None:
    """external-dns changes and deletes only records whose TXT record names it as the owner."""
    assert external_dns["registry"] == "txt"
    assert external_dns["txtOwnerId"] == "aks-voice-test-eastus"
    assert external_dns["managedRecordTypes"] == ["A"]


def test_external_dns_signs_in_with_an_identity_and_no_secret(graph: Graph, external_dns: dict[str, Any]) -> None:
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
    assert account["name"] == "external-dns", "the credential trusts this name"
    assert account["annotations"]["azure.workload.identity/client-id"]
    assert external_dns["podLabels"] == {"azure.workload.identity/use": "true"}


def test_external_dns_starts_after_the_crds_of_routes_and_its_roles(graph: Graph) -> None:
    dependencies = set(release(graph, "external-dns").dependencies)
    gateway = release(graph, "oci://docker.io/envoyproxy/gateway-helm")
    zone_roles = [
        item.urn for item in graph.of_type("azure-native:authorization:RoleAssignment") if "external-dns" in item.name
    ]
    assert gateway.urn in dependencies
    assert zone_roles
    assert set(zone_roles) <= dependencies


def test_external_dns_is_absent_without_automatic_names() -> None:
    assert "external-dns" not in charts(non_default())


# Restarts


def test_reloader_and_argo_cd_are_absent_by_default() -> None:
    assert not {"reloader", "argo-cd"} & charts(graph_of(PRODUCTION))


def test_reloader_restarts_only_annotated_workloads_without_calls(graph: Graph) -> None:
    values = release(graph, "reloader").inputs["values"]["reloader"]
    assert values["autoReloadAll"] is False, "an annotation requests a restart"
    assert values["watchGlobally"] is False, "watching globally requires a role for the whole cluster"
    calls = {namespace.name for namespace in NAMESPACES if namespace.carries_calls}
    assert calls == {"voice-media", "voice-agents"}
    assert not calls & set(values["namespaces"])
    assert "voice-apps" in values["namespaces"]
    assert values["enableCSIIntegration"] is True, "secrets are files from the vault"


# GitOps


def one(graph: Graph, kind: str) -> dict[str, Any]:
    return graph.one(f"kubernetes:argoproj.io/v1alpha1:{kind}").inputs


@pytest.mark.requirement("B67", "K23")
def test_argo_cd_deploys_from_the_repository_to_one_namespace(graph: Graph) -> None:
    project = one(graph, "AppProject")["spec"]
    assert project["sourceRepos"] == [REPOSITORY]
    assert [item["namespace"] for item in project["destinations"]] == ["voice-apps"]
    assert project["sourceNamespaces"] == ["voice-apps"], "applications of this namespace can use only this project"
    assert project["clusterResourceWhitelist"] == []
    application = one(graph, "Application")["spec"]
    assert application["project"] == one(graph, "AppProject")["metadata"]["name"]
    assert application["source"] == {"repoURL": REPOSITORY, "path": "services", "targetRevision": "main"}
    assert application["destination"]["namespace"] == "voice-apps"


@pytest.mark.requirement("K23")
def test_argo_cd_cannot_write_kinds_of_the_platform_except_network_policies(graph: Graph) -> None:
    """Two owners of one object would conflict. A team's policy has another name and adds to the platform's policies."""
    kinds = {item["kind"] for item in one(graph, "AppProject")["spec"]["namespaceResourceWhitelist"]}
    ours = {
        item.inputs["kind"]
        for item in graph.resources
        if item.type.startswith("kubernetes:") and (item.inputs.get("metadata") or {}).get("namespace") == "voice-apps"
    }
    assert ours >= {"NetworkPolicy", "ResourceQuota", "LimitRange", "HTTPRoute"}
    assert ours & kinds == {"NetworkPolicy"}
    assert not {"Secret", "Role", "RoleBinding", "ResourceQuota", "HTTPRoute", "CiliumNetworkPolicy"} & kinds


def test_the_roles_of_argo_cd_are_no_wider_than_its_project(graph: Graph) -> None:
    values = release(graph, "argo-cd").inputs["values"]
    for part in ("controller", "server"):
        rules = values[part]["clusterRoleRules"]
        assert rules["enabled"] is True, "the default allows everything everywhere"
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


def test_argo_cd_has_no_login_and_no_route(graph: Graph) -> None:
    values = release(graph, "argo-cd").inputs["values"]
    assert values["configs"]["cm"]["admin.enabled"] == "false"
    assert values["server"]["replicas"] == 0
    assert values["dex"]["enabled"] is False
    assert not [
        item
        for item in graph.of_type("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
        if "argo" in repr(item.inputs)
    ]


def test_argo_cd_creates_no_network_policies(graph: Graph) -> None:
    assert release(graph, "argo-cd").inputs["values"]["global"]["networkPolicy"] == {"create": False}
