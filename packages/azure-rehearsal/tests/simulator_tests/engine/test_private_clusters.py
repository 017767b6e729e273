"""A caller outside of a cluster's network does not reach its private API server."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.engine.private_clusters import PublicClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.protocol.provider import Refused, Resource

GROUP = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters"
PRIVATE = "https://inside.privatelink.eastus.azmk8s.io:443"
PUBLIC = "https://outside.hcp.eastus.azmk8s.io:443"


class RespondingClusters:
    """Clusters that all respond."""

    def by_server(self, server_url: str) -> Any:
        return f"the cluster at {server_url}"


@pytest.fixture
def reached() -> PublicClusters:
    cloud = Cloud()
    version = {"currentKubernetesVersion": "1.36.2", "location": "eastus"}
    private = {"privateFQDN": "inside.privatelink.eastus.azmk8s.io", "fqdn": "inside.hcp.eastus.azmk8s.io"}
    profile = {"apiServerAccessProfile": {"enablePrivateCluster": True}}
    cloud.put(Record(f"{GROUP}/inside", CLUSTER, {"name": "inside", **version, **private, **profile}))
    cloud.put(
        Record(f"{GROUP}/outside", CLUSTER, {"name": "outside", **version, "fqdn": "outside.hcp.eastus.azmk8s.io"})
    )
    return PublicClusters(RespondingClusters(), cloud)


def test_a_private_api_server_does_not_respond_and_a_public_one_does(reached: PublicClusters) -> None:
    assert reached.by_server(PUBLIC) is not None
    assert reached.by_server(PRIVATE) is None


def test_the_public_name_of_a_private_api_server_leads_to_its_private_address(reached: PublicClusters) -> None:
    assert reached.by_server("https://inside.hcp.eastus.azmk8s.io:443") is None


def test_the_refusal_states_where_pulumi_must_run(reached: PublicClusters) -> None:
    provider = FakeKubernetesProvider(reached)
    kubeconfig = {
        "clusters": [{"name": "inside", "cluster": {"server": PRIVATE}}],
        "contexts": [{"name": "inside", "context": {"cluster": "inside", "user": "user"}}],
        "current-context": "inside",
        "users": [{"name": "user", "user": {}}],
    }
    provider.configure({"kubeconfig": str(kubeconfig)})
    resource = Resource(type="kubernetes:core/v1:Namespace", name="one", urn="urn:one")
    with pytest.raises(Refused, match=r"unreachable(.|\n)*in the network of its cluster"):
        provider.create(resource, {"metadata": {"name": "one"}}, preview=False)
