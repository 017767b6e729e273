"""Azure's refusals of diagnostic settings."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.harness import NETWORK, AzureHarness, Case, refused
from simulator_tests.azure.makers.monitor import setting, workspace
from simulator_tests.azure.makers.storage import account
from simulator_tests.azure.monitoring_setup import with_vault, with_workspace


def to_vault(azure: AzureHarness, **changes: Any) -> Any:
    return setting(azure, azure["kv-shop"].id, **changes)


def five_settings(azure: AzureHarness) -> None:
    with_vault(azure)
    for number in range(5):
        to_vault(azure, name=f"to-workspace-{number}", workspaceId=workspace(azure, f"log-shop-{number}").id)


CASES: Final = [
    Case(
        "monitor:DiagnosticSetting",
        "a resource that does not exist",
        lambda azure: (azure.delete(azure["kv-shop"]), to_vault(azure)),
        "ResourceNotFound",
        ("kv-shop",),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a type without logs and metrics",
        lambda azure: setting(azure, azure.identity().id),
        "BadRequest",
        ("userassignedidentities' does not support diagnostic settings",),
        setup=with_workspace,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a category of another type",
        lambda azure: to_vault(azure, logs=[{"category": "kube-audit", "enabled": True}]),
        "BadRequest",
        ("Category 'kube-audit' is not supported", "AuditEvent"),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a category group of a type without groups",
        lambda azure: setting(azure, azure[NETWORK].id, logs=[{"categoryGroup": "audit", "enabled": True}]),
        "BadRequest",
        ("Category group 'audit' is not supported",),
        setup=lambda azure: (with_workspace(azure), azure.network()),
    ),
    Case(
        "monitor:DiagnosticSetting",
        "an unknown metric",
        lambda azure: to_vault(azure, metrics=[{"category": "Capacity", "enabled": True}]),
        "BadRequest",
        ("Metric category 'Capacity'", "AllMetrics"),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "categories together with a group",
        lambda azure: to_vault(
            azure,
            logs=[{"categoryGroup": "audit", "enabled": True}, {"category": "AuditEvent", "enabled": True}],
        ),
        "BadRequest",
        ("does not support mix",),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "no enabled category",
        lambda azure: to_vault(azure, logs=[{"categoryGroup": "allLogs", "enabled": False}]),
        "BadRequest",
        ("enables nothing",),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a retention policy",
        lambda azure: to_vault(
            azure,
            logs=[{"categoryGroup": "allLogs", "enabled": True, "retentionPolicy": {"enabled": True, "days": 30}}],
        ),
        "BadRequest",
        ("does not support retention", "30 days"),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "no destination",
        lambda azure: to_vault(azure, workspaceId=None),
        "BadRequest",
        ("At least one data sink needs to be specified",),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a workspace that does not exist",
        lambda azure: to_vault(azure, workspaceId=azure["log-shop"].id + "x"),
        "ResourceNotFound",
        ("log-shopx",),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a storage account of another region",
        lambda azure: to_vault(azure, storageAccountId=account(azure, location="northeurope").id),
        "BadRequest",
        ("'northeurope'", "same region"),
        setup=with_vault,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a sixth setting",
        lambda azure: to_vault(azure, name="to-workspace-sixth"),
        "BadRequest",
        ("The limit of 5 diagnostic settings was reached",),
        setup=five_settings,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "the same category twice to one workspace",
        lambda azure: (
            to_vault(azure),
            to_vault(azure, name="audit", logs=[{"category": "AuditEvent", "enabled": True}]),
        ),
        "Conflict",
        ("already used in diagnostic setting 'to-workspace'", "category 'auditevent'"),
        setup=with_vault,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
