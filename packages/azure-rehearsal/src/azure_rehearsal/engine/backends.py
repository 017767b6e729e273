"""The backends of one state directory: the simulated Azure, its clusters, and the fake providers that use them.

Owns the mapping from packages to fake providers and the services that these share. All stacks of a state directory use
the same backends. The backends are separate from Pulumi's state, so that drift can be created and detected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.engine.cluster_choice import FOLDERS, ClusterChoice, chosen
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import FakeProvider, Refused, RetryWait
from azure_rehearsal.protocol.random_provider import FakeRandomProvider

if TYPE_CHECKING:
    from azure_rehearsal.azure.core.client import Client
    from azure_rehearsal.azure.core.cloud import Cloud
    from azure_rehearsal.engine.cluster_owned_resources import ObservableCluster
    from azure_rehearsal.kubernetes.real.real_clusters import RealClusters


CLOUD_FILE: Final = "azure.json"
"""The file of the simulated Azure in the directory of the backends."""


class BackendsProtocol(Protocol):
    """The interface that the engine needs. Tests implement their own."""

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        """For each package a factory of its fake provider. The engine calls it once for each provider instance."""
        ...

    def leftovers(self) -> list[str]:
        """A line for each existing Azure resource. Excludes soft-deleted ones."""
        ...

    def orphans(self) -> list[str]:
        """A line for each Azure resource of a cluster's controller that no controller will delete."""
        ...

    def unready(self) -> list[str]:
        """A line for each object that does not become ready: addresses, volumes, DNS records, certificates."""
        ...

    def take_retry_waits(self) -> list[RetryWait]:
        """The waits of the real providers since the last call."""
        ...

    def contents(self) -> set[str]:
        """A line for each existing resource and object. Equal deployments have equal contents, whatever their past."""
        ...

    def find(self, caller: Caller, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        """The id of the existing resource with these inputs, else empty. `owned` are the ids in the stack's state."""
        ...

    def change(self, id: str, path: str, value: Any) -> None:
        """Sets a property of a resource without Pulumi. Raises `Refused`."""
        ...

    def remove(self, id: str) -> None:
        """Deletes a resource and its children without Pulumi. Raises `Refused`."""
        ...

    def save(self) -> None:
        """Writes everything that the next process needs."""
        ...


@runtime_checkable
class Closeable(Protocol):
    """Backends with running processes."""

    def close(self) -> None:
        """Stops all processes. The backends must not be used afterwards."""
        ...


class Backends:
    """The simulated Azure, Kubernetes and the `random` package."""

    @classmethod
    def open(cls, directory: Path) -> Backends:
        """The backends stored in `directory`; empty ones if nothing is stored yet."""
        return cls(directory)

    def __init__(self, directory: Path) -> None:
        # Late imports: loading the simulated Azure takes a noticeable part of a second, which `--help` avoids.
        from azure_rehearsal.azure.controllers import Controllers
        from azure_rehearsal.azure.core.cloud import Cloud
        from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters

        try:
            self._cloud = Cloud.open(directory / CLOUD_FILE)
        except ValueError as error:  # written by another version of the simulator, or damaged
            raise UsageError(
                f"the simulated Azure cannot be read: {error}. Use another directory with --state, or remove"
                f" {directory.parent}."
            ) from None
        self.directory = directory
        controllers = Controllers(self._cloud)
        self._real: RealClusters | None = None
        if chosen(directory) is ClusterChoice.REAL:
            from azure_rehearsal.kubernetes.real.real_clusters import RealClusters

            self._real = RealClusters.open(directory / FOLDERS[ClusterChoice.REAL], self._cloud, controllers)
        recorded = directory / FOLDERS[ClusterChoice.RECORDED]
        self._clusters = self._real or FakeClusters.open(recorded, self._cloud, controllers)

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        from azure_rehearsal.azure.core.provider import FakeAzureProvider
        from azure_rehearsal.azure.core.schema import resource_schema
        from azure_rehearsal.azure.core.type_registry import types
        from azure_rehearsal.chaos.outage import AzureOutage, ClusterOutage
        from azure_rehearsal.engine.private_clusters import PublicClusters
        from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider

        client = self.client(caller)
        cloud, down = self._cloud, caller.unreachable
        clusters = self._clusters
        if not caller.in_cluster_network:
            clusters = PublicClusters(clusters, cloud, self._real)
        if down:
            clusters = ClusterOutage(clusters, cloud, down, self._real)

        def azure() -> FakeProvider:
            # Only one thread at a time runs this. The SDK loads its modules lazily, and Python before 3.11.9 and 3.12.2
            # can return an incomplete module to a thread while another thread loads it.
            for token in types():
                resource_schema(token)
            stand_in: FakeProvider = FakeAzureProvider(cloud, client)
            if self._real is not None:
                from azure_rehearsal.kubernetes.real.credentials import RealCredentials

                stand_in = RealCredentials(stand_in, cloud, client, self._real)
            return AzureOutage(stand_in, cloud, client, down) if down else stand_in

        return {
            "azure-native": azure,
            "kubernetes": lambda: FakeKubernetesProvider(clusters, caller.directory),
            "random": FakeRandomProvider,
        }

    @property
    def cloud(self) -> Cloud:
        """The simulated Azure."""
        return self._cloud

    @property
    def real_clusters(self) -> RealClusters | None:
        """The real clusters; `None` if the clusters are recorded."""
        return self._real

    @staticmethod
    def client(caller: Caller) -> Client:
        """The client of the simulated Azure for a caller."""
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

    def take_retry_waits(self) -> list[RetryWait]:
        waits, self._cloud.retry_waits = self._cloud.retry_waits, {}
        return sorted(waits.values(), key=lambda wait: wait.urn)

    def contents(self) -> set[str]:
        from azure_rehearsal.engine.cluster_owned_resources import contents

        return contents(self._cloud, dict(self._every_cluster()))

    def _every_cluster(self) -> Iterator[tuple[str, ObservableCluster]]:
        """The existing clusters with their Azure ids."""
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
        record = self._cloud.get(azure_id(type, inputs, self.client(caller).subscription_id))
        return record.id if record else ""

    def change(self, id: str, path: str, value: Any) -> None:
        self._cloud.set(id, path, value)

    def remove(self, id: str) -> None:
        if self._cloud.get(id) is None:
            raise Refused("ResourceNotFound", f"no resource in the simulated Azure has the id {id}")
        self._cloud.remove(id)

    def save(self) -> None:
        from azure_rehearsal.chaos.outage import CLUSTER
        from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters

        self._cloud.save()
        if isinstance(self._clusters, FakeClusters):
            self._clusters.retain({record.creation_id for record in self._cloud.of_type(CLUSTER)})
        self._clusters.save()

    def close(self) -> None:
        if self._real is not None:
            self._real.close()
