"""The controllers together: what belongs to them in a world, what holds a deletion, how they come to rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.engine.cluster_owned_resources import contents, leftovers
from azure_rehearsal.kubernetes.cluster import ApiError, Key
from azure_rehearsal.kubernetes.controllers import loop
from azure_rehearsal.kubernetes.controllers.loop import Controller
from azure_rehearsal.kubernetes.controllers.releases import installed
from azure_rehearsal.kubernetes.controllers.workplace import Workplace
from simulator_tests.kubernetes.places import NAMESPACE, Place
from simulator_tests.kubernetes.support import named


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def things(place: Place) -> set[str]:
    return contents(place.cloud, {place.aks.id: place.cluster})


def populated(folder: Path) -> Place:
    """A cluster that causes something of every kind."""
    place = Place(folder)
    place.address()
    place.named_service()
    place.service("other")
    place.install("gateway-helm", "envoy-gateway")
    place.gateway()
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "traces"}, "spec": spec}
    place.install("jaeger", values={"extraObjects": [claim]})
    return place


def test_the_same_objects_cause_the_same_contents_whatever_their_uids_are(tmp_path: Path) -> None:
    one, two = populated(tmp_path / "one"), populated(tmp_path / "two")
    assert one.disks() != two.disks()
    assert things(one) == things(two)


def test_what_is_missing_of_what_a_cluster_causes_is_seen(tmp_path: Path) -> None:
    place = populated(tmp_path)
    before = things(place)
    place.cloud.drop(place.disks()[0])
    (gone,) = before - things(place)
    assert "Microsoft.Compute/disks" in gone
    assert "made from PersistentVolumeClaim voice-system/traces of cluster aks-voice" in gone


def test_leftovers_are_told_with_what_they_were_made_from(tmp_path: Path) -> None:
    place = populated(tmp_path)
    (line,) = [line for line in leftovers(place.cloud) if "/disks/" in line]
    assert line.endswith(", made by PersistentVolumeClaim voice-system/traces of cluster aks-voice")


def test_a_warning_is_an_event_that_goes_when_all_is_well_or_its_object_is_gone(place: Place) -> None:
    service = place.named_service(address="pip-late")
    (event,) = place.cluster.list_objects("v1", "Event")
    assert event["involvedObject"] == {"apiVersion": "v1", "kind": "Service", "namespace": NAMESPACE, "name": "edge"}
    assert (event["type"], event["reason"]) == ("Warning", "SyncLoadBalancerFailed")
    assert place.cluster.unready() == [f"Service voice-system/edge: {event['reason']}: {event['message']}"]
    place.address("pip-late")
    assert place.cluster.unready() == []
    place.named_service(address="pip-later")
    place.cluster.delete(service)
    assert place.cluster.list_objects("v1", "Event") == []


def test_what_somebody_else_says_of_an_object_does_not_take_its_cause_away(place: Place) -> None:
    release = place.install("gateway-helm")
    place.address()
    _, gateway = place.gateway()
    service = place.proxy_service()
    assert service is not None
    place.uninstall(release)
    patch = named("v1", "Service", service.name, NAMESPACE)
    patch["metadata"]["labels"] = {"team": "voice"}
    place.put(patch)
    assert place.cluster.caused()[service] == gateway
    place.open()
    assert place.cluster.caused()[service] == gateway


def test_events_are_no_contents(place: Place) -> None:
    place.named_service()
    assert place.cluster.list_objects("v1", "Event") != []
    assert not [line for line in things(place) if " Event " in line]


def test_a_finalizer_that_nobody_takes_away_holds_the_object_and_its_namespace(place: Place) -> None:
    release = place.install("argo-cd")
    item = named("argoproj.io/v1alpha1", "Application", "apps", NAMESPACE, spec=application())
    item["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    key = place.put(item)
    place.uninstall(release)
    for held in (key, Key("v1", "Namespace", "", NAMESPACE)):
        with pytest.raises(ApiError, match="timed out waiting") as caught:
            place.cluster.delete(held)
        assert "resources-finalizer.argocd.argoproj.io remain" in caught.value.message
    place.install("argo-cd")
    place.cluster.delete(key)
    place.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))


def test_a_controller_puts_its_finalizer_where_there_will_be_something_to_tidy_up(place: Place) -> None:
    place.install("external-secrets", values={"installCRDs": True})
    keys = {policy: place.put(push_secret(policy)) for policy in ("Delete", "None")}
    found = {policy: place.cluster.get(key) for policy, key in keys.items()}
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


def test_an_upgraded_release_counts_with_its_newest_values(place: Place) -> None:
    id = place.install("jaeger", values={"tag": "one"})
    place.upgrade(id, {"tag": "two"})
    (release,) = installed(place.cluster.list_objects("v1", "Secret"))
    assert release.values == {"tag": "two"}
    assert release.fullname() == "jaeger"


def test_a_service_that_values_make_a_load_balancer_is_one_and_goes_with_its_release(place: Place) -> None:
    values = {"grafana": {"service": {"type": "LoadBalancer"}}}
    id = place.install("kube-prometheus-stack", "metrics", values)
    service = Key("v1", "Service", NAMESPACE, "metrics-grafana")
    assert len(place.ingress(service)) == 1
    place.uninstall(id)
    assert place.cluster.get(service) is None
    assert place.frontends() == []


def test_controllers_that_work_against_each_other_are_a_defect(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter(range(1000))

    def never_content(workplace: Workplace) -> None:
        key = Key("v1", "Service", NAMESPACE, "edge")
        workplace.set_status(key, {"turn": next(turns)})

    restless = Controller(frozenset({("", "Service")}), never_content)
    monkeypatch.setattr(loop, "CONTROLLERS", (restless,))
    with pytest.raises(RuntimeError, match="do not come to rest"):
        place.named_service()
