"""Resources that are API objects, through the operations of the engine: check, diff, create, update, read, delete."""

from __future__ import annotations

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.protocol.provider import Difference, Refused
from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.kubernetes.support import (
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    SEED,
    checked,
    configured_provider,
    definition,
    deployment,
    made,
    named,
    planned,
    resource,
    widget,
)


def test_a_deployed_object_shows_no_difference(provider: FakeKubernetesProvider) -> None:
    assert planned(provider, DEPLOYMENT, deployment(), deployment()) == Difference()


def test_the_id_is_namespace_and_name(provider: FakeKubernetesProvider) -> None:
    assert made(provider, NAMESPACE, named("v1", "Namespace", "shop"))[0] == "shop"
    assert made(provider, DEPLOYMENT, deployment(namespace="shop"))[0] == "shop/edge"


def test_a_namespaced_object_defaults_to_the_providers_namespace(clusters: FakeClusters) -> None:
    inputs = named("v1", "ConfigMap", "settings")
    assert checked(configured_provider(clusters), CONFIG_MAP, inputs)["metadata"]["namespace"] == "default"
    assert (
        checked(configured_provider(clusters, namespace="shop"), CONFIG_MAP, inputs)["metadata"]["namespace"] == "shop"
    )


def test_a_cluster_scoped_object_gets_no_namespace(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, NAMESPACE, named("v1", "Namespace", "shop"))
    assert inputs["metadata"] == {"name": "shop"}


def test_a_name_is_generated_from_the_seed_and_kept(provider: FakeKubernetesProvider) -> None:
    nameless = named("v1", "ConfigMap", data={"a": "1"})
    first = checked(provider, CONFIG_MAP, nameless)
    assert first["metadata"]["name"].startswith("config-")
    assert len(first["metadata"]["name"]) == len("config-") + 8
    assert first["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert checked(provider, CONFIG_MAP, nameless) == first
    assert checked(provider, CONFIG_MAP, nameless, first) == first
    other, _ = provider.check(CONFIG_MAP, {}, nameless, b"another seed")
    assert other["metadata"]["name"] != first["metadata"]["name"]


def test_check_reports_schema_errors(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(DEPLOYMENT, {}, deployment(replicas="two"), SEED)
    assert [failure.reason for failure in failures] == [".spec.replicas: Invalid value: 'two': must be integer"]


def test_objects_with_unknown_values_are_not_validated(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, DEPLOYMENT, deployment(replicas=UNKNOWN, replicaz=1))
    assert provider.create(DEPLOYMENT, inputs, preview=True) == ("", inputs)


def test_an_object_without_api_version_and_kind_is_refused(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(DEPLOYMENT, {}, {"metadata": {}}, SEED)
    assert "apiVersion or kind of edge is missing" in failures[0].reason


def test_generate_name_is_refused_with_server_side_apply(provider: FakeKubernetesProvider) -> None:
    item = named("v1", "ConfigMap")
    item["metadata"]["generateName"] = "x-"
    _, failures = provider.check(CONFIG_MAP, {}, item, SEED)
    assert "generateName" in failures[0].reason


def test_a_list_resource_is_refused(provider: FakeKubernetesProvider) -> None:
    which = resource("kubernetes:core/v1:ConfigMapList")
    _, failures = provider.check(which, {}, {"apiVersion": "v1", "kind": "ConfigMapList", "items": []}, SEED)
    assert "list resources cannot be created directly" in failures[0].reason


def test_an_in_place_change_is_an_update(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    new = checked(provider, DEPLOYMENT, deployment(replicas=5), inputs)
    assert provider.diff(DEPLOYMENT, id, inputs, outputs, new) == Difference(changed=["spec.replicas"])
    plan = provider.update(DEPLOYMENT, id, inputs, outputs, new, preview=True)
    assert plan["spec"]["replicas"] == 5
    assert cluster.list_objects("apps/v1", "Deployment")[0]["spec"]["replicas"] == 2
    after = provider.update(DEPLOYMENT, id, inputs, outputs, new, preview=False)
    assert after["metadata"]["uid"] == outputs["metadata"]["uid"]
    assert cluster.list_objects("apps/v1", "Deployment")[0]["spec"]["replicas"] == 5


def test_a_replacement_with_an_explicit_name_deletes_first(provider: FakeKubernetesProvider) -> None:
    after = deployment(selector={"matchLabels": {"app": "other"}})
    after["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    difference = planned(provider, DEPLOYMENT, deployment(), after)
    assert difference.replaces == ["spec.selector.matchLabels.app"]
    assert difference.delete_before_replace


def test_a_replacement_with_a_generated_name_creates_first(provider: FakeKubernetesProvider) -> None:
    before, after = named("v1", "ConfigMap", data={"a": "1"}), named("v1", "ConfigMap", data={"a": "2"})
    difference = planned(provider, CONFIG_MAP, before, after)
    assert difference == Difference(changed=["data.a"], replaces=["data.a"], delete_before_replace=False)


def test_a_changed_name_or_namespace_is_a_replacement_that_creates_first(provider: FakeKubernetesProvider) -> None:
    before = named("v1", "ConfigMap", "a")
    assert planned(provider, CONFIG_MAP, before, named("v1", "ConfigMap", "b")) == Difference(
        changed=["metadata.name"], replaces=["metadata.name"]
    )
    difference = planned(provider, CONFIG_MAP, named("v1", "ConfigMap", "c"), named("v1", "ConfigMap", "c", "shop"))
    assert difference == Difference(changed=["metadata.namespace"], replaces=["metadata.namespace"])


def test_config_map_data_is_updated_in_place_if_the_provider_setting_allows_it(clusters: FakeClusters) -> None:
    provider = configured_provider(clusters, enableConfigMapMutable="true")
    before, after = (named("v1", "ConfigMap", "a", data={"a": value}) for value in "12")
    assert planned(provider, CONFIG_MAP, before, after) == Difference(changed=["data.a"])


def test_preview_fails_when_the_server_refuses_an_in_place_change(provider: FakeKubernetesProvider) -> None:
    which = resource("kubernetes:scheduling.k8s.io/v1:PriorityClass", "calls")
    id, inputs, outputs = made(provider, which, named("scheduling.k8s.io/v1", "PriorityClass", "calls", value=1))
    new = checked(provider, which, {**inputs, "value": 2}, inputs)
    assert provider.diff(which, id, inputs, outputs, new) == Difference(changed=["value"])
    with pytest.raises(Refused, match=r"\.value: Forbidden: may not be changed in an update\..*replace_on_changes"):
        provider.update(which, id, inputs, outputs, new, preview=True)


def test_drift_found_by_a_refresh_is_corrected(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    cluster.apply(deployment(replicas=9), "pulumi-kubernetes")
    live = provider.read(DEPLOYMENT, id, inputs, outputs)
    assert live
    assert live[1]["spec"]["replicas"] == live[2]["spec"]["replicas"] == 9
    difference = provider.diff(DEPLOYMENT, id, live[2], live[1], checked(provider, DEPLOYMENT, deployment(), inputs))
    assert difference.changed == ["spec.replicas"]


def test_fields_added_by_other_managers_are_not_a_difference(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    addition = named("apps/v1", "Deployment", "edge", "default", spec={"paused": True})
    cluster.apply(addition, "client")
    live = provider.read(DEPLOYMENT, id, inputs, outputs)
    assert live
    assert live[1]["spec"]["paused"] is True
    assert "paused" not in live[2]["spec"]
    assert provider.diff(DEPLOYMENT, id, live[2], live[1], inputs) == Difference()


def test_a_missing_object_reads_as_none_and_is_deleted_without_error(provider: FakeKubernetesProvider) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    provider.delete(DEPLOYMENT, id, inputs, outputs)
    assert provider.read(DEPLOYMENT, id, inputs, outputs) is None
    provider.delete(DEPLOYMENT, id, inputs, outputs)
    with pytest.raises(Refused, match=r'NotFound: update of resource .* deployments.apps "edge" not found'):
        provider.update(DEPLOYMENT, id, inputs, outputs, inputs, preview=False)


def test_an_import_reads_an_object_by_type_and_id(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    cluster.create(deployment(), "client")
    live = provider.read(DEPLOYMENT, "default/edge", {}, {})
    assert live
    assert live[2] == deployment()


def test_a_preview_of_a_creation_returns_known_outputs(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    id, outputs = provider.create(DEPLOYMENT, checked(provider, DEPLOYMENT, deployment()), preview=True)
    assert id == ""
    assert outputs["metadata"]["name"] == "edge"
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert "status" not in outputs
    assert cluster.list_objects("apps/v1", "Deployment") == []


def test_a_preview_ignores_objects_that_will_exist_by_then(provider: FakeKubernetesProvider) -> None:
    """Namespaces and CRDs of the same deployment, and the object that a replacement deletes first."""
    inputs = checked(provider, DEPLOYMENT, deployment(namespace="shop"))
    assert provider.create(DEPLOYMENT, inputs, preview=True) == ("", inputs)
    custom = resource("kubernetes:demo.example/v1:Widget")
    inputs = checked(provider, custom, widget())
    assert provider.create(custom, inputs, preview=True) == ("", inputs)
    made(provider, CONFIG_MAP, named("v1", "ConfigMap", "settings"))
    inputs = checked(provider, CONFIG_MAP, named("v1", "ConfigMap", "settings"))
    assert provider.create(CONFIG_MAP, inputs, preview=True) == ("", inputs)


def test_an_existing_object_is_not_overwritten(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    cluster.create(deployment(), "client")
    inputs = checked(provider, DEPLOYMENT, deployment())
    with pytest.raises(Refused, match=r"AlreadyExists: resource .* already exists What to do: .*upsertExistingObjects"):
        provider.create(DEPLOYMENT, inputs, preview=False)


def test_an_existing_object_is_adopted_with_upsert(clusters: FakeClusters) -> None:
    provider = configured_provider(clusters, upsertExistingObjects="true")
    namespace = named("v1", "Namespace", "kube-public")
    namespace["metadata"]["labels"] = {"team": "shop"}
    assert made(provider, NAMESPACE, namespace)[2]["metadata"]["labels"] == {"team": "shop"}


def test_a_missing_namespace_is_reported(provider: FakeKubernetesProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azure_rehearsal.kubernetes.object_handler.INITIAL_DELAY_SECONDS", 0)
    inputs = checked(provider, DEPLOYMENT, deployment(namespace="shop"))
    with pytest.raises(Refused, match=r'NotFound: resource .* namespaces "shop" not found What to do: Create the'):
        provider.create(DEPLOYMENT, inputs, preview=False)


def test_a_creation_is_retried_until_its_namespace_exists(
    provider: FakeKubernetesProvider, cluster: FakeApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_namespace(_: float) -> None:
        if cluster.get(Key("v1", "Namespace", "", "shop")) is None:
            cluster.create(named("v1", "Namespace", "shop"), "client")

    monkeypatch.setattr("azure_rehearsal.kubernetes.object_handler.time.sleep", make_namespace)
    assert made(provider, DEPLOYMENT, deployment(namespace="shop"))[0] == "shop/edge"


def test_a_custom_resource_uses_the_scope_of_a_crd_in_the_same_program(
    provider: FakeKubernetesProvider,
) -> None:
    everywhere = definition()
    everywhere["spec"]["scope"] = "Cluster"
    checked(provider, resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"), everywhere)
    item = named("demo.example/v1", "Widget", "one", spec={"size": 1})
    assert "namespace" not in checked(provider, resource("kubernetes:demo.example/v1:Widget"), item)["metadata"]


def test_a_crd_has_underscores_in_python_and_dashes_in_the_cluster(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    which = resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    item = definition()
    properties = item["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    properties["port"] = {"x_kubernetes_int_or_string": True}
    id, inputs, outputs = made(provider, which, item)
    live = cluster.get(Key.of(definition()))
    assert live
    assert live["spec"] == definition()["spec"]
    assert "x_kubernetes_int_or_string" in str(outputs)
    assert "x-kubernetes" not in str(outputs["spec"])
    assert provider.diff(which, id, inputs, outputs, checked(provider, which, item, inputs)) == Difference()


def test_string_data_of_a_secret_becomes_data(provider: FakeKubernetesProvider) -> None:
    which = resource("kubernetes:core/v1:Secret")
    item = named("v1", "Secret", "token", stringData={"token": "abc"}, data={"other": "eA=="})
    id, inputs, outputs = made(provider, which, item)
    assert inputs["data"] == outputs["data"] == {"other": "eA==", "token": "YWJj"}
    assert "stringData" not in inputs
    assert provider.diff(which, id, inputs, outputs, checked(provider, which, item, inputs)) == Difference()


def test_client_side_apply_adds_the_managed_by_label(clusters: FakeClusters) -> None:
    label = {"app.kubernetes.io/managed-by": "pulumi"}
    inputs = checked(
        configured_provider(clusters, enableServerSideApply="false"), CONFIG_MAP, named("v1", "ConfigMap", "a")
    )
    assert inputs["metadata"]["labels"] == label
    assert "labels" not in checked(configured_provider(clusters), CONFIG_MAP, named("v1", "ConfigMap", "a"))["metadata"]
