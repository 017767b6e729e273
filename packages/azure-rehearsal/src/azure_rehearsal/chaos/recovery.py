"""The recovery from a run that was killed, or that lost a response.

Owns the steps and their order, which the package's README describes. Does not own the checks of the result.

    unlock      pulumi cancel
    import      pulumi preview --import-file F; keep the existing resources, with their ids; pulumi import --file F
    clear       pulumi refresh --clear-pending-creates
    repeat      the command again

`pulumi refresh --import-pending-creates` would be shorter, but version 3.259 drops the pending creations without an
import.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.events import events_of, masked
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.failures import failures_of

MAX_ATTEMPTS: Final = 5
"""Attempts of the command: each can reveal further resources that exist already."""

_CREATING: Final = ("create", "create-replacement")


class RecoveryError(Exception):
    """A step of the recovery was refused. The message names the step and the reason."""


@dataclass
class Recovery:
    """Recovers a stack whose last run was disturbed. `steps` are the commands of the recovery, in order.

    `command` is the `up` or `destroy` to complete. `creates`: whether it creates resources, so that existing ones may
    have to be imported into the state.
    """

    rehearsal: Rehearsal
    command: Callable[[], Run]
    creates: bool
    preview: Callable[..., Run]
    import_file: Path
    steps: list[str] = field(default_factory=list)

    def run(self) -> Run:
        """Recovers and returns the last run, which succeeded or is refused finally. Raises `RecoveryError`."""
        if self.rehearsal.is_locked:
            self._step("cancel", self.rehearsal.pulumi("cancel"))
        pending = self.rehearsal.export().get("pending_operations") or []
        if self.creates and any(operation["type"] == "creating" for operation in pending):
            self._import_existing()
        if pending:
            self._step("refresh --clear-pending-creates", self.rehearsal.refresh("--clear-pending-creates"))
        for _ in range(MAX_ATTEMPTS):
            run = self.command()
            self.steps.append(run.command[0])
            if run.ok or not self.creates or not self._import_existing():
                return run
        return run

    def _import_existing(self) -> int:
        """Imports the planned creations that exist already. Returns their number."""
        self.import_file.unlink(missing_ok=True)
        self._step("preview --import-file", self.preview("--import-file", str(self.import_file)))
        existing = self._existing()
        if not existing:
            return 0
        wanted = json.loads(self.import_file.read_text(encoding="utf-8"))
        wanted["resources"] = [
            {**resource, "id": existing[resource["type"], resource["name"]]}
            for resource in wanted["resources"]
            if (resource["type"], resource["name"]) in existing
        ]
        self.import_file.write_text(json.dumps(wanted), encoding="utf-8")
        options = ("--file", str(self.import_file), "--protect=false", "--generate-code=false", "--yes")
        self._step("import", self.rehearsal.pulumi("import", *options, "--skip-preview"))
        return len(existing)

    def _existing(self) -> dict[tuple[str, str], str]:
        """The ids of the last preview's creations that exist already, by type and name."""
        planned = _planned(self.rehearsal.event_log)  # before the export, which replaces the log
        resources = [resource for resource in self.rehearsal.export().get("resources", []) if resource.get("id")]
        ids = {resource["id"] for resource in resources}
        owned = {(resource["type"], resource["id"]) for resource in resources}  # Kubernetes ids do not contain the kind
        found: dict[tuple[str, str], str] = {}
        for state in planned:
            id = self.rehearsal.find(state["type"], masked(state.get("inputs") or {}), ids)
            if id and (state["type"], id) not in owned:
                found[state["type"], state["urn"].rsplit("::", 1)[-1]] = id
        return found

    def _step(self, name: str, run: Run) -> None:
        self.steps.append(name)
        if not run.ok:
            reasons = " ".join(failure.message for failure in failures_of(run))
            raise RecoveryError(f"`pulumi {name}` was refused: {reasons}")


def _planned(log: Path) -> list[dict[str, Any]]:
    """The new states of the resources that a preview would create."""
    metadata = [event["resourcePreEvent"]["metadata"] for event in events_of(log) if "resourcePreEvent" in event]
    return [item["new"] for item in metadata if item["op"] in _CREATING and item.get("new", {}).get("custom")]
