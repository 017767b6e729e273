"""Keeps the real clusters of what was deployed running, for whoever wants to look at them: kubectl, `make status`.

Owns the kubeconfig files, which go with it. Does not own the clusters: their world starts and ends them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.engine.backends import Backends, BackendsProtocol
from azure_rehearsal.errors import UsageError


def serve(world: BackendsProtocol, folder: Path, say: Callable[[str], None], wait: Callable[[], object]) -> None:
    """Starts every cluster, writes a kubeconfig for each into `folder`, and returns when `wait` does.

    Raises `UsageError`: nothing is deployed, or recorded clusters are. What `wait` raises is raised.
    """
    records = world.cloud.of_type(CLUSTER) if isinstance(world, Backends) else []
    if not isinstance(world, Backends) or not records:
        raise UsageError(f"no cluster is deployed in {folder}: deploy one with `make up CLUSTER=real`.")
    clusters = world.real_clusters
    if clusters is None:
        raise UsageError(
            f"what is deployed in {folder} has recorded clusters, which nobody can talk to: deploy to real ones with"
            " `make up CLUSTER=real`, in another directory (--state) or after `make destroy` and `make clean`."
        )
    files: list[Path] = []
    try:
        for record in records:
            cluster = clusters.of(record)
            file = folder / f"{cluster.identity.name}.kubeconfig"
            file.touch(mode=0o600)
            files.append(file)
            file.write_text(clusters.kubeconfig(record))
            say(f"{cluster.identity.name}: export KUBECONFIG={file}")
        say("They run until you press Ctrl-C. What is in them stays.")
        wait()
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def wait_for_interrupt() -> None:
    """Waits for Ctrl-C or SIGTERM."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
