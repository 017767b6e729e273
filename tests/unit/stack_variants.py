"""Stacks with non-default settings: one graph serves tests of many settings.

A build takes more than a second. Tests of a changed setting use these graphs, unless other changes of a graph hide the
effect.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph
from tests.unit.stacks import PROJECT, build_stack, edited, graph_of

PROD: Final = PROJECT / "Pulumi.prod.yaml"

PIPELINE: Final = "00000000-0000-4000-8000-0000000000cc"
DDOS_PLAN: Final = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/ddosProtectionPlans/p"

_NON_DEFAULT: Final[dict[str, Any]] = {
    "aks.apiServer": {"access": "private"},
    "deployer.privateNetwork": True,
    "aks.mediaPools.sip.generations": [
        {"name": "a", "vmSize": "Standard_D8s_v5", "state": "retiring"},
        {"name": "b", "vmSize": "Standard_D16s_v5"},
    ],
    "aks.pools.batch": {
        "minNodes": 0,
        "maxNodes": 2,
        "spot": True,
        "generations": [{"name": "a", "vmSize": "Standard_D4s_v5"}],
    },
    "certificates": {"issuer": "selfSigned", "copyToKeyVault": False, "renewBeforeDays": 7},
    "data.cosmos": {"containers": {"sessions": "/user_id"}},
    "data.postgresql.autoGrow": False,
    "data.postgresql.network": "privateEndpoint",
    "data.redis.persistence": {"mode": "aof", "frequency": "1s"},
    "dns.automatic": False,
    "dns.delegated": False,
    "dns.routing": "performance",
    "gateway.exposure": "internal",
    "keyVault.recover": True,
    "network.ddosProtection": "publicAddresses",
    "observability": {"flowLogs": False, "defender": True},
    "registry.pushPrincipalIds": [PIPELINE],
    "telephony.rtpPorts": {"first": 20000, "last": 25999},
}

_MINIMAL: Final[dict[str, Any]] = {
    "data.cosmos": {"containers": {"sessions": "/user_id"}, "capacity": "autoscale", "maxThroughput": 8000},
    "data.postgresql": {"mode": "external", "externalHost": "db.example.com"},
    "dns.routing": "priority",
    "metrics.backend": "none",
    "network": {"ddosProtection": "plan", "ddosProtectionPlanId": DDOS_PLAN},
    "scaling.enabled": False,
    # The smallest pools carry these calls: without scaling, pods are not added.
    "telephony": {"concurrentCalls": 24, "carriers": []},
    "tracing.exporters": [],
}


def _changed(changes: dict[str, Any]) -> Graph:
    sections = read_sections(PROD)
    for path, value in changes.items():
        sections = edited(sections, path, value)
    return build_stack(sections)


@functools.cache
def non_default() -> Graph:
    """Production with many non-default settings."""
    return _changed(_NON_DEFAULT)


@functools.cache
def minimal() -> Graph:
    """Production without carriers, metrics, scaling and traces, with an external database."""
    return _changed(_MINIMAL)


@functools.cache
def recording_rooms() -> Graph:
    """Production with LiveKit egress."""
    return _changed({"egress.enabled": True})


def second_region() -> Graph:
    """Production's second region, without the global part."""
    return graph_of(PROJECT / "Pulumi.prod-westeurope.yaml")
