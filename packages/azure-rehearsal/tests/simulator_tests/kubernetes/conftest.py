from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from simulator_tests.kubernetes.support import SERVER, Directory, configured_provider


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def clusters(tmp_path: Path, directory: Directory) -> FakeClusters:
    return FakeClusters.open(tmp_path / "clusters", directory)


@pytest.fixture
def cluster(clusters: FakeClusters) -> FakeApiServer:
    found = clusters.by_server(SERVER)
    assert found is not None
    return found


@pytest.fixture
def provider(clusters: FakeClusters) -> FakeKubernetesProvider:
    return configured_provider(clusters)
