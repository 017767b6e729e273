"""The state of a cluster's workloads: rollouts, pods, the calls on each pod, and the nodes of each generation.

Reads only. It reads the calls from the pods' metrics through the API server, so it needs access to the API server and
not to the cluster's network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import urllib3
from kubernetes import client
from kubernetes.client.exceptions import ApiException
from kubernetes.config import new_client_from_config_dict
from kubernetes.config.config_exception import ConfigException

from model.kubernetes import GENERATION_LABEL, POOL_LABEL, RETIRING_TAINT
from model.workloads import CALL_WORKLOADS
from tools.errors import CommandError

OURS: Final = "app.kubernetes.io/part-of=voice-platform"
SECONDS_TO_ANSWER: Final = (5, 20)
"""Timeouts to connect and to read."""
READERS: Final = 8
"""Pods whose metrics are read in parallel."""


@dataclass(frozen=True)
class CallsGauge:
    """The gauge with the number of calls of a pod, and the port that serves it."""

    name: str
    port: int


CALLS: Final[Mapping[str, CallsGauge]] = {
    known.name: CallsGauge(calls.metric, known.metrics.first)
    for known, calls in CALL_WORKLOADS.items()
    if known.metrics is not None
}


class Unreadable(CommandError):
    """The cluster cannot be read."""


@dataclass(frozen=True, kw_only=True)
class PodState:
    """One pod.

    `calls` is `None` if the workload carries no calls, or if the number cannot be read: then `calls_error` has the
    reason. `stops_within` is the rest of a stopping pod's grace period; then Kubernetes ends the pod and its calls.
    """

    name: str
    node: str
    ready: bool
    waits_for_node: bool
    stops_within: timedelta | None
    calls: int | None
    calls_error: str

    @property
    def terminating(self) -> bool:
        return self.stops_within is not None


@dataclass(frozen=True, kw_only=True)
class RolloutState:
    """One Deployment of ours, with its pods."""

    name: str
    namespace: str
    desired: int
    updated: int
    ready: int
    available: int
    seen: bool
    pods: tuple[PodState, ...]

    @property
    def terminating(self) -> tuple[PodState, ...]:
        return tuple(pod for pod in self.pods if pod.terminating)

    @property
    def calls(self) -> int | None:
        """Calls on all pods whose number is known; `None` if it is known for none."""
        known = [pod.calls for pod in self.pods if pod.calls is not None]
        return sum(known) if known else None

    @property
    def done(self) -> bool:
        """Whether all pods have the newest version and are ready, and no older pod remains."""
        settled = self.updated == self.available == self.desired and not self.terminating
        return self.seen and settled and len(self.pods) == self.desired


@dataclass(frozen=True, kw_only=True)
class GenerationState:
    """The existing nodes of one generation of a pool. A retiring generation gets no new pods.

    `addresses` are the public addresses of these nodes.
    """

    pool: str
    generation: str
    retiring: bool
    nodes: int
    addresses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClusterState:
    """The state of a cluster at about one point in time."""

    server: str
    rollouts: tuple[RolloutState, ...]
    generations: tuple[GenerationState, ...]


def read_state(kubeconfig: Mapping[str, Any], now: datetime | None = None) -> ClusterState:
    """The state of a cluster. Raises `Unreadable`."""
    try:
        api = new_client_from_config_dict(dict(kubeconfig))
    except (ConfigException, KeyError, TypeError) as error:
        raise Unreadable(
            f"The kubeconfig is not valid: {error}. Expected: a file that kubectl can use. Fix: pass one with"
            " --kubeconfig."
        ) from error
    server = api.configuration.host
    api.configuration.retries = False
    try:
        with api:
            return _read(api, server, now or datetime.now(UTC))
    except urllib3.exceptions.HTTPError as error:
        raise Unreadable(
            f"The cluster at {server} cannot be reached: {error}. Fix: connect from an address in"
            " voice:deployer.egressCidrs or voice:aks.apiServer.authorizedCidrs (from inside the network if the API"
            " server is private), and check that the cluster runs."
        ) from error
    except ApiException as error:
        raise Unreadable(
            f"The cluster at {server} refuses the request: {error.status} {error.reason}. Fix: sign in (`az login`;"
            " `kubelogin` gets the token) as a user who may read the cluster."
        ) from error


def _read(api: client.ApiClient, server: str, now: datetime) -> ClusterState:
    core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
    deployments = apps.list_deployment_for_all_namespaces(label_selector=OURS, _request_timeout=SECONDS_TO_ANSWER).items
    pods = core.list_pod_for_all_namespaces(label_selector=OURS, _request_timeout=SECONDS_TO_ANSWER).items
    nodes = core.list_node(label_selector=POOL_LABEL, _request_timeout=SECONDS_TO_ANSWER).items
    return ClusterState(
        server=server,
        rollouts=tuple(_rollout(core, deployment, pods, now) for deployment in deployments),
        generations=tuple(_generations(nodes)),
    )


def _rollout(core: client.CoreV1Api, deployment: Any, pods: list[Any], now: datetime) -> RolloutState:
    metadata, status = deployment.metadata, deployment.status
    selector = deployment.spec.selector.match_labels
    own = [
        pod
        for pod in pods
        if pod.metadata.namespace == metadata.namespace and selector.items() <= (pod.metadata.labels or {}).items()
    ]
    with ThreadPoolExecutor(READERS) as readers:
        states = tuple(readers.map(lambda pod: _pod(core, metadata.name, pod, now), own))
    return RolloutState(
        name=metadata.name,
        namespace=metadata.namespace,
        desired=deployment.spec.replicas or 0,
        updated=status.updated_replicas or 0,
        ready=status.ready_replicas or 0,
        available=status.available_replicas or 0,
        seen=(status.observed_generation or 0) >= (metadata.generation or 0),
        pods=tuple(sorted(states, key=lambda pod: (pod.terminating, pod.name))),
    )


def _pod(core: client.CoreV1Api, workload: str, pod: Any, now: datetime) -> PodState:
    conditions = {condition.type: condition.status for condition in pod.status.conditions or []}
    ends = pod.metadata.deletion_timestamp
    running = pod.status.phase == "Running"
    calls, calls_error = _calls(core, workload, pod) if running else (None, "")
    return PodState(
        name=pod.metadata.name,
        node=pod.spec.node_name or "",
        ready=conditions.get("Ready") == "True",
        waits_for_node=conditions.get("PodScheduled") == "False",
        stops_within=max(ends - now, timedelta()) if ends else None,
        calls=calls,
        calls_error=calls_error,
    )


def _calls(core: client.CoreV1Api, workload: str, pod: Any) -> tuple[int | None, str]:
    gauge_of_calls = CALLS.get(workload)
    if gauge_of_calls is None:
        return None, ""
    try:
        text = core.connect_get_namespaced_pod_proxy_with_path(
            f"{pod.metadata.name}:{gauge_of_calls.port}",
            pod.metadata.namespace,
            "metrics",
            _request_timeout=SECONDS_TO_ANSWER,
        )
    except ApiException as error:
        return None, f"{error.status} {error.reason}"
    except urllib3.exceptions.HTTPError as error:
        return None, type(error).__name__
    values = gauge(text, gauge_of_calls.name)
    if not values:
        return None, f"no {gauge_of_calls.name} at port {gauge_of_calls.port}"
    return round(sum(values)), ""


def gauge(text: str, metric: str) -> list[float]:
    """The values of a metric in Prometheus' text format, for all labels."""
    pattern = re.compile(rf"^{re.escape(metric)}(?:\{{.*\}})?\s+(\S+)", re.MULTILINE)
    return [float(value) for value in pattern.findall(text)]


def _generations(nodes: list[Any]) -> list[GenerationState]:
    key = RETIRING_TAINT.partition("=")[0]
    found: dict[tuple[str, str], list[Any]] = {}
    for node in nodes:
        labels = node.metadata.labels
        found.setdefault((labels[POOL_LABEL], labels.get(GENERATION_LABEL, "")), []).append(node)
    return [
        GenerationState(
            pool=pool,
            generation=generation,
            retiring=any(taint.key == key for node in own for taint in node.spec.taints or []),
            nodes=len(own),
            addresses=tuple(sorted(address for node in own for address in _public_addresses(node))),
        )
        for (pool, generation), own in sorted(found.items())
    ]


def _public_addresses(node: Any) -> list[str]:
    return [item.address for item in node.status.addresses or [] if item.type == "ExternalIP"]
