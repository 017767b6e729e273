"""The simulated outside world of one state directory: one Azure, the clusters in it, and the stand-ins that reach them.

Owns which stand-in serves which package and what the stand-ins share. Every stack of the state directory lives in the
same world; it is kept apart from Pulumi's state, so that drift can be made and found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.engine.cluster_choice import FOLDERS, ClusterChoice, chosen
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import FakeProvider, Refused
from azure_rehearsal.protocol.random_provider import FakeRandomProvider

if TYPE_CHECKING:
    from azure_rehearsal.azure.core.client import Client
    from azure_rehearsal.azure.core.cloud import Cloud
    from azure_rehearsal.engine.cluster_owned_resources import ObservableCluster
    from azure_rehearsal.kubernetes.real.real_clusters import RealClusters


class BackendsProtocol(Protocol):
    """What the engine needs of a world; tests hand in worlds of their own."""

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        """For each package a factory of its stand-in, called once for each provider instance."""
        ...

    def leftovers(self) -> list[str]:
        """What still exists, a line for each, as people read it. Soft-deleted things do not count."""
        ...

    def orphans(self) -> list[str]:
        """What the controllers of clusters made and nobody takes away any more, a line for each."""
        ...

    def unready(self) -> list[str]:
        """What the controllers of clusters cannot do, a line for each: addresses, volumes, records, certificates."""
        ...

    def contents(self) -> set[str]:
        """Which things exist, inside clusters too: the same for the same things, however they came to be."""
        ...

    def find(self, caller: Caller, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        """The id of what exists with these inputs; empty when nothing does. `owned` are the ids that the stack has."""
        ...

    def change(self, id: str, path: str, value: Any) -> None:
        """Sets a property of something behind Pulumi's back. Raises `Refused`."""
        ...

    def remove(self, id: str) -> None:
        """Takes something away behind Pulumi's back, with all that is in it. Raises `Refused`."""
        ...

    def save(self) -> None:
        """Writes what must outlive this process."""
        ...


@runtime_checkable
class Closeable(Protocol):
    """A world in which something runs, which must be ended with it."""

    def close(self) -> None:
        """Ends all that runs. Nothing may be asked of the world after that."""
        ...


class Backends:
    """The world that the platform is rehearsed in: Azure, Kubernetes and the `random` package."""

    @classmethod
    def open(cls, directory: Path) -> Backends:
        """The world kept in `directory`; an empty one where nothing is kept yet."""
        return cls(directory)

    def __init__(self, directory: Path) -> None:
        # Late imports: loading the simulated Azure takes a noticeable part of a second that `--help` need not pay.
        from azure_rehearsal.azure.controllers import Controllers
        from azure_rehearsal.azure.core.cloud import Cloud
        from azure_rehearsal.kubernetes.fake.recorded import RecordedClusters

        try:
            self._cloud = Cloud.open(directory / "azure.json")
        except ValueError as error:  # written by another version of the rehearsal, or damaged
            raise UsageError(f"the simulated Azure cannot be read: {error}.") from None
        self.directory = directory
        controllers = Controllers(self._cloud)
        self._real: RealClusters | None = None
        if chosen(directory) is ClusterChoice.REAL:
            from azure_rehearsal.kubernetes.real.real_clusters import RealClusters

            self._real = RealClusters.open(directory / FOLDERS[ClusterChoice.REAL], self._cloud, controllers)
        recorded = directory / FOLDERS[ClusterChoice.RECORDED]
        self._clusters = self._real or RecordedClusters.open(recorded, self._cloud, controllers)

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        from azure_rehearsal.azure.core.provider import AzureStandIn
        from azure_rehearsal.azure.core.registry import types
        from azure_rehearsal.azure.core.schema import resource_schema
        from azure_rehearsal.chaos.outage import AzureOutage, ClusterOutage
        from azure_rehearsal.kubernetes.provider import KubernetesStandIn

        client = self._client(caller)
        cloud, down = self._cloud, caller.unreachable
        clusters = ClusterOutage(self._clusters, cloud, down, self._real) if down else self._clusters

        def azure() -> FakeProvider:
            # Here, where one thread calls at a time: the SDK loads its modules lazily, and Python before 3.11.9 and
            # 3.12.2 gives half of a module to a thread that comes while another one loads it.
            for token in types():
                resource_schema(token)
            stand_in: FakeProvider = AzureStandIn(cloud, client)
            if self._real is not None:
                from azure_rehearsal.kubernetes.real.credentials import RealCredentials

                stand_in = RealCredentials(stand_in, cloud, client, self._real)
            return AzureOutage(stand_in, cloud, client, down) if down else stand_in

        return {
            "azure-native": azure,
            "kubernetes": lambda: KubernetesStandIn(clusters, caller.directory),
            "random": FakeRandomProvider,
        }

    @property
    def cloud(self) -> Cloud:
        """The simulated Azure."""
        return self._cloud

    @property
    def real_clusters(self) -> RealClusters | None:
        """The clusters, where real ones stand behind the simulated ones."""
        return self._real

    def _client(self, caller: Caller) -> Client:
        from azure_rehearsal.azure.core.client import Client

        return Client.named(
            subscription_id=caller.subscription_id, tenant_id=caller.tenant_id, object_id=caller.principal_id
        )

    def leftovers(self) -> list[str]:
        from azure_rehearsal.engine.cluster_owned_resources import leftovers

        return leftovers(self._cloud)

    def orphans(self) -> list[str]:
        from azure_rehearsal.engine.cluster_owned_resources import orphans

        return orphans(self._cloud, dict(self._every_cluster()))

    def unready(self) -> list[str]:
        return [line for _, cluster in self._every_cluster() for line in cluster.unready()]

    def contents(self) -> set[str]:
        from azure_rehearsal.engine.cluster_owned_resources import contents

        return contents(self._cloud, dict(self._every_cluster()))

    def _every_cluster(self) -> Iterator[tuple[str, ObservableCluster]]:
        """The clusters that exist, by their Azure ids."""
        from azure_rehearsal.chaos.outage import CLUSTER

        for record in self._cloud.of_type(CLUSTER):
            address = record.properties.get("fqdn") or record.properties.get("privateFQDN") or ""
            if (cluster := self._clusters.by_server(address)) is not None:
                yield record.id, cluster

    def find(self, caller: Caller, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        from azure_rehearsal.engine.cluster_owned_resources import objects
        from azure_rehearsal.engine.lookup import azure_id, kind_of, kubernetes_id

        if type.startswith("kubernetes:"):
            there = {line for id, cluster in self._every_cluster() for line in objects(id, cluster, *kind_of(type))}
            return kubernetes_id(type, inputs, there, owned)
        record = self._cloud.get(azure_id(type, inputs, self._client(caller).subscription_id))
        return record.id if record else ""

    def change(self, id: str, path: str, value: Any) -> None:
        self._cloud.set(id, path, value)

    def remove(self, id: str) -> None:
        if self._cloud.get(id) is None:
            raise Refused("ResourceNotFound", f"nothing in the simulated cloud has the id {id}")
        self._cloud.remove(id)

    def save(self) -> None:
        self._cloud.save()
        self._clusters.save()

    def close(self) -> None:
        if self._real is not None:
            self._real.close()
