"""The controllers together: their resources in the contents of a cloud, blocked deletions, convergence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.engine.cluster_owned_resources import contents, leftovers
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


def cluster_contents(env: ClusterEnvironment) -> set[str]:
    return contents(env.cloud, {env.aks.id: env.cluster})


def populated(folder: Path) -> ClusterEnvironment:
    """A cluster whose controllers create something of every kind."""
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


def test_contents_do_not_depend_on_uids(tmp_path: Path) -> None:
    one, two = populated(tmp_path / "one"), populated(tmp_path / "two")
    assert one.disks() != two.disks()
    assert cluster_contents(one) == cluster_contents(two)


def test_contents_show_a_missing_resource_of_a_controller(tmp_path: Path) -> None:
    env = populated(tmp_path)
    before = cluster_contents(env)
    env.cloud.drop(env.disks()[0])
    (missing,) = before - cluster_contents(env)
    assert "Microsoft.Compute/disks" in missing
    assert f"made from PersistentVolumeClaim shop-system/traces of cluster {env.aks_name}" in missing


def test_leftovers_name_their_cause(tmp_path: Path) -> None:
    env = populated(tmp_path)
    (line,) = [line for line in leftovers(env.cloud) if "/disks/" in line]
    assert line.endswith(f", made by PersistentVolumeClaim shop-system/traces of cluster {env.aks_name}")


def test_a_warning_event_is_deleted_with_its_problem_or_its_object(env: ClusterEnvironment) -> None:
    service = env.named_service(address="pip-late")
    (event,) = env.cluster.list_objects("v1", "Event")
    assert event["involvedObject"] == {"apiVersion": "v1", "kind": "Service", "namespace": NAMESPACE, "name": "edge"}
    assert (event["type"], event["reason"]) == ("Warning", "SyncLoadBalancerFailed")
    assert env.cluster.unready() == [f"Service shop-system/edge: {event['reason']}: {event['message']}"]
    env.address("pip-late")
    assert env.cluster.unready() == []
    env.named_service(address="pip-later")
    env.cluster.delete(service)
    assert env.cluster.list_objects("v1", "Event") == []


def test_writes_of_other_managers_keep_the_cause(env: ClusterEnvironment) -> None:
    release = env.install("gateway-helm")
    env.address()
    _, gateway = env.gateway()
    service = env.proxy_service()
    assert service is not None
    env.uninstall(release)
    patch = named("v1", "Service", service.name, NAMESPACE)
    patch["metadata"]["labels"] = {"team": "shop"}
    env.put(patch)
    assert env.cluster.causes()[service] == gateway
    env.open()
    assert env.cluster.causes()[service] == gateway


def test_contents_exclude_events(env: ClusterEnvironment) -> None:
    env.named_service()
    assert env.cluster.list_objects("v1", "Event") != []
    assert not [line for line in cluster_contents(env) if " Event " in line]


def test_the_finalizer_of_an_uninstalled_controller_blocks_the_object_and_its_namespace(
    env: ClusterEnvironment,
) -> None:
    release = env.install("argo-cd")
    item = named("argoproj.io/v1alpha1", "Application", "apps", NAMESPACE, spec=application())
    item["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    key = env.put(item)
    env.uninstall(release)
    for blocked in (key, Key("v1", "Namespace", "", NAMESPACE)):
        with pytest.raises(ApiError, match="timed out waiting") as caught:
            env.cluster.delete(blocked)
        assert "resources-finalizer.argocd.argoproj.io remain" in caught.value.message
    env.install("argo-cd")
    env.cluster.delete(key)
    env.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))


def test_a_controller_adds_its_finalizer_where_its_condition_holds(env: ClusterEnvironment) -> None:
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


def test_an_upgraded_release_has_its_latest_values(env: ClusterEnvironment) -> None:
    id = env.install("jaeger", values={"tag": "one"})
    env.upgrade(id, {"tag": "two"})
    (release,) = installed_releases(env.cluster.list_objects("v1", "Secret"))
    assert release.values == {"tag": "two"}
    assert release.fullname() == "jaeger"


def test_values_can_turn_a_chart_service_into_a_load_balancer(env: ClusterEnvironment) -> None:
    values = {"grafana": {"service": {"type": "LoadBalancer"}}}
    id = env.install("kube-prometheus-stack", "metrics", values)
    service = Key("v1", "Service", NAMESPACE, "metrics-grafana")
    assert len(env.ingress(service)) == 1
    env.uninstall(id)
    assert env.cluster.get(service) is None
    assert env.frontends() == []


def test_controllers_that_never_converge_raise_an_error(
    env: ClusterEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = iter(range(1000))

    def never_converges(context: ReconcileContext) -> None:
        key = Key("v1", "Service", NAMESPACE, "edge")
        context.set_status(key, {"count": next(counter)})

    controller = Controller(frozenset({("", "Service")}), never_converges)
    monkeypatch.setattr(control_loop, "CONTROLLERS", (controller,))
    with pytest.raises(RuntimeError, match="do not converge"):
        env.named_service()
