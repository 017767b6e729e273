"""Previews a stack and says what its plan comes to."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.reports.change import Change, change_of
from azure_rehearsal.reports.recording import record


def preview(rehearsal: Rehearsal, plan_file: Path | None = None, config: Mapping[str, Any] | None = None) -> Change:
    """A preview with `config` for other settings, compared with what is deployed now. Changes nothing.

    Pulumi's display names the file that it writes the plan to; without a `plan_file` that one is gone afterwards.
    """
    before = record(rehearsal.export(show_secrets=True), ())
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as directory:
        plan = (plan_file or Path(directory) / "plan.json").absolute()
        run = rehearsal.preview("--save-plan", str(plan), config=config)
        return change_of(run, json.loads(plan.read_text(encoding="utf-8")) if run.ok else {}, before)
