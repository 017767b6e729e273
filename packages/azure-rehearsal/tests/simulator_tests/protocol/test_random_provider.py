"""The fake provider of the `random` package."""

from __future__ import annotations

import string
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_rehearsal.protocol.provider import Refused, Resource
from azure_rehearsal.protocol.random_provider import SPECIAL, FakeRandomProvider
from azure_rehearsal.protocol.values import UNKNOWN


def _resource(kind: str, name: str = "x") -> Resource:
    token = f"random:index/{kind[0].lower()}{kind[1:]}:{kind}"
    return Resource(f"urn:pulumi:dev::p::{token}::{name}", token, name)


def _created(kind: str, inputs: dict[str, Any], name: str = "x") -> tuple[str, dict[str, Any]]:
    provider, resource = FakeRandomProvider(), _resource(kind, name)
    checked, failures = provider.check(resource, {}, inputs, b"seed")
    assert failures == []
    return provider.create(resource, checked, preview=False)


_minimum = st.integers(0, 5)


@given(
    length=st.integers(20, 64),
    use=st.fixed_dictionaries({key: st.booleans() for key in ("lower", "upper", "numeric", "special")}),
    minimums=st.fixed_dictionaries({f"min{key}": _minimum for key in ("Lower", "Upper", "Numeric", "Special")}),
)
def test_a_password_has_the_given_length_and_character_classes(
    length: int, use: dict[str, bool], minimums: dict[str, int]
) -> None:
    if not any(use.values()):
        use["lower"] = True
    result = _created("RandomPassword", {"length": length, **use, **minimums})[1]["result"]
    assert len(result) == length
    members = {"lower": string.ascii_lowercase, "upper": string.ascii_uppercase, "numeric": string.digits}
    for key, characters in {**members, "special": SPECIAL}.items():
        count = sum(character in characters for character in result)
        assert count >= minimums[f"min{key.capitalize()}"] if use[key] else count == 0


def test_special_characters_can_be_chosen() -> None:
    result = _created("RandomString", {"length": 50, "overrideSpecial": "_", "minSpecial": 1})[1]["result"]
    assert "_" in result
    assert set(result) <= set(string.ascii_letters + string.digits + "_")


def test_the_id_of_a_password_does_not_reveal_it() -> None:
    id, outputs = _created("RandomPassword", {"length": 20})
    assert id == "none"
    assert outputs["bcryptHash"].startswith("$2a$10$")
    assert len(outputs["bcryptHash"]) == 60


def test_each_type_has_the_outputs_of_the_real_provider() -> None:
    id, outputs = _created("RandomId", {"byteLength": 4, "prefix": "p-"})
    assert (outputs["b64Url"], len(outputs["hex"])) == (f"p-{id}", 2 + 8)
    assert int(outputs["dec"].removeprefix("p-")) == int(outputs["hex"].removeprefix("p-"), 16)
    assert uuid.UUID(_created("RandomUuid", {})[1]["result"]).version == 4
    assert 3 <= _created("RandomInteger", {"min": 3, "max": 5})[1]["result"] <= 5
    assert len(_created("RandomPet", {"length": 3, "prefix": "a", "separator": "_"})[0].split("_")) == 4


def test_values_are_the_same_in_every_rehearsal_and_differ_by_name_and_keepers() -> None:
    first = _created("RandomId", {"byteLength": 8, "keepers": {"generation": "1"}})
    assert _created("RandomId", {"byteLength": 8, "keepers": {"generation": "1"}}) == first
    assert _created("RandomId", {"byteLength": 8, "keepers": {"generation": "2"}})[0] != first[0]
    assert _created("RandomId", {"byteLength": 8, "keepers": {"generation": "1"}}, name="y")[0] != first[0]


def test_results_are_unknown_in_the_plan_of_a_creation() -> None:
    id, outputs = FakeRandomProvider().create(_resource("RandomId"), {"byteLength": 4}, preview=True)
    assert id == ""
    assert outputs["hex"] is UNKNOWN
    assert outputs["byteLength"] == 4


@pytest.mark.parametrize("change", [{"keepers": {"generation": "2"}}, {"length": 21}, {"special": False}])
def test_every_changed_input_causes_a_replacement(change: dict[str, Any]) -> None:
    provider, resource = FakeRandomProvider(), _resource("RandomPassword")
    inputs, _ = provider.check(resource, {}, {"length": 20, "keepers": {"generation": "1"}}, b"")
    difference = provider.diff(resource, "none", inputs, inputs, {**inputs, **change})
    assert difference.changed == difference.replaces == list(change)
    assert provider.diff(resource, "none", inputs, inputs, dict(inputs)).changed == []


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("RandomPassword", {}, 'required property "length" is missing'),
        (
            "RandomPassword",
            {"length": 3, "minLower": 2, "minUpper": 2},
            "length 3 is less than 1 or the sum of the minimums, 4",
        ),
        ("RandomString", {"length": 0}, "length 0 is less than 1"),
        (
            "RandomString",
            {"length": 9, **dict.fromkeys(("lower", "upper", "numeric", "special"), False)},
            "At least one must be true",
        ),
        ("RandomInteger", {"min": 2, "max": 1}, "min 2 is greater than max 1"),
        ("RandomId", {"byteLength": 0}, "byteLength 0 is less than 1"),
        ("RandomPet", {"length": 0}, "length 0 is less than 1"),
        ("RandomShuffle", {"inputs": []}, "does not support random:index/randomShuffle:RandomShuffle"),
    ],
)
def test_impossible_inputs_are_refused(kind: str, inputs: dict[str, Any], reason: str) -> None:
    _, failures = FakeRandomProvider().check(_resource(kind), {}, inputs, b"")
    assert any(reason in failure.reason for failure in failures)


def test_unknown_inputs_are_not_validated() -> None:
    assert FakeRandomProvider().check(_resource("RandomString"), {}, {"length": UNKNOWN}, b"")[1] == []


def test_a_refresh_returns_the_state_and_an_import_is_refused() -> None:
    provider, resource = FakeRandomProvider(), _resource("RandomUuid")
    assert provider.read(resource, "an-id", {"a": 1}, {"result": "r"}) == ("an-id", {"result": "r"}, {"a": 1})
    with pytest.raises(Refused, match="cannot import"):
        provider.read(resource, "an-id", {}, {})
