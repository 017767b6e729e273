"""Warnings of the simulated Azure reach Pulumi's display and the report, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.reports.report import as_json

PROGRAM: Final = """
import pulumi_azure_native as azure

group = azure.resources.ResourceGroup("group", resource_group_name="rg-shop")
for number in range(2):
    azure.network.PublicIPAddress(
        f"address-{number}",
        resource_group_name=group.name,
        public_ip_address_name=f"pip-{number}",
        public_ip_allocation_method="Static",
        sku={"name": "Standard", "nmae": "Basic"},
        zones=["4"],
    )
"""

pytestmark = pytest.mark.rehearsal


def test_each_warning_is_shown_once(cli: PulumiCli, tmp_path: Path) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (project / "Pulumi.staging.yaml").write_text("config:\n  azure-native:location: westeurope\n")
    (project / "__main__.py").write_text(PROGRAM)

    with Rehearsal(project, "staging", tmp_path / "state", cli=cli) as rehearsal:
        preview, run = rehearsal.preview(), rehearsal.up()

    assert run.ok, run.text
    dropped = [item for item in as_json(Outcome("preview", [preview]))["runs"][0]["warnings"] if "drops" in item]
    assert len(dropped) == 2, "the provider's Check drops unknown keys, so a preview shows them"
    shown = as_json(Outcome("up", [run]))["runs"][0]["warnings"]
    assert [item.split(".")[0] for item in shown if "not known here" in item] == [
        "not known here: availability zone '4 of westeurope'"
    ]
    assert run.text.partition("Diagnostics:")[2].count("not known here") == 1
