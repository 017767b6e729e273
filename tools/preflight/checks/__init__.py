"""The checks of `voice preflight`: one module for each concern, listed in the order of the report.

A check is a generator of findings and notes over `Facts`. It may read more of Azure, and it never writes.
"""

from typing import Final

from tools.preflight.checks import (
    account,
    images,
    kubelogin,
    names,
    policies,
    postgresql,
    providers,
    quotas,
    region,
    roles,
    vm_sizes,
)
from tools.preflight.findings import Check

CHECKS: Final[tuple[Check, ...]] = (
    account.CHECK,
    providers.CHECK,
    roles.CHECK,
    kubelogin.CHECK,
    *quotas.CHECKS,
    *region.CHECKS,
    vm_sizes.CHECK,
    postgresql.CHECK,
    names.CHECK,
    images.CHECK,
    policies.CHECK,
)
