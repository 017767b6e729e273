"""The catalog of workloads: one module per workload, each with a descriptor named `WORKLOAD`.

Identities, network policies, quotas, required digests, capacity, drain and rollout times, status and the tables of the
tests are derived from it. Values of charts belong in `components.voice_workloads`, controllers that the platform
installs from third-party charts in `components.platform_services`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Final

from model.pools import Pool
from model.ports import NODE_EXPORTER, Ports
from model.workloads.workload import Calls, Instance, Workload
from settings.schema.aks_stack import AksStackSettings
from settings.schema.telephony import TelephonySettings

_DESCRIPTOR_MODULE: Final = "workload"


def _catalog() -> Iterator[Workload]:
    """Yields the descriptor of every module of this package, in the order of the modules' names."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        if module != _DESCRIPTOR_MODULE:
            yield importlib.import_module(f"{__name__}.{module}").WORKLOAD


CATALOG: Final[tuple[Workload, ...]] = tuple(_catalog())
CALL_WORKLOADS: Final[Mapping[Workload, Calls]] = {known: known.calls for known in CATALOG if known.calls is not None}
"""The workloads that carry calls, with the way in which each does."""


def enabled_workloads(settings: AksStackSettings) -> tuple[Workload, ...]:
    """Returns the workloads that the stack deploys."""
    return tuple(workload for workload in CATALOG if workload.enabled.holds(settings))


def instances(settings: AksStackSettings) -> tuple[Instance, ...]:
    """Returns the instances that the stack deploys."""
    return tuple(instance for workload in enabled_workloads(settings) for instance in workload.instances_of(settings))


def host_ports(pool: Pool, telephony: TelephonySettings) -> tuple[Ports, ...]:
    """Returns every port that is in use on the network of a pool's nodes."""
    workloads = (port for known in CATALOG if known.pool == pool for port in known.host_ports(telephony))
    return (*workloads, NODE_EXPORTER)


def public_ports(pool: Pool, telephony: TelephonySettings) -> tuple[Ports, ...]:
    """Returns the ports that are open on the public addresses of a pool's nodes."""
    return tuple(port for known in CATALOG if known.pool == pool for port in known.public_ports(telephony))


def media_workloads(pool: Pool) -> tuple[Workload, ...]:
    """Returns the workloads that share the nodes of a media pool, one pod of each on every node."""
    return tuple(known for known in CATALOG if known.pool == pool and known.host_network)
