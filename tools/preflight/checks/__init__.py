"""The checks of `voice preflight`: one module for each concern, listed in the order of the report.

Belongs here: generators of findings and notes over `Facts`, which may read more of Azure. Does not belong here: writes
(except the registration that `--register` asks for), needs of a stack (`model`), and the layout of the report.
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
