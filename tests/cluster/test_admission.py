"""A real API server admits every object of a committed stack, and a second deployment changes nothing."""

from __future__ import annotations

import pytest

from tests.cluster.cluster_queries import is_ready, pods
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster


@pytest.mark.requirement("A1")
def test_every_object_is_admitted_and_a_second_deployment_changes_nothing(staging: Deployed) -> None:
    assert staging.first.ok, staging.first.text
    assert staging.second.ok, staging.second.text
    assert {step.name: step.changed for step in staging.second.changing_steps} == {}


def test_every_pod_is_admitted_scheduled_and_ready(staging: Deployed) -> None:
    assert staging.world.unready() == []
    assert pods(staging.cluster), "the stack has no pods"
    assert [pod["metadata"]["name"] for pod in pods(staging.cluster) if not is_ready(pod)] == []


@pytest.mark.requirement("C19")
def test_namespaces_of_the_platform_enforce_a_pod_security_level(staging: Deployed) -> None:
    levels = {
        item["metadata"]["name"]: item["metadata"]["labels"].get("pod-security.kubernetes.io/enforce")
        for item in staging.cluster.list_objects("v1", "Namespace")
        if item["metadata"]["name"].startswith("voice-")
    }
    assert levels, "the platform has no namespaces"
    assert None not in levels.values(), levels
    refused = staging.cluster
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "privileged", "namespace": "voice-agents"},
        "spec": {"containers": [{"name": "c", "image": "i", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(Exception, match="violates PodSecurity"):
        refused.apply(pod, "test", dry_run=True)


def test_an_unknown_field_is_refused(staging: Deployed) -> None:
    item = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "typo", "namespace": "default"},
        "dta": {"a": "b"},
    }
    with pytest.raises(Exception, match=r"\.dta: field not declared in schema"):
        staging.cluster.apply(item, "test", dry_run=True)


@pytest.mark.requirement("A24", "B41")
def test_load_balancers_have_addresses_and_claims_are_bound(staging: Deployed) -> None:
    cluster = staging.cluster
    balanced = [item for item in cluster.list_objects("v1", "Service") if item["spec"]["type"] == "LoadBalancer"]
    assert balanced, "the platform has no load balancers"
    assert [item["metadata"]["name"] for item in balanced if not item["status"]["loadBalancer"].get("ingress")] == []
    claims = cluster.list_objects("v1", "PersistentVolumeClaim")
    assert [item["metadata"]["name"] for item in claims if item["status"]["phase"] != "Bound"] == []
