"""Measures the start of a real control plane, and the rehearsal of an environment on a real Kubernetes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from azure_rehearsal.errors import UsageError
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.real.control_plane import ControlPlane
from azure_rehearsal.kubernetes.real.processes import Processes
from azure_rehearsal.kubernetes.real.programs import Programs, built, kubernetes_version
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from tools.bench.figures import RealCluster as Figures
from tools.bench.figures import Sample, least
from tools.bench.once import PROJECT

ENVIRONMENT: Final = "prod"
_ACCOUNT: Final = Key("v1", "ServiceAccount", "default", "default")
"""The controller that starts last creates it: from then on, the cluster accepts objects and schedules pods."""
_LOOK_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.05

Say = Callable[[str], None]


def measure_real_cluster(repeats: int, say: Say) -> Figures | None:
    """The measurements; `None`, with a message to `say`, if Kubernetes cannot be built here. Rehearses the environment
    only once, because that takes minutes. Raises `UsageError` if the rehearsal fails."""
    try:
        programs = built(say=say)
    except UsageError as missing:
        say(f"skipping the real Kubernetes: {missing}")
        return None
    starts = []
    for turn in range(repeats):
        say(f"cold start of a control plane, {turn + 1} of {repeats}")
        starts.append(_cold_start(programs))
    say(f"rehearsal of {ENVIRONMENT} on a real Kubernetes")
    seconds, memory = _rehearsed()
    start = least(Sample(wall=found, cpu=found) for found in starts).wall
    return Figures(kubernetes_version(), start, ENVIRONMENT, seconds, memory)


def _cold_start(programs: Programs) -> float:
    """Seconds from an empty folder to a cluster that accepts objects."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        plane = ControlPlane(Path(folder) / "plane", programs, Processes())
        began = time.monotonic()
        try:
            plane.start()
            cluster = RealCluster(kubernetes_version(), plane.client())
            while cluster.get(_ACCOUNT) is None:
                time.sleep(_POLL_SECONDS)
            return time.monotonic() - began
        finally:
            plane.remove()


def _rehearsed() -> tuple[float, int]:
    """The seconds of the environment's rehearsal, and the peak memory of all its processes in bytes."""
    line = [sys.executable, "-m", "azure_rehearsal", "rehearse", "--env", ENVIRONMENT, "--cluster", "real"]
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(line, cwd=PROJECT, stdout=output, stderr=output)
        ended, most = threading.Event(), [0]

        def watch() -> None:
            while not ended.wait(_LOOK_SECONDS):
                most[0] = max(most[0], memory_of(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        seconds = time.monotonic() - began
        ended.set()
        watcher.join()
        if code:
            output.seek(0)
            raise UsageError(f"{' '.join(line)} ended with {code}:\n{output.read().decode(errors='replace')}")
    return seconds, most[0]


def memory_of(process: int) -> int:
    """The resident bytes of a process and its descendants. Shared pages count once for each process."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = defaultdict(list)
    resident: dict[int, int] = {}
    for row in table.splitlines():
        id, parent, kibibytes = map(int, row.split())
        children[parent].append(id)
        resident[id] = 1024 * kibibytes
    total, waiting = 0, [process]
    while waiting:
        id = waiting.pop()
        total += resident.get(id, 0)
        waiting += children[id]
    return total
