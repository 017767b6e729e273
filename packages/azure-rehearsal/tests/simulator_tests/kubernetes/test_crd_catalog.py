"""The CRD catalog: the resources that it accepts, and when AKS installs a CRD in a cluster."""

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

SAMPLES: Final[dict[str, list[Object]]] = yaml.safe_load(Path(__file__).with_name("custom_resources.yaml").read_text())
FILES: Final = sorted(file.stem for file in FOLDER.glob("*.json"))
EVERY_ADDON: Final = {
    "workloadAutoScalerProfile": {"keda": {"enabled": True}},
    "addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": True}},
    "azureMonitorProfile": {"metrics": {"enabled": True}},
    "networkProfile": {"networkDataplane": "cilium"},
    "serviceMeshProfile": {"mode": "Istio"},
}
MANAGER: Final = "tests"


def kind_of(file: str, item: Object) -> CustomKind:
    """The kind of an object in a file of the catalog."""
    kinds = [kind for outline in crd_outlines(file) for kind in kinds_of_crd(outline)]
    return next(kind for kind in kinds if (kind.api_version, kind.kind) == (item["apiVersion"], item["kind"]))


def cluster_with(properties: dict[str, Any], folder: Path) -> FakeApiServer:
    return FakeApiServer(Identity("rg/aks#1", "aks", VERSION, properties), ObjectStore(folder))


def crd_names(cluster: FakeApiServer) -> set[str]:
    return {item["metadata"]["name"] for item in cluster.list_objects(CRD_API_VERSION, CRD_KIND)}


def test_every_file_has_valid_samples() -> None:
    assert sorted(SAMPLES) == FILES


@pytest.mark.parametrize("file", FILES)
def test_every_outline_is_a_valid_crd(file: str) -> None:
    for outline in crd_outlines(file):
        assert builtin_kinds(VERSION).problems(outline) == []
        assert crd_problems(outline) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", FILES)
def test_every_full_crd_is_valid(file: str) -> None:
    for definition in crds_in(file).values():
        assert builtin_kinds(VERSION).problems(definition) == []


@pytest.mark.parametrize("file", FILES)
def test_a_file_names_its_module_version_and_license_and_omits_descriptions(file: str) -> None:
    text = (FOLDER / f"{file}.json").read_text()
    content = json.loads(text)
    assert content["module"].count("/") >= 1
    assert content["version"].startswith("v")
    assert content["license"] == "Apache-2.0"
    assert '"description":"' not in text


@pytest.mark.parametrize("file", FILES)
def test_a_valid_sample_is_accepted(file: str) -> None:
    for item in SAMPLES[file]:
        assert kind_of(file, item).problems(item) == [], item["kind"]


@pytest.mark.parametrize("file", FILES)
def test_an_undeclared_field_is_refused(file: str) -> None:
    for item in SAMPLES[file]:
        wrong = {**item, "spec": {**item["spec"], "sepc": 1}}
        assert [line.split(":")[0] for line in kind_of(file, item).problems(wrong)] == [".spec.sepc"], item["kind"]


@pytest.mark.parametrize(
    ("file", "change", "message"),
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
def test_an_invalid_value_is_refused(file: str, change: dict[str, Any], message: str) -> None:
    for item in SAMPLES[file]:
        kind = kind_of(file, item)
        if set(change) <= set(item["spec"]):
            wrong = {**item["spec"], **change}
            lines = kind.problems({**item, "spec": {name: value for name, value in wrong.items() if value is not None}})
            assert any(message in line for line in lines), lines
            return
    raise AssertionError(f"no resource of {file} has {sorted(change)}")


@pytest.mark.parametrize("addon", crd_origins().addons, ids=lambda addon: addon.definitions)
def test_the_crds_of_an_addon_exist_only_while_it_is_enabled(addon: Any, tmp_path: Path) -> None:
    addon_crds = {item["metadata"]["name"] for item in crd_outlines(addon.definitions)}
    top, _, _ = addon.path.partition(".")
    without = {name: value for name, value in EVERY_ADDON.items() if name != top}
    assert addon_crds <= crd_names(cluster_with(EVERY_ADDON, tmp_path / "with"))
    assert not addon_crds & crd_names(cluster_with(without, tmp_path / "without"))
    assert not addon_crds & crd_names(cluster_with({**without, top: None}, tmp_path / "null"))


def test_cluster_properties_are_case_insensitive() -> None:
    cluster = {
        "addonprofiles": {"azurekeyvaultsecretsprovider": {"enabled": True}},
        "serviceMeshProfile": {"mode": "ISTIO"},
    }
    assert addon_crd_files(cluster) == {"secrets-store", "istio"}


def test_without_properties_every_addon_is_assumed() -> None:
    assert addon_crd_files(None) == {"azure-monitor", "cilium", "istio", "keda", "secrets-store"}


def test_disabling_an_addon_deletes_its_crds_and_their_resources(tmp_path: Path) -> None:
    directory = Directory(**{SERVER: Identity("rg/aks#1", "aks", VERSION, EVERY_ADDON)})
    clusters = FakeClusters.open(tmp_path, directory)
    cluster = clusters.by_server(SERVER)
    assert cluster
    scaled_object = SAMPLES["keda"][1]
    cluster.create(scaled_object, MANAGER)
    disabled = {**EVERY_ADDON, "workloadAutoScalerProfile": {"keda": {"enabled": False}}}
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", VERSION, disabled)
    clusters.by_server(SERVER)
    assert cluster.get(Key.of(scaled_object)) is None
    with pytest.raises(ApiError) as refused:
        cluster.create(scaled_object, MANAGER)
    assert refused.value.reason is Reason.NO_MATCH
    assert "set workloadAutoScalerProfile.keda.enabled of the ManagedCluster to true" in refused.value.remediation


def test_crds_persist_after_a_restart(tmp_path: Path) -> None:
    first = cluster_with(EVERY_ADDON, tmp_path)
    first.create(SAMPLES["istio"][0], MANAGER)
    again = cluster_with(EVERY_ADDON, tmp_path)
    assert again.list_objects(CRD_API_VERSION, CRD_KIND) == first.list_objects(CRD_API_VERSION, CRD_KIND)
    with pytest.raises(ApiError, match=r"PeerAuthentication\.security\.istio\.io .*\.spec\.mtls\.mdoe"):
        again.apply({**SAMPLES["istio"][0], "spec": {"mtls": {"mdoe": "STRICT"}}}, MANAGER)


def test_a_crd_of_a_client_is_not_replaced(tmp_path: Path) -> None:
    cluster = cluster_with({}, tmp_path)
    client_crd = crds_in("keda")["scaledobjects.keda.sh"]
    cluster.create(client_crd, MANAGER)
    cluster.update_identity(Identity("rg/aks#1", "aks", VERSION, EVERY_ADDON))
    cluster.update_identity(Identity("rg/aks#1", "aks", VERSION, {}))
    live = cluster.get(Key.of(client_crd))
    assert live
    assert OUTLINE_ANNOTATION not in live["metadata"].get("annotations", {})


def test_a_stored_outline_is_small(tmp_path: Path) -> None:
    cluster_with(EVERY_ADDON, tmp_path).save()
    size = sum(file.stat().st_size for file in tmp_path.rglob("*.json"))
    assert size < 100_000, "reading a cluster must stay fast"


def test_an_unknown_api_group_is_refused(tmp_path: Path) -> None:
    item = {"apiVersion": "unknown.example/v1", "kind": "Thing", "metadata": {"name": "a"}}
    with pytest.raises(ApiError, match=r'no matches for kind "Thing" in version "unknown\.example/v1"') as refused:
        cluster_with(EVERY_ADDON, tmp_path).create(item, MANAGER)
    assert not refused.value.permanent


@pytest.mark.parametrize(
    ("api_version", "kind", "message"),
    [
        (
            "cert-manager.io/v1",
            "Certificate",
            "the release of the chart cert-manager, which installs it if its value crds.enabled or",
        ),
        ("externaldns.k8s.io/v1alpha1", "DNSEndpoint", "the release of the chart external-dns, which installs it."),
        ("keda.sh/v2", "ScaledObject", "Kubernetes 1.36 has ScaledObject in keda.sh/v1alpha1."),
        ("argoproj.io/v1alpha1", "ApplicationSet", "kinds of argoproj.io in the catalog (AppProject, Application)"),
        ("monitoring.coreos.com/v1", "PodMonitor", "has PodMonitor in azmonitoring.coreos.com/v1."),
    ],
)
def test_a_missing_kind_is_refused_with_an_install_hint(
    api_version: str, kind: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ApiError) as refused:
        cluster_with(EVERY_ADDON, tmp_path).create(
            {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}, MANAGER
        )
    assert message in refused.value.remediation
