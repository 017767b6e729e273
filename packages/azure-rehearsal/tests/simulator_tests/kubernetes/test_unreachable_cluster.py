"""A configured provider whose API server does not answer."""

from __future__ import annotations

import pytest

from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.protocol.provider import Difference, Refused
from simulator_tests.kubernetes.support import (
    DEPLOYMENT,
    SEED,
    SERVER,
    Directory,
    checked,
    configured_provider,
    deployment,
    kubeconfig,
    made,
)


@pytest.fixture
def provider(clusters: FakeClusters, directory: Directory) -> FakeKubernetesProvider:
    directory.clusters.clear()
    return configured_provider(clusters)


def test_a_preview_returns_the_inputs(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, DEPLOYMENT, deployment(replicaz=1))
    assert provider.create(DEPLOYMENT, inputs, preview=True) == ("", inputs)
    assert provider.update(DEPLOYMENT, "default/edge", inputs, inputs, inputs, preview=True) == inputs
    assert provider.diff(DEPLOYMENT, "default/edge", inputs, inputs, inputs) == Difference()


def test_every_write_fails(provider: FakeKubernetesProvider) -> None:
    inputs = checked(provider, DEPLOYMENT, deployment())
    says = f'configured Kubernetes cluster is unreachable: .*no API server answers at "{SERVER}"'
    with pytest.raises(Refused, match=says):
        provider.create(DEPLOYMENT, inputs, preview=False)
    with pytest.raises(Refused, match=says):
        provider.update(DEPLOYMENT, "default/edge", inputs, inputs, inputs, preview=False)
    with pytest.raises(Refused, match=f"{says}.*deleteUnreachable"):
        provider.delete(DEPLOYMENT, "default/edge", inputs, inputs)
    with pytest.raises(Refused, match=f"{says}.*deleteUnreachable"):
        provider.read(DEPLOYMENT, "default/edge", inputs, inputs)


def test_delete_unreachable_drops_resources(clusters: FakeClusters, directory: Directory) -> None:
    directory.clusters.clear()
    provider = configured_provider(clusters, deleteUnreachable="true")
    provider.delete(DEPLOYMENT, "default/edge", deployment(), deployment())
    assert provider.read(DEPLOYMENT, "default/edge", deployment(), deployment()) is None


def test_skip_update_unreachable_keeps_resources(clusters: FakeClusters, directory: Directory) -> None:
    directory.clusters.clear()
    provider = configured_provider(clusters, skipUpdateUnreachable="true")
    old = deployment(replicas=1)
    assert provider.check(DEPLOYMENT, old, deployment(replicas=2), SEED) == (old, [])
    assert provider.read(DEPLOYMENT, "default/edge", old, old) == ("default/edge", old, old)


def test_the_ambient_kubeconfig_is_not_read(clusters: FakeClusters) -> None:
    provider = FakeKubernetesProvider(clusters)
    provider.configure({})
    with pytest.raises(Refused, match="no kubeconfig is set, and the rehearsal does not read"):
        provider.create(DEPLOYMENT, deployment(), preview=False)


def test_a_cluster_that_appears_later_is_found(clusters: FakeClusters, directory: Directory) -> None:
    directory.clusters, known = {}, directory.clusters
    provider = FakeKubernetesProvider(clusters)
    provider.configure({"kubeconfig": kubeconfig()})
    directory.clusters = known
    assert made(provider, DEPLOYMENT, deployment())[0] == "default/edge"
