"""The recovery of a killed run, with a fake stack."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from azure_rehearsal.chaos.recovery import Recovery
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run

ACCOUNT = "kubernetes:core/v1:ServiceAccount"
MONITOR = "kubernetes:azmonitoring.coreos.com/v1:PodMonitor"
ID = "shop-system/cert-manager"
DONE = Run("staging", ("done",), 0, 0.0)


class Stack:
    """A stack with a ServiceAccount, whose cluster also has a PodMonitor of the same name."""

    is_locked = False

    def __init__(self, log: Path) -> None:
        self.event_log = log
        self.imported: list[dict[str, Any]] = []

    def export(self) -> dict[str, Any]:
        return {
            "resources": [{"urn": f"urn:pulumi:s::p::{ACCOUNT}::account", "type": ACCOUNT, "id": ID}],
            "pending_operations": [{"type": "creating", "resource": {"urn": "u", "type": MONITOR}}],
        }

    def find(self, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        return ID

    def preview(self, *options: str) -> Run:
        """Plans both objects, although the account is in the state."""
        events = [
            {
                "resourcePreEvent": {
                    "metadata": {
                        "op": "create",
                        "new": {"urn": f"urn:pulumi:s::p::{kind}::{name}", "type": kind, "custom": True},
                    }
                }
            }
            for kind, name in ((ACCOUNT, "account"), (MONITOR, "monitor"))
        ]
        self.event_log.write_text("".join(json.dumps(event) + "\n" for event in events))
        wanted = [{"type": ACCOUNT, "name": "account"}, {"type": MONITOR, "name": "monitor"}]
        Path(options[-1]).write_text(json.dumps({"resources": wanted}))
        return DONE

    def pulumi(self, *arguments: str) -> Run:
        self.imported += json.loads(Path(arguments[arguments.index("--file") + 1]).read_text())["resources"]
        return DONE

    def refresh(self, *arguments: str) -> Run:
        return DONE


def test_an_existing_object_is_imported_although_an_object_of_another_kind_has_its_name(tmp_path: Path) -> None:
    """A Kubernetes id is namespace and name: it does not distinguish a PodMonitor from a ServiceAccount."""
    stack = Stack(tmp_path / "events.json")
    recovery = Recovery(
        cast("Rehearsal", stack),
        command=lambda: Run("staging", ("up",), 0, 0.0),
        creates=True,
        preview=stack.preview,
        import_file=tmp_path / "import.json",
    )
    assert recovery.run().ok
    assert stack.imported == [{"type": MONITOR, "name": "monitor", "id": ID}]
