"""Runs AKS's and the charts' controllers in a real cluster during a deployment, in one thread for each cluster.

Creates the nodes of agent pools, runs the simulated controllers after every write and every few seconds
(kube-controller-manager writes too), and scales pools. A refusal by the API server is kept as a problem and retried, as
controllers do; a bug in a controller ends the rehearsal with its traceback.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from azure_rehearsal.kubernetes.cloud_controller_api import CloudControllerApi
from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.cluster_identity import ClusterIdentity
from azure_rehearsal.kubernetes.controllers import (
    cert_manager,
    envoy_gateway,
    external_dns,
    garbage_collector,
    load_balancers,
    volume_claims,
    volumes,
)
from azure_rehearsal.kubernetes.controllers.control_loop import Controller, ControlLoop
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext
from azure_rehearsal.kubernetes.real import finalizers
from azure_rehearsal.kubernetes.real.agent_pools import Pool
from azure_rehearsal.kubernetes.real.autoscaler import Autoscaler
from azure_rehearsal.kubernetes.real.cluster_client import CAUSE_ANNOTATION, ClusterClient
from azure_rehearsal.kubernetes.real.nodes import Nodes
from azure_rehearsal.kubernetes.real.readiness import not_ready_reason
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.scale_down_rules import ScaleDownProfile

ROUND_INTERVAL_SECONDS: Final = (1.0, 8.0)
"""Interval between rounds without writes: doubles from the first value to the second, and stays at the first while the
autoscaler is busy.
"""
BATCH_SECONDS: Final = 0.1
"""How long writes are batched before controllers run."""
SETTLE_SECONDS: Final = 60
"""How long workloads may take to become ready before they are reported."""
_WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet")
_LOG: Final = logging.getLogger(__name__)


class ControllerManager:
    """Runs the controllers of one cluster until it is stopped."""

    def __init__(
        self,
        identity: ClusterIdentity,
        cluster: RealCluster,
        azure: CloudControllerApi,
        pools: Callable[[], list[Pool]],
        profile: Callable[[], ScaleDownProfile],
    ) -> None:
        self._identity = identity
        self._cluster = cluster
        self._azure = azure
        self._agent_pools = pools
        self._client = ClusterClient(identity, cluster, self._notify_loop)
        context = ReconcileContext(self._client, azure)
        self._loop = ControlLoop(self._client, azure, _controllers(self._client))
        self.nodes = Nodes(cluster)
        self.autoscaler = Autoscaler(cluster, self.nodes, profile)
        self._context = context
        self._lock = threading.RLock()
        self._changed: set[Key] = set()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._round_thread = 0
        self._problem = ""
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"controllers of {identity.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stops the thread after the current round. Raises the error that ended the thread earlier."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def notify(self, key: Key) -> None:
        """Marks an object as changed or deleted."""
        if threading.get_ident() != self._round_thread:
            self._changed.add(key)
            self._wake.set()

    def reconcile_all(self) -> None:
        """Runs all controllers now. Raises the error that ended the thread."""
        if self._error is not None:
            raise self._error
        self._run_round(None)

    def causes(self) -> dict[Key, Key]:
        """The cause of every object that controllers created."""
        with self._lock:
            self._client.start_round()
            return self._client.causes()

    def unready(self) -> list[str]:
        """Current problems, one line each: controller failures, unschedulable pods, workloads that are not ready."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            self.reconcile_all()
            found = list(self._problems())
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(1)

    def _problems(self) -> list[str]:
        found = [problem for problem in (self._problem, *self.nodes.problems.values()) if problem]
        for event in self._cluster.list_objects("v1", "Event"):
            if CAUSE_ANNOTATION in (event["metadata"].get("annotations") or {}):
                about = event["involvedObject"]
                found.append(f"{_display_name(about)}: {event['reason']}: {event.get('message', '')}")
        for kind in _WORKLOADS:
            for item in self._cluster.list_objects("apps/v1", kind):
                if reason := not_ready_reason(self._cluster, item):
                    problems = self._cluster.warnings_for(Key.of(item))
                    found.append(
                        f"{_display_name({**item['metadata'], 'kind': kind})}: {'; '.join([reason, *problems])}"
                    )
        return found

    def _run(self) -> None:
        try:
            interval, max_interval = ROUND_INTERVAL_SECONDS
            while not self._stopped.is_set():
                was_woken = self._wake.wait(interval)
                soon = was_woken or self.autoscaler.is_busy
                interval = ROUND_INTERVAL_SECONDS[0] if soon else min(2 * interval, max_interval)
                if self._stopped.is_set():
                    return
                if was_woken:
                    time.sleep(BATCH_SECONDS)
                self._wake.clear()
                changed, self._changed = self._changed, set()
                self._run_round(changed if was_woken else None)
        except BaseException as error:  # noqa: BLE001 - `stop` raises it in the caller's thread
            _LOG.exception("the controllers of %s stopped", self._identity.name)
            self._error = error

    def _run_round(self, changed: set[Key] | None) -> None:
        """Reconciles these objects, or everything (`None`)."""
        with self._lock:
            self._round_thread = threading.get_ident()
            try:
                self._reconcile(changed)
                self._problem = ""
            except ApiError as error:
                self._problem = f"a controller was refused: {error.message}"
                _LOG.warning("%s", self._problem)
            finally:
                self._round_thread = 0

    def _reconcile(self, changed: set[Key] | None) -> None:
        pools = self._agent_pools()
        if not pools:  # The cluster was deleted: an existing cluster always has a pool.
            return
        self.nodes.reconcile(pools)
        self._client.start_round()
        if changed is None:
            self._loop.reconcile_all()
        elif changed:
            self._loop.notify(*changed)
        finalizers.remove_completed(self._context, self._client)
        self.autoscaler.run_once(pools)

    def _notify_loop(self, key: Key) -> None:
        """Notifies the other controllers of a controller's write within the same round."""
        self._loop.notify(key)


def _controllers(client: ClusterClient) -> tuple[Controller, ...]:
    modules = (garbage_collector, volumes, cert_manager, envoy_gateway, load_balancers, external_dns)
    found = tuple(Controller(frozenset(module.WATCHES), module.reconcile) for module in modules)
    # kube-controller-manager creates the claims of StatefulSets.
    return (*found, Controller(frozenset(volume_claims.WATCHES), volume_claims.reconcile_releases))


def _display_name(about: Object) -> str:
    where = f"{about['namespace']}/" if about.get("namespace") else ""
    return f"{about['kind']} {where}{about['name']}"
