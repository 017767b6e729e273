"""What a person does after a run that was killed, or that lost an answer: docs/runbooks/killed-deployment.md, in code.

Owns the steps and their order; the page and this module say the same. Does not own any check of the result.

    unlock      pulumi cancel
    adopt       pulumi preview --import-file F; keep what exists, with its id; pulumi import --file F
    forget      pulumi refresh --clear-pending-creates
    go on       the command again

`pulumi refresh --import-pending-creates` would be shorter, but in 3.259 it drops the pending creates and imports
nothing.
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
"""How often the command is given again: each try can only show what the one before kept from beginning."""

_CREATING: Final = ("create", "create-replacement")


class RecoveryError(Exception):
    """A step of the recovery itself was refused. The message names it and says why."""


@dataclass
class Recovery:
    """Brings a stack whose last run was disturbed to where `command` leads. `steps` are the commands given, in order.

    `command` is an `up` or a `destroy`; `creates` says that it creates, so that what exists already may have to be
    taken into the state.
    """

    rehearsal: Rehearsal
    command: Callable[[], Run]
    creates: bool
    preview: Callable[..., Run]
    import_file: Path
    steps: list[str] = field(default_factory=list)

    def run(self) -> Run:
        """Recovers and gives the last run, which is done or refused for good. Raises `RecoveryError`."""
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
        """Imports what the program would create and what exists already; says how much that was."""
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
        """The ids of what the last preview would create, by type and name, where it exists."""
        planned = _planned(self.rehearsal.event_log)  # before the export, which has a log of its own
        resources = [resource for resource in self.rehearsal.export().get("resources", []) if resource.get("id")]
        ids = {resource["id"] for resource in resources}
        owned = {(resource["type"], resource["id"]) for resource in resources}  # Kubernetes' ids do not name the kind
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
    """The new states of what a preview would create."""
    metadata = [event["resourcePreEvent"]["metadata"] for event in events_of(log) if "resourcePreEvent" in event]
    return [item["new"] for item in metadata if item["op"] in _CREATING and item.get("new", {}).get("custom")]
