"""What goes wrong with an API server while a run changes objects: it waits or fails with a message that names object
and cause, and the next run converges."""

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
from azure_rehearsal.kubernetes.real import api_server, real_cluster
from azure_rehearsal.kubernetes.real.api_server import MERGE
from azure_rehearsal.kubernetes.real.programs import Programs
from azure_rehearsal.kubernetes.real.real_clusters import LiveCluster
from azure_rehearsal.reports.failures import failures_of
from tests.cluster.asking import slow_webhook, the_cluster
from tests.cluster.conftest import real_world
from tests.cluster.small import CONFIG_MAPS, NAMESPACE, PROGRAM, at_write_of, config_map

pytestmark = pytest.mark.cluster

SOMEBODY = "somebody-else"


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
def live(small: Rehearsal) -> LiveCluster:
    """Its cluster."""
    assert isinstance(small.backends, Backends)
    return the_cluster(small.backends)


def painted(rehearsal: Rehearsal, colour: str) -> Run:
    """A run that changes every object of the program."""
    return rehearsal.up(config={"voice:colour": colour})


def assert_converges(rehearsal: Rehearsal, live: LiveCluster, colour: str) -> None:
    """The next run brings everything to what is wanted."""
    next_run = painted(rehearsal, colour)
    assert next_run.ok, next_run.text
    assert colours(live) == dict.fromkeys(CONFIG_MAPS, colour)


def assert_done(rehearsal: Rehearsal, colour: str) -> None:
    """The next run has nothing to do."""
    last = painted(rehearsal, colour)
    assert last.ok, last.text
    assert last.changes == {}


def colours(live: LiveCluster) -> dict[str, str]:
    found = live.list_objects("v1", "ConfigMap", NAMESPACE)
    return {
        item["metadata"]["name"]: item["data"]["colour"] for item in found if item["metadata"]["name"] in CONFIG_MAPS
    }


def kill_api_server(live: LiveCluster) -> None:
    os.kill(live.plane.processes["kube-apiserver"].id, signal.SIGKILL)
    live.plane.end("kube-apiserver")


def the_failure(run: Run, name: str) -> str:
    """What a run says of the only resource that it could not write."""
    assert not run.ok, "the run was taken for done"
    (failure,) = [failure for failure in failures_of(run) if failure.name]
    assert failure.name == name
    return failure.message


def test_an_api_server_that_is_killed_and_comes_back_delays_a_run_and_fails_none(
    small: Rehearsal, live: LiveCluster
) -> None:
    back = threading.Timer(2, live.plane.start_api_server)

    def interrupt() -> None:
        kill_api_server(live)
        back.start()

    with at_write_of(live, "widget", interrupt):  # The last that a server serves which has just been started.
        run = painted(small, "blue")
    back.join()
    assert run.ok, run.text
    assert colours(live) == dict.fromkeys(CONFIG_MAPS, "blue")
    widget = live.get(Key("example.com/v1", "Widget", NAMESPACE, "widget"))
    assert widget is not None
    assert widget["spec"] == {"colour": "blue"}
    assert_done(small, "blue")


def test_an_api_server_that_stays_away_fails_a_run_and_the_next_one_goes_on(
    small: Rehearsal, live: LiveCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, at_write_of(live, "second", lambda: kill_api_server(live)):
        patched.setattr(api_server, "AWAY_SECONDS", 1)
        run = painted(small, "green")
    live.plane.start_api_server()
    assert f"nothing answers at {live.plane.server}" in the_failure(run, "second")
    assert colours(live) == {"first": "green", "second": "blue", "third": "blue"}
    assert_converges(small, live, "green")


def test_a_slow_etcd_delays_a_run_and_fails_none(small: Rehearsal, live: LiveCluster) -> None:
    etcd = live.plane.processes["etcd"].id
    wake = threading.Timer(3, os.kill, (etcd, signal.SIGCONT))

    def slow_down() -> None:
        os.kill(etcd, signal.SIGSTOP)
        wake.start()

    began = time.monotonic()
    with at_write_of(live, "second", slow_down):
        run = painted(small, "white")
    assert time.monotonic() - began > 3, "etcd was not slow"
    wake.join()
    assert run.ok, run.text
    assert colours(live) == dict.fromkeys(CONFIG_MAPS, "white")


def test_a_field_that_another_manager_takes_fails_a_run_until_it_is_left(small: Rehearsal, live: LiveCluster) -> None:
    def take() -> None:
        live.apply(config_map("third", colour="theirs"), SOMEBODY, force=True)

    with at_write_of(live, "second", take):
        run = painted(small, "black")
    message = the_failure(run, "third")
    assert f'conflict with "{SOMEBODY}"' in message
    assert ".data.colour" in message
    assert "pulumi.com/patchForce" in run.text
    live.apply(config_map("third"), SOMEBODY)
    assert_converges(small, live, "black")
    assert_done(small, "black")


def test_a_webhook_that_does_not_answer_fails_a_run_until_it_does(small: Rehearsal, live: LiveCluster) -> None:
    hooked = slow_webhook(live, NAMESPACE)
    with at_write_of(live, "second", hooked.__enter__):
        run = painted(small, "grey")
    hooked.__exit__(None, None, None)
    assert 'failed calling webhook "slow.example.com"' in the_failure(run, "second")
    assert_converges(small, live, "grey")


def test_a_finalizer_that_nobody_takes_fails_a_deletion_until_somebody_does(
    small: Rehearsal, live: LiveCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/passing"

    def hold(*finalizers: str) -> None:
        live.server.request("PATCH", path, None, {"metadata": {"finalizers": list(finalizers) or None}}, MERGE)

    gone = {"voice:passing": False, "voice:colour": "brown"}
    with monkeypatch.context() as patched, at_write_of(live, "second", lambda: hold("example.com/nobody-takes-this")):
        patched.setattr(real_cluster, "DELETE_SECONDS", 1)
        run = small.up(config=gone)
    message = the_failure(run, "passing")
    assert 'configmaps "passing"' in message
    assert "example.com/nobody-takes-this remain" in message
    assert colours(live) == dict.fromkeys(CONFIG_MAPS, "brown"), "the rest of the run was done"
    hold()
    next_run = small.up(config=gone)
    assert next_run.ok, next_run.text
    assert live.get(Key("v1", "ConfigMap", NAMESPACE, "passing")) is None
    assert small.up(config=gone).changes == {}
