"""What was deployed can be looked at: `azure-rehearsal serve` keeps its clusters running."""

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
from tests.cluster.asking import running
from tests.cluster.conftest import real_world
from tests.cluster.small import CONFIG_MAPS, NAMESPACE, PROGRAM
from tests.unit.stacks import PROJECT

pytestmark = pytest.mark.cluster

SECONDS = 60
"""After so long one that does not end is killed."""


@pytest.fixture(scope="module")
def state(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a deployment of the small program left."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("served") / "state"
    with Rehearsal(PROGRAM, "staging", state, cli=cli, open_backends=real_world, checkpoints=False) as rehearsal:
        run = rehearsal.up()
        assert run.ok, run.text
    return state


def test_clusters_are_served_until_somebody_ends_it(state: Path) -> None:
    assert running(str(state)) == []
    command = [sys.executable, "-m", "azure_rehearsal", "serve", "--state", str(state)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        name, _, file = process.stdout.readline().strip().partition(": export KUBECONFIG=")
        try:
            assert "Ctrl-C" in process.stdout.readline()
            assert Path(file).stat().st_mode & 0o077 == 0, "others may read the key"
            with new_client_from_config_dict(yaml.safe_load(Path(file).read_text())) as client:
                found = CoreV1Api(client).list_namespaced_config_map(NAMESPACE).items
            assert {item.metadata.name for item in found if item.metadata} >= set(CONFIG_MAPS)
        finally:
            process.terminate()  # Ctrl-C is ignored by what a script has started in the background.
            last = threading.Timer(SECONDS, process.kill)
            last.start()
        assert process.wait() == 0, "it did not end by itself"
        last.cancel()
    assert name
    assert not Path(file).exists()
    assert running(str(state)) == []
