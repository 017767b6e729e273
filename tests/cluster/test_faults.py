"""Faults of an API server, as its client sees them: it waits, or reports object and cause."""

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
from tests.cluster.cluster_queries import slow_webhook, wait_until

pytestmark = pytest.mark.cluster


def config_map(name: str, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }


def test_a_slow_etcd_delays_writes_without_errors(cluster: RunningCluster) -> None:
    etcd = cluster.plane.processes["etcd"].id
    item = config_map("late")
    os.kill(etcd, signal.SIGSTOP)
    wake = threading.Timer(4, os.kill, (etcd, signal.SIGCONT))
    wake.start()
    began = time.monotonic()
    cluster.create(item, "test")
    assert time.monotonic() - began > 2, "etcd did not delay the write"
    wake.join()
    cluster.delete(Key.of(item))


def test_a_conflict_names_the_other_field_manager(cluster: RunningCluster) -> None:
    item = config_map("contested", color="red")
    cluster.create(item, "pulumi-kubernetes")
    try:
        cluster.apply(config_map("contested", color="blue"), "alice-else", force=True)
        with pytest.raises(ApiError, match=r'conflict with "alice-else".*\.data\.color') as refused:
            cluster.apply(item, "pulumi-kubernetes")
        assert refused.value.reason is Reason.CONFLICT
        assert "pulumi.com/patchForce" in refused.value.remediation
        cluster.apply(item, "pulumi-kubernetes", force=True)
    finally:
        cluster.delete(Key.of(item))


def test_a_deletion_timeout_names_the_finalizer(cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    item = config_map("stuck")
    item["metadata"]["finalizers"] = ["example.com/stuck"]
    cluster.create(item, "test")
    monkeypatch.setattr(real_cluster, "DELETE_SECONDS", 1)
    with pytest.raises(ApiError, match=r"example\.com/stuck remain") as refused:
        cluster.delete(Key.of(item))
    assert refused.value.reason is Reason.TIMEOUT
    path = "/api/v1/namespaces/default/configmaps/stuck"
    cluster.api.request("PATCH", path, None, {"metadata": {"finalizers": None}}, MERGE)
    wait_until(lambda: cluster.get(Key.of(item)) is None, description="the deletion of the object")


def test_an_unresponsive_webhook_is_named(cluster: RunningCluster) -> None:
    item = config_map("looked-at")
    with (
        slow_webhook(cluster, "default"),
        pytest.raises(ApiError, match=r'failed calling webhook "slow\.example\.com"') as refused,
    ):
        cluster.create(item, "test")
    assert refused.value.reason is Reason.INTERNAL_ERROR
    cluster.create(item, "test")
    cluster.delete(Key.of(item))
