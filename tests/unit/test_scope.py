"""The scope of a region: derived names, and workspaces that exist only after `Observability`."""

from __future__ import annotations

import dataclasses

import pytest

from components.scope import Scope, Workspaces
from model.naming import Naming

MINIMAL = Scope(
    resource_group_name="rg-voice-test-eastus",
    names=Naming("voice", "test", "eastus", "00000000-0000-0000-0000-000000000000"),
    location="eastus",
    tags={"owner": "team"},
    protect=True,
)


def test_a_scope_without_workspaces_reports_the_remediation() -> None:
    for read in (lambda: MINIMAL.log_workspace_id, lambda: MINIMAL.audit_workspace_id):
        with pytest.raises(ValueError, match=r"voice-test-eastus has no Log Analytics workspaces.*with_workspaces"):
            read()


def test_workspaces_are_added_to_a_copy() -> None:
    full = MINIMAL.with_workspaces(Workspaces(log_id="logs", audit_id="audit"))
    assert (full.log_workspace_id, full.audit_workspace_id) == ("logs", "audit")
    assert dataclasses.replace(full, workspaces=None) == MINIMAL
    assert MINIMAL.workspaces is None


def test_the_global_part_has_names_of_the_same_environment() -> None:
    assert MINIMAL.global_names == MINIMAL.names.in_scope("global")
    assert MINIMAL.global_names.resource_group == "rg-voice-test-global"
