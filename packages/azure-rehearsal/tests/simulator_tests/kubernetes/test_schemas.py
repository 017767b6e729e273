from __future__ import annotations

import re
import time
from importlib import resources
from pathlib import Path

import pytest
import yaml
from kubernetes_validate.utils import all_versions, major_minor, schema_contents
from packaging.version import Version

from azure_rehearsal.kubernetes import schemas
from azure_rehearsal.kubernetes.cluster import Scope
from azure_rehearsal.kubernetes.schemas import CLUSTER_SCOPED, builtin_kinds
from simulator_tests.kubernetes.support import VERSION, deployment, named


def problems(item: dict) -> list[str]:
    return builtin_kinds(VERSION).problems(item)


def test_a_valid_object_has_no_problems() -> None:
    assert problems(deployment()) == []


def test_an_unknown_field_is_reported_with_its_path_and_a_suggestion() -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["imagee"] = "x"
    assert problems(item) == [
        '.spec.template.spec.containers[0].imagee: field not declared in schema (did you mean "image"?)'
    ]


def test_a_wrong_type_is_reported_with_the_expected_one() -> None:
    assert problems(deployment(replicas="two")) == [".spec.replicas: Invalid value: 'two': must be integer"]


def test_all_problems_are_reported_together() -> None:
    item = deployment(replicaz=1, replicas="two")
    del item["spec"]["selector"]
    assert [line.split(":")[0] for line in problems(item)] == [".spec.replicas", ".spec.replicaz", ".spec.selector"]


@pytest.mark.parametrize("quantity", ["500m", "2", 2, 0.5, "1.5Gi", "1e3", "100M"])
def test_a_quantity_is_accepted(quantity: object) -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"memory": quantity}}
    assert problems(item) == []


@pytest.mark.parametrize("quantity", ["1GB", "half", "", "1.5 Gi"])
def test_an_invalid_quantity_is_refused(quantity: str) -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"memory": quantity}}
    path = ".spec.template.spec.containers[0].resources.limits.memory"
    assert problems(item) == [f"{path}: Invalid value: {quantity!r}: must be a quantity like 500m, 2 or 1.5Gi"]


def test_an_invalid_enum_value_is_refused_with_the_allowed_values() -> None:
    item = named("v1", "Service", "edge", spec={"type": "Loadbalancer", "ports": [{"port": 5000, "protocol": "UDP"}]})
    allowed = '"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"'
    assert problems(item) == [f'.spec.type: Unsupported value: "Loadbalancer": supported values: {allowed}']


def test_a_port_out_of_range_is_refused() -> None:
    item = named("v1", "Service", "edge", spec={"ports": [{"port": 65536}]})
    assert problems(item) == [".spec.ports[0].port: Invalid value: 65536 is greater than the maximum of 65535"]


def test_alpha_and_beta_versions_are_not_served() -> None:
    served = builtin_kinds(VERSION)
    assert served.scope("apps/v1", "Deployment") is Scope.NAMESPACED
    assert served.scope("apps/v1beta1", "Deployment") is None
    assert not [api for api, _ in served.kinds if "alpha" in api or "beta" in api]


def test_kinds_depend_on_the_kubernetes_version() -> None:
    assert builtin_kinds("1.36").scope("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy") is Scope.CLUSTER
    assert builtin_kinds("1.30").scope("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy") is None


def test_a_patch_version_has_the_schemas_of_its_minor_version() -> None:
    assert builtin_kinds("1.36.4").kinds == builtin_kinds("1.36").kinds


@pytest.mark.parametrize(("version", "nearest"), [("1.99", "1.37"), ("1.2", "1.0")])
def test_a_version_without_schemas_uses_the_nearest_older_ones_else_the_oldest(version: str, nearest: str) -> None:
    known = sorted({major_minor(name) for name in all_versions()}, key=Version)
    expected = nearest if nearest in known else known[0]

    assert builtin_kinds(version).kinds == builtin_kinds(expected).kinds


def test_five_hundred_objects_are_validated_within_three_seconds() -> None:
    problems(deployment())
    started = time.monotonic()
    for number in range(500):
        assert problems(deployment(f"edge-{number}")) == []
    assert time.monotonic() - started < 3


def test_every_constraint_refers_to_an_existing_field() -> None:
    folder = f"kubernetes-json-schema/v{all_versions()[-1]}-local-strict"
    newest = schema_contents(f"{folder}/_definitions.json", "")["$defs"]
    constraints = yaml.safe_load(Path(schemas.__file__).with_name("constraints.yaml").read_text())
    for name, fields in constraints.items():
        assert name in newest
        assert [field for field in fields if field != "$self" and field not in newest[name]["properties"]] == []


def test_the_table_of_scopes_agrees_with_the_official_client() -> None:
    """The client has `create_namespaced_x` for namespaced kinds and `create_x` for the others."""
    known: dict[str, bool] = {}
    for module in resources.files("kubernetes.client.api").iterdir():
        if module.name.endswith("_api.py") and "beta" not in module.name and "alpha" not in module.name:
            for namespaced, name in re.findall(r"def create_(namespaced_)?(\w+?)\(", module.read_text()):
                known[name.replace("_", "")] = bool(namespaced)
    checked = 0
    for _, kind in builtin_kinds(VERSION).kinds:
        if kind.lower() in known and kind != "Binding":
            assert known[kind.lower()] == (kind not in CLUSTER_SCOPED), kind
            checked += 1
    assert checked > 40
