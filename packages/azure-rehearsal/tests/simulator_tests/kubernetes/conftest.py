from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.fake.recorded import RecordedClusters
from azure_rehearsal.kubernetes.fake.recorded_cluster import RecordedCluster
from azure_rehearsal.kubernetes.provider import KubernetesStandIn
from simulator_tests.kubernetes.support import SERVER, Directory, stand_in


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def clusters(tmp_path: Path, directory: Directory) -> RecordedClusters:
    return RecordedClusters.open(tmp_path / "clusters", directory)


@pytest.fixture
def cluster(clusters: RecordedClusters) -> RecordedCluster:
    found = clusters.by_server(SERVER)
    assert found is not None
    return found


@pytest.fixture
def provider(clusters: RecordedClusters) -> KubernetesStandIn:
    return stand_in(clusters)
