"""Kinds of stacks: the loader selects one model, and each kind has its own sections, defaults, rules and schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from model.kinds import DEFAULT_KIND, KIND_NAMES, KINDS
from settings.loader import check_stack_file, load_stack_file
from settings.loader.editor_schema import stack_file_schema
from settings.loader.stack_file import problems_in, read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import SettingsError
from tests.unit.kinds.clusterless import BOTH_KINDS, STACK_FILE, ClusterlessSettings
from tests.unit.stacks import COMMITTED, PRODUCTION, edited

FOLDER = STACK_FILE.parent


def loaded(sections: dict[str, Any]) -> Any:
    return settings_from(sections, FOLDER, BOTH_KINDS)


def problems(sections: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        loaded(sections)
    return [str(problem) for problem in refused.value.problems]


def test_the_kind_selects_the_model() -> None:
    assert isinstance(load_stack_file(STACK_FILE, BOTH_KINDS), ClusterlessSettings)
    assert isinstance(load_stack_file(PRODUCTION, BOTH_KINDS), AksStackSettings)


def test_a_stack_without_kind_has_kind_aks() -> None:
    assert "kind" not in read_sections(PRODUCTION)
    assert load_stack_file(PRODUCTION).kind == DEFAULT_KIND == "aks"


def test_a_stack_has_the_kind_of_the_stack_that_it_extends() -> None:
    settings = loaded({"extends": "clusterless", "region": "eastus"})
    assert isinstance(settings, ClusterlessSettings)


@pytest.mark.parametrize(
    ("base", "own", "inherited"),
    [(STACK_FILE, "aks", "serverless"), (PRODUCTION, "serverless", "aks")],
    ids=["aks on serverless", "serverless on aks"],
)
def test_a_stack_cannot_change_the_kind_of_its_base(base: Path, own: str, inherited: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.base.yaml").write_text(base.read_text())
    stack = tmp_path / "Pulumi.own.yaml"
    stack.write_text(f"config: {{voice:extends: base, voice:region: eastus, voice:kind: {own}}}\n")
    assert check_stack_file(stack, BOTH_KINDS) == [
        (
            f"`voice:kind` is `{own}`. Expected: {inherited}, the kind of the stack base that this stack extends."
            " Remove `voice:kind`, or extend a stack of the same kind."
        )
    ]


def test_a_stack_can_repeat_the_kind_of_its_base() -> None:
    assert loaded({"extends": "clusterless", "region": "eastus", "kind": "serverless"}).region == "eastus"


def test_a_section_of_another_kind_is_refused_with_the_name_of_the_kind() -> None:
    (problem,) = problems({**read_sections(STACK_FILE), "aks": {"tier": "Free"}})
    assert problem.startswith("`voice:aks` is not a section of kind serverless. Expected: one of azure, class, ")
    (problem,) = problems({**read_sections(PRODUCTION), "functions": {"issuer": "https://issuer.example/"}})
    assert problem.startswith("`voice:functions` is not a section of kind aks.")


def test_each_kind_has_its_own_class_defaults() -> None:
    sections = read_sections(STACK_FILE)
    assert loaded(sections).network.private_endpoints is True
    assert loaded({**sections, "class": "staging"}).network.private_endpoints is False
    assert loaded({**sections, "class": "staging"}).protect is False


def test_each_kind_has_its_own_rules_and_those_of_all_kinds() -> None:
    sections = read_sections(STACK_FILE)
    (own,) = problems(edited(sections, "network.privateEndpoints", False))
    assert own.startswith("`voice:network.privateEndpoints` is `false`.")
    (shared,) = problems({**sections, "regions": [{"name": "eastus", "number": 1, "location": "eastus"}]})
    assert shared.startswith("`voice:regions` has no primary region.")
    (region,) = problems({**sections, "region": "westeurope"})
    assert region.startswith("`voice:region` is `westeurope`.")


def test_each_kind_has_its_own_managed_secrets() -> None:
    sections = read_sections(STACK_FILE)
    assert (
        loaded({**sections, "keyVault": {"generations": {"session-key": 2}}}).key_vault.generation("session-key") == 2
    )
    (problem,) = problems({**sections, "keyVault": {"generations": {"jwt-signing-key": 2}}})
    assert "Expected: the name of a generated secret: session-key." in problem


def test_a_kind_that_is_not_registered_is_not_available() -> None:
    (problem,) = problems_in(STACK_FILE)
    assert (problem.code, problem.path) == ("kind-not-available", "voice:kind")


def test_every_available_kind_has_its_own_name() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name == kind.settings.model_fields["kind"].default
        assert name in KIND_NAMES


def editor_problems(stack: dict[str, Any]) -> list[str]:
    """Paths and messages that an editor shows for `config:` of a stack file."""
    validator = jsonschema.Draft202012Validator(stack_file_schema(BOTH_KINDS))
    return sorted(
        ".".join(map(str, error.absolute_path)) + ": " + error.message
        for error in validator.iter_errors({"config": {f"voice:{name}": value for name, value in stack.items()}})
    )


@pytest.mark.parametrize("path", [*COMMITTED, PRODUCTION, STACK_FILE], ids=lambda path: path.name)
def test_editors_accept_a_valid_stack_file_of_each_kind(path: Path) -> None:
    assert editor_problems(read_sections(path)) == []


def test_editors_mark_a_section_of_another_kind() -> None:
    (complaint,) = editor_problems({**read_sections(STACK_FILE), "aks": {"tier": "Free"}})
    assert complaint.startswith("config.voice:aks: ")
    (complaint,) = editor_problems({**read_sections(PRODUCTION), "functions": {}})
    assert complaint.startswith("config.voice:functions: ")


def test_editors_check_a_section_that_kinds_define_differently() -> None:
    (complaint,) = editor_problems(edited(read_sections(STACK_FILE), "network.natGateway", {"publicAddresses": 1}))
    assert complaint.startswith("config.voice:network: ")
    (complaint,) = editor_problems(edited(read_sections(PRODUCTION), "network.privateEndpoints", True))
    assert complaint.startswith("config.voice:network: ")


def test_editors_do_not_guess_the_kind_of_a_base() -> None:
    assert editor_problems({"extends": "clusterless", "region": "eastus", "functions": {"timeoutSeconds": 5}}) == []


def test_editors_mark_an_unknown_section_and_an_unknown_kind() -> None:
    (complaint,) = editor_problems({**read_sections(PRODUCTION), "netwrok": {}})
    assert "voice:netwrok" in complaint
    assert any("serverles" in complaint for complaint in editor_problems({"kind": "serverles"}))
