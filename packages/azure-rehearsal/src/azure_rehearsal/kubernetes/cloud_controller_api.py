"""What the controllers inside a cluster do in Azure: the words that recorded clusters and the simulated Azure share.

A controller looks at the objects of its cluster and asks for what they need; whatever Azure says against it comes back
as a sentence, for controllers try again and raise nothing. What they made carries its `Cause`: it belongs to no
program, and when the cause is gone while the thing stays, it was left behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

DEFAULT_TTL: Final = 300
"""Seconds that a record may be kept unless told otherwise; external-dns's own for Azure."""


@dataclass(frozen=True, order=True)
class Cause:
    """The object from which a controller made something. `cluster_id` is another one whenever a cluster is made."""

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
    """What Azure gave (an address, an id), or why it gave nothing."""

    value: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PodIdentity:
    """Who a pod is by workload identity: the client id on its ServiceAccount, and the subject of its tokens."""

    client_id: str
    subject: str


@dataclass(frozen=True)
class Endpoint:
    """A host for which there must be records. `resource` names where it comes from (`httproute/voice-system/api`)."""

    host: str
    targets: tuple[str, ...]
    resource: str
    cause: Cause


@dataclass(frozen=True)
class ExternalDnsOptions:
    """An external-dns as its options make it.

    `filters` and `excluded` are domains; `owner` marks its records in TXT records, named with `prefix` or `suffix`.
    `ttl` are seconds; `deletes` says whether it removes what nobody wants any more.
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
    """The simulated Azure as controllers reach it. `cluster_id` is the creation id of theirs."""

    def exists(self, cluster_id: str) -> bool:
        """Whether the cluster is still there: the controllers of one that is gone do nothing."""

    def sync_load_balancers(self, cluster_id: str, services: Sequence[Mapping[str, Any]]) -> dict[str, Provided]:
        """Brings the cluster's load balancers to what all its Services of type LoadBalancer want.

        Answers with an address, or why there is none, for each Service by its uid.
        """

    def provide_disk(self, cause: Cause, volume: str, gib: int, parameters: Mapping[str, str]) -> Provided:
        """The id of a disk for a volume; made unless it is there. `parameters` are those of the storage class."""

    def remove_disk(self, id: str) -> None:
        """Deletes a disk that a cluster made; nothing when it is gone."""

    def sync_records(self, cluster_id: str, options: ExternalDnsOptions, endpoints: Sequence[Endpoint]) -> list[str]:
        """Brings the records of an external-dns to these hosts, and answers what it could not do."""

    def zone_problem(self, cluster_id: str, identity: PodIdentity, resource_group: str, zone: str) -> str:
        """Why a pod cannot write records into a public zone; empty when it can."""
