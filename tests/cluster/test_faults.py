"""What goes wrong with an API server, as its client sees it: it waits, or names object and cause."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.real import real_cluster
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from tests.cluster.cluster_queries import eventually, slow_webhook

pytestmark = pytest.mark.cluster


def config_map(name: str, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }


def test_a_slow_etcd_delays_a_write_and_fails_none(cluster: RunningCluster) -> None:
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


def test_a_field_of_another_manager_is_a_conflict_that_names_it(cluster: RunningCluster) -> None:
    item = config_map("contested", colour="red")
    cluster.create(item, "pulumi-kubernetes")
    try:
        cluster.apply(config_map("contested", colour="blue"), "somebody-else", force=True)
        with pytest.raises(ApiError, match=r'conflict with "somebody-else".*\.data\.colour') as refused:
            cluster.apply(item, "pulumi-kubernetes")
        assert refused.value.reason is Reason.CONFLICT
        assert "pulumi.com/patchForce" in refused.value.remediation
        cluster.apply(item, "pulumi-kubernetes", force=True)
    finally:
        cluster.delete(Key.of(item))


def test_a_stuck_finalizer_is_named_when_a_deletion_times_out(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = config_map("stuck")
    item["metadata"]["finalizers"] = ["example.com/nobody-takes-this"]
    cluster.create(item, "test")
    monkeypatch.setattr(real_cluster, "DELETE_SECONDS", 1)
    with pytest.raises(ApiError, match="nobody-takes-this remain") as refused:
        cluster.delete(Key.of(item))
    assert refused.value.reason is Reason.TIMEOUT
    path = "/api/v1/namespaces/default/configmaps/stuck"
    cluster.api.request("PATCH", path, None, {"metadata": {"finalizers": None}}, MERGE)
    eventually(lambda: cluster.get(Key.of(item)) is None, what="the object gone")


def test_a_webhook_that_does_not_answer_is_named(cluster: RunningCluster) -> None:
    item = config_map("looked-at")
    with (
        slow_webhook(cluster, "default"),
        pytest.raises(ApiError, match=r'failed calling webhook "slow\.example\.com"') as refused,
    ):
        cluster.create(item, "test")
    assert refused.value.reason is Reason.INTERNAL_ERROR
    cluster.create(item, "test")
    cluster.delete(Key.of(item))
