"""Regions that are down.

Owns the location of a resource and the effect of an outage: reads and writes of Azure resources in the location time
out, and the API servers of its clusters do not respond. The location of a resource is its own `location`, else that of
its parent, up to its resource group. Role definitions, role assignments and `global` resources have no location: Azure
keeps them in every region. If the region of a resource group is down, another region serves the group
(learn.microsoft.com/azure/azure-resource-manager/management/overview).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.errors import UsageError
from azure_rehearsal.kubernetes.cluster import Cluster, Clusters
from azure_rehearsal.kubernetes.fake.fake_clusters import ClusterDirectory
from azure_rehearsal.protocol.provider import FakeProvider, Refused, Resource
from azure_rehearsal.protocol.provider_wrapper import ProviderWrapper

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
_GLOBAL_NAMESPACE: Final = "Microsoft.Authorization/"
_MANAGED_BY_PARENT: Final = frozenset({"microsoft.containerregistry/registries/replications"})
"""ARM types that the location of their parent manages, whatever their own location: a container registry and its
replicas are configured in the registry's home region
(learn.microsoft.com/azure/reliability/reliability-container-registry).
"""


def locations(names: list[str]) -> frozenset[str]:
    """The locations with these names, in Azure's spelling. Raises `UsageError` for an unknown location."""
    found = frozenset(normal_location(name) for name in names)
    if unknown := sorted(found - set(REGIONS)):
        raise UsageError(
            f"--unreachable {', '.join(unknown)}: unknown Azure location. Known: {', '.join(sorted(REGIONS))}."
        )
    return found


class AzureOutage(ProviderWrapper):
    """The fake azure-native provider during an outage: calls to the unreachable locations time out."""

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
        type = (
            type_registry.functions()[token][0] if token in type_registry.functions() else token.replace(":get", ":", 1)
        )
        if type in type_registry.types():
            self._refuse_unreachable(self._id(type, arguments), {})
        return super().invoke(token, arguments, preview)

    def _id(self, type: str, values: Mapping[str, Any]) -> str:
        """The id from the path parameters; empty if one is missing, which the wrapped provider refuses."""
        try:
            path = type_registry.arm_type(type).path
            return arm_ids.fill(path, {"subscriptionId": self._client.subscription_id, **values})
        except KeyError:
            return ""

    def _refuse_unreachable(self, id: str, values: Mapping[str, Any], name: str = "") -> None:
        """`name` is the resource's logical name in Pulumi, if it has one."""
        location = location_of(self._cloud, id, str(values.get("location") or ""))
        if location in self._down:
            raise Refused(
                "GatewayTimeout",
                f"The gateway did not receive a response from '{arm_ids.kind(id).split('/')[0]}' within the specified "
                f"time period: {id} is managed in {location}, which is down in this rehearsal.",
                (f"exclude it now (`pulumi up --exclude '**{name}'`), and " if name else "")
                + f"deploy it when {location} responds again",
            )


class ClusterOutage:
    """The clusters during an outage: API servers in the unreachable locations do not respond."""

    def __init__(
        self, clusters: Clusters, cloud: Cloud, down: frozenset[str], directory: ClusterDirectory | None = None
    ) -> None:
        """`directory` resolves the addresses of API servers (default: `cloud`)."""
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
    """The location that manages a resource, such as `westeurope`; empty if it has none or is unknown.

    `planned` is the location of a resource that the cloud may not have yet.
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
