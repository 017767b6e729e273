from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.stacks import PRODUCTION, graph_of
from tools.errors import UsageError
from tools.inventory import declared
from tools.inventory.command import main
from tools.inventory.declared import Secret
from tools.inventory.document import document
from tools.inventory.files import committed, differences, write


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"b": 1, "a": [True, None]}, "a:\n- true\n- null\nb: 1\n"),
        ({"a": "one\ntwo\n"}, "a: |\n  one\n  two\n"),
        ({"a": "one \n\ttwo"}, "a: !lines\n- 'one '\n- \"\\ttwo\"\n"),
        ({"a": '{"z": 1, "b": [2]}'}, "a: !json\n  z: 1\n  b:\n  - 2\n"),
        ({"a": "{not json}"}, "a: '{not json}'\n"),
        ({"a": Secret("word")}, "a: !secret word\n"),
        ({"a": Secret({"b": "word"})}, "a: !secret\n  b: word\n"),
        ({"a": "1", "b": "true"}, "a: '1'\nb: 'true'\n"),
        ({"a": "x" * 500}, f"a: {'x' * 500}\n"),
    ],
)
def test_a_value_has_one_form(content: Any, text: str) -> None:
    assert document(content, {}) == text


def test_a_value_in_two_places_is_written_twice() -> None:
    shared = ["x"]
    assert yaml.safe_load(document({"a": shared, "b": shared}, {})) == {"a": ["x"], "b": ["x"]}
    assert "&" not in document({"a": shared, "b": shared}, {})


def test_labels_replace_whole_values_only() -> None:
    labels = {"198.51.100.1": "<address>", "198.51.100.1/28": "<prefix>"}
    text = document({"a": "198.51.100.1", "b": "198.51.100.1/28", "c": "198.51.100.12", "d": "x:198.51.100.1"}, labels)
    assert yaml.safe_load(text) == {"a": "<address>", "b": "<prefix>", "c": "198.51.100.12", "d": "x:<address>"}


def test_differences_name_the_resource(tmp_path: Path) -> None:
    text = "one (type):\n  a: 1\n  b: 2\n  c: 3\n  d: 4\ntwo (type):\n  a: 1\n  b: 2\n  c: 3\n"
    write("staging", {"azure.yaml": text}, tmp_path)
    found = list(differences("staging", {"azure.yaml": text[:-2] + "4\n"}, tmp_path))
    assert found == [
        "--- committed staging/azure.yaml",
        "+++ program staging/azure.yaml",
        "@@ -8,2 +8,2 @@ two (type)",
        "   b: 2",
        "-  c: 3",
        "+  c: 4",
    ]


def test_missing_and_obsolete_files_are_differences(tmp_path: Path) -> None:
    write("staging", {"charts/old.yaml": "a: 1\n"}, tmp_path)
    found = list(differences("staging", {"charts/new.yaml": "b: 1\n"}, tmp_path))
    assert [line for line in found if line.startswith(("-a", "+b"))] == ["+b: 1", "-a: 1"]
    assert write("staging", {"charts/new.yaml": "b: 1\n"}, tmp_path) == [
        "staging/charts/new.yaml",
        "staging/charts/old.yaml",
    ]
    assert committed("staging", tmp_path) == {"charts/new.yaml": "b: 1\n"}


def test_an_unknown_stack_is_refused_with_the_names_of_those_that_exist() -> None:
    with pytest.raises(UsageError, match=r"There is no stack stagin\. Expected: prod, "):
        main(["stagin"], check=True)


def test_the_path_of_the_project_has_a_label_however_short_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "PROJECT", Path("/w"))
    labels = declared._labels(graph_of(PRODUCTION))  # noqa: SLF001 - a checkout in a short folder takes a whole clone
    assert labels["/w"] == "<project>"
