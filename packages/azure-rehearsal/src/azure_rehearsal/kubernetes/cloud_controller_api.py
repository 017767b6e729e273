"""The interface between the controllers of a cluster and the simulated Azure.

A controller reads the objects of its cluster and asks Azure for load balancers, disks and DNS records. Azure's refusals
are returned as text and not raised, because controllers retry. Every Azure resource that a controller creates stores
its `Cause`: such a resource belongs to no program, and it is orphaned when its cause is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

DEFAULT_TTL: Final = 300
"""Default TTL of DNS records in seconds, as in external-dns for Azure."""


@dataclass(frozen=True, order=True)
class Cause:
    """The Kubernetes object for which a controller created something. `cluster_id` is the creation id."""

    cluster_id: str
    cluster: str
    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {where} of cluster {self.cluster}"


@dataclass(frozen=True)
class Provided:
    """The value that Azure provided (an address, an id), or the problem."""

    value: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PodIdentity:
    """The workload identity of a pod: the client id on its ServiceAccount and the subject of its tokens."""

    client_id: str
    subject: str


@dataclass(frozen=True)
class Endpoint:
    """A host that needs DNS records. `resource` names its source (`httproute/shop/api`)."""

    host: str
    targets: tuple[str, ...]
    resource: str
    cause: Cause


@dataclass(frozen=True)
class ExternalDnsOptions:
    """The options of one external-dns.

    `filters` and `excluded` are domains. `owner` identifies its records in TXT records, whose names have `prefix` or
    `suffix`. `ttl` is in seconds. `deletes` says whether it removes obsolete records.
    """

    identity: PodIdentity
    resource_group: str
    owner: str
    filters: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""
    ttl: int = DEFAULT_TTL
    deletes: bool = True


class CloudControllerApi(Protocol):
    """The simulated Azure, as controllers see it. `cluster_id` is the creation id of their cluster."""

    def exists(self, cluster_id: str) -> bool:
        """Whether the cluster still exists. The controllers of a deleted cluster do nothing."""

    def sync_load_balancers(self, cluster_id: str, services: Sequence[Mapping[str, Any]]) -> dict[str, Provided]:
        """Updates the cluster's load balancers to match all its Services of type LoadBalancer.

        Returns an address or a problem for each Service, by its uid.
        """

    def provide_disk(self, cause: Cause, volume: str, gib: int, parameters: Mapping[str, str]) -> Provided:
        """The id of a volume's disk, created if needed. `parameters` are those of the storage class."""

    def remove_disk(self, id: str) -> None:
        """Deletes a disk that a cluster created; does nothing if it is gone."""

    def sync_records(self, cluster_id: str, options: ExternalDnsOptions, endpoints: Sequence[Endpoint]) -> list[str]:
        """Updates the records of an external-dns to match these hosts; returns the problems."""

    def zone_problem(self, cluster_id: str, identity: PodIdentity, resource_group: str, zone: str) -> str:
        """Why a pod cannot write records in a public zone; empty when it can."""
