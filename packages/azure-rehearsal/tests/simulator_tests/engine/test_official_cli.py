"""An official CLI on PATH takes precedence over the built one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from azure_rehearsal.engine import pulumi_cli
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from simulator_tests.fake_backends import RandomBackends


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def refuse_to_build(line: str) -> None:
    raise AssertionError(f"nothing must be built or skipped: {line}")


def test_the_cli_on_the_path_takes_precedence_over_a_built_one(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path / "bin"), pulumi_cli.CACHE_VARIABLE: str(tmp_path / "cache")}
    built = program(pulumi_cli.built_executable(environment), "exit 1")
    assert pulumi_cli.find(environment, say=refuse_to_build).executable == built

    official = program(tmp_path / "bin" / "pulumi", "echo v3.260.0")
    program(tmp_path / "bin" / "pulumi-language-python", "exit 0")
    assert pulumi_cli.find(environment, say=refuse_to_build) == PulumiCli(official, "3.260.0", has_language_host=True)


@pytest.mark.rehearsal
def test_a_rehearsal_runs_with_the_cli_on_the_path(
    cli: PulumiCli, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    program(tmp_path / "bin" / "pulumi", f'echo "$1" >> "{calls}"\nexec "{cli.executable}" "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with Rehearsal(tiny, "staging", tiny / "state", open_backends=RandomBackends) as rehearsal:
        run = rehearsal.preview()
    assert run.ok, run.text
    assert calls.read_text().splitlines()[0] == "version"
    assert "preview" in calls.read_text().splitlines()
