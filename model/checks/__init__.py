"""Rules that look at several settings. Each is a pure function from settings to the problems that it finds.

A rule for one setting belongs to its field in `settings.schema`.

stack.py      sections that all kinds have: regions, secrets
example_values.py  example values in class production
network.py    address spaces and DDoS protection
addresses.py  addresses of carriers and deployers
cluster.py    the cluster and its node pools
telephony.py  carriers, their ports and the longest call
data.py       secrets, database, cache and files
services.py   names, certificates, routes, metrics and mesh
workloads.py  capacity of the nodes, images and secrets of the workloads
rules.py      the type of a rule

Each kind of stack has its own table of rules, which contains `STACK_RULES`; `model.kinds` assigns it to the kind.
"""

from __future__ import annotations

from typing import Final

from model.checks.addresses import ADDRESS_RULES
from model.checks.cluster import CLUSTER_RULES
from model.checks.data import DATA_RULES
from model.checks.network import NETWORK_RULES
from model.checks.rules import Rules, S
from model.checks.services import SERVICE_RULES
from model.checks.stack import STACK_RULES, region_is_listed
from model.checks.telephony import TELEPHONY_RULES
from model.checks.workloads import WORKLOAD_RULES
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem

__all__ = ["AKS_RULES", "STACK_RULES", "Rules", "check"]

AKS_RULES: Final[Rules[AksStackSettings]] = {
    **STACK_RULES,
    **NETWORK_RULES,
    **ADDRESS_RULES,
    **CLUSTER_RULES,
    **TELEPHONY_RULES,
    **DATA_RULES,
    **SERVICE_RULES,
    **WORKLOAD_RULES,
}


def check(settings: S, rules: Rules[S]) -> list[Problem]:
    """Returns all problems that the rules find, in the order of the rules."""
    return list(region_is_listed(settings)) or [problem for rule in rules.values() for problem in rule(settings)]
