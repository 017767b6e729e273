"""The steps of a first deployment in the stack file: what each deploys, and which combinations are refused."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from settings.loader.stack_file import read_sections, settings_from
from settings.schema.errors import Problem, SettingsError
from tests.unit.graph import Graph
from tests.unit.stacks import PRODUCTION, PROJECT, build_stack, edited, graph_of

WITHOUT_WORKLOADS = {"workloads.enabled": False}
AZURE_ONLY = {**WITHOUT_WORKLOADS, "aks.kubernetesObjects": False, "aks.apiServer.access": "private"}


def sections_with(changes: dict[str, Any]) -> dict[str, Any]:
    sections: dict[str, Any] = read_sections(PRODUCTION)
    for path, value in changes.items():
        sections = edited(sections, path, value)
    return sections


def problems_of(sections: dict[str, Any]) -> list[Problem]:
    try:
        settings_from(sections, PROJECT)
    except SettingsError as error:
        return list(error.problems)
    return []


@functools.cache
def without_workloads() -> Graph:
    return build_stack(sections_with(WITHOUT_WORKLOADS))


@functools.cache
def azure_only() -> Graph:
    return build_stack(sections_with(AZURE_ONLY))


def names(graph: Graph) -> set[str]:
    return {resource.name for resource in graph.resources}


def test_the_step_without_workloads_has_everything_but_the_workloads() -> None:
    whole, step = names(graph_of(PRODUCTION)), names(without_workloads())
    assert step < whole
    assert {name for name in whole - step if not name.startswith("voice-eastus-voice")} == set()
    assert without_workloads().of_type("kubernetes:helm.sh/v4:Chart") == []


def test_the_workloads_keep_their_identities_and_secrets_without_their_pods() -> None:
    step = names(without_workloads())
    assert {"voice-eastus-identity-freeswitch-identity", "voice-eastus-vault-secret-livekit-api-key"} <= step


def test_third_party_services_stay_without_workloads() -> None:
    releases = {"voice-eastus-services-certificates-release", "voice-eastus-services-gateway-release"}
    assert releases <= names(without_workloads())


def test_class_production_without_workloads_needs_no_digests() -> None:
    sections = sections_with({})
    del sections["images"]["livekit"]
    assert [problem.code for problem in problems_of(sections)] == ["image-without-digest"]
    assert problems_of(edited(sections, "workloads.enabled", False)) == []


def test_the_first_step_of_a_private_api_server_declares_no_kubernetes_provider_and_no_object() -> None:
    assert not [resource for resource in azure_only().resources if "kubernetes" in resource.type]


def test_the_first_step_of_a_private_api_server_has_the_network_for_a_runner() -> None:
    found = names(azure_only())
    assert {
        "voice-eastus-network-subnet-runners",
        "voice-eastus-network-link-privatelink.eastus.azmk8s.io",
        "voice-eastus-aks-cluster",
    } <= found
    assert "kubeconfig" in azure_only().exports


def test_the_next_step_keeps_every_resource_of_the_first() -> None:
    second = {**WITHOUT_WORKLOADS, "aks.apiServer.access": "private", "deployer.privateNetwork": True}
    assert names(azure_only()) < names(build_stack(sections_with(second)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aks.apiServer.access": "private"}, "deployer-without-path"),
        ({"aks.kubernetesObjects": False}, "workloads-without-kubernetes-objects"),
        ({"dns.delegated": False}, "issuer-without-delegation"),
    ],
)
def test_a_step_in_the_wrong_order_is_refused(changes: dict[str, Any], code: str) -> None:
    (problem,) = problems_of(sections_with(changes))
    assert problem.code == code
    assert problem.remediation


@pytest.mark.parametrize(
    "changes",
    [
        AZURE_ONLY,
        {"aks.apiServer.access": "private", "deployer.privateNetwork": True},
        {"dns.delegated": False, "certificates.issuer": "selfSigned"},
        {"dns.delegated": False, "certificates": {"issuer": "selfSigned"}, **WITHOUT_WORKLOADS},
        WITHOUT_WORKLOADS,
    ],
)
def test_every_step_in_its_order_is_accepted(changes: dict[str, Any]) -> None:
    assert problems_of(sections_with(changes)) == []


def test_without_an_issuer_certificates_are_self_signed_and_no_authority_is_asked() -> None:
    sections = sections_with({"dns.delegated": False})
    del sections["certificates"]
    graph = build_stack(sections)
    issuers = [r for r in graph.resources if r.type == "kubernetes:cert-manager.io/v1:ClusterIssuer"]
    assert issuers
    assert not [issuer for issuer in issuers if "acme" in issuer.inputs["spec"]]
    assert "voice-eastus-identity-cert-manager" not in names(graph)
