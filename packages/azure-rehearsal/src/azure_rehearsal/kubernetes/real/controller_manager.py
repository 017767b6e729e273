"""Who plays AKS and the charts' controllers in a real cluster while a deployment runs: one thread for each cluster.

It brings nodes to agent pools, has the simulated controllers look whenever something was written and every few seconds
(kube-controller-manager writes too), and scales pools. What the API server says against a controller is kept as a
problem and tried again, as a controller does; a defect of a controller ends the rehearsal with its traceback.
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
from azure_rehearsal.kubernetes.real.cluster_client import CAUSE, ClusterClient
from azure_rehearsal.kubernetes.real.nodes import Nodes
from azure_rehearsal.kubernetes.real.readiness import not_ready_reason
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.scale_down_rules import ScaleDownProfile

QUIET_SECONDS: Final = (1.0, 8.0)
"""How long after the last round everybody looks again where nobody wrote anything: each time twice as long, up to the
second figure, but while the autoscaler has something under way."""
GATHER_SECONDS: Final = 0.1
"""For so long writes are gathered before controllers look."""
SETTLE_SECONDS: Final = 60
"""How long workloads that nobody waits for may take before it is told that they are not ready."""
_WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet")
_LOG: Final = logging.getLogger(__name__)


class ControllerManager:
    """Looks after one cluster until it is stopped."""

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
        self._pools = pools
        self._client = ClusterClient(identity, cluster, self._notify_loop)
        context = ReconcileContext(self._client, azure)
        self._loop = ControlLoop(self._client, azure, _controllers(self._client))
        self.nodes = Nodes(cluster)
        self.autoscaler = Autoscaler(cluster, self.nodes, profile)
        self._workplace = context
        self._lock = threading.RLock()
        self._changed: set[Key] = set()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._round_thread = 0
        self._problem = ""
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"controller_manager of {identity.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; a round that has begun is finished. Raises what ended it before."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()
        if self._error is not None:
            defect, self._error = self._error, None
            raise defect

    def notify(self, key: Key) -> None:
        """Takes note of an object that somebody wrote or deleted."""
        if threading.get_ident() != self._round_thread:
            self._changed.add(key)
            self._wake.set()

    def reconcile_all(self) -> None:
        """Has everybody look now. Raises what ended the thread."""
        if self._error is not None:
            raise self._error
        self._run_round(None)

    def causes(self) -> dict[Key, Key]:
        """Every object that controllers made, with what it was made from."""
        with self._lock:
            self._client.begin()
            return self._client.causes()

    def unready(self) -> list[str]:
        """What is not as it should be, a line for each: what controllers cannot do, pods without a place."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            self.reconcile_all()
            told = list(self._problems())
            if not told or time.monotonic() > deadline:
                return told
            time.sleep(1)

    def _problems(self) -> list[str]:
        told = [problem for problem in (self._problem, *self.nodes.problems.values()) if problem]
        for event in self._cluster.list_objects("v1", "Event"):
            if CAUSE in (event["metadata"].get("annotations") or {}):
                about = event["involvedObject"]
                told.append(f"{_named(about)}: {event['reason']}: {event.get('message', '')}")
        for kind in _WORKLOADS:
            for item in self._cluster.list_objects("apps/v1", kind):
                if reason := not_ready_reason(self._cluster, item):
                    problems = self._cluster.warnings_for(Key.of(item))
                    told.append(f"{_named({**item['metadata'], 'kind': kind})}: {'; '.join([reason, *problems])}")
        return told

    def _run(self) -> None:
        try:
            quiet, longest = QUIET_SECONDS
            while not self._stopped.is_set():
                woken = self._wake.wait(quiet)
                soon = woken or self.autoscaler.is_busy
                quiet = QUIET_SECONDS[0] if soon else min(2 * quiet, longest)
                if self._stopped.is_set():
                    return
                if woken:
                    time.sleep(GATHER_SECONDS)
                self._wake.clear()
                written, self._changed = self._changed, set()
                self._run_round(written if woken else None)
        except BaseException as defect:  # noqa: BLE001 - a thread cannot raise: `stop` does it for it
            _LOG.exception("the controller_manager of %s ended", self._identity.name)
            self._error = defect

    def _run_round(self, written: set[Key] | None) -> None:
        """Everybody looks: at these objects, or at all."""
        with self._lock:
            self._round_thread = threading.get_ident()
            try:
                self._reconcile(written)
                self._problem = ""
            except ApiError as error:
                self._problem = f"a controller was refused: {error.message}"
                _LOG.warning("%s", self._problem)
            finally:
                self._round_thread = 0

    def _reconcile(self, written: set[Key] | None) -> None:
        pools = self._pools()
        if not pools:  # The cluster is gone: it never has no pool.
            return
        self.nodes.reconcile(pools)
        self._client.begin()
        if written is None:
            self._loop.reconcile_all()
        elif written:
            self._loop.notify(*written)
        finalizers.remove_completed(self._workplace, self._client)
        self.autoscaler.run_once(pools)

    def _notify_loop(self, key: Key) -> None:
        """What a controller wrote: others look at it in the same round."""
        self._loop.notify(key)


def _controllers(reach: ClusterClient) -> tuple[Controller, ...]:
    modules = (garbage_collector, volumes, cert_manager, envoy_gateway, load_balancers, external_dns)
    found = tuple(Controller(frozenset(module.WATCHES), module.reconcile) for module in modules)
    # The claims of StatefulSets are kube-controller-manager's.
    return (*found, Controller(frozenset(volume_claims.WATCHES), volume_claims.reconcile_releases))


def _named(about: Object) -> str:
    where = f"{about['namespace']}/" if about.get("namespace") else ""
    return f"{about['kind']} {where}{about['name']}"
