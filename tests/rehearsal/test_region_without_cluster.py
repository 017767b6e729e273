"""A kind of stack without a cluster on the real engine: deploy, plan without changes, destroy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli

pytestmark = pytest.mark.rehearsal

PROGRAM = Path(__file__).with_name("programs") / "clusterless"


def test_a_stack_without_a_cluster_is_deployed_stays_unchanged_and_is_destroyed(cli: PulumiCli, tmp_path: Path) -> None:
    with Rehearsal(PROGRAM, "staging", tmp_path, cli=cli) as rehearsal:
        created = rehearsal.up()
        assert created.ok, created.text
        again = rehearsal.up()
        assert again.ok, again.text
        assert again.changes == {}
        destroyed = rehearsal.destroy()
        assert destroyed.ok, destroyed.text
    cloud = json.loads(next(tmp_path.rglob("azure.json")).read_text(encoding="utf-8"))
    assert not [record["id"] for record in cloud["records"] if "/resourceGroups/rg-voice-test" in record["id"]]
