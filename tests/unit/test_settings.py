"""The contents of stack files, and the messages about their problems.

Each file in `bad_stacks` states the code and path of its problems. One snapshot holds all texts for review; after a
change, renew it with `pytest tests/unit/test_settings.py --snapshot-update`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from model.kinds import Kind
from model.kinds.aks import AKS, CLASS_DEFAULTS
from settings.loader import check_stack_file, load_stack_file
from settings.loader.editor_schema import SCHEMA_FILE, stack_file_schema
from settings.loader.renamed_settings import RENAMED_KEYS, RENAMED_VALUES
from settings.loader.stack_file import problems_in, read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem, SettingsError
from tests.unit.stacks import edited

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
BAD_STACKS = HERE / "bad_stacks"
GOOD = BAD_STACKS / "Pulumi.valid.yaml"
MARK = "# expect: "

bad_stacks = sorted(path for path in BAD_STACKS.glob("Pulumi.*.yaml") if path != GOOD)
committed_stacks = sorted(PROJECT.glob("Pulumi.*.yaml"))


def expected(path: Path) -> list[str]:
    return [line.removeprefix(MARK) for line in path.read_text().splitlines() if line.startswith(MARK)]


@functools.cache
def found(path: Path) -> Sequence[Problem]:
    return problems_in(path)


@pytest.mark.parametrize("path", bad_stacks, ids=lambda path: path.name)
def test_a_bad_stack_file_has_the_stated_problems(path: Path) -> None:
    assert expected(path), f"{path.name} states no problem; add lines `{MARK}<code> <path>`"
    assert [f"{problem.code} {problem.path}" for problem in found(path)] == expected(path)


def test_the_texts_of_all_problems_were_reviewed(snapshot: SnapshotAssertion) -> None:
    texts = [line for path in bad_stacks for line in (f"{path.name}:", *map(str, found(path)), "")]
    assert "\n".join(texts) == snapshot


@pytest.mark.parametrize("path", bad_stacks, ids=lambda path: path.name)
def test_a_message_states_what_is_wrong_then_what_is_expected_then_what_to_do(path: Path) -> None:
    for problem in found(path):
        text = str(problem)
        assert text.startswith(f"`{problem.path}` ")
        assert text.endswith((".", "?"))
        assert problem.remediation[0].isupper()
        assert f" Expected: {problem.expected}. {problem.remediation}" in text or problem.expected is None


def test_every_rule_has_a_bad_stack_file() -> None:
    broken: set[str] = set()

    def watched(name: str, rule: Any) -> Any:
        def run(settings: AksStackSettings) -> list[Problem]:
            problems = list(rule(settings))
            if problems:
                broken.add(name)
            return problems

        return run

    rules = {name: watched(name, rule) for name, rule in AKS.rules.items()}
    kinds: dict[str, Kind[Any]] = {AKS.name: dataclasses.replace(AKS, rules=rules)}
    for path in bad_stacks:
        problems_in(path, kinds)
    assert set(AKS.rules) == broken, f"no file in {BAD_STACKS.name} breaks the missing rules"


def test_a_file_that_is_not_yaml_is_reported_with_the_line() -> None:
    (problem,) = check_stack_file(BAD_STACKS / "Pulumi.tab.yaml")
    assert problem == (
        "`Pulumi.tab.yaml` cannot be read (line 4, column 1: found character '\\t' that cannot start any token)."
        " Expected: YAML with a map `config:`. Fix the YAML at that line."
    )


def test_a_file_that_is_not_text_is_reported_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.one.yaml").write_bytes(b"config:\n  voice:environment: \xff\xfe\n")
    (problem,) = check_stack_file(tmp_path / "Pulumi.one.yaml")
    assert problem == (
        "`Pulumi.one.yaml` cannot be read (line 2 is not UTF-8 text). Expected: YAML with a map `config:`."
        " Save the file as UTF-8."
    )


@pytest.mark.parametrize("damage", ["", "\t", "]", "{", ": ", "&a *a", "!!python/none", "\x00", "\ud7ff", "- "])
def test_a_damaged_stack_file_never_raises_another_error(damage: str, tmp_path: Path) -> None:
    text = GOOD.read_text()
    stack = tmp_path / "Pulumi.damaged.yaml"
    for position in range(0, len(text), 150):
        stack.write_text(text[:position] + damage + ("" if damage == "" else text[position:]))
        for problem in problems_in(stack):
            assert problem.code
            assert problem.remediation


def test_a_parser_error_does_not_show_the_line_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.one.yaml").write_text("config:\n  voice:secrets: {trunk: hunter2\n")
    assert "hunter2" not in "".join(check_stack_file(tmp_path / "Pulumi.one.yaml"))


def test_a_missing_stack_file_is_reported_with_the_existing_stacks(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.one.yaml").write_text("config: {}\n")
    (problem,) = check_stack_file(tmp_path / "Pulumi.two.yaml")
    assert problem == (
        "`Pulumi.two.yaml` does not exist. Expected: a stack of this project (one)."
        " Use one of these stacks, or create the file."
    )


def test_a_missing_base_is_reported_with_the_existing_stacks(tmp_path: Path) -> None:
    stack = tmp_path / "Pulumi.region.yaml"
    stack.write_text("config: {voice:extends: production}\n")
    (problem,) = check_stack_file(stack)
    assert problem == (
        "`voice:extends` is `production`. Expected: a stack of this project (region). Use one of these stacks."
    )


def test_a_wrong_kind_is_the_only_problem() -> None:
    assert check_stack_file(BAD_STACKS / "Pulumi.unknown-kind.yaml") == [
        "`voice:kind` is `serverles`. Expected: aks, containerApps, serverless. Did you mean serverless?"
    ]


def test_a_kind_without_an_implementation_is_not_available() -> None:
    (problem,) = check_stack_file(BAD_STACKS / "Pulumi.kind-not-available.yaml")
    assert problem.startswith("`voice:kind` is `containerApps`, which is not available in this version. Expected: aks.")


def test_a_required_section_is_reported_with_its_required_keys() -> None:
    assert (
        "`voice:naming` is required: the prefix of Azure resource names. Add `voice:naming: {prefix: …}`."
        in check_stack_file(BAD_STACKS / "Pulumi.missing-sections.yaml")
    )


@pytest.mark.parametrize(("old", "new"), RENAMED_KEYS.items())
def test_a_renamed_key_is_refused_with_its_new_name(old: str, new: str) -> None:
    sections = edited(read_sections(GOOD), old, 20)
    with pytest.raises(SettingsError) as refused:
        settings_from(sections, BAD_STACKS)
    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == ("renamed-setting", f"voice:{old}")
    assert f"was renamed to `voice:{new}`" in str(problem)


@pytest.mark.parametrize("path", RENAMED_VALUES)
def test_a_renamed_value_is_refused_with_the_new_one(path: str) -> None:
    for old, new in RENAMED_VALUES[path].items():
        with pytest.raises(SettingsError) as refused:
            settings_from(edited(read_sections(GOOD), path, old), BAD_STACKS)
        (problem,) = refused.value.problems
        assert problem.code == "renamed-value"
        assert f"was renamed to `{new}`" in str(problem)


def test_all_problems_are_reported_together() -> None:
    sections = read_sections(GOOD)
    broken = {**sections, "naming": {"prefix": "No_Good"}, "azure": {"subscriptionId": "x", "tenantId": "y"}}
    with pytest.raises(SettingsError) as refused:
        settings_from(broken, BAD_STACKS)
    assert [problem.path for problem in refused.value.problems] == [
        "voice:azure.subscriptionId",
        "voice:azure.tenantId",
        "voice:naming.prefix",
    ]


def test_a_list_that_is_too_short_is_reported_beside_a_problem_in_another_list() -> None:
    """A refused item also makes its list too short, which is not reported as a second problem."""
    sections = read_sections(GOOD)
    carriers = [{"name": "acme", "signallingCidrs": ["nowhere"]}]
    broken = {**sections, "dns": {**sections["dns"], "certificateAuthorities": []}, "telephony": {"carriers": carriers}}
    with pytest.raises(SettingsError) as refused:
        settings_from(broken, BAD_STACKS)
    assert [problem.path for problem in refused.value.problems] == [
        "voice:telephony.carriers[0].signallingCidrs[0]",
        "voice:dns.certificateAuthorities",
    ]


@pytest.mark.parametrize("path", committed_stacks, ids=lambda path: path.name)
def test_every_committed_stack_can_be_deployed(path: Path) -> None:
    assert check_stack_file(path) == []


@pytest.mark.parametrize("path", committed_stacks, ids=lambda path: path.name)
def test_every_committed_stack_points_editors_to_the_schema(path: Path) -> None:
    assert path.read_text().startswith("# yaml-language-server: $schema=./settings.schema.json\n")


def test_the_schema_for_editors_matches_the_settings() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == json.loads(json.dumps(stack_file_schema())), (
        "run `.venv/bin/voice schema`"
    )


def test_a_stack_inherits_the_settings_of_its_base(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.base.yaml").write_text(GOOD.read_text())
    stack = tmp_path / "Pulumi.other.yaml"
    stack.write_text(
        "config: {voice:extends: base, voice:region: westeurope, voice:aks: {systemPool: {maxNodes: 5}}}\n"
    )
    settings = load_stack_file(stack)
    assert settings.region == "westeurope"
    assert settings.aks.system_pool.max_nodes == 5
    assert settings.aks.system_pool.min_nodes == load_stack_file(GOOD).aks.system_pool.min_nodes


@pytest.mark.parametrize("section", ["secrets", "region", "global"])
def test_a_stack_does_not_inherit_sections_of_a_single_stack(section: str, tmp_path: Path) -> None:
    base = GOOD.read_text() + "  voice:secrets: {trunk: {secure: AAAA}}\n"
    (tmp_path / "Pulumi.base.yaml").write_text(base)
    stack = tmp_path / "Pulumi.other.yaml"
    stack.write_text("config: {voice:extends: base, voice:region: westeurope}\n")
    settings = load_stack_file(stack)
    own = {"secrets": settings.secrets, "region": settings.region, "global": settings.global_part}
    assert own[section] in ((), "westeurope", None)


def test_a_stack_can_override_class_defaults() -> None:
    sections = read_sections(GOOD)
    assert settings_from(sections, BAD_STACKS).protect is True
    assert settings_from({**sections, "protect": False}, BAD_STACKS).protect is False
    zones = {**sections, "aks": {**sections["aks"], "zones": ["2"]}}
    assert settings_from(zones, BAD_STACKS).aks.zones == ("2",)


@pytest.mark.parametrize("path", CLASS_DEFAULTS)
def test_every_class_default_is_a_setting(path: str) -> None:
    node: Any = AKS.defaults("staging")
    model: Any = AksStackSettings
    for part in path.split("."):
        node = node[part]
        fields = {field.alias: field for field in model.model_fields.values()}
        assert part in fields, f"{path} is not a setting"
        model = fields[part].annotation


def test_values_of_secrets_never_reach_the_settings() -> None:
    sections = {**read_sections(GOOD), "secrets": {"acmeTrunk": "hunter2"}}
    assert "hunter2" not in repr(settings_from(sections, BAD_STACKS))


def test_settings_cannot_be_changed_after_loading() -> None:
    settings = load_stack_file(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        settings.region = "elsewhere"  # ty: ignore[invalid-assignment]
