from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.helm_storage import latest_revision
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.kubernetes.release_handler import RELEASE_TYPE
from azure_rehearsal.kubernetes.sdk_arguments import RELEASE_INPUTS
from azure_rehearsal.protocol.provider import Difference, Refused
from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.kubernetes.support import named, resource

RELEASE = resource(RELEASE_TYPE, "demo")
REMOTE = {"chart": "billing", "version": "1.18.2", "name": "billing", "namespace": "kube-system"}
LOCAL = {"chart": "demo", "name": "demo", "namespace": "demo", "createNamespace": True, "compat": "true"}


def checked(
    provider: FakeKubernetesProvider, inputs: dict[str, Any], old: dict[str, Any] | None = None
) -> dict[str, Any]:
    result, failures = provider.check(RELEASE, old or {}, inputs, b"seed")
    assert failures == []
    return result


def installed(provider: FakeKubernetesProvider, **inputs: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """`(id, inputs, outputs)` of a new release."""
    known = checked(provider, inputs)
    id, outputs = provider.create(RELEASE, known, preview=False)
    return id, known, outputs


def names(cluster: FakeApiServer, api_version: str, kind: str, namespace: str | None = None) -> list[str]:
    return [item["metadata"]["name"] for item in cluster.list_objects(api_version, kind, namespace)]


def test_every_argument_of_the_sdk_is_known() -> None:
    import inspect

    from pulumi_kubernetes.helm.v3 import ReleaseArgs

    known = set(inspect.signature(ReleaseArgs.__init__).parameters)
    known -= {"__self__", "compat", "manifest", "resource_names"}
    assert {name.replace("_", "") for name in known} == {name.lower() for name in RELEASE_INPUTS}


def test_an_unknown_input_is_refused() -> None:
    provider = FakeKubernetesProvider(clusters=_NoClusters())
    _, failures = provider.check(RELEASE, {}, {**REMOTE, "atomicc": True}, b"seed")
    assert [failure.path for failure in failures] == ["atomicc"]


class _NoClusters:
    def by_server(self, server_url: str) -> None:
        return None


def test_name_namespace_and_timeout_have_defaults(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, {"chart": "billing", "version": "1.18.2"})
    assert (inputs["namespace"], inputs["timeout"]) == ("default", 300)
    assert inputs["name"].startswith("demo-")
    assert checked(provider, {"chart": "billing", "version": "1.18.2"}, inputs)["name"] == inputs["name"]
    assert "timeout" not in checked(provider, {**REMOTE, "skipAwait": True})


def test_a_third_party_chart_needs_a_version(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(RELEASE, {}, {"chart": "billing"}, b"seed")
    assert [failure.path for failure in failures] == ["chart"]
    assert "is not on this machine and has no version" in failures[0].reason


def test_the_version_of_a_local_chart_is_read(provider: FakeKubernetesProvider) -> None:
    assert checked(provider, LOCAL)["version"] == "0.3.0"


def test_a_third_party_chart_is_stored_with_its_values(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    id, inputs, outputs = installed(provider, **REMOTE, values={"invoices": {"enabled": True}}, atomic=True)
    assert id == "kube-system/billing"
    assert outputs["status"]["status"] == "deployed"
    assert outputs["status"]["revision"] == 1
    stored = latest_revision(cluster, "kube-system", "billing")
    assert stored
    assert (stored["config"], stored["chart"]["metadata"]["version"]) == ({"invoices": {"enabled": True}}, "1.18.2")
    assert provider.diff(RELEASE, id, inputs, outputs, checked(provider, inputs, inputs)) == Difference()


def test_a_local_chart_is_installed(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    _, _, outputs = installed(provider, **LOCAL, values={"greeting": "moin"})
    config = cluster.get(Key("v1", "ConfigMap", "demo", "demo-config"))
    assert config
    assert config["data"]["greeting"] == "moin"
    assert config["metadata"]["annotations"]["meta.helm.sh/release-name"] == "demo"
    assert config["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    assert cluster.get(Key("demo.example/v1", "Widget", "demo", "demo-widget"))
    assert outputs["status"]["appVersion"] == "7.1"
    assert outputs["resourceNames"]["Deployment.apps/apps/v1"] == ["demo/demo"]


def test_hooks_are_not_installed(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    installed(provider, **LOCAL)
    assert names(cluster, "v1", "ConfigMap", "demo") == ["demo-config", "kube-root-ca.crt"]


def test_the_namespace_must_exist_unless_it_is_created(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, {**LOCAL, "createNamespace": False})
    with pytest.raises(Refused, match='Helm release demo/demo: namespaces "demo" not found'):
        provider.create(RELEASE, inputs, preview=False)


def test_invalid_values_are_refused(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, {**LOCAL, "values": {"replicas": "many", "repilcas": 1}})
    with pytest.raises(Refused, match=r"(?s)ReleaseFailed: Helm release demo/demo: .*'/replicas'.*'repilcas'"):
        provider.create(RELEASE, inputs, preview=False)


def test_a_failed_release_leaves_only_crds(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "Namespace", "demo"), "client")
    cluster.create(named("apps/v1", "ReplicaSet", "x", spec={"selector": {"matchLabels": {"a": "b"}}}), "client")
    cluster.create(named("rbac.authorization.k8s.io/v1", "ClusterRole", "demo-reader", rules=[]), "client")
    with pytest.raises(Refused, match=r'ClusterRole "demo-reader" .* exists and cannot be imported .*takeOwnership'):
        provider.create(RELEASE, checked(provider, LOCAL), preview=False)
    assert names(cluster, "v1", "ConfigMap", "demo") == ["kube-root-ca.crt"]
    assert latest_revision(cluster, "demo", "demo") is None
    installed(provider, **LOCAL, takeOwnership=True)


def test_a_name_in_use_is_refused(provider: FakeKubernetesProvider) -> None:
    installed(provider, **LOCAL)
    with pytest.raises(Refused, match="cannot re-use a name that is still in use"):
        provider.create(RELEASE, checked(provider, LOCAL), preview=False)


def test_a_crd_among_the_templates_comes_too_late_for_its_resources(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, {**LOCAL, "chart": "late-definition"})
    with pytest.raises(Refused, match='resource mapping not found for name: "first": no matches for kind "Gadget"'):
        provider.create(RELEASE, inputs, preview=False)


def test_a_library_chart_is_refused(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(RELEASE, {}, {**LOCAL, "chart": "library"}, b"seed")
    assert "library charts are not installable" in failures[0].reason


def test_changed_values_are_an_upgrade_and_a_changed_name_is_a_replacement(provider: FakeKubernetesProvider) -> None:
    id, inputs, outputs = installed(provider, **LOCAL, values={"replicas": 1})
    new = checked(provider, {**LOCAL, "values": {"replicas": 2}}, inputs)
    assert provider.diff(RELEASE, id, inputs, outputs, new) == Difference(changed=["values.replicas"])
    renamed = checked(provider, {**LOCAL, "name": "other", "values": {"replicas": 1}}, inputs)
    assert provider.diff(RELEASE, id, inputs, outputs, renamed) == Difference(changed=["name"], replaces=["name"])


def test_an_upgrade_changes_adds_and_removes_objects(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, inputs, outputs = installed(provider, **LOCAL, values={"namespace": "extra"})
    assert "inside" in names(cluster, "v1", "ConfigMap", "extra")
    new = checked(provider, {**LOCAL, "values": {"replicas": 3}}, inputs)
    plan = provider.update(RELEASE, id, inputs, outputs, new, preview=True)
    assert plan["status"] is UNKNOWN
    after = provider.update(RELEASE, id, inputs, outputs, new, preview=False)
    assert after["status"]["revision"] == 2
    assert cluster.list_objects("apps/v1", "Deployment")[0]["spec"]["replicas"] == 3
    assert "extra" not in names(cluster, "v1", "Namespace")
    assert names(cluster, "v1", "Secret", "demo") == [
        "demo-token",
        "sh.helm.release.v1.demo.v1",
        "sh.helm.release.v1.demo.v2",
    ]


def test_uninstalling_keeps_only_retained_objects(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, inputs, outputs = installed(provider, **LOCAL)
    provider.delete(RELEASE, id, inputs, outputs)
    assert names(cluster, "v1", "Secret", "demo") == ["demo-token"]
    assert names(cluster, "apps/v1", "Deployment") == []
    assert names(cluster, "apiextensions.k8s.io/v1", "CustomResourceDefinition") == ["widgets.demo.example"]
    assert provider.read(RELEASE, id, inputs, outputs) is None
    provider.delete(RELEASE, id, inputs, outputs)


def test_crds_can_be_skipped(provider: FakeKubernetesProvider) -> None:
    with pytest.raises(Refused, match="Move the CRDs to the chart's crds/ folder"):
        installed(provider, **LOCAL, skipCrds=True)


def test_a_release_is_read_back(provider: FakeKubernetesProvider) -> None:
    id, inputs, outputs = installed(provider, **LOCAL)
    assert provider.read(RELEASE, id, inputs, outputs) == (id, outputs, inputs)


def test_a_preview_knows_only_the_inputs(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, REMOTE)
    assert provider.create(RELEASE, inputs, preview=True) == (
        "",
        {**inputs, "status": UNKNOWN, "resourceNames": UNKNOWN},
    )
