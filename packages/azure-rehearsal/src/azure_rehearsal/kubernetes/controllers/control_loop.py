"""Which controllers there are, and when they look at their cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.kubernetes.cloud_controller_api import CloudControllerApi
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers import (
    cert_manager,
    envoy_gateway,
    external_dns,
    garbage_collector,
    load_balancers,
    volume_claims,
    volumes,
)
from azure_rehearsal.kubernetes.controllers.reconcile_context import ControllerClient, ReconcileContext

MAX_ROUNDS: Final = 50
"""After so many, two controllers work against each other: a defect of these."""

_GroupKind = tuple[str, str]


@dataclass(frozen=True)
class Controller:
    """Looks at its cluster whenever an object of one of these kinds changed."""

    watches: frozenset[_GroupKind]
    reconcile: Callable[[ReconcileContext], None]


CONTROLLERS: Final = tuple(
    Controller(frozenset(module.WATCHES), module.reconcile)
    for module in (garbage_collector, volume_claims, volumes, cert_manager, envoy_gateway, load_balancers, external_dns)
)


class ControlLoop:
    """The controllers of one cluster. Every call is made under the cluster's own lock."""

    def __init__(
        self, cluster: ControllerClient, azure: CloudControllerApi, controllers: Sequence[Controller] | None = None
    ) -> None:
        self._workplace = ReconcileContext(cluster, azure)
        self._own = controllers
        self._changed: set[_GroupKind] = set()
        self._running = False

    def _controllers(self) -> Sequence[Controller]:
        return CONTROLLERS if self._own is None else self._own

    def notify(self, *keys: Key) -> None:
        """Takes note of objects that were written or deleted, and has the controllers look until nothing changes."""
        self._changed |= {(key.group, key.kind) for key in keys}
        if not self._running:
            self._run()

    def reconcile_all(self) -> None:
        """Has every controller look: at what was missed in a run that was killed, at what Azure has meanwhile."""
        self._changed |= {kind for controller in self._controllers() for kind in controller.watches}
        if not self._running:
            self._run()

    def deletion_blocker(self, key: Key) -> str:
        """Why an object cannot be deleted now: finalizers that nobody takes away. Empty when it can."""
        return garbage_collector.deletion_blocker(self._workplace, key)

    def _run(self) -> None:
        if not self._workplace.azure.exists(self._workplace.cluster_id):
            self._changed.clear()
            return
        self._running = True
        try:
            for _ in range(MAX_ROUNDS):
                if not self._changed:
                    return
                changed, self._changed = self._changed, set()
                for controller in self._controllers():
                    if controller.watches & changed:
                        controller.reconcile(self._workplace)
            raise RuntimeError(f"the controllers do not come to rest; what still changes: {sorted(self._changed)}")
        finally:
            self._running = False
            self._changed.clear()
