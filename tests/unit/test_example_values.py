"""Example values: which values are examples, and what follows from them in each class."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.checks.example_values import example_warnings
from model.example_values import example_values, is_example
from settings.loader import load_stack_file
from settings.loader.stack_file import read_sections, settings_from
from settings.schema.errors import Problem, SettingsError
from tests.unit.stacks import COMMITTED, PRODUCTION, PROJECT, build_stack, edited

STAGING = PROJECT / "Pulumi.staging.yaml"
REAL: dict[str, Any] = {
    "azure.subscriptionId": "6f3d7b1e-58a4-4c02-9d35-2b7c91e0a4f8",
    "azure.tenantId": "8a4f2c6d-0b17-4e93-a5d8-1f6e3c9b7d20",
    "deployer.principalId": "b1c9e6d4-7f32-4a58-8e0b-5d2a6f4c3e71",
    "deployer.egressCidrs": ["20.42.7.16/28"],
    "telephony.carriers": [{"name": "acme", "signallingCidrs": ["54.172.60.0/30"]}],
    "dns.zone": "voice.contoso.com",
    "certificates.email": "operations@contoso.com",
}
"""Values of a company's own for each example value of staging."""


def problems(sections: dict[str, Any]) -> list[Problem]:
    try:
        settings_from(sections, PROJECT)
    except SettingsError as error:
        return list(error.problems)
    return []


def own(path: Path = STAGING, **changes: Any) -> dict[str, Any]:
    sections: dict[str, Any] = read_sections(path)
    for place, value in {**REAL, **changes}.items():
        sections = edited(sections, place, value)
    return sections


@pytest.mark.parametrize(
    "text",
    [
        "00000000-0000-0000-0000-000000000000",
        "00000000-0000-4000-8000-000000000003",
        "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g",
        "192.0.2.0/24",
        "198.51.100.7/32",
        "203.0.113.64/26",
        "example.com",
        "voice.example.com",
        "operations@example.org",
        "https://git.example.net/services",
        "sip.carrier.invalid",
        f"sha256:{'0' * 63}7",
        f"sha256:{'ab' * 32}",
        f"sha256:{'0123456789abcdef' * 4}",
    ],
)
def test_values_of_documentation_are_examples(text: str) -> None:
    assert is_example(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.10.0.0/16",
        "198.51.101.0/24",
        "1203.0.113.4",
        "203.0.113",
        "99.99.99.999",
        "voice.example.com.au",
        "myexample.com",
        "example-carrier",
        "examples.company",
        "voice/agent",
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "sha256:" + hashlib.sha256(b"an image").hexdigest(),
    ],
)
def test_other_values_are_not_examples(text: str) -> None:
    assert not is_example(text)


@given(st.uuids(version=4), st.binary())
def test_generated_ids_and_digests_are_not_examples(identifier: uuid.UUID, content: bytes) -> None:
    assert not is_example(str(identifier))
    assert not is_example("sha256:" + hashlib.sha256(content).hexdigest())


def test_every_example_value_has_its_path_in_the_stack_file() -> None:
    found = {item.path.removeprefix("voice:") for item in example_values(load_stack_file(STAGING))}
    assert found == {
        *(REAL.keys() - {"deployer.egressCidrs", "telephony.carriers"}),
        "deployer.egressCidrs[0]",
        "telephony.carriers[0].signallingCidrs[0]",
    }


def test_defaults_are_not_example_values() -> None:
    assert list(example_values(settings_from(own(), PROJECT))) == []


def test_free_text_can_mention_an_example() -> None:
    prompt = {"PROMPT": "Callers spell addresses such as jo@example.com."}
    assert list(example_values(settings_from(own(**{"agent.environment": prompt}), PROJECT))) == []


def test_class_production_refuses_every_example_value() -> None:
    found = problems(edited(read_sections(PRODUCTION), "example", False))
    assert {problem.code for problem in found} == {"example-value-in-production"}
    expected = {item.path for item in example_values(load_stack_file(PRODUCTION))}
    assert {problem.path for problem in found} == expected


def test_a_stack_with_a_subscription_of_its_own_cannot_be_marked_as_an_example() -> None:
    found = problems(own(example=True))
    assert [(problem.code, problem.path) for problem in found] == [("example-with-subscription", "voice:example")]


def test_the_committed_examples_of_class_production_are_marked_and_no_others() -> None:
    for path in COMMITTED:
        settings = load_stack_file(path)
        assert settings.example == (settings.stack_class == "production"), path.name


@pytest.mark.parametrize(("path", "count"), [(STAGING, 7), (PROJECT / "Pulumi.prod.yaml", 18)])
def test_a_stack_with_example_values_gets_one_warning_with_their_number(path: Path, count: int) -> None:
    (warning,) = example_warnings(load_stack_file(path))
    assert f"{count} example values" in warning


def test_the_warning_about_a_stack_that_is_no_example_lists_every_value() -> None:
    settings = load_stack_file(STAGING)
    (warning,) = example_warnings(settings)
    assert all(item.path in warning and item.value in warning for item in example_values(settings))


def test_a_stack_without_example_values_gets_no_warning() -> None:
    assert example_warnings(settings_from(own(), PROJECT)) == []


def test_the_program_warns_once_also_when_it_loads_secrets() -> None:
    sections = {**read_sections(STAGING), "secrets": {"trunk": {"secure": "AAAA"}}}
    warnings = [text for text in map(str, build_stack(sections).messages) if "example value" in text]
    assert len(warnings) == 1
