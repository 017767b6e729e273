"""The definitions that a rehearsal knows by itself: what they accept, and when AKS has them in a cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.crd_catalog import (
    FOLDER,
    OUTLINE_ANNOTATION,
    addon_crd_files,
    crd_origins,
    crd_outlines,
    crds_in,
)
from azure_rehearsal.kubernetes.custom_resources import (
    CRD_API_VERSION,
    CRD_KIND,
    CustomKind,
    crd_problems,
    kinds_of_crd,
)
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.fake.store import ObjectStore
from azure_rehearsal.kubernetes.schemas import builtin_kinds
from simulator_tests.kubernetes.support import SERVER, VERSION, Directory, Identity

GOOD: Final[dict[str, list[Object]]] = yaml.safe_load(Path(__file__).with_name("custom_resources.yaml").read_text())
FILES: Final = sorted(file.stem for file in FOLDER.glob("*.json"))
EVERY_ADDON: Final = {
    "workloadAutoScalerProfile": {"keda": {"enabled": True}},
    "addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": True}},
    "azureMonitorProfile": {"metrics": {"enabled": True}},
    "networkProfile": {"networkDataplane": "cilium"},
    "serviceMeshProfile": {"mode": "Istio"},
}
ME: Final = "tests"


def kind_of(file: str, item: Object) -> CustomKind:
    """The kind of an object, by a file of definitions."""
    kinds = [kind for outline in crd_outlines(file) for kind in kinds_of_crd(outline)]
    return next(kind for kind in kinds if (kind.api_version, kind.kind) == (item["apiVersion"], item["kind"]))


def cluster_with(properties: dict[str, Any], folder: Path) -> FakeApiServer:
    return FakeApiServer(Identity("rg/aks#1", "aks", VERSION, properties), ObjectStore(folder))


def definition_names(cluster: FakeApiServer) -> set[str]:
    return {item["metadata"]["name"] for item in cluster.list_objects(CRD_API_VERSION, CRD_KIND)}


def test_every_file_has_good_resources_to_try() -> None:
    assert sorted(GOOD) == FILES


@pytest.mark.parametrize("file", FILES)
def test_an_api_server_takes_every_outline(file: str) -> None:
    for outline in crd_outlines(file):
        assert builtin_kinds(VERSION).problems(outline) == []
        assert crd_problems(outline) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", FILES)
def test_an_api_server_takes_every_whole_definition(file: str) -> None:
    for definition in crds_in(file).values():
        assert builtin_kinds(VERSION).problems(definition) == []


@pytest.mark.parametrize("file", FILES)
def test_a_file_names_its_module_version_and_licence_and_keeps_no_descriptions(file: str) -> None:
    text = (FOLDER / f"{file}.json").read_text()
    content = json.loads(text)
    assert content["module"].count("/") >= 1
    assert content["version"].startswith("v")
    assert content["licence"] == "Apache-2.0"
    assert '"description":"' not in text


@pytest.mark.parametrize("file", FILES)
def test_a_good_resource_is_accepted(file: str) -> None:
    for item in GOOD[file]:
        assert kind_of(file, item).problems(item) == [], item["kind"]


@pytest.mark.parametrize("file", FILES)
def test_a_field_that_the_definition_does_not_declare_is_refused(file: str) -> None:
    for item in GOOD[file]:
        wrong = {**item, "spec": {**item["spec"], "sepc": 1}}
        assert [line.split(":")[0] for line in kind_of(file, item).problems(wrong)] == [".spec.sepc"], item["kind"]


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("keda", {"maxReplicaCount": "many"}, ".spec.maxReplicaCount: Invalid value: 'many': must be integer"),
        ("keda", {"scaleTargetRef": {}}, ".spec.scaleTargetRef.name: Required value"),
        ("azure-monitor", {"selector": None, "podMetricsEndpoints": [{"prot": "a"}]}, 'did you mean "port"'),
        ("cert-manager", {"issuerRef": None}, ".spec.issuerRef"),
        ("gateway-api", {"listeners": [{"name": "a", "protocol": "HTTP", "port": 0}]}, ".spec.listeners[0].port"),
        ("istio", {"mtls": {"mode": "strict"}}, 'Unsupported value: "strict"'),
        ("cilium", {"egress": [{"toEntities": ["nodes"]}]}, 'Unsupported value: "nodes"'),
    ],
)
def test_a_value_that_the_definition_does_not_allow_is_refused(file: str, change: dict[str, Any], says: str) -> None:
    for item in GOOD[file]:
        kind = kind_of(file, item)
        if set(change) <= set(item["spec"]):
            wrong = {**item["spec"], **change}
            lines = kind.problems({**item, "spec": {name: value for name, value in wrong.items() if value is not None}})
            assert any(says in line for line in lines), lines
            return
    raise AssertionError(f"no resource of {file} has {sorted(change)}")


@pytest.mark.parametrize("addon", crd_origins().addons, ids=lambda addon: addon.definitions)
def test_aks_brings_the_definitions_of_an_addon_with_it_only(addon: Any, tmp_path: Path) -> None:
    brought = {item["metadata"]["name"] for item in crd_outlines(addon.definitions)}
    top, _, _ = addon.path.partition(".")
    without = {name: value for name, value in EVERY_ADDON.items() if name != top}
    assert brought <= definition_names(cluster_with(EVERY_ADDON, tmp_path / "with"))
    assert not brought & definition_names(cluster_with(without, tmp_path / "without"))
    assert not brought & definition_names(cluster_with({**without, top: None}, tmp_path / "null"))


def test_case_does_not_count_in_the_properties_of_a_cluster() -> None:
    cluster = {
        "addonprofiles": {"azurekeyvaultsecretsprovider": {"enabled": True}},
        "serviceMeshProfile": {"mode": "ISTIO"},
    }
    assert addon_crd_files(cluster) == {"secrets-store", "istio"}


def test_without_properties_all_that_aks_can_bring_is_there() -> None:
    assert addon_crd_files(None) == {"azure-monitor", "cilium", "istio", "keda", "secrets-store"}


def test_turning_an_addon_off_takes_its_definitions_and_their_resources_away(tmp_path: Path) -> None:
    directory = Directory(**{SERVER: Identity("rg/aks#1", "aks", VERSION, EVERY_ADDON)})
    clusters = FakeClusters.open(tmp_path, directory)
    cluster = clusters.by_server(SERVER)
    assert cluster
    scaled = GOOD["keda"][1]
    cluster.create(scaled, ME)
    off = {**EVERY_ADDON, "workloadAutoScalerProfile": {"keda": {"enabled": False}}}
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", VERSION, off)
    clusters.by_server(SERVER)
    assert cluster.get(Key.of(scaled)) is None
    with pytest.raises(ApiError) as refused:
        cluster.create(scaled, ME)
    assert refused.value.reason is Reason.NO_MATCH
    assert "workloadAutoScalerProfile.keda.enabled of the ManagedCluster must be true" in refused.value.remediation


def test_definitions_are_the_same_after_a_restart(tmp_path: Path) -> None:
    first = cluster_with(EVERY_ADDON, tmp_path)
    first.create(GOOD["istio"][0], ME)
    again = cluster_with(EVERY_ADDON, tmp_path)
    assert again.list_objects(CRD_API_VERSION, CRD_KIND) == first.list_objects(CRD_API_VERSION, CRD_KIND)
    with pytest.raises(ApiError, match=r"PeerAuthentication\.security\.istio\.io .*\.spec\.mtls\.mdoe"):
        again.apply({**GOOD["istio"][0], "spec": {"mtls": {"mdoe": "STRICT"}}}, ME)


def test_a_definition_that_a_client_wrote_is_not_taken_over(tmp_path: Path) -> None:
    cluster = cluster_with({}, tmp_path)
    own = crds_in("keda")["scaledobjects.keda.sh"]
    cluster.create(own, ME)
    cluster.update_identity(Identity("rg/aks#1", "aks", VERSION, EVERY_ADDON))
    cluster.update_identity(Identity("rg/aks#1", "aks", VERSION, {}))
    live = cluster.get(Key.of(own))
    assert live
    assert OUTLINE_ANNOTATION not in live["metadata"].get("annotations", {})


def test_a_kept_outline_has_no_schemas_but_its_kind_is_validated(tmp_path: Path) -> None:
    cluster_with(EVERY_ADDON, tmp_path).save()
    kept = sum(file.stat().st_size for file in tmp_path.rglob("*.json"))
    assert kept < 100_000, "a cluster must stay quick to read"


def test_a_group_that_nobody_brings_is_refused(tmp_path: Path) -> None:
    item = {"apiVersion": "unknown.example/v1", "kind": "Thing", "metadata": {"name": "a"}}
    with pytest.raises(ApiError, match=r'no matches for kind "Thing" in version "unknown\.example/v1"') as refused:
        cluster_with(EVERY_ADDON, tmp_path).create(item, ME)
    assert not refused.value.permanent


@pytest.mark.parametrize(
    ("api_version", "kind", "says"),
    [
        ("cert-manager.io/v1", "Certificate", "The chart cert-manager brings it where its value crds.enabled or"),
        ("externaldns.k8s.io/v1alpha1", "DNSEndpoint", "The chart external-dns brings it: let the resource depend on"),
        ("keda.sh/v2", "ScaledObject", "Kubernetes 1.36 has ScaledObject in keda.sh/v1alpha1."),
        ("argoproj.io/v1alpha1", "ApplicationSet", "knows of argoproj.io only AppProject, Application;"),
        ("monitoring.coreos.com/v1", "PodMonitor", "has PodMonitor in azmonitoring.coreos.com/v1."),
    ],
)
def test_a_missing_kind_is_refused_with_who_brings_it(api_version: str, kind: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ApiError) as refused:
        cluster_with(EVERY_ADDON, tmp_path).create(
            {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}, ME
        )
    assert says in refused.value.remediation
