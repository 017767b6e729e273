"""`serve` refuses deployments without real clusters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.cli.serving import serve
from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.errors import UsageError


def test_a_directory_without_a_deployment_is_refused_and_not_created(tmp_path: Path) -> None:
    answer = CliRunner().invoke(application(Wiring()), ["serve", "--state", str(tmp_path / "none")])
    assert answer.exit_code == 2
    assert "nothing is deployed in" in answer.output
    assert not (tmp_path / "none").exists()


def test_a_cloud_without_a_cluster_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no cluster is deployed"):
        serve(Backends.open(tmp_path), tmp_path, print, _never)


def test_recorded_clusters_are_refused_with_the_option_for_real_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cloud, "of_type", lambda *_: [object()])
    with pytest.raises(UsageError, match="azure-rehearsal up --cluster real"):
        serve(Backends.open(tmp_path), tmp_path, print, _never)


def _never() -> Any:
    raise AssertionError("serve must not wait")
