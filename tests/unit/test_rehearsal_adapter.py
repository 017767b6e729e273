"""The adapter between the simulator and this project."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal import remedies
from azure_rehearsal.adapter import load
from azure_rehearsal.errors import UsageError
from tests.unit.stacks import PROJECT
from tools.rehearsal_adapter import VoiceAdapter


def stacks_of_environment(directory: Path, environment: str) -> list[str]:
    return VoiceAdapter(directory).stacks(environment)


def _file(directory: Path, text: str, stack: str) -> None:
    (directory / f"Pulumi.{stack}.yaml").write_text(text)


def _environment(directory: Path) -> None:
    _file(
        directory,
        """
config:
  voice:environment: prod
  voice:region: eastus
  voice:regions: [{name: eastus}, {name: no}, {name: westus}]
  voice:global: {}
""",
        "prod",
    )
    _file(directory, "config: {voice:extends: prod, voice:region: westus}", "prod-a")
    _file(directory, "config: {voice:extends: prod, voice:region: no}", "prod-z")
    _file(
        directory,
        "config: {voice:environment: staging, voice:region: x, voice:regions: [{name: x}]}",
        "staging",
    )


def test_stacks_of_an_environment_are_in_the_order_of_its_regions(tmp_path: Path) -> None:
    _environment(tmp_path)
    assert stacks_of_environment(tmp_path, "prod") == ["prod", "prod-z", "prod-a"]
    assert stacks_of_environment(tmp_path, "staging") == ["staging"]


def test_an_unknown_environment_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    _environment(tmp_path)
    with pytest.raises(UsageError, match=r"no stack has voice:environment 'production'.*prod, staging"):
        stacks_of_environment(tmp_path, "production")


def test_a_stack_whose_region_is_not_listed_is_refused(tmp_path: Path) -> None:
    _environment(tmp_path)
    _file(tmp_path, "config: {voice:extends: prod}", "prod-b")
    with pytest.raises(UsageError, match=r"Pulumi.prod-b.yaml: voice:region None is not one of .*eastus, .*, westus"):
        stacks_of_environment(tmp_path, "prod")


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    _file(tmp_path, "config: {voice:extends: b}", "a")
    _file(tmp_path, "config: {voice:extends: a}", "b")
    with pytest.raises(UsageError, match="a stack that does not extend another stack"):
        stacks_of_environment(tmp_path, "prod")


def test_the_project_names_its_adapter() -> None:
    adapter = load(PROJECT)
    assert isinstance(adapter, VoiceAdapter)
    assert adapter.stacks("prod")[0] == "prod"


def test_the_remedies_of_this_project_name_its_settings_and_existing_pages() -> None:
    adapter = load(PROJECT)
    assert "`voice:protect: false`" in adapter.remedy_for(remedies.PROTECTED)
    for code, page in (
        (remedies.INTERRUPTED, "docs/runbooks/killed-deployment.md"),
        (remedies.PROTECTED_POOL, "docs/decisions/0005-generations-of-node-pools.md"),
        ("ConnectionReset", "docs/runbooks/killed-deployment.md"),
    ):
        assert page in adapter.remedy_for(code)
        assert (PROJECT / page).is_file()
    assert adapter.remedy_for("AuthorizationFailed") == ""
