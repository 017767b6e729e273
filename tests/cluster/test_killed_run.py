"""`kill -9` during a first deployment: no process remains, and the documented recovery converges."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from azure_rehearsal.chaos.recovery import Recovery
from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.real.programs import Programs
from tests.cluster.cluster_queries import commands_with, only_cluster, wait_until
from tests.cluster.conftest import real_world
from tests.cluster.small_program import CONFIG_MAPS, NAMESPACE, PROGRAM
from tests.unit.stacks import PROJECT

pytestmark = pytest.mark.cluster

KILLED = """
import os, signal, sys
from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster

create = RealCluster.create

def killed(self, item, manager, dry_run=False):
    live = create(self, item, manager, dry_run)
    if item["metadata"]["name"] == "second" and not dry_run:
        os.kill(os.getpid(), signal.SIGKILL)
    return live

RealCluster.create = killed
application(Wiring())(sys.argv[1:])
"""
"""`azure-rehearsal`, killed after the API server created an object that the engine does not know. Settings are not
checked.
"""


@pytest.fixture(scope="module")
def left(built: Programs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state after a killed first `up`."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("killed") / "state"
    options = ["--cluster", "real", "--stack", "staging", "--state", str(state), "--project", str(PROGRAM)]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "up", *options], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    wait_until(lambda: not commands_with(str(state / "stack-files")), description="the exit of the engine")
    return state


def test_a_killed_run_is_recovered_as_in_the_runbook(left: Path, cli: PulumiCli) -> None:
    planes = left / "world" / "control-planes"
    assert len(commands_with(str(planes))) >= 5, "kill -9 must reach only the parent"
    with Rehearsal(PROGRAM, "staging", left, cli=cli, open_backends=real_world) as rehearsal:
        assert commands_with(str(planes)) == [], "processes of the killed run remain"
        assert isinstance(rehearsal.backends, Backends)
        live = only_cluster(rehearsal.backends)
        second = live.get(Key("v1", "ConfigMap", NAMESPACE, "second"))
        assert second is not None, "the object of the killed run is missing"
        known = [item["urn"].rpartition("::")[2] for item in rehearsal.export()["resources"]]
        assert "first" in known
        assert "second" not in known, "the engine knows the object, so there is nothing to recover"

        refused = rehearsal.up()
        assert not refused.ok, "the object was overwritten"
        assert 'configmaps "second" already exists' in refused.text
        assert "`pulumi import`" in refused.text
        recovery = Recovery(
            rehearsal, command=rehearsal.up, creates=True, preview=rehearsal.preview, import_file=left / "import.json"
        )
        run = recovery.run()
        assert run.ok, run.text
        assert "import" in recovery.steps, recovery.steps
        again = live.get(Key("v1", "ConfigMap", NAMESPACE, "second"))
        assert again is not None
        assert again["metadata"]["uid"] == second["metadata"]["uid"], "the object was replaced"
        assert {item["metadata"]["name"] for item in live.list_objects("v1", "ConfigMap", NAMESPACE)} >= set(
            CONFIG_MAPS
        )
        last = rehearsal.up()
        assert last.ok, last.text
        assert last.changes == {}
