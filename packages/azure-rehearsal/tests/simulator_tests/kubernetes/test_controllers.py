"""The controllers together: what belongs to them in a world, what holds a deletion, how they come to rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.engine.made_by_clusters import contents, leftovers
from azure_rehearsal.kubernetes.cluster import ApiError, Key
from azure_rehearsal.kubernetes.controllers import control_loop
from azure_rehearsal.kubernetes.controllers.control_loop import Controller
from azure_rehearsal.kubernetes.controllers.installed_releases import installed_releases
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext
from simulator_tests.kubernetes.cluster_environment import NAMESPACE, ClusterEnvironment
from simulator_tests.kubernetes.support import named


@pytest.fixture
def env(tmp_path: Path) -> ClusterEnvironment:
    return ClusterEnvironment(tmp_path)


def things(env: ClusterEnvironment) -> set[str]:
    return contents(env.cloud, {env.aks.id: env.cluster})


def populated(folder: Path) -> ClusterEnvironment:
    """A cluster that causes something of every kind."""
    env = ClusterEnvironment(folder)
    env.address()
    env.named_service()
    env.service("other")
    env.install("gateway-helm", "envoy-gateway")
    env.gateway()
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "traces"}, "spec": spec}
    env.install("jaeger", values={"extraObjects": [claim]})
    return env


def test_the_same_objects_cause_the_same_contents_whatever_their_uids_are(tmp_path: Path) -> None:
    one, two = populated(tmp_path / "one"), populated(tmp_path / "two")
    assert one.disks() != two.disks()
    assert things(one) == things(two)


def test_what_is_missing_of_what_a_cluster_causes_is_seen(tmp_path: Path) -> None:
    env = populated(tmp_path)
    before = things(env)
    env.cloud.drop(env.disks()[0])
    (gone,) = before - things(env)
    assert "Microsoft.Compute/disks" in gone
    assert "made from PersistentVolumeClaim voice-system/traces of cluster aks-voice" in gone


def test_leftovers_are_told_with_what_they_were_made_from(tmp_path: Path) -> None:
    env = populated(tmp_path)
    (line,) = [line for line in leftovers(env.cloud) if "/disks/" in line]
    assert line.endswith(", made by PersistentVolumeClaim voice-system/traces of cluster aks-voice")


def test_a_warning_is_an_event_that_goes_when_all_is_well_or_its_object_is_gone(env: ClusterEnvironment) -> None:
    service = env.named_service(address="pip-late")
    (event,) = env.cluster.list_objects("v1", "Event")
    assert event["involvedObject"] == {"apiVersion": "v1", "kind": "Service", "namespace": NAMESPACE, "name": "edge"}
    assert (event["type"], event["reason"]) == ("Warning", "SyncLoadBalancerFailed")
    assert env.cluster.unready() == [f"Service voice-system/edge: {event['reason']}: {event['message']}"]
    env.address("pip-late")
    assert env.cluster.unready() == []
    env.named_service(address="pip-later")
    env.cluster.delete(service)
    assert env.cluster.list_objects("v1", "Event") == []


def test_what_somebody_else_says_of_an_object_does_not_take_its_cause_away(env: ClusterEnvironment) -> None:
    release = env.install("gateway-helm")
    env.address()
    _, gateway = env.gateway()
    service = env.proxy_service()
    assert service is not None
    env.uninstall(release)
    patch = named("v1", "Service", service.name, NAMESPACE)
    patch["metadata"]["labels"] = {"team": "voice"}
    env.put(patch)
    assert env.cluster.causes()[service] == gateway
    env.open()
    assert env.cluster.causes()[service] == gateway


def test_events_are_no_contents(env: ClusterEnvironment) -> None:
    env.named_service()
    assert env.cluster.list_objects("v1", "Event") != []
    assert not [line for line in things(env) if " Event " in line]


def test_a_finalizer_that_nobody_takes_away_holds_the_object_and_its_namespace(env: ClusterEnvironment) -> None:
    release = env.install("argo-cd")
    item = named("argoproj.io/v1alpha1", "Application", "apps", NAMESPACE, spec=application())
    item["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    key = env.put(item)
    env.uninstall(release)
    for held in (key, Key("v1", "Namespace", "", NAMESPACE)):
        with pytest.raises(ApiError, match="timed out waiting") as caught:
            env.cluster.delete(held)
        assert "resources-finalizer.argocd.argoproj.io remain" in caught.value.message
    env.install("argo-cd")
    env.cluster.delete(key)
    env.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))


def test_a_controller_puts_its_finalizer_where_there_will_be_something_to_tidy_up(env: ClusterEnvironment) -> None:
    env.install("external-secrets", values={"installCRDs": True})
    keys = {policy: env.put(push_secret(policy)) for policy in ("Delete", "None")}
    found = {policy: env.cluster.get(key) for policy, key in keys.items()}
    assert [(item or {})["metadata"].get("finalizers") for item in found.values()] == [
        ["pushsecret.externalsecrets.io/finalizer"],
        None,
    ]


def application() -> dict[str, Any]:
    source = {"repoURL": "https://example.com/apps.git", "path": ".", "targetRevision": "main"}
    return {"project": "default", "source": source, "destination": {"namespace": "default", "name": "in-cluster"}}


def push_secret(policy: str) -> dict[str, Any]:
    spec = {
        "deletionPolicy": policy,
        "secretStoreRefs": [{"kind": "SecretStore", "name": "vault"}],
        "selector": {"secret": {"name": "tls"}},
    }
    return named("external-secrets.io/v1alpha1", "PushSecret", policy.lower(), NAMESPACE, spec=spec)


def test_an_upgraded_release_counts_with_its_newest_values(env: ClusterEnvironment) -> None:
    id = env.install("jaeger", values={"tag": "one"})
    env.upgrade(id, {"tag": "two"})
    (release,) = installed_releases(env.cluster.list_objects("v1", "Secret"))
    assert release.values == {"tag": "two"}
    assert release.fullname() == "jaeger"


def test_a_service_that_values_make_a_load_balancer_is_one_and_goes_with_its_release(env: ClusterEnvironment) -> None:
    values = {"grafana": {"service": {"type": "LoadBalancer"}}}
    id = env.install("kube-prometheus-stack", "metrics", values)
    service = Key("v1", "Service", NAMESPACE, "metrics-grafana")
    assert len(env.ingress(service)) == 1
    env.uninstall(id)
    assert env.cluster.get(service) is None
    assert env.frontends() == []


def test_controllers_that_work_against_each_other_are_a_defect(
    env: ClusterEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter(range(1000))

    def never_content(context: ReconcileContext) -> None:
        key = Key("v1", "Service", NAMESPACE, "edge")
        context.set_status(key, {"turn": next(turns)})

    restless = Controller(frozenset({("", "Service")}), never_content)
    monkeypatch.setattr(control_loop, "CONTROLLERS", (restless,))
    with pytest.raises(RuntimeError, match="do not come to rest"):
        env.named_service()
