"""Runs the real clusters of a deployment for clients such as kubectl.

Owns the kubeconfig files, which exist only while the clusters run. Does not own the clusters: their backends start and
stop them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.engine.backends import Backends, BackendsProtocol
from azure_rehearsal.errors import UsageError


def serve(backends: BackendsProtocol, directory: Path, say: Callable[[str], None], wait: Callable[[], object]) -> None:
    """Starts every cluster, writes a kubeconfig for each into `directory`, and returns when `wait` returns.

    Raises `UsageError` if nothing is deployed, or if the clusters are recorded. Passes on exceptions of `wait`.
    """
    records = backends.cloud.of_type(CLUSTER) if isinstance(backends, Backends) else []
    if not isinstance(backends, Backends) or not records:
        raise UsageError(f"no cluster is deployed in {directory}: deploy one with `azure-rehearsal up --cluster real`.")
    clusters = backends.real_clusters
    if clusters is None:
        raise UsageError(
            f"the deployment in {directory} has recorded clusters, which have no API server: deploy to real ones with"
            " `azure-rehearsal up --cluster real`, in another directory (--state) or after `azure-rehearsal destroy`"
            " and removal of this one."
        )
    files: list[Path] = []
    try:
        for record in records:
            cluster = clusters.of(record)
            file = directory / f"{cluster.identity.name}.kubeconfig"
            file.touch(mode=0o600)
            files.append(file)
            file.write_text(clusters.kubeconfig(record))
            say(f"{cluster.identity.name}: export KUBECONFIG={file}")
        say("The clusters run until you press Ctrl-C. Their objects are kept.")
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
