"""A disabled feature creates nothing: no resource in Azure, no object in Kubernetes, no release.

Two stacks show it: one with every feature, one without any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from tests.charts.stack_contents import StackContents
from tests.unit.stacks import PROJECT, build_stack, edited
from tests.unit.test_setting_effects import sections_in
from tools.inventory.declared import stack_files


@dataclass(frozen=True)
class Feature:
    """What only this feature adds: resources and objects with one of these `words` in their name or kind."""

    words: tuple[str, ...]
    on: Any = True
    off: Any = False


FEATURES: Mapping[str, Feature] = {
    "egress.enabled": Feature(("livekit-egress", "data-egress", "egress-storage-key")),
    "agentWatch.enabled": Feature(("agent-watch",)),
    "mesh": Feature(("-mesh",), on={"enabled": True, "namespaces": ["voice-agents"]}, off={"enabled": False}),
    "scaling.enabled": Feature(("ScaledObject", "keda", "services-scaling")),
    "data.redis.export.enabled": Feature(("database-jobs-redis",)),
    "observability.flowLogs": Feature(("-flows",)),
    "livekit.turnTls": Feature(("-turn", "livekit-turn")),
    "livekitSip.manageTrunks": Feature(
        ("Deployment voice-media/livekit-sip-trunks", "policies-voice-media-livekit-sip-trunks")
    ),
    "dns.automatic": Feature(("external-dns",)),
    "certificates.copyToKeyVault": Feature(("certificate-copy", "external-secrets")),
    "registry.dockerHubCache": Feature(("registry-cache-",)),
    "delivery.reloader": Feature(("reloader",)),
    "data.cosmos": Feature(("cosmos", "documents.azure.com"), on={"containers": {"sessions": "/user_id"}}, off=None),
    "delivery.gitOps": Feature(("git-ops",), on={"repository": "https://git.example.com/services"}, off=None),
}

PROPERTIES = frozenset(
    {
        "protect",
        "aks.localAccounts",
        "aks.longTermSupport",
        "aks.pools.dedicated",
        "aks.pools.spot",
        "data.postgresql.autoGrow",
        "data.postgresql.geoRedundantBackup",
        "data.redis.highAvailability",
        "deployer.privateNetwork",
        "dns.delegated",
        "example",
        "freeswitch.realTimePriority",
        "freeswitch.record",
        "gateway.routes.webSocket",
        "keyVault.recover",
        "observability.defender",
    }
)
"""Switches that change resources without adding any."""


def switches(model: type[BaseModel], path: str = "") -> set[str]:
    """Every setting that is on or off, and every section that exists only if the stack file has it."""
    found = set()
    for name, field in model.model_fields.items():
        place = f"{path}{field.alias or name}"
        inner = next(sections_in(field.annotation), None)
        if inner is not None:
            optional = {place} if field.default is None and not field.is_required() else set()
            found |= optional | switches(inner, f"{place}.")
        elif field.annotation is bool:
            found.add(place)
    return found


STEPS = frozenset({"workloads.enabled", "aks.kubernetesObjects"})
"""Steps of a first deployment: tests/rehearsal/platform/test_first_deployment.py shows what a step leaves out."""
SECTIONS_OF_LISTS = frozenset({"global", "telephony.carriers.registrar", "telephony.carriers.outbound"})
"""Optional sections that are parts of something else, with tests of their own."""
RATE_LIMIT = "gateway.routes.rateLimit"


def test_each_switch_is_a_feature_or_a_property() -> None:
    assert switches(AksStackSettings) == {
        *(FEATURES.keys() - {"mesh"}),
        "mesh.enabled",
        *PROPERTIES,
        *STEPS,
        *SECTIONS_OF_LISTS,
        RATE_LIMIT,
    }


@cache
def contents(*, enabled: bool) -> StackContents:
    path = stack_files()["every-option"]
    # Azure Monitor, so that scaling has its identity.
    sections = edited(read_sections(path), "metrics.backend", "managed")
    # Automatic records are for hosts of these routes.
    sections = edited(sections, "gateway.routes", [])
    for setting, feature in FEATURES.items():
        sections = edited(sections, setting, feature.on if enabled else feature.off)
    settings = settings_from(sections, PROJECT)
    assert isinstance(settings, AksStackSettings)
    return StackContents(path, settings, build_stack(sections))


def parts_of(feature: Feature, *, enabled: bool) -> list[str]:
    stack = contents(enabled=enabled)
    names = [f"{resource.type} {resource.name}" for resource in stack.graph.resources]
    names += [f"{item.kind} {item.namespace}/{item.name}" for item in stack.objects]
    return [name for name in names if any(word in name for word in feature.words)]


@pytest.mark.parametrize("setting", FEATURES)
def test_an_enabled_feature_has_resources(setting: str) -> None:
    feature = FEATURES[setting]
    found = parts_of(feature, enabled=True)
    assert [word for word in feature.words if not any(word in name for name in found)] == []


@pytest.mark.parametrize("setting", FEATURES)
def test_a_disabled_feature_has_none(setting: str) -> None:
    assert parts_of(FEATURES[setting], enabled=False) == []
