"""A small program on a real cluster, with runs of four seconds, for fault injection."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.object_handler import FIELD_MANAGER
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster

PROGRAM: Final = Path(__file__).with_name("programs") / "small"
NAMESPACE: Final = "small"
CONFIG_MAPS: Final = ("first", "second", "third")
"""The ConfigMaps of the program in sequence. The Deployment follows the third, the custom resource the second."""


def config_map(name: str, **data: str) -> Object:
    """A ConfigMap of the program; without data only its identity."""
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **({"data": data} if data else {})}


@contextmanager
def before_write_of(cluster: RunningCluster, name: str, act: Callable[[], object]) -> Generator[None]:
    """Calls `act` once, before the program writes the object with this name."""
    inner, left = cluster.apply, [act]

    def apply(item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        if manager == FIELD_MANAGER and not dry_run and item["metadata"]["name"] == name and left:
            left.pop()()
        return inner(item, manager, force, dry_run)

    with patch.object(cluster, "apply", apply):
        yield
    assert not left, f"the run wrote no {name}"
