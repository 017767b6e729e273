"""Plain resources, as the engine drives them: check, diff, create, update, read, delete."""

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
    assert made(provider, NAMESPACE, named("v1", "Namespace", "voice"))[0] == "voice"
    assert made(provider, DEPLOYMENT, deployment(namespace="voice"))[0] == "voice/edge"


def test_a_namespaced_object_without_a_namespace_gets_the_providers(clusters: FakeClusters) -> None:
    inputs = named("v1", "ConfigMap", "settings")
    assert checked(configured_provider(clusters), CONFIG_MAP, inputs)["metadata"]["namespace"] == "default"
    assert (
        checked(configured_provider(clusters, namespace="voice"), CONFIG_MAP, inputs)["metadata"]["namespace"]
        == "voice"
    )


def test_a_cluster_wide_object_gets_none(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, NAMESPACE, named("v1", "Namespace", "voice"))
    assert inputs["metadata"] == {"name": "voice"}


def test_a_name_is_given_from_the_seed_and_kept(provider: FakeKubernetesProvider) -> None:
    nameless = named("v1", "ConfigMap", data={"a": "1"})
    first = checked(provider, CONFIG_MAP, nameless)
    assert first["metadata"]["name"].startswith("config-")
    assert len(first["metadata"]["name"]) == len("config-") + 8
    assert first["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert checked(provider, CONFIG_MAP, nameless) == first
    assert checked(provider, CONFIG_MAP, nameless, first) == first
    other, _ = provider.check(CONFIG_MAP, {}, nameless, b"another seed")
    assert other["metadata"]["name"] != first["metadata"]["name"]


def test_schema_problems_are_failures_of_the_check(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(DEPLOYMENT, {}, deployment(replicas="two"), SEED)
    assert [failure.reason for failure in failures] == [".spec.replicas: Invalid value: 'two': must be integer"]


def test_what_is_not_known_yet_is_not_checked(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, DEPLOYMENT, deployment(replicas=UNKNOWN, replicaz=1))
    assert provider.create(DEPLOYMENT, inputs, preview=True) == ("", inputs)


def test_an_object_without_kind_is_refused(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(DEPLOYMENT, {}, {"metadata": {}}, SEED)
    assert "needs apiVersion and kind" in failures[0].reason


def test_generated_names_are_refused_with_server_side_apply(provider: FakeKubernetesProvider) -> None:
    item = named("v1", "ConfigMap")
    item["metadata"]["generateName"] = "x-"
    _, failures = provider.check(CONFIG_MAP, {}, item, SEED)
    assert "generateName" in failures[0].reason


def test_a_list_is_refused(provider: FakeKubernetesProvider) -> None:
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


def test_a_replacement_of_an_explicit_name_deletes_first(provider: FakeKubernetesProvider) -> None:
    after = deployment(selector={"matchLabels": {"app": "other"}})
    after["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    difference = planned(provider, DEPLOYMENT, deployment(), after)
    assert difference.replaces == ["spec.selector.matchLabels.app"]
    assert difference.delete_before_replace


def test_a_replacement_of_a_given_name_creates_first(provider: FakeKubernetesProvider) -> None:
    before, after = named("v1", "ConfigMap", data={"a": "1"}), named("v1", "ConfigMap", data={"a": "2"})
    difference = planned(provider, CONFIG_MAP, before, after)
    assert difference == Difference(changed=["data.a"], replaces=["data.a"], delete_before_replace=False)


def test_another_name_or_namespace_is_a_replacement_that_creates_first(provider: FakeKubernetesProvider) -> None:
    before = named("v1", "ConfigMap", "a")
    assert planned(provider, CONFIG_MAP, before, named("v1", "ConfigMap", "b")) == Difference(
        changed=["metadata.name"], replaces=["metadata.name"]
    )
    difference = planned(provider, CONFIG_MAP, named("v1", "ConfigMap", "c"), named("v1", "ConfigMap", "c", "voice"))
    assert difference == Difference(changed=["metadata.namespace"], replaces=["metadata.namespace"])


def test_data_is_updated_where_the_provider_says_that_it_is_mutable(clusters: FakeClusters) -> None:
    provider = configured_provider(clusters, enableConfigMapMutable="true")
    before, after = (named("v1", "ConfigMap", "a", data={"a": value}) for value in "12")
    assert planned(provider, CONFIG_MAP, before, after) == Difference(changed=["data.a"])


def test_what_the_server_refuses_in_place_is_an_error_of_the_plan(provider: FakeKubernetesProvider) -> None:
    which = resource("kubernetes:scheduling.k8s.io/v1:PriorityClass", "calls")
    id, inputs, outputs = made(provider, which, named("scheduling.k8s.io/v1", "PriorityClass", "calls", value=1))
    new = checked(provider, which, {**inputs, "value": 2}, inputs)
    assert provider.diff(which, id, inputs, outputs, new) == Difference(changed=["value"])
    with pytest.raises(Refused, match=r"\.value: Forbidden: may not be changed in an update\..*replace_on_changes"):
        provider.update(which, id, inputs, outputs, new, preview=True)


def test_drift_that_a_refresh_found_is_put_right(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    cluster.apply(deployment(replicas=9), "pulumi-kubernetes")
    live = provider.read(DEPLOYMENT, id, inputs, outputs)
    assert live
    assert live[1]["spec"]["replicas"] == live[2]["spec"]["replicas"] == 9
    difference = provider.diff(DEPLOYMENT, id, live[2], live[1], checked(provider, DEPLOYMENT, deployment(), inputs))
    assert difference.changed == ["spec.replicas"]


def test_what_others_add_to_an_object_is_no_difference(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    addition = named("apps/v1", "Deployment", "edge", "default", spec={"paused": True})
    cluster.apply(addition, "somebody")
    live = provider.read(DEPLOYMENT, id, inputs, outputs)
    assert live
    assert live[1]["spec"]["paused"] is True
    assert "paused" not in live[2]["spec"]
    assert provider.diff(DEPLOYMENT, id, live[2], live[1], inputs) == Difference()


def test_an_object_that_is_gone_is_read_as_nothing_and_deleted_without_error(provider: FakeKubernetesProvider) -> None:
    id, inputs, outputs = made(provider, DEPLOYMENT, deployment())
    provider.delete(DEPLOYMENT, id, inputs, outputs)
    assert provider.read(DEPLOYMENT, id, inputs, outputs) is None
    provider.delete(DEPLOYMENT, id, inputs, outputs)
    with pytest.raises(Refused, match=r'NotFound: update of resource .* deployments.apps "edge" not found'):
        provider.update(DEPLOYMENT, id, inputs, outputs, inputs, preview=False)


def test_an_import_reads_an_object_by_type_and_id(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    cluster.create(deployment(), "somebody")
    live = provider.read(DEPLOYMENT, "default/edge", {}, {})
    assert live
    assert live[2] == deployment()


def test_a_preview_of_a_creation_says_what_it_knows(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    id, outputs = provider.create(DEPLOYMENT, checked(provider, DEPLOYMENT, deployment()), preview=True)
    assert id == ""
    assert outputs["metadata"]["name"] == "edge"
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert "status" not in outputs
    assert cluster.list_objects("apps/v1", "Deployment") == []


def test_a_preview_passes_over_what_will_exist_by_then(provider: FakeKubernetesProvider) -> None:
    """A namespace or a definition of the same deployment, and the object that a replacement deletes first."""
    inputs = checked(provider, DEPLOYMENT, deployment(namespace="voice"))
    assert provider.create(DEPLOYMENT, inputs, preview=True) == ("", inputs)
    custom = resource("kubernetes:demo.example/v1:Widget")
    inputs = checked(provider, custom, widget())
    assert provider.create(custom, inputs, preview=True) == ("", inputs)
    made(provider, CONFIG_MAP, named("v1", "ConfigMap", "settings"))
    inputs = checked(provider, CONFIG_MAP, named("v1", "ConfigMap", "settings"))
    assert provider.create(CONFIG_MAP, inputs, preview=True) == ("", inputs)


def test_an_existing_object_is_not_taken_over(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    cluster.create(deployment(), "somebody")
    inputs = checked(provider, DEPLOYMENT, deployment())
    with pytest.raises(Refused, match=r"AlreadyExists: resource .* already exists What to do: .*upsertExistingObjects"):
        provider.create(DEPLOYMENT, inputs, preview=False)


def test_an_existing_object_is_taken_over_where_the_provider_says_so(clusters: FakeClusters) -> None:
    provider = configured_provider(clusters, upsertExistingObjects="true")
    namespace = named("v1", "Namespace", "kube-public")
    namespace["metadata"]["labels"] = {"team": "voice"}
    assert made(provider, NAMESPACE, namespace)[2]["metadata"]["labels"] == {"team": "voice"}


def test_a_missing_namespace_is_an_error_that_says_so(
    provider: FakeKubernetesProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure_rehearsal.kubernetes.object_handler.INITIAL_DELAY_SECONDS", 0)
    inputs = checked(provider, DEPLOYMENT, deployment(namespace="voice"))
    with pytest.raises(Refused, match=r'NotFound: resource .* namespaces "voice" not found What to do: Create the'):
        provider.create(DEPLOYMENT, inputs, preview=False)


def test_a_creation_is_tried_again_while_its_namespace_is_made(
    provider: FakeKubernetesProvider, cluster: FakeApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_namespace(_: float) -> None:
        if cluster.get(Key("v1", "Namespace", "", "voice")) is None:
            cluster.create(named("v1", "Namespace", "voice"), "somebody")

    monkeypatch.setattr("azure_rehearsal.kubernetes.object_handler.time.sleep", make_namespace)
    assert made(provider, DEPLOYMENT, deployment(namespace="voice"))[0] == "voice/edge"


def test_a_custom_resource_is_planned_by_the_scope_of_a_definition_of_the_same_program(
    provider: FakeKubernetesProvider,
) -> None:
    everywhere = definition()
    everywhere["spec"]["scope"] = "Cluster"
    checked(provider, resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"), everywhere)
    item = named("demo.example/v1", "Widget", "one", spec={"size": 1})
    assert "namespace" not in checked(provider, resource("kubernetes:demo.example/v1:Widget"), item)["metadata"]


def test_a_definition_has_underscores_in_python_and_dashes_in_the_cluster(
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


def test_plain_text_of_a_secret_becomes_its_data(provider: FakeKubernetesProvider) -> None:
    which = resource("kubernetes:core/v1:Secret")
    item = named("v1", "Secret", "token", stringData={"token": "abc"}, data={"other": "eA=="})
    id, inputs, outputs = made(provider, which, item)
    assert inputs["data"] == outputs["data"] == {"other": "eA==", "token": "YWJj"}
    assert "stringData" not in inputs
    assert provider.diff(which, id, inputs, outputs, checked(provider, which, item, inputs)) == Difference()


def test_client_side_apply_labels_what_it_makes(clusters: FakeClusters) -> None:
    label = {"app.kubernetes.io/managed-by": "pulumi"}
    inputs = checked(
        configured_provider(clusters, enableServerSideApply="false"), CONFIG_MAP, named("v1", "ConfigMap", "a")
    )
    assert inputs["metadata"]["labels"] == label
    assert "labels" not in checked(configured_provider(clusters), CONFIG_MAP, named("v1", "ConfigMap", "a"))["metadata"]
