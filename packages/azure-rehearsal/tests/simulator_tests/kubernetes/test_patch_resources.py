"""`…Patch` resources, which change an object that another manager owns."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.protocol.provider import Refused
from simulator_tests.kubernetes.support import SEED, checked, made, named, resource

WHICH = resource("kubernetes:core/v1:NamespacePatch", "label")


def patch(**labels: str) -> dict[str, Any]:
    item = named("v1", "Namespace", "kube-public")
    item["metadata"]["labels"] = labels
    return item


def labels_of(cluster: FakeApiServer) -> dict[str, str]:
    namespace = cluster.get(Key("v1", "Namespace", "", "kube-public"))
    assert namespace
    return namespace["metadata"].get("labels", {})


def test_a_patch_adds_changes_and_removes_its_own_fields(
    provider: FakeKubernetesProvider, cluster: FakeApiServer
) -> None:
    cluster.apply(patch(theirs="yes"), "client")
    id, inputs, outputs = made(provider, WHICH, patch(ours="yes"))
    assert labels_of(cluster) == {"theirs": "yes", "ours": "yes"}
    new = checked(provider, WHICH, patch(ours="no"), inputs)
    assert provider.diff(WHICH, id, inputs, outputs, new).changed == ["metadata.labels.ours"]
    outputs = provider.update(WHICH, id, inputs, outputs, new, preview=False)
    assert labels_of(cluster) == {"theirs": "yes", "ours": "no"}
    provider.delete(WHICH, id, new, outputs)
    assert labels_of(cluster) == {"theirs": "yes"}


def test_a_patch_of_a_missing_object_is_refused(provider: FakeKubernetesProvider) -> None:
    item = named("v1", "Namespace", "nowhere")
    with pytest.raises(Refused, match=r'NotFound: .*namespaces "nowhere" not found'):
        provider.create(WHICH, checked(provider, WHICH, item), preview=False)


def test_a_patch_needs_a_name(provider: FakeKubernetesProvider) -> None:
    _, failures = provider.check(WHICH, {}, named("v1", "Namespace"), SEED)
    assert "require the `.metadata.name` field" in failures[0].reason


def test_a_conflicting_patch_is_refused_unless_forced(provider: FakeKubernetesProvider, cluster: FakeApiServer) -> None:
    cluster.apply(patch(shared="theirs"), "client")
    item = patch(shared="ours")
    with pytest.raises(Refused, match=r"Conflict: .*pulumi.com/patchForce"):
        provider.create(WHICH, checked(provider, WHICH, item), preview=False)
    item["metadata"]["annotations"] = {"pulumi.com/patchForce": "true"}
    provider.create(WHICH, checked(provider, WHICH, item), preview=False)
    assert labels_of(cluster) == {"shared": "ours"}
