"""Azure's refusals of diagnostic settings."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.makers.monitor import setting, workspace
from simulator_tests.azure.makers.storage import account
from simulator_tests.azure.monitoring_setup import vault_given, workspace_given
from simulator_tests.azure.world import NETWORK, Case, World, refused


def to_vault(world: World, **changes: Any) -> Any:
    return setting(world, world["kv-voice"].id, **changes)


def five_settings(world: World) -> None:
    vault_given(world)
    for number in range(5):
        to_vault(world, name=f"to-workspace-{number}", workspaceId=workspace(world, f"log-voice-{number}").id)


CASES: Final = [
    Case(
        "monitor:DiagnosticSetting",
        "a resource that does not exist",
        lambda world: (world.delete(world["kv-voice"]), to_vault(world)),
        "ResourceNotFound",
        ("kv-voice",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a type without logs and metrics",
        lambda world: setting(world, world.identity().id),
        "BadRequest",
        ("userassignedidentities' does not support diagnostic settings",),
        given=workspace_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a category of another type",
        lambda world: to_vault(world, logs=[{"category": "kube-audit", "enabled": True}]),
        "BadRequest",
        ("Category 'kube-audit' is not supported", "AuditEvent"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a group of a type without",
        lambda world: setting(world, world[NETWORK].id, logs=[{"categoryGroup": "audit", "enabled": True}]),
        "BadRequest",
        ("Category group 'audit' is not supported",),
        given=lambda world: (workspace_given(world), world.network()),
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a metric that there is not",
        lambda world: to_vault(world, metrics=[{"category": "Capacity", "enabled": True}]),
        "BadRequest",
        ("Metric category 'Capacity'", "AllMetrics"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "categories beside a group",
        lambda world: to_vault(
            world,
            logs=[{"categoryGroup": "audit", "enabled": True}, {"category": "AuditEvent", "enabled": True}],
        ),
        "BadRequest",
        ("does not support mix",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "nothing to send",
        lambda world: to_vault(world, logs=[{"categoryGroup": "allLogs", "enabled": False}]),
        "BadRequest",
        ("enables nothing",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "retention of its own",
        lambda world: to_vault(
            world,
            logs=[{"categoryGroup": "allLogs", "enabled": True, "retentionPolicy": {"enabled": True, "days": 30}}],
        ),
        "BadRequest",
        ("does not support retention", "30 days"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "nowhere to send",
        lambda world: to_vault(world, workspaceId=None),
        "BadRequest",
        ("At least one data sink needs to be specified",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a workspace that does not exist",
        lambda world: to_vault(world, workspaceId=world["log-voice"].id + "x"),
        "ResourceNotFound",
        ("log-voicex",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a storage account of another region",
        lambda world: to_vault(world, storageAccountId=account(world, location="northeurope").id),
        "BadRequest",
        ("'northeurope'", "same region"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a sixth setting",
        lambda world: to_vault(world, name="to-workspace-sixth"),
        "BadRequest",
        ("The limit of 5 diagnostic settings was reached",),
        given=five_settings,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "one category twice to one workspace",
        lambda world: (
            to_vault(world),
            to_vault(world, name="audit", logs=[{"category": "AuditEvent", "enabled": True}]),
        ),
        "Conflict",
        ("already used in diagnostic setting 'to-workspace'", "category 'auditevent'"),
        given=vault_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
