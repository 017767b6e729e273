"""What goes wrong with an API server: a clear message, and the next run converges."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from rehearsal.kubernetes.real import real_cluster
from rehearsal.kubernetes.real.api_server import MERGE
from rehearsal.kubernetes.real.real_clusters import LiveCluster
from tests.cluster.asking import eventually
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster


def config_map(name: str, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }


def test_an_api_server_that_is_killed_and_comes_back_fails_no_deployment(staging: Deployed) -> None:
    plane = staging.cluster.plane

    def interrupt() -> None:
        plane.end("kube-apiserver")
        plane.start_api_server()

    fault = threading.Timer(5, interrupt)
    fault.start()
    run = staging.rehearsal.up()
    fault.join()
    assert run.ok, run.text
    assert run.changes == {}


def test_a_slow_etcd_delays_a_write_and_fails_none(cluster: LiveCluster) -> None:
    etcd = cluster.plane.processes["etcd"].id
    item = config_map("late")
    os.kill(etcd, signal.SIGSTOP)
    wake = threading.Timer(4, os.kill, (etcd, signal.SIGCONT))
    wake.start()
    began = time.monotonic()
    cluster.create(item, "test")
    assert time.monotonic() - began > 2, "etcd was not slow"
    wake.join()
    cluster.delete(Key.of(item))


def test_a_field_of_another_manager_is_a_conflict_that_names_it(cluster: LiveCluster) -> None:
    item = config_map("contested", colour="red")
    cluster.create(item, "pulumi-kubernetes")
    try:
        cluster.apply(config_map("contested", colour="blue"), "somebody-else", force=True)
        with pytest.raises(ApiError, match=r'conflict with "somebody-else".*\.data\.colour') as refused:
            cluster.apply(item, "pulumi-kubernetes")
        assert refused.value.reason is Reason.CONFLICT
        assert "pulumi.com/patchForce" in refused.value.way_out
        cluster.apply(item, "pulumi-kubernetes", force=True)
    finally:
        cluster.delete(Key.of(item))


def test_a_stuck_finalizer_is_named_when_a_deletion_times_out(
    cluster: LiveCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = config_map("stuck")
    item["metadata"]["finalizers"] = ["example.com/nobody-takes-this"]
    cluster.create(item, "test")
    monkeypatch.setattr(real_cluster, "DELETE_SECONDS", 1)
    with pytest.raises(ApiError, match="nobody-takes-this remain") as refused:
        cluster.delete(Key.of(item))
    assert refused.value.reason is Reason.TIMEOUT
    path = "/api/v1/namespaces/default/configmaps/stuck"
    cluster.server.request("PATCH", path, None, {"metadata": {"finalizers": None}}, MERGE)
    eventually(lambda: cluster.get(Key.of(item)) is None, what="the object gone")


def test_a_webhook_that_does_not_answer_is_named(cluster: LiveCluster) -> None:
    item = config_map("looked-at")
    with _webhook(cluster), pytest.raises(ApiError, match=r'failed calling webhook "slow\.example\.com"') as refused:
        cluster.create(item, "test")
    assert refused.value.reason is Reason.INTERNAL_ERROR
    cluster.create(item, "test")
    cluster.delete(Key.of(item))


@contextmanager
def _webhook(cluster: LiveCluster) -> Generator[None]:
    """A webhook at an address of RFC 5737, where nobody ever answers."""
    hook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "slow"},
        "webhooks": [
            {
                "name": "slow.example.com",
                "clientConfig": {"url": "https://192.0.2.1:443/"},
                "timeoutSeconds": 1,
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "objectSelector": {},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}},
                "rules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
                ],
            }
        ],
    }
    cluster.create(hook, "test")
    probe = config_map("probe")
    try:
        eventually(lambda: _is_refused(cluster, probe), what="the webhook in force")
        yield
    finally:
        cluster.delete(Key.of(hook))
        eventually(lambda: not _is_refused(cluster, probe), what="the webhook gone")


def _is_refused(cluster: LiveCluster, item: Object) -> bool:
    try:
        cluster.apply(item, "test", dry_run=True)
    except ApiError:
        return True
    return False
