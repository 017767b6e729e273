"""Regions that are down: what lies in them does not answer.

Owns where a resource lies and what is then unreachable: reads and writes of Azure resources in the location, and the
API servers of clusters there. A resource lies where its own `location` says; without one, where the resource that it
belongs to lies, up to its resource group. Role definitions and assignments, and what is `global`, lie nowhere: Azure
keeps them in every region, and resource groups whose region is down are served from another one
(learn.microsoft.com/azure/azure-resource-manager/management/overview).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, registry
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.errors import UsageError
from azure_rehearsal.kubernetes.cluster import Cluster, Clusters
from azure_rehearsal.kubernetes.fake.recorded import ClusterDirectory
from azure_rehearsal.protocol.provider import FakeProvider, Refused, Resource
from azure_rehearsal.protocol.provider_wrapper import ProviderWrapper

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
_GLOBAL_NAMESPACE: Final = "Microsoft.Authorization/"
_MANAGED_BY_PARENT: Final = frozenset({"microsoft.containerregistry/registries/replications"})
"""What is managed where its parent lies, wherever it lies itself: a registry is configured, its replicas included, in
its home region (learn.microsoft.com/azure/reliability/reliability-container-registry).
"""


def locations(names: list[str]) -> frozenset[str]:
    """The locations with these names, as Azure spells them in ids. Raises `UsageError` for one that there is not."""
    found = frozenset(normal_location(name) for name in names)
    if unknown := sorted(found - set(REGIONS)):
        raise UsageError(
            f"--unreachable {', '.join(unknown)}: no such Azure location; there are {', '.join(sorted(REGIONS))}."
        )
    return found


class AzureOutage(ProviderWrapper):
    """The azure-native stand-in while locations are down: what reaches for them ends in a time-out."""

    def __init__(self, inner: FakeProvider, cloud: Cloud, client: Client, down: frozenset[str]) -> None:
        super().__init__(inner)
        self._cloud = cloud
        self._client = client
        self._down = down

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if not preview:
            self._refuse_unreachable(self._id(resource.type, inputs), inputs, resource.name)
        return super().create(resource, inputs, preview)

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        if not preview:
            self._refuse_unreachable(id, new, resource.name)
        return super().update(resource, id, old_inputs, old_outputs, new, preview)

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self._refuse_unreachable(id, inputs, resource.name)
        super().delete(resource, id, inputs, outputs)

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        self._refuse_unreachable(id, inputs, resource.name)
        return super().read(resource, id, inputs, outputs)

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        type = registry.functions()[token][0] if token in registry.functions() else token.replace(":get", ":", 1)
        if type in registry.types():
            self._refuse_unreachable(self._id(type, arguments), {})
        return super().invoke(token, arguments, preview)

    def _id(self, type: str, values: Mapping[str, Any]) -> str:
        """The id that path parameters name; empty where one is missing, which the stand-in itself refuses."""
        try:
            path = registry.arm_type(type).path
            return arm_ids.fill(path, {"subscriptionId": self._client.subscription_id, **values})
        except KeyError:
            return ""

    def _refuse_unreachable(self, id: str, values: Mapping[str, Any], name: str = "") -> None:
        """`name` is the resource's in Pulumi, where it has one."""
        location = location_of(self._cloud, id, str(values.get("location") or ""))
        if location in self._down:
            raise Refused(
                "GatewayTimeout",
                f"The gateway did not receive a response from '{arm_ids.kind(id).split('/')[0]}' within the specified "
                f"time period: {id} is managed in {location}, which is down in this rehearsal.",
                (f"leave it out now (`pulumi up --exclude '**{name}'`), and" if name else "")
                + f" deploy it when {location} answers again",
            )


class ClusterOutage:
    """The clusters while locations are down: nobody answers at the API servers there."""

    def __init__(
        self, clusters: Clusters, cloud: Cloud, down: frozenset[str], directory: ClusterDirectory | None = None
    ) -> None:
        """`directory` knows the addresses that API servers have; unless told otherwise, the cloud does."""
        self._clusters = clusters
        self._cloud = cloud
        self._down = down
        self._directory = directory or cloud

    def by_server(self, server_url: str) -> Cluster | None:
        identity = self._directory.cluster_by_server(server_url)
        named = identity.creation_id if identity else ""
        records = [record for record in self._cloud.of_type(CLUSTER) if record.creation_id == named]
        if any(location_of(self._cloud, record.id) in self._down for record in records):
            return None
        return self._clusters.by_server(server_url)


def location_of(cloud: Cloud, id: str, planned: str = "") -> str:
    """Where a resource is managed, as `westeurope`; empty where that is nowhere, or nobody knows.

    `planned` is the location that it is to have: the cloud may not know it yet.
    """
    location = normal_location(planned)
    while id:
        kind = arm_ids.kind(id)
        if kind.startswith(_GLOBAL_NAMESPACE):
            return ""
        if kind.lower() not in _MANAGED_BY_PARENT:
            record = cloud.get(id)
            location = location or (normal_location(str(record.properties.get("location") or "")) if record else "")
            if location:
                return location
        location = ""
        id = arm_ids.parent(id) or id.rpartition("/providers/")[0]
    return location
