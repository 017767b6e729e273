"""Retries of operations that Azure refuses only because an earlier write has not taken effect yet.

Owns the list of these refusals, the pauses and the message at the end. Does not own conflicts between writes: those
that azure-native does not retry by itself are avoided by the order of the resources. Decision 0025 gives the reasons.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

PAUSES: Final = (1, 2, 4, 8, 15, 30, 60)
"""Seconds before each retry; 120 in sum."""


@dataclass(frozen=True, kw_only=True)
class TemporaryRefusal:
    """One refusal: its code in Azure's error, and what to do if it outlasts the retries."""

    code: str
    remediation: str


_ROLES: Final = (
    "The role assignments of the cluster's control-plane identity have not taken effect after two minutes. Run "
    "`pulumi up` again in ten minutes. If Azure still refuses, check with `az role assignment list --assignee "
    "PRINCIPAL --all` that the assignments in the plan exist."
)
MISSING_CLUSTER_ROLES: Final = (
    TemporaryRefusal(code="CustomKubeletIdentityMissingPermissionError", remediation=_ROLES),
    TemporaryRefusal(code="CustomPrivateDNSZoneMissingPermissionError", remediation=_ROLES),
)
"""AKS checks these roles when it gets the request. New assignments take effect after seconds to minutes."""

_WATCHER: Final = (
    "Azure has not created the region's network watcher two minutes after the network. Run `pulumi up` again in ten "
    "minutes. If your subscription has opted out of automatic creation, run `az network watcher configure "
    "--resource-group NetworkWatcherRG --locations LOCATION --enabled true` first, or set "
    "`voice:observability: {flowLogs: false}`."
)
MISSING_WATCHER: Final = (
    TemporaryRefusal(code="ResourceGroupNotFound", remediation=_WATCHER),
    TemporaryRefusal(code="ParentResourceNotFound", remediation=_WATCHER),
)
"""Azure creates the watcher, and in a new subscription its group, some time after the region's first network."""


def retry_on(name: str, refusals: Sequence[TemporaryRefusal]) -> pulumi.ResourceHookBinding:
    """Hooks that repeat a refused creation or update with growing pauses, and then let the refusal through.

    `name` is the resource's logical name. Every other error, and every deletion, fails at once.
    """

    async def should_retry(args: pulumi.ErrorHookArgs) -> bool:
        refusal = next((item for item in refusals if item.code in args.errors[0]), None)
        if refusal is None or args.failed_operation == "delete":
            return False
        attempt = len(args.errors)
        if attempt > len(PAUSES):
            pulumi.log.error(f"{args.name}: {refusal.remediation}")
            return False
        pause = PAUSES[attempt - 1]
        pulumi.log.info(f"{args.name}: {refusal.code} can be temporary; next attempt in {pause} s.")
        await asyncio.sleep(pause)
        return True

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{name}-retry", should_retry)])
