"""Quotas and limit ranges of the platform's namespaces, enforced by the API server."""

from __future__ import annotations

from typing import Final

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Object, Reason
from azure_rehearsal.kubernetes.quantities import amount
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from tests.cluster.cluster_queries import CALL_NAMESPACES, small_pod

pytestmark = pytest.mark.cluster

NAMESPACES: Final = sorted(set(CALL_NAMESPACES.values()))


def with_requests(pod: Object, cpu: str, containers: int = 1) -> Object:
    """The pod with this number of containers, each with this CPU request."""
    (first,) = pod["spec"]["containers"]
    resources = {key: {"cpu": cpu, "memory": "16Mi"} for key in ("requests", "limits")}
    pod["spec"]["containers"] = [
        {**first, "name": f"c{number}", "resources": resources} for number in range(containers)
    ]
    return pod


def refusal_of(cluster: RunningCluster, item: Object) -> str:
    with pytest.raises(ApiError) as refused:
        cluster.apply(item, "test", dry_run=True)
    assert refused.value.reason is Reason.FORBIDDEN
    return refused.value.message


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_pods_beyond_limits_and_quotas_are_refused(cluster: RunningCluster, namespace: str) -> None:
    (limits,) = cluster.list_objects("v1", "LimitRange", namespace)
    (quota,) = cluster.list_objects("v1", "ResourceQuota", namespace)
    largest, total = limits["spec"]["limits"][0]["max"]["cpu"], quota["spec"]["hard"]["requests.cpu"]
    pod = small_pod("greedy", namespace, "any")
    cluster.apply(with_requests(pod, "10m"), "test", dry_run=True)
    assert "maximum cpu usage per Container" in refusal_of(
        cluster, with_requests(small_pod("p", namespace, ""), f"{largest}1")
    )
    too_many = int(amount(total) / amount(largest)) + 1
    assert "exceeded quota" in refusal_of(cluster, with_requests(small_pod("p", namespace, ""), largest, too_many))


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_container_without_requests_gets_the_defaults_of_its_namespace(
    cluster: RunningCluster, namespace: str
) -> None:
    pod = small_pod("modest", namespace, "any")
    del pod["spec"]["containers"][0]["resources"]
    admitted = cluster.apply(pod, "test", dry_run=True)
    resources = admitted["spec"]["containers"][0]["resources"]
    assert set(resources["requests"]) >= {"cpu", "memory"}
    assert "memory" in resources["limits"]
