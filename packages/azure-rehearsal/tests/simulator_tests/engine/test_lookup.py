"""Lookup of existing resources by type and inputs, before a `pulumi import`."""

from __future__ import annotations

import pytest

from azure_rehearsal.engine.events import NOT_KNOWN_YET
from azure_rehearsal.engine.lookup import azure_id, kubernetes_id, object_line
from azure_rehearsal.kubernetes.cluster import Key

OURS = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ours"
THEIRS = OURS.replace("ours", "theirs")
SUBNET = {"resourceGroupName": "rg", "virtualNetworkName": "vnet", "subnetName": "web"}


def test_an_azure_id_is_computed_from_the_inputs_in_its_path() -> None:
    assert azure_id("azure-native:network:Subnet", SUBNET, "s") == (
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/web"
    )


@pytest.mark.parametrize("inputs", [{}, {"resourceGroupName": "rg"}, {**SUBNET, "subnetName": None}])
def test_without_all_inputs_of_the_path_there_is_no_id(inputs: dict[str, object]) -> None:
    assert azure_id("azure-native:network:Subnet", inputs, "s") == ""
    assert azure_id("random:index/randomId:RandomId", {}, "s") == ""


def test_an_unknown_input_makes_an_id_that_does_not_exist() -> None:
    assert NOT_KNOWN_YET in azure_id("azure-native:network:Subnet", {**SUBNET, "subnetName": NOT_KNOWN_YET}, "s")


@pytest.mark.parametrize(
    ("type", "key", "inputs", "id"),
    [
        (
            "kubernetes:core/v1:ConfigMap",
            Key("v1", "ConfigMap", "media", "ports"),
            {"metadata": {"name": "ports", "namespace": "media"}},
            "media/ports",
        ),
        ("kubernetes:core/v1:Namespace", Key("v1", "Namespace", "", "media"), {"metadata": {"name": "media"}}, "media"),
        (
            "kubernetes:apps/v1:Deployment",
            Key("apps/v1", "Deployment", "media", "edge"),
            {"metadata": {"name": "edge", "namespace": "media"}},
            "media/edge",
        ),
        (
            "kubernetes:helm.sh/v3:Release",
            Key("v1", "Secret", "kube", "sh.helm.release.v1.cert-manager.v7"),
            {"name": "cert-manager", "namespace": "kube"},
            "kube/cert-manager",
        ),
    ],
)
def test_an_object_is_found_only_in_a_cluster_of_the_stack(
    type: str, key: Key, inputs: dict[str, object], id: str
) -> None:
    assert kubernetes_id(type, inputs, {object_line(OURS, key)}, {OURS}) == id
    assert kubernetes_id(type, inputs, {object_line(THEIRS, key)}, {OURS}) == ""
    assert kubernetes_id(type, inputs, set(), {OURS}) == ""


def test_all_revisions_of_a_release_have_one_line() -> None:
    first, second = (Key("v1", "Secret", "kube", f"sh.helm.release.v1.dns.v{number}") for number in (1, 12))
    assert object_line(OURS, first) == object_line(OURS, second)
