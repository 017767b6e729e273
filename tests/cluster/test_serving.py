"""`azure-rehearsal serve` keeps the clusters of a deployment running."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from kubernetes.client import CoreV1Api
from kubernetes.config import new_client_from_config_dict

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.kubernetes.real.programs import Programs
from tests.cluster.cluster_queries import commands_with
from tests.cluster.conftest import real_world
from tests.cluster.small_program import CONFIG_MAPS, NAMESPACE, PROGRAM
from tests.unit.stacks import PROJECT

pytestmark = pytest.mark.cluster

SECONDS = 60
"""After this time a command that does not exit is killed."""


@pytest.fixture(scope="module")
def state(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a deployment of the small program."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("served") / "state"
    with Rehearsal(PROGRAM, "staging", state, cli=cli, open_backends=real_world, checkpoints=False) as rehearsal:
        run = rehearsal.up()
        assert run.ok, run.text
    return state


def test_clusters_are_served_until_the_command_is_terminated(state: Path) -> None:
    assert commands_with(str(state)) == []
    command = [sys.executable, "-m", "azure_rehearsal", "serve", "--state", str(state)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        name, _, file = process.stdout.readline().strip().partition(": export KUBECONFIG=")
        try:
            assert "Ctrl-C" in process.stdout.readline()
            assert Path(file).stat().st_mode & 0o077 == 0, "other users can read the key"
            with new_client_from_config_dict(yaml.safe_load(Path(file).read_text())) as client:
                found = CoreV1Api(client).list_namespaced_config_map(NAMESPACE).items
            assert {item.metadata.name for item in found if item.metadata} >= set(CONFIG_MAPS)
        finally:
            process.terminate()  # Background processes of scripts ignore Ctrl-C.
            last = threading.Timer(SECONDS, process.kill)
            last.start()
        assert process.wait() == 0, "the command did not exit cleanly"
        last.cancel()
    assert name
    assert not Path(file).exists()
    assert commands_with(str(state)) == []
