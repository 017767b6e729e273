"""Rules that look at more than one setting. Each is a pure function from settings to the problems it finds.

network.py    regions and their ranges
cluster.py    the cluster and its node pools
telephony.py  carriers, their ports and the longest call
data.py       secrets, database, cache and files
services.py   what runs in the cluster for everybody
workloads.py  what nodes can carry, and what workloads are made of
rules.py      what a rule is
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.checks.cluster import CLUSTER_RULES
from model.checks.data import DATA_RULES
from model.checks.network import NETWORK_RULES
from model.checks.rules import Rules
from model.checks.services import SERVICE_RULES
from model.checks.telephony import TELEPHONY_RULES
from model.checks.workloads import WORKLOAD_RULES
from settings.schema.errors import Problem
from settings.schema.stack import Settings

RULES: Final[Rules] = {
    **NETWORK_RULES,
    **CLUSTER_RULES,
    **TELEPHONY_RULES,
    **DATA_RULES,
    **SERVICE_RULES,
    **WORKLOAD_RULES,
}


def check(settings: Settings) -> list[Problem]:
    """Every problem that the rules find, in the order of the rules."""
    if settings.region not in [region.name for region in settings.regions]:
        # Nothing else can be judged without the region.
        return list(_region_is_listed(settings))
    return [problem for rule in RULES.values() for problem in rule(settings)]


def _region_is_listed(settings: Settings) -> Iterator[Problem]:
    names = [region.name for region in settings.regions]
    yield Problem(
        "voice:region",
        settings.region,
        "a region of voice:regions: " + ", ".join(names),
        "name one of them, or add the region to voice:regions.",
    )
