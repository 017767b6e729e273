"""What a stack file may say, and what its author is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from settings import checks
from settings.classes import CLASS_DEFAULTS, class_defaults
from settings.errors import Problem, SettingsError
from settings.loader import check_stack_file, load_stack_file, read_sections, settings_from
from settings.schema import SCHEMA_FILE, stack_file_schema
from settings.stack import Settings

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
BAD_STACKS = HERE / "bad_stacks"
GOOD = BAD_STACKS / "Pulumi.valid.yaml"
MARK = "# expect: "

bad_stacks = sorted(path for path in BAD_STACKS.glob("Pulumi.*.yaml") if path != GOOD)
committed_stacks = sorted(PROJECT.glob("Pulumi.*.yaml"))


def expected(path: Path) -> list[str]:
    return [line.removeprefix(MARK) for line in path.read_text().splitlines() if line.startswith(MARK)]


@pytest.mark.parametrize("path", [path for path in bad_stacks if expected(path)], ids=lambda path: path.name)
def test_a_bad_stack_file_tells_its_author_setting_value_limit_and_fix(path: Path) -> None:
    assert check_stack_file(path) == expected(path)


def test_every_bad_stack_file_is_refused() -> None:
    accepted = [path.name for path in bad_stacks if not check_stack_file(path)]
    assert not accepted, "these files were written to be refused"


def test_every_rule_across_settings_has_a_bad_stack_file(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: set[str] = set()

    def watched(name: str, rule: Any) -> Any:
        def run(settings: Settings) -> list[Problem]:
            problems = list(rule(settings))
            if problems:
                at_work.add(name)
            return problems

        return run

    monkeypatch.setattr(checks, "RULES", {name: watched(name, rule) for name, rule in checks.RULES.items()})
    for path in bad_stacks:
        check_stack_file(path)
    assert set(checks.RULES) == at_work, f"no file in {BAD_STACKS.name} is refused by the missing ones"


def test_a_file_that_is_not_yaml_is_named_with_the_place() -> None:
    (problem,) = check_stack_file(BAD_STACKS / "Pulumi.not-yaml.yaml")
    assert problem.startswith("Pulumi.not-yaml.yaml cannot be read as a stack file: ")
    assert "line 1, column 9" in problem


def test_a_stack_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.one.yaml").write_text("config: {}\n")
    (problem,) = check_stack_file(tmp_path / "Pulumi.two.yaml")
    assert problem == (
        "Pulumi.two.yaml is missing. Allowed: a stack of this project: one. Fix: name one of them, or write the file."
    )


def test_a_base_that_does_not_exist_is_answered_with_the_stacks_that_do(tmp_path: Path) -> None:
    stack = tmp_path / "Pulumi.region.yaml"
    stack.write_text("config: {voice:extends: production}\n")
    (problem,) = check_stack_file(stack)
    assert problem == (
        "voice:extends is 'production'. Allowed: a stack of this project: region. Fix: name one of them."
    )


def test_all_problems_are_told_at_once() -> None:
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
    """An item that is refused also makes its own list too short; that is no second problem."""
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


def test_the_schema_for_editors_is_that_of_the_settings() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == json.loads(json.dumps(stack_file_schema())), "run `make schema`"


def test_a_stack_takes_what_it_does_not_say_from_its_base(tmp_path: Path) -> None:
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
def test_what_belongs_to_one_stack_alone_is_not_inherited(section: str, tmp_path: Path) -> None:
    base = GOOD.read_text() + "  voice:secrets: {trunk: {secure: AAAA}}\n"
    (tmp_path / "Pulumi.base.yaml").write_text(base)
    stack = tmp_path / "Pulumi.other.yaml"
    stack.write_text("config: {voice:extends: base, voice:region: westeurope}\n")
    settings = load_stack_file(stack)
    own = {"secrets": settings.secrets, "region": settings.region, "global": settings.global_part}
    assert own[section] in ((), "westeurope", None)


def test_a_class_is_a_set_of_defaults_that_can_be_overridden() -> None:
    sections = read_sections(GOOD)
    assert settings_from(sections, BAD_STACKS).protect is True
    assert settings_from({**sections, "protect": False}, BAD_STACKS).protect is False
    zones = {**sections, "aks": {**sections["aks"], "zones": ["2"]}}
    assert settings_from(zones, BAD_STACKS).aks.zones == ("2",)


@pytest.mark.parametrize("path", CLASS_DEFAULTS)
def test_every_class_default_is_a_setting(path: str) -> None:
    node: Any = class_defaults("staging")
    model: Any = Settings
    for part in path.split("."):
        node = node[part]
        fields = {field.alias: field for field in model.model_fields.values()}
        assert part in fields, f"{path} is no setting"
        model = fields[part].annotation


def test_values_of_secrets_never_reach_the_settings() -> None:
    sections = {**read_sections(GOOD), "secrets": {"acmeTrunk": "hunter2"}}
    assert "hunter2" not in repr(settings_from(sections, BAD_STACKS))


def test_settings_cannot_be_changed_after_loading() -> None:
    settings = load_stack_file(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        settings.region = "elsewhere"  # ty: ignore[invalid-assignment]
