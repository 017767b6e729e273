"""Nodes pull no image of Docker Hub: third-party charts take theirs from the registry, which has rules for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.image_cache import CACHED_NAMESPACES, DOCKER_HUB
from model.naming import global_names
from settings.loader.stack_file import read_sections
from tests.charts.stack_contents import contents_of, walk
from tests.unit.graph import Graph
from tests.unit.stacks import build_stack, edited
from tools.inventory.declared import stack_files

IMAGES = {
    "voice-eastus-services-gateway-release": ("values.global.imageRegistry", ""),
    "voice-eastus-services-tracing-collector": ("values.image.repository", "/otel/opentelemetry-collector-contrib"),
    "voice-eastus-services-tracing-jaeger": ("values.global.imageRegistry", ""),
    "voice-eastus-services-metrics-prometheus": ("values.grafana.image.registry", ""),
}
"""The releases whose charts have images of Docker Hub, with the value that names their registry or repository."""


def registries(graph: Graph) -> dict[str, str]:
    releases = {item.name: item for item in graph.of_type("kubernetes:helm.sh/v3:Release")}
    return {name: releases[name].value(path).removesuffix(end) for name, (path, end) in IMAGES.items()}


def proxy(graph: Graph) -> str:
    (item,) = graph.of_type("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy")
    return item.value("spec.provider.kubernetes.envoyDeployment.container.imageRepository")


def test_charts_with_images_of_docker_hub_take_them_from_the_registry() -> None:
    stack = contents_of(stack_files()["every-option"])
    host = global_names(stack.settings).registry_host
    assert set(registries(stack.graph).values()) == {host}
    assert proxy(stack.graph) == f"{host}/envoyproxy/envoy"


def test_without_the_cache_the_charts_take_them_from_docker_hub() -> None:
    graph = build_stack(edited(read_sections(stack_files()["every-option"]), "registry.dockerHubCache", False))
    assert set(registries(graph).values()) == {DOCKER_HUB}
    assert graph.of_type("azure-native:containerregistry:CacheRule") == []


@pytest.mark.parametrize("path", [stack_files()["staging"], stack_files()["prod"]], ids=lambda path: path.name)
def test_the_registry_has_a_rule_for_each_namespace(path: Path) -> None:
    rules = contents_of(path).graph.of_type("azure-native:containerregistry:CacheRule")
    assert {rule.value("sourceRepository"): rule.value("targetRepository") for rule in rules} == {
        f"docker.io/{namespace}/*": f"{namespace}/*" for namespace in CACHED_NAMESPACES
    }
    assert all(len(rule.value("cacheRuleName")) >= 5 for rule in rules), "Azure's shortest name"


def test_no_value_of_a_release_names_docker_hub() -> None:
    stack = contents_of(stack_files()["every-option"])
    found = [
        (release.name, value)
        for release in stack.releases
        for _, value in walk(release.inputs["values"])
        if isinstance(value, str) and DOCKER_HUB in value
    ]
    assert found == []


def test_nodes_can_pull_before_the_first_release() -> None:
    graph = contents_of(stack_files()["staging"]).graph
    pull = graph.one("azure-native:authorization:RoleAssignment", "voice-eastus-registry-pull")
    namespaces = graph.of_type("kubernetes:core/v1:Namespace")
    assert namespaces
    assert all(pull.urn in namespace.dependencies for namespace in namespaces)
