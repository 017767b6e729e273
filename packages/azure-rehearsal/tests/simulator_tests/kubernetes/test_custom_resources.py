from __future__ import annotations

import copy
from typing import Any

import pytest

from azure_rehearsal.kubernetes.custom_resources import crd_problems, kinds_of_crd
from simulator_tests.kubernetes.support import definition, widget


def problems(item: dict[str, Any], **spec_schema: Any) -> list[str]:
    """The problems of an object under a CRD whose `spec` schema is updated."""
    item_definition = definition()
    item_definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"].update(spec_schema)
    (kind,) = kinds_of_crd(item_definition)
    return kind.problems(item)


def test_only_served_versions_are_offered() -> None:
    several = definition()
    old = copy.deepcopy(several["spec"]["versions"][0])
    several["spec"]["versions"].append({**old, "name": "v1alpha1", "storage": False, "served": False})
    several["spec"]["versions"].append({**old, "name": "v1beta1", "storage": False, "served": True})
    assert [kind.api_version for kind in kinds_of_crd(several)] == ["demo.example/v1", "demo.example/v1beta1"]


def test_a_valid_resource_has_no_problems() -> None:
    item = widget(port=5000, labels={"a": "b"}, free={"deep": {"er": 1}}, note=None)
    assert problems({**item, "status": {}}) == [".status: field not declared in schema"]
    assert problems(item) == []


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"size": "large"}, ".spec.size: Invalid value: 'large': must be integer"),
        ({"port": 1.5}, ".spec.port: Invalid value: 1.5: must be integer or string"),
        ({"labels": {"a": 1}}, ".spec.labels.a: Invalid value: 1: must be string"),
        ({"note": 3}, ".spec.note: Invalid value: 3: must be string"),
        ({"color": "red"}, ".spec.color: field not declared in schema"),
    ],
)
def test_an_invalid_value_is_refused_with_its_path(spec: dict[str, Any], says: str) -> None:
    assert problems(widget(**spec)) == [says]


def test_a_missing_value_is_refused() -> None:
    assert problems({**widget(), "spec": {}}) == [".spec.size: Required value"]
    assert problems({"apiVersion": "demo.example/v1", "kind": "Widget"}) == [".spec: Required value"]


def test_required_metadata_is_validated_separately() -> None:
    required = definition()
    required["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["required"] = ["metadata", "spec"]
    (kind,) = kinds_of_crd(required)
    assert kind.problems(widget()) == []
    assert kind.problems({"apiVersion": "demo.example/v1", "kind": "Widget"}) == [".spec: Required value"]


def test_exclusive_bounds_follow_openapi() -> None:
    schema = {"properties": {"size": {"type": "integer", "minimum": 1, "exclusiveMinimum": True}}}
    assert problems(widget(size=2), **schema) == []
    assert problems(widget(size=1), **schema) == [
        ".spec.size: Invalid value: 1 is less than or equal to the minimum of 1"
    ]


def test_alternatives_restrict_and_do_not_declare_fields() -> None:
    schema = {"oneOf": [{"required": ["port"]}, {"required": ["note"]}]}
    assert problems(widget(port=1), **schema) == []
    (line,) = problems(widget(), **schema)
    assert line.startswith(".spec: Invalid value: does not satisfy oneOf")


def test_a_crd_without_validation_accepts_everything() -> None:
    free = definition()
    free["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
    }
    assert kinds_of_crd(free)[0].problems(widget(anything={"goes": True})) == []


def test_an_embedded_resource_has_the_common_fields() -> None:
    template = {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"data": {"type": "object"}}}
    schema = {"properties": {"size": {"type": "integer"}, "template": template}}
    embedded = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {}}
    assert problems(widget(template=embedded), **schema) == []
    assert problems(widget(template={**embedded, "dada": {}}), **schema) == [
        '.spec.template.dada: field not declared in schema (did you mean "data"?)'
    ]


def test_crd_name_and_storage_version_are_validated() -> None:
    bad = definition()
    bad["metadata"]["name"] = "widget.demo.example"
    bad["spec"]["versions"][0]["storage"] = False
    del bad["spec"]["versions"][0]["schema"]
    assert crd_problems(bad) == [
        '.metadata.name: Invalid value: must be spec.names.plural+"."+spec.group: "widgets.demo.example"',
        ".spec.versions: Invalid value: must have exactly one version marked as storage version",
        ".spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required",
    ]
    assert crd_problems(definition()) == []
