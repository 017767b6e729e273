"""Copies of stack files, and overrides."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from azure_rehearsal.engine.stack_file import (
    StackFile,
    override,
    parse_override,
    project_name,
    stack_path,
)
from azure_rehearsal.errors import UsageError


def _file(directory: Path, text: str, stack: str = "dev") -> Path:
    path = directory / f"Pulumi.{stack}.yaml"
    path.write_text(text)
    return path


def test_each_secret_becomes_a_placeholder_with_its_path(tmp_path: Path) -> None:
    file = StackFile(
        _file(
            tmp_path,
            """
encryptionsalt: v1:abc
secretsprovider: azurekeyvault://vault/keys/pulumi
encryptedkey: abc
config:
  shop:token: {secure: AAA}
  shop:secrets:
    apiKey:
      secure: BBB
    clients:
      - password: {secure: CCC}
  shop:plain: {secure: DDD, other: stays}
""",
        )
    )
    assert file.placeholders == [
        "rehearsed-shop.token",
        "rehearsed-shop.secrets.apiKey",
        "rehearsed-shop.secrets.clients.0.password",
    ]
    copy = yaml.safe_load(file.text(encrypt=lambda text: f"<{text}>", salt="v1:mine"))
    assert set(copy) == {"config", "encryptionsalt"}
    assert copy["encryptionsalt"] == "v1:mine"
    assert copy["config"]["shop:token"] == {"secure": "<rehearsed-shop.token>"}
    assert copy["config"]["shop:secrets"]["apiKey"] == {"secure": "<rehearsed-shop.secrets.apiKey>"}
    assert copy["config"]["shop:plain"] == {"secure": "DDD", "other": "stays"}


@pytest.mark.parametrize("written", ["02:00", "on", "2026-11-21", "2026-11-21T10:00:00Z", "0755", "1_000", "~", "1e3"])
def test_plain_values_are_copied_as_written(tmp_path: Path, written: str) -> None:
    text = StackFile(_file(tmp_path, f"config:\n  shop:value: {written}\n")).text()
    assert text == f"config:\n  shop:value: {written}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("config: [", "line 2, column 1"),
        ("config:\n  a: b: c\n", "line 2, column 7: mapping values are not allowed here"),
        ("- a\n", "must be a mapping"),
        ("config: text\n", "`config` must be a mapping"),
    ],
)
def test_an_invalid_stack_file_is_refused_with_the_position(tmp_path: Path, text: str, reason: str) -> None:
    path = _file(tmp_path, text + ("\n" if text.endswith("[") else ""))
    with pytest.raises(UsageError) as refused:
        StackFile(path)
    assert str(path) in str(refused.value)
    assert reason in str(refused.value)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_bytes(b"config: \xff\n")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        StackFile(path)


def test_an_unknown_stack_is_refused_with_the_known_stacks(tmp_path: Path) -> None:
    _file(tmp_path, "config: {}", "prod")
    _file(tmp_path, "config: {}", "staging")
    with pytest.raises(UsageError, match=r"unknown stack 'prd'.*Known stacks: prod, staging"):
        stack_path(tmp_path, "prd")
    assert stack_path(tmp_path, "prod").name == "Pulumi.prod.yaml"


def test_a_stack_name_cannot_leave_the_directory(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    _file(tmp_path, "config: {}", "dev")
    with pytest.raises(UsageError, match="unknown stack"):
        stack_path(tmp_path / "inner", "/../../Pulumi.dev")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop:protect=false", {"shop:pools": [{"count": 2}], "shop:protect": False}),
        ("shop:pools[0].count=3", {"shop:pools": [{"count": 3}]}),
        ("shop:pools[1].count=3", {"shop:pools": [{"count": 2}, {"count": 3}]}),
        ('shop:tags["a.b"].c=x', {"shop:pools": [{"count": 2}], "shop:tags": {"a.b": {"c": "x"}}}),
        ("shop:pools=[]", {"shop:pools": []}),
        ("shop:name=a=b", {"shop:pools": [{"count": 2}], "shop:name": "a=b"}),
        ("size=4", {"shop:pools": [{"count": 2}], "mine:size": 4}),
        ("shop:zones[0]=1", {"shop:pools": [{"count": 2}], "shop:zones": [1]}),
    ],
)
def test_an_override_sets_a_typed_value_at_its_path(tmp_path: Path, text: str, expected: dict) -> None:
    path = _file(tmp_path, "config:\n  shop:pools:\n    - count: 2\n")
    copy = StackFile(path, [parse_override(text, project="mine")]).text()
    assert yaml.safe_load(copy)["config"] == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shop:protect", "not KEY=VALUE"),
        ("=x", "not KEY=VALUE"),
        ("shop:a=[", "value is not YAML"),
        ("shop:a[x]=1", "not a configuration path"),
        ("shop:[0]=1", "not a configuration path"),
    ],
)
def test_an_invalid_override_is_refused(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        parse_override(text, "shop")


@pytest.mark.parametrize("text", ["shop:pools[5].count=3", "shop:pools.count=3", "shop:pools[0].count.more=3"])
def test_an_override_without_a_matching_parent_is_refused(tmp_path: Path, text: str) -> None:
    path = _file(tmp_path, "config:\n  shop:pools:\n    - count: 2\n")
    with pytest.raises(UsageError, match=r"cannot be set in Pulumi\.dev\.yaml"):
        StackFile(path, [parse_override(text, "shop")])


_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()


@given(st.recursive(_scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner)))
def test_an_override_from_python_keeps_its_value(value: object) -> None:
    item = override("shop:value", value, "shop")
    assert yaml.safe_load(yaml.serialize(item.value)) == value


def test_a_directory_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Pulumi.yaml does not exist: run the command in the project's directory"):
        project_name(tmp_path)
