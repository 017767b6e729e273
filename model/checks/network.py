"""Rules for address spaces and DDoS protection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.address_plan import RESERVED_BY_AKS, region_plan
from model.checks.rules import Rules
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem
from settings.schema.types import overlapping


def _address_spaces_are_disjoint(settings: AksStackSettings) -> Iterator[Problem]:
    spaces: list[tuple[str, str]] = []
    for position, region in enumerate(settings.regions):
        plan = region_plan(region)
        spaces.append((f"voice:regions[{position}].addressSpace", plan.network))
        spaces.append((f"the pods of region {region.name}", plan.pods))
        spaces.append((f"the services of region {region.name}", plan.services))
    known = dict(spaces)
    reserved = [(f"a range that AKS reserves ({cidr})", cidr) for cidr in RESERVED_BY_AKS]
    for one, other in overlapping([*spaces, *reserved]):
        path, against = (other, one) if other.startswith("voice:") else (one, other)
        if path in known and not _same_number(settings, path, against):
            yield Problem(
                "overlapping-address-space",
                path,
                known[path],
                f"a range that does not overlap {against}" + (f" ({known[against]})" if against in known else ""),
                "Remove `addressSpace`, or use a free private /16.",
            )


def _same_number(settings: AksStackSettings, one: str, other: str) -> bool:
    """Whether two regions with the same number cause the overlap. Another rule reports the number."""
    numbers = [region.number for region in settings.regions]
    return len(set(numbers)) != len(numbers) and ("pods" in one or "services" in one or "pods" in other)


def _ddos_plan_matches_protection(settings: AksStackSettings) -> Iterator[Problem]:
    network = settings.network
    if network.ddos_protection == "plan" and network.ddos_protection_plan_id is None:
        yield Problem(
            "ddos-plan-missing",
            "voice:network.ddosProtectionPlanId",
            None,
            "the id of the tenant's plan, because `ddosProtection` is `plan`",
            "Add the id of the plan, or set `ddosProtection` to `publicAddresses`.",
        )
    if network.ddos_protection != "plan" and network.ddos_protection_plan_id is not None:
        yield Problem(
            "ddos-plan-unused",
            "voice:network.ddosProtectionPlanId",
            network.ddos_protection_plan_id,
            f"no value, because `ddosProtection` is `{network.ddos_protection}`",
            "Set `ddosProtection` to `plan`, or remove the id.",
        )


NETWORK_RULES: Final[Rules[AksStackSettings]] = {
    "address spaces are disjoint": _address_spaces_are_disjoint,
    "ddos plan matches protection": _ddos_plan_matches_protection,
}
