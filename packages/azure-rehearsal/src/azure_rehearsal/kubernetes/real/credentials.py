"""The credentials of real clusters, as the simulated Azure returns them.

A client certificate of the administrator replaces the Entra login, which cannot be verified offline.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import yaml

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.kubernetes.real.real_clusters import RealClusters
from azure_rehearsal.protocol.provider import FakeProvider
from azure_rehearsal.protocol.provider_wrapper import ProviderWrapper

_CREDENTIALS: Final = (
    "azure-native:containerservice:listManagedClusterUserCredentials",
    "azure-native:containerservice:listManagedClusterAdminCredentials",
)


class RealCredentials(ProviderWrapper):
    """The azure-native provider with kubeconfigs of real API servers. Azure's refusals still apply."""

    def __init__(self, inner: FakeProvider, cloud: Cloud, client: Client, clusters: RealClusters) -> None:
        super().__init__(inner)
        self._cloud = cloud
        self._client = client
        self._clusters = clusters

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        answer = super().invoke(token, arguments, preview)
        if token not in _CREDENTIALS:
            return answer
        path = type_registry.arm_type(CLUSTER).path
        record = self._cloud.get(arm_ids.fill(path, {"subscriptionId": self._client.subscription_id, **arguments}))
        if record is None:
            return answer
        real = yaml.safe_load(self._clusters.kubeconfig(record))
        return {**answer, "kubeconfigs": [self._with_real_server(real, entry) for entry in answer["kubeconfigs"]]}

    def _with_real_server(self, real: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
        """One of Azure's kubeconfigs with the real server and certificate; names are unchanged."""
        config = yaml.safe_load(base64.b64decode(entry["value"]))
        config["clusters"][0]["cluster"] = real["clusters"][0]["cluster"]
        config["users"][0]["user"] = real["users"][0]["user"]
        text = yaml.safe_dump(config, sort_keys=False)
        return {**entry, "value": base64.b64encode(text.encode()).decode()}
