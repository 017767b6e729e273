"""The control loop: which controllers exist, and when they run."""

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
"""After this many rounds the controllers undo each other's changes, which is a bug in them."""

_GroupKind = tuple[str, str]


@dataclass(frozen=True)
class Controller:
    """Reconciles its cluster after a change of an object of one of the kinds in `watches`."""

    watches: frozenset[_GroupKind]
    reconcile: Callable[[ReconcileContext], None]


CONTROLLERS: Final = tuple(
    Controller(frozenset(module.WATCHES), module.reconcile)
    for module in (garbage_collector, volume_claims, volumes, cert_manager, envoy_gateway, load_balancers, external_dns)
)


class ControlLoop:
    """The controllers of one cluster. Callers hold the cluster's lock."""

    def __init__(
        self, cluster: ControllerClient, azure: CloudControllerApi, controllers: Sequence[Controller] | None = None
    ) -> None:
        self._context = ReconcileContext(cluster, azure)
        self._custom_controllers = controllers
        self._changed: set[_GroupKind] = set()
        self._running = False

    def _controllers(self) -> Sequence[Controller]:
        return CONTROLLERS if self._custom_controllers is None else self._custom_controllers

    def notify(self, *keys: Key) -> None:
        """Marks objects as changed and runs the controllers until nothing changes any more."""
        self._changed |= {(key.group, key.kind) for key in keys}
        if not self._running:
            self._run()

    def reconcile_all(self) -> None:
        """Runs every controller: completes what a killed run missed, and picks up changes in Azure."""
        self._changed |= {kind for controller in self._controllers() for kind in controller.watches}
        if not self._running:
            self._run()

    def deletion_blocker(self, key: Key) -> str:
        """Why an object cannot be deleted now: finalizers that no installed controller removes. Empty when it can."""
        return garbage_collector.deletion_blocker(self._context, key)

    def _run(self) -> None:
        if not self._context.azure.exists(self._context.cluster_id):
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
                        controller.reconcile(self._context)
            raise RuntimeError(f"the controllers do not converge; these kinds still change: {sorted(self._changed)}")
        finally:
            self._running = False
            self._changed.clear()
