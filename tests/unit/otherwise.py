"""Stacks in which what may be chosen is chosen otherwise: one graph answers for many settings.

A build takes more than a second. A test that wants one setting changed asks these, unless what it looks at would not
show beside the other changes.
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

_OTHERWISE: Final[dict[str, Any]] = {
    "aks.apiServer": {"access": "private"},
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

_BARE: Final[dict[str, Any]] = {
    "data.cosmos": {"containers": {"sessions": "/user_id"}, "capacity": "autoscale", "maxThroughput": 8000},
    "data.postgresql": {"mode": "external", "externalHost": "db.example.com"},
    "dns.routing": "priority",
    "metrics.backend": "none",
    "network": {"ddosProtection": "plan", "ddosProtectionPlanId": DDOS_PLAN},
    "scaling.enabled": False,
    # As many as the smallest pools hold: without scaling there are no more.
    "telephony": {"concurrentCalls": 24, "carriers": []},
    "tracing.exporters": [],
}


def _changed(changes: dict[str, Any]) -> Graph:
    sections = read_sections(PROD)
    for path, value in changes.items():
        sections = edited(sections, path, value)
    return build_stack(sections)


@functools.cache
def otherwise() -> Graph:
    """Production with each of many choices made the other way."""
    return _changed(_OTHERWISE)


@functools.cache
def bare() -> Graph:
    """Production without carriers, metrics, scaling, traces, and with a database that is elsewhere."""
    return _changed(_BARE)


def second_region() -> Graph:
    """Production's second region, which makes nothing of the global part."""
    return graph_of(PROJECT / "Pulumi.prod-westeurope.yaml")
