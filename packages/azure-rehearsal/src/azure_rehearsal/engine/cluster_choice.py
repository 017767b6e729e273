"""The kind of cluster in one state directory: recorded objects, or real API servers.

The choice is stored next to the backends, so that each later command uses the same clusters.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Final

from azure_rehearsal.errors import UsageError

_FILE: Final = "cluster"


class ClusterChoice(enum.StrEnum):
    """The kinds of cluster."""

    RECORDED = "recorded"
    REAL = "real"


FOLDERS: Final = {ClusterChoice.RECORDED: "kubernetes", ClusterChoice.REAL: "control-planes"}
"""The subdirectory of the backends' directory that keeps the clusters of each kind."""


def chosen(directory: Path) -> ClusterChoice:
    """The kind of the clusters in a backends' directory; recorded if none was chosen."""
    file = directory / _FILE
    return ClusterChoice(file.read_text().strip()) if file.exists() else ClusterChoice.RECORDED


def choose(directory: Path, choice: ClusterChoice) -> None:
    """Stores the kind for a backends' directory. Raises `UsageError` if it has clusters of the other kind."""
    before = chosen(directory)
    if choice is before:
        return
    clusters = directory / FOLDERS[before]
    if clusters.is_dir() and any(clusters.iterdir()):
        raise UsageError(
            f"--cluster {choice}: the deployment in {directory.parent} has {before} clusters. Use another directory"
            " with --state, or destroy the deployment and remove the directory."
        )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _FILE).write_text(f"{choice}\n")
