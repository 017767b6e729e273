"""The files that `voice definitions` writes. Tests read Go modules only from the local cache and download nothing."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from model import charts
from tools import definitions as generator
from tools.definitions import CannotGenerate, Definitions, Values
from tools.definitions_content import closed_schema, definition, keys

DATA: Final = generator.load()
PINNED: Final = {chart.short_name: chart.version for chart in charts.CHARTS}
SOURCE: Final = {
    "module": "module.example/tools",
    "version": "v1.2.3",
    "sum": "h1:0000000000000000000000000000000000000000000=",
    "license": "Apache-2.0",
}
LICENSE: Final = "Apache License\nVersion 2.0, January 2004\n   Copyright [yyyy] [name]\n   Copyright 2020 Alice\n"
WIDGETS: Final = """# leading comment
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations: {tool: "1"}
  name: widgets.demo.example
spec:
  group: demo.example
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  scope: Namespaced
  conversion: {strategy: None}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
      schema:
        openAPIV3Schema:
          type: object
          description: a widget
          properties:
            spec:
              type: object
              properties:
                description: {type: string, description: what people read, default: a}
                operator: {type: string, enum: [=, in]}
                parts: {type: array, items: {type: object, description: a part, properties: {size: {type: integer}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """The folder of a module with one definition and one chart."""
    (tmp_path / "LICENSE").write_text(LICENSE)
    (tmp_path / "widgets.yaml").write_text(WIDGETS)
    (tmp_path / "values.yaml").write_text(
        "name: ''\nenabled: false\nport: 80\nextra: []\nlabels: {}\nnode: null\n"
        "pod: {resources: {limits: {cpu: 1}}, image: {tag: a}}\n"
    )
    return tmp_path


def source(**further: Any) -> Definitions:
    return Definitions.model_validate({**SOURCE, "files": ("*.yaml",), "kinds": ("Widget",), **further})


def written(text: str) -> dict[str, Any]:
    return json.loads(text)


def test_modules_and_charts_have_the_same_versions_everywhere() -> None:
    for name, entry in [*DATA.definitions.items(), *DATA.values.items()]:
        if entry.chart:
            assert PINNED.get(entry.chart.name) == entry.chart.version, f"{name}: see model/charts.py"


def test_a_module_of_the_same_project_as_its_chart_has_the_version_of_the_chart() -> None:
    other = {entry.module for entry in [*DATA.definitions.values(), *DATA.values.values()] if entry.why}
    for entry in [*DATA.definitions.values(), *DATA.values.values()]:
        if entry.chart and entry.module not in other:
            assert entry.version.removeprefix("v") == entry.chart.version.removeprefix("v"), entry.module


def test_one_version_of_a_module_has_one_checksum() -> None:
    entries = [*DATA.definitions.values(), *DATA.values.values()]
    assert len({(entry.module, entry.version) for entry in entries}) == len({entry.sum for entry in entries})


def test_committed_files_have_the_pinned_versions() -> None:
    for folder, entries in ((generator.DEFINITIONS, DATA.definitions), (generator.CHARTS, DATA.values)):
        assert {file.stem for file in folder.glob("*.json")} == set(entries)
        for name, entry in entries.items():
            content = written((folder / f"{name}.json").read_text())
            assert (content["module"], content["version"]) == (entry.module, entry.version), (
                f"{name}: run `.venv/bin/voice definitions`"
            )


def test_all_definitions_together_stay_small() -> None:
    size = sum(file.stat().st_size for folder in (generator.DEFINITIONS, generator.CHARTS) for file in folder.iterdir())
    assert size < 3_000_000


def test_no_generated_file_contains_the_address_of_a_package_registry() -> None:
    for file in [*generator.DEFINITIONS.iterdir(), *generator.CHARTS.iterdir(), generator.DATA]:
        found = re.findall(r"https?://[a-z.]*(?:proxy|registry|pypi)[a-z.]*|sum\.[a-z]+\.org", file.read_text())
        assert found == [], file.name


@pytest.mark.parametrize("name", [*DATA.definitions, *DATA.values])
@pytest.mark.exhaustive
def test_every_committed_file_is_up_to_date(name: str) -> None:
    assert_up_to_date(name)


def test_a_committed_file_is_up_to_date() -> None:
    assert_up_to_date("secrets-store")


def assert_up_to_date(name: str) -> None:
    """Compares the file with the generator's output. Skips if Go or the module is missing on this machine; with
    REHEARSAL_REQUIRED=1 (CI) downloads the module and fails if that is impossible."""
    required = os.environ.get("REHEARSAL_REQUIRED") == "1"
    for entry in filter(None, (DATA.definitions.get(name), DATA.values.get(name))):
        try:
            folder = generator.module_folder(entry, offline=not required)
        except CannotGenerate as reason:
            if required:
                raise
            pytest.skip(str(reason))
        if isinstance(entry, Definitions):
            file, text = generator.DEFINITIONS / f"{name}.json", generator.definitions_text(entry, folder)
        else:
            file, text = generator.CHARTS / f"{name}.json", generator.values_text(entry, folder)
        assert file.read_text() == text, f"{file.name} is out of date: run `.venv/bin/voice definitions`"


def test_a_definition_keeps_validation_and_drops_descriptions(module: Path) -> None:
    content = written(generator.definitions_text(source(why="a reason"), module))
    assert [content[name] for name in ("module", "version", "license", "copyright", "why")] == [
        "module.example/tools",
        "v1.2.3",
        "Apache-2.0",
        "Copyright 2020 Alice",
        "a reason",
    ]
    (kept,) = content["definitions"]
    assert kept["metadata"] == {"name": "widgets.demo.example"}
    assert set(kept["spec"]) == {"group", "names", "scope", "versions"}
    (version,) = kept["spec"]["versions"]
    assert set(version) == {"name", "served", "storage", "schema"}
    assert version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"] == {
        "description": {"type": "string", "default": "a"},
        "operator": {"type": "string", "enum": ["=", "in"]},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    }


def test_the_same_module_gives_the_same_bytes(module: Path) -> None:
    first = generator.definitions_text(source(), module)
    (module / "widgets.yaml").rename(module / "again.yaml")
    assert generator.definitions_text(source(), module) == first
    assert first.splitlines()[-2].startswith('{"apiVersion":'), "one line for each definition"


def test_a_definition_can_change_its_group(module: Path) -> None:
    (kept,) = written(generator.definitions_text(source(group="azure.example"), module))["definitions"]
    assert kept["metadata"]["name"] == "widgets.azure.example"
    assert kept["spec"]["group"] == "azure.example"


def test_a_notice_is_kept(module: Path) -> None:
    (module / "NOTICE").write_text("made by Alice\n")
    assert written(generator.definitions_text(source(), module))["notice"] == "made by Alice\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kinds": ("Widget", "Gadget")}, "has no Gadget"),
        ({"files": ("crds/*.yaml",)}, r"has no file crds/\*\.yaml"),
    ],
)
def test_a_pin_that_is_missing_in_the_module_is_refused(change: dict[str, Any], message: str, module: Path) -> None:
    with pytest.raises(CannotGenerate, match=message):
        generator.definitions_text(source(**change), module)


def test_another_license_is_refused(module: Path) -> None:
    (module / "LICENSE").write_text("GNU GENERAL PUBLIC LICENSE")
    with pytest.raises(CannotGenerate, match=r"is not licensed under Apache-2\.0"):
        generator.definitions_text(source(), module)


def test_content_with_another_checksum_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text('#!/bin/sh\necho \'{"Sum": "h1:other=", "Dir": "/nowhere"}\'\n')
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(CannotGenerate, match="has the checksum h1:other="):
        generator.module_folder(source(), offline=True)


def test_missing_go_is_reported_with_the_remediation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotGenerate, match="Go is not on PATH"):
        generator.module_folder(source())


def test_default_values_become_a_list_of_keys(module: Path) -> None:
    chart = {"name": "demo", "version": "1.0.0"}
    defaults = {"defaults": {"": "values.yaml"}, "free": ("*.resources",), "further": {"pod.image.digest": "scalar"}}
    values = Values.model_validate({**SOURCE, "chart": chart, **defaults})
    content = written(generator.values_text(values, module))
    assert (content["chart"], content["chartVersion"], content["source"]) == ("demo", "1.0.0", "values.yaml")
    assert content["keys"] == {
        "name": "scalar",
        "enabled": "boolean",
        "port": "scalar",
        "extra": "list",
        "labels": "map",
        "node": "any",
        "pod": {"resources": "map", "image": {"tag": "scalar", "digest": "scalar"}},
    }


def test_the_values_of_a_subchart_are_below_its_name() -> None:
    assert keys({"": {"a": 1}, "part": {"b": True}}) == {"a": "scalar", "part": {"b": "boolean"}}


def test_a_schema_is_closed_unless_it_allows_more_keys() -> None:
    schema = {
        "title": "values",
        "properties": {
            "image": {"type": "object", "properties": {"tag": {"type": "string", "default": ""}, "new": {}}},
            "rbac": {"properties": {"create": {}}, "additionalProperties": True},
            "labels": {"type": "object"},
        },
        "additionalProperties": True,
    }
    assert closed_schema(schema, without=["image.new"]) == {
        "properties": {
            "image": {"type": "object", "properties": {"tag": {"type": "string"}}, "additionalProperties": False},
            "rbac": {"properties": {"create": {}}, "additionalProperties": True},
            "labels": {"type": "object"},
        },
        "additionalProperties": False,
    }


def test_a_key_to_remove_must_exist() -> None:
    with pytest.raises(KeyError):
        closed_schema({"properties": {"a": {}}}, without=["b"])


def test_values_come_from_a_schema_or_from_defaults() -> None:
    chart = {"name": "demo", "version": "1.0.0"}
    for sources in ({}, {"schema": "a.json", "defaults": {"": "b.yaml"}}):
        with pytest.raises(ValidationError, match="give either schema or defaults"):
            Values.model_validate({**SOURCE, "chart": chart, **sources})


def test_a_definition_keeps_its_group_by_default() -> None:
    item = {"apiVersion": "a/v1", "kind": "K", "spec": {"group": "g", "names": {"plural": "ks"}, "versions": []}}
    assert definition(item)["metadata"]["name"] == "ks.g"
