"""A preview of a stack with its cost and time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.reports.change import Change, change_of
from azure_rehearsal.reports.recording import recording_of


def preview(rehearsal: Rehearsal, plan_file: Path | None = None, config: Mapping[str, Any] | None = None) -> Change:
    """Previews a stack with the overrides `config` and compares the plan with the current deployment.

    Pulumi's display names the plan file. Without `plan_file`, that file is temporary.
    """
    before = recording_of(rehearsal.export(show_secrets=True), ())
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as directory:
        plan = (plan_file or Path(directory) / "plan.json").absolute()
        run = rehearsal.preview("--save-plan", str(plan), config=config)
        return change_of(run, json.loads(plan.read_text(encoding="utf-8")) if run.ok else {}, before)
