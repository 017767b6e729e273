"""Public Pulumi programs, described in our own words, pass a whole lifecycle: deploy, deploy again, destroy.

Each program in `tests/public_programs` names the repository that it describes. Its docstring states what it leaves out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli

PROGRAMS = Path(__file__).parents[2] / "public_programs"
NAMES = sorted(path.parent.name for path in PROGRAMS.glob("*/__main__.py"))
DEFAULT = {"function_app", "service_principal_clusters", "static_website"}
"""Programs in the default suite. Each takes seconds; the exhaustive suite runs all of them."""
NEEDS_TIME = {"database_platform"}
"""Programs whose cluster needs a role from the same deployment, without a wait: on a slow day, Azure refuses the first
deployment, and the next one continues it.
"""
PROJECT = "name: public\nruntime: python\n"
STACK = "config:\n  azure-native:location: westeurope\n"

pytestmark = pytest.mark.rehearsal


def _case(name: str) -> object:
    return name if name in DEFAULT else pytest.param(name, marks=pytest.mark.exhaustive)


@pytest.mark.parametrize("name", [_case(name) for name in NAMES])
def test_a_public_program_is_deployed_unchanged_afterwards_and_destroyed(
    name: str, cli: PulumiCli, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROGRAMS / name, project)
    (project / "Pulumi.yaml").write_text(PROJECT)
    (project / "Pulumi.dev.yaml").write_text(STACK)
    with Rehearsal(project, "dev", tmp_path / "state", cli=cli, checkpoints=False) as rehearsal:
        first = rehearsal.up()
        if name in NEEDS_TIME:
            assert "CustomKubeletIdentityMissingPermissionError" in first.text
            first = rehearsal.up()
        assert first.ok, first.text
        assert all(value is not None for value in first.outputs.values()), first.outputs
        second = rehearsal.up()
        assert second.ok, second.text
        assert second.changes == {}, [(step.name, step.changed) for step in second.changing_steps]
        destroyed = rehearsal.destroy()
        assert destroyed.ok, destroyed.text
        assert rehearsal.backends.leftovers() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_program_names_its_source(name: str) -> None:
    assert "github.com/" in (PROGRAMS / name / "__main__.py").read_text()
