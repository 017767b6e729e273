from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.kubernetes.configuration import Configuration, check_settings, diff_settings
from azure_rehearsal.kubernetes.sdk_arguments import PROVIDER_SETTINGS
from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.kubernetes.support import SERVER, kubeconfig

OTHER = "https://aks-other.example:443"
ID = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks"


def difference(old: dict[str, Any], new: dict[str, Any]) -> tuple[list[str], list[str]]:
    found = diff_settings(old, new)
    return found.changed, found.replaces


def test_an_unchanged_configuration_has_no_difference() -> None:
    assert difference({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig()}) == ([], [])


def test_an_unknown_kubeconfig_is_a_replacement() -> None:
    old = {"kubeconfig": kubeconfig()}
    assert difference(old, {"kubeconfig": UNKNOWN}) == (["kubeconfig"], ["kubeconfig"])


def test_an_unknown_kubeconfig_is_an_update_with_an_unchanged_identifier() -> None:
    old = {"kubeconfig": kubeconfig(), "clusterIdentifier": ID}
    new = {"kubeconfig": UNKNOWN, "clusterIdentifier": ID}
    assert difference(old, new) == (["kubeconfig"], [])


def test_a_changed_identifier_is_a_replacement() -> None:
    old = {"kubeconfig": kubeconfig(), "clusterIdentifier": ID}
    assert difference(old, {**old, "clusterIdentifier": "other"}) == (["clusterIdentifier"], ["clusterIdentifier"])
    both = ["clusterIdentifier", "kubeconfig"]
    assert difference(old, {"kubeconfig": UNKNOWN, "clusterIdentifier": "other"}) == (both, both)


def test_setting_or_removing_the_identifier_replaces_nothing() -> None:
    plain = {"kubeconfig": kubeconfig()}
    identified = {**plain, "clusterIdentifier": ID}
    assert difference(plain, identified) == (["clusterIdentifier"], [])
    assert difference(identified, plain) == (["clusterIdentifier"], [])


def test_another_cluster_is_a_replacement_and_other_credentials_are_an_update() -> None:
    old = {"kubeconfig": kubeconfig()}
    assert difference(old, {"kubeconfig": kubeconfig(OTHER)}) == (["kubeconfig"], ["kubeconfig"])
    token = kubeconfig().replace("user: {}", "user: {token: new}")
    assert token != kubeconfig()
    assert difference(old, {"kubeconfig": token}) == (["kubeconfig"], [])


def test_a_changed_cluster_entry_is_a_replacement_unless_the_identifier_is_unchanged() -> None:
    old, new = {"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(**{"tls-server-name": "other"})}
    assert difference(old, new) == (["kubeconfig"], ["kubeconfig"])
    identifier = {"clusterIdentifier": ID}
    assert difference({**old, **identifier}, {**new, **identifier}) == (["kubeconfig"], [])


def test_a_changed_setting_is_an_update() -> None:
    old = {"kubeconfig": kubeconfig()}
    assert difference(old, {**old, "enableConfigMapMutable": "true"}) == (["enableConfigMapMutable"], [])


def test_an_unknown_setting_is_refused() -> None:
    (failure,) = check_settings({"kubeConfig": "x"})
    assert (failure.path, "Use: alwaysRender, cluster" in failure.reason) == ("kubeConfig", True)


def test_every_argument_of_the_sdk_is_a_setting() -> None:
    import inspect

    import pulumi_kubernetes

    names = set(inspect.signature(pulumi_kubernetes.ProviderArgs.__init__).parameters) - {"__self__"}
    camel = {name.split("_")[0] + "".join(part.title() for part in name.split("_")[1:]) for name in names}
    assert camel == PROVIDER_SETTINGS - {"strictMode"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not YAML"),
        ("/home/me/.kube/config", "not a map of clusters"),
        (kubeconfig().replace("current-context: aks", "current-context: ''"), "no current-context"),
        (kubeconfig().replace("current-context: aks", "current-context: other"), 'context "other" does not exist'),
        (kubeconfig().replace(f"server: {SERVER}", "server: ''"), 'cluster "aks" has no server'),
    ],
)
def test_an_invalid_kubeconfig_is_refused(text: str, says: str) -> None:
    (failure,) = check_settings({"kubeconfig": text})
    assert failure.path == "kubeconfig"
    assert says in failure.reason


def test_an_unknown_or_missing_kubeconfig_passes_the_check() -> None:
    assert check_settings({"kubeconfig": UNKNOWN}) == []
    assert check_settings({"version": "4.34.2"}) == []


def test_rendering_to_a_directory_is_refused() -> None:
    (failure,) = check_settings({"renderYamlToDirectory": "out"})
    assert (failure.path, "not supported" in failure.reason) == ("renderYamlToDirectory", True)


def test_context_and_cluster_settings_override_the_kubeconfig() -> None:
    two = f"""
current-context: aks
contexts: [{{name: aks, context: {{cluster: aks, namespace: shop}}}}, {{name: b, context: {{cluster: b}}}}]
clusters: [{{name: aks, cluster: {{server: "{SERVER}"}}}}, {{name: b, cluster: {{server: "{OTHER}"}}}}]
"""

    def target(**settings: str) -> tuple[str, str]:
        found = Configuration.of({"kubeconfig": two, **settings}).target
        assert found
        return found.server, found.namespace

    assert target() == (SERVER, "shop")
    assert target(context="b") == (OTHER, "default")
    assert target(cluster="b") == (OTHER, "shop")
    assert target(namespace="mine") == (SERVER, "mine")


def test_boolean_settings_are_json_text_and_server_side_apply_is_the_default() -> None:
    assert Configuration.of({}).server_side_apply
    assert not Configuration.of({"enableServerSideApply": "false"}).server_side_apply
    assert Configuration.of({"enableConfigMapMutable": "true"}).config_maps_mutable
    assert not Configuration.of({}).secrets_mutable
