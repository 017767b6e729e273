"""One control plane: its start, its persistence, and the cleanup after its owner is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.real.control_plane import ControlPlane
from azure_rehearsal.kubernetes.real.processes import Processes, ProcessHandle
from azure_rehearsal.kubernetes.real.programs import Programs
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from tests.cluster.cluster_queries import wait_until

pytestmark = pytest.mark.cluster

KILLED = """
import sys, time
from pathlib import Path
from azure_rehearsal.kubernetes.real.control_plane import ControlPlane
from azure_rehearsal.kubernetes.real.processes import Processes
from azure_rehearsal.kubernetes.real.programs import built
plane = ControlPlane(Path(sys.argv[1]), built(), Processes(Path(sys.argv[2])))
plane.start()
print(*(process.id for process in plane.processes.values()), flush=True)
time.sleep(600)
"""


def test_a_restarted_control_plane_has_its_objects_and_address(
    built: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    processes = Processes(tmp_path / "notes")
    plane = ControlPlane(tmp_path / "plane", built, processes)
    account = Key("v1", "ServiceAccount", "default", "default")
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": "default"}}
    try:
        began = time.monotonic()
        plane.start()
        cluster = RealCluster("1.36", plane.client())
        wait_until(lambda: cluster.get(account), description="the default account")
        with capsys.disabled():
            print(f"\n  cold start of a control plane: {time.monotonic() - began:.1f} s (target: under 10 s)")
        cluster.create(item, "test")
    finally:
        plane.stop()
    again = ControlPlane(tmp_path / "plane", built, processes)
    assert again.kubeconfig() == plane.kubeconfig()
    try:
        again.start()
        assert RealCluster("1.36", again.client()).get(Key.of(item)) is not None
    finally:
        again.remove()
    assert not (tmp_path / "plane").exists()


@pytest.mark.usefixtures("built")
def test_the_next_run_stops_only_the_processes_of_a_killed_run(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    mine = Processes(notes)
    living = mine.start("sleep", ["sleep", "600"], os.environ, tmp_path / "sleep.log")
    parent = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "plane"), str(notes)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout is not None
        left = [ProcessHandle.of(int(word)) for word in parent.stdout.readline().split()]
        assert len(left) == 5
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert all(process is not None and process.is_alive for process in left), "kill -9 must reach only the parent"
    try:
        assert len(Processes(notes).stop_orphans()) == 5
        assert not any(process is not None and process.is_alive for process in left)
        assert living.is_alive, "the process of a live owner was stopped"
    finally:
        mine.stop_all()
    assert not living.is_alive
    assert list(notes.iterdir()) == []
