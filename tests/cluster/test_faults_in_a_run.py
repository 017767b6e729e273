"""Faults of an API server during a run: the run waits or fails with object and cause, and the next run converges."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.real import api_client, real_cluster
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.programs import Programs
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from azure_rehearsal.reports.failures import failures_of
from tests.cluster.cluster_queries import only_cluster, slow_webhook
from tests.cluster.conftest import real_world
from tests.cluster.small_program import CONFIG_MAPS, NAMESPACE, PROGRAM, before_write_of, config_map

pytestmark = pytest.mark.cluster

OTHER_MANAGER = "alice-else"


@pytest.fixture(scope="module")
def small(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The small program, deployed."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("small") / "state"
    with Rehearsal(PROGRAM, "staging", state, cli=cli, open_backends=real_world, checkpoints=False) as rehearsal:
        run = rehearsal.up()
        assert run.ok, run.text
        yield rehearsal


@pytest.fixture
def live(small: Rehearsal) -> RunningCluster:
    """Its cluster."""
    assert isinstance(small.backends, Backends)
    return only_cluster(small.backends)


def run_with_color(rehearsal: Rehearsal, color: str) -> Run:
    """A run that changes every object of the program."""
    return rehearsal.up(config={"voice:color": color})


def assert_converges(rehearsal: Rehearsal, live: RunningCluster, color: str) -> None:
    """The next run reaches the desired state."""
    next_run = run_with_color(rehearsal, color)
    assert next_run.ok, next_run.text
    assert colors(live) == dict.fromkeys(CONFIG_MAPS, color)


def assert_unchanged(rehearsal: Rehearsal, color: str) -> None:
    """The next run changes nothing."""
    last = run_with_color(rehearsal, color)
    assert last.ok, last.text
    assert last.changes == {}


def colors(live: RunningCluster) -> dict[str, str]:
    found = live.list_objects("v1", "ConfigMap", NAMESPACE)
    return {
        item["metadata"]["name"]: item["data"]["color"] for item in found if item["metadata"]["name"] in CONFIG_MAPS
    }


def kill_api_server(live: RunningCluster) -> None:
    os.kill(live.plane.processes["kube-apiserver"].id, signal.SIGKILL)
    live.plane.stop_program("kube-apiserver")


def single_failure(run: Run, name: str) -> str:
    """The message of the only resource that the run could not write."""
    assert not run.ok, "the run succeeded"
    (failure,) = [failure for failure in failures_of(run) if failure.name]
    assert failure.name == name
    return failure.message


def test_a_restart_of_the_api_server_delays_a_run_without_errors(small: Rehearsal, live: RunningCluster) -> None:
    back = threading.Timer(2, live.plane.start_api_server)

    def interrupt() -> None:
        kill_api_server(live)
        back.start()

    with before_write_of(live, "widget", interrupt):  # A restarted server serves custom resources last.
        run = run_with_color(small, "blue")
    back.join()
    assert run.ok, run.text
    assert colors(live) == dict.fromkeys(CONFIG_MAPS, "blue")
    widget = live.get(Key("example.com/v1", "Widget", NAMESPACE, "widget"))
    assert widget is not None
    assert widget["spec"] == {"color": "blue"}
    assert_unchanged(small, "blue")


def test_a_lost_api_server_fails_a_run_and_the_next_run_converges(
    small: Rehearsal, live: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, before_write_of(live, "second", lambda: kill_api_server(live)):
        patched.setattr(api_client, "RECONNECT_SECONDS", 1)
        run = run_with_color(small, "green")
    live.plane.start_api_server()
    assert f"no API server answers at {live.plane.server}" in single_failure(run, "second")
    assert colors(live) == {"first": "green", "second": "blue", "third": "blue"}
    assert_converges(small, live, "green")


def test_a_slow_etcd_delays_a_run_without_errors(small: Rehearsal, live: RunningCluster) -> None:
    etcd = live.plane.processes["etcd"].id
    wake = threading.Timer(3, os.kill, (etcd, signal.SIGCONT))

    def slow_down() -> None:
        os.kill(etcd, signal.SIGSTOP)
        wake.start()

    began = time.monotonic()
    with before_write_of(live, "second", slow_down):
        run = run_with_color(small, "white")
    assert time.monotonic() - began > 3, "etcd did not delay the run"
    wake.join()
    assert run.ok, run.text
    assert colors(live) == dict.fromkeys(CONFIG_MAPS, "white")


def test_a_field_conflict_fails_runs_until_it_is_resolved(small: Rehearsal, live: RunningCluster) -> None:
    def take() -> None:
        live.apply(config_map("third", color="theirs"), OTHER_MANAGER, force=True)

    with before_write_of(live, "second", take):
        run = run_with_color(small, "black")
    message = single_failure(run, "third")
    assert f'conflict with "{OTHER_MANAGER}"' in message
    assert ".data.color" in message
    assert "pulumi.com/patchForce" in run.text
    live.apply(config_map("third"), OTHER_MANAGER)
    assert_converges(small, live, "black")
    assert_unchanged(small, "black")


def test_an_unresponsive_webhook_fails_runs_until_it_is_removed(small: Rehearsal, live: RunningCluster) -> None:
    hooked = slow_webhook(live, NAMESPACE)
    with before_write_of(live, "second", hooked.__enter__):
        run = run_with_color(small, "gray")
    hooked.__exit__(None, None, None)
    assert 'failed calling webhook "slow.example.com"' in single_failure(run, "second")
    assert_converges(small, live, "gray")


def test_a_stuck_finalizer_fails_a_deletion_until_it_is_removed(
    small: Rehearsal, live: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/passing"

    def hold(*finalizers: str) -> None:
        live.api.request("PATCH", path, None, {"metadata": {"finalizers": list(finalizers) or None}}, MERGE)

    gone = {"voice:passing": False, "voice:color": "brown"}
    with monkeypatch.context() as patched, before_write_of(live, "second", lambda: hold("example.com/stuck")):
        patched.setattr(real_cluster, "DELETE_SECONDS", 1)
        run = small.up(config=gone)
    message = single_failure(run, "passing")
    assert 'configmaps "passing"' in message
    assert "example.com/stuck remain" in message
    assert colors(live) == dict.fromkeys(CONFIG_MAPS, "brown"), "the run did not write the other objects"
    hold()
    next_run = small.up(config=gone)
    assert next_run.ok, next_run.text
    assert live.get(Key("v1", "ConfigMap", NAMESPACE, "passing")) is None
    assert small.up(config=gone).changes == {}
