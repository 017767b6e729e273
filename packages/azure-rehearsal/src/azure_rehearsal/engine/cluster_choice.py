"""Which Kubernetes stands behind the simulated clusters of one world: recorded objects, or real API servers.

The choice is kept in the world, so that every later command on it reaches the same clusters.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Final

from azure_rehearsal.errors import UsageError

_FILE: Final = "cluster"


class ClusterChoice(enum.StrEnum):
    """What a rehearsal deploys to."""

    RECORDED = "recorded"
    REAL = "real"


FOLDERS: Final = {ClusterChoice.RECORDED: "kubernetes", ClusterChoice.REAL: "control-planes"}
"""Where each of them keeps its clusters, below the world."""


def chosen(world: Path) -> ClusterChoice:
    """What was chosen for a world; recorded clusters where nobody chose."""
    file = world / _FILE
    return ClusterChoice(file.read_text().strip()) if file.exists() else ClusterChoice.RECORDED


def choose(world: Path, choice: ClusterChoice) -> None:
    """Chooses for a world. Raises `UsageError` where it has clusters of the other kind."""
    before = chosen(world)
    if choice is before:
        return
    folder = world / FOLDERS[before]
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"--cluster {choice}: what is deployed in {world.parent} has {before} clusters. Use another directory with"
            f" --state, or destroy what is there and remove it (make clean)."
        )
    world.mkdir(parents=True, exist_ok=True)
    (world / _FILE).write_text(f"{choice}\n")
