"""The descriptor of a workload: every fact about it that other parts of the platform need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from model.flow import Flow
from model.flow_conditions import ALWAYS, Condition
from model.kubernetes import Namespace, PriorityClass, service_host
from model.permissions import Container, WorkloadAccount
from model.policy_endpoints import HostNetworkPods, Pods, named
from model.pools import Pool
from model.ports import Ports
from settings.schema.aks_stack import AksStackSettings
from settings.schema.telephony import TelephonySettings

PORTS_OF_A_LEG: Final = 2
"""RTP and RTCP."""


class CallSection(Protocol):
    """The settings of a workload that carries calls: whole CPUs of a pod, and concurrent calls per CPU."""

    @property
    def cpu(self) -> int: ...

    @property
    def calls_per_cpu(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How a workload carries calls.

    A call has `legs` media legs in it, `legs_with_ports` of which take RTP ports; `legs_text` names them. `metric` is
    the gauge of its concurrent calls, on the port `Workload.metrics`. `rtp_ports` counts the RTP ports of a pod; none
    means that ports do not limit it. `limited_with` names the workloads that carry every call together with it.
    """

    legs: int
    legs_with_ports: int
    legs_text: str
    metric: str
    section: Callable[[AksStackSettings], CallSection]
    rtp_ports: Callable[[AksStackSettings], int] | None = None
    limited_with: Callable[[AksStackSettings], Sequence[Workload]] = lambda _: ()

    def calls_per_pod(self, settings: AksStackSettings) -> tuple[int, str]:
        """Returns the calls that a pod can carry by itself, and the name of the limit: CPU or RTP ports."""
        section = self.section(settings)
        by_cpu = section.cpu * section.calls_per_cpu
        if self.rtp_ports is None:
            return by_cpu, "CPU"
        by_ports = self.rtp_ports(settings) // (PORTS_OF_A_LEG * self.legs_with_ports)
        return (by_ports, "RTP ports") if by_ports < by_cpu else (by_cpu, "CPU")


def _one_instance(workload: Workload, _: AksStackSettings) -> tuple[str, ...]:
    return (workload.name,)


def _no_ports(_: TelephonySettings) -> tuple[Ports, ...]:
    return ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """One workload: a chart of `charts/`, its place in the cluster and its needs.

    - `name` is the name of its chart, and by default of its only instance.
    - `pool` and `priority` place its pods.
    - `section` is the path of its settings in the stack file, `images` the fields of `voice:images` that it runs.
    - `secrets`, `containers`, `redis` and `database_administrator` are the permissions of its identity
      (`model.permissions`).
    - `environment_secrets` maps environment variables to secrets.
    - `host_network`: its pods use the network of their node, where `host_ports` are all ports that they listen on and
      `public_ports` those that clients reach at the node's public address.
    - `metrics` is the port of its metrics, `load_balancers` the ports of each of its Services of type LoadBalancer.
    - `flows` are the flows that it opens or receives. A flow between two workloads stands in only one module: the one
      that imports the other.
    - `waits_for_calls`: a pod that stops waits until its calls end. `is_job`: its pods run and end.
    - `fills_pool`: its pods fill nodes of their pool; the namespace's quota allows the whole pool.
    - `instances` returns the names of its instances in a stack, each with its own identity and release.
    """

    name: str
    namespace: Namespace
    pool: Pool
    priority: PriorityClass
    section: str
    images: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    redis: bool = False
    database_administrator: bool = False
    environment_secrets: Callable[[AksStackSettings], Mapping[str, str]] = lambda _: {}
    host_network: bool = False
    host_ports: Callable[[TelephonySettings], tuple[Ports, ...]] = _no_ports
    public_ports: Callable[[TelephonySettings], tuple[Ports, ...]] = _no_ports
    metrics: Ports | None = None
    load_balancers: tuple[tuple[Ports, ...], ...] = ()
    flows: tuple[Flow, ...] = ()
    calls: Calls | None = None
    waits_for_calls: bool = False
    is_job: bool = False
    fills_pool: bool = True
    enabled: Condition = ALWAYS
    instances: Callable[[Workload, AksStackSettings], tuple[str, ...]] = _one_instance

    @property
    def endpoint(self) -> Pods | HostNetworkPods:
        """The pods of all its instances, as network policies name them."""
        return HostNetworkPods(self.name) if self.host_network else named(self.name, self.namespace.name)

    @property
    def module(self) -> str:
        """The name of its modules in this package and in `components.voice_workloads`."""
        return self.name.replace("-", "_")

    @property
    def host(self) -> str:
        """The name of its Service in the cluster."""
        return service_host(self.name, self.namespace)

    def instances_of(self, settings: AksStackSettings) -> tuple[Instance, ...]:
        """Returns its instances in a stack, whether or not it is enabled."""
        return tuple(Instance(workload=self, name=name) for name in self.instances(self, settings))


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One instance of a workload in a stack. `name` is the name of its release, ServiceAccount and identity."""

    workload: Workload
    name: str

    @property
    def account(self) -> WorkloadAccount:
        """Its ServiceAccount and the permissions of its identity."""
        workload = self.workload
        return WorkloadAccount(
            name=self.name,
            namespace=workload.namespace.name,
            secrets=workload.secrets,
            containers=workload.containers,
            redis=workload.redis,
            database_administrator=workload.database_administrator,
        )
