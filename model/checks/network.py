"""Rules for regions and their ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.address_plan import RESERVED_BY_AKS, region_plan
from model.checks.rules import Rules, repeated
from settings.schema.errors import Problem
from settings.schema.stack import Settings
from settings.schema.types import overlapping


def _regions_are_distinct(settings: Settings) -> Iterator[Problem]:
    fixes = {
        "name": "give each region a name of its own.",
        "number": "give each region a number of its own; numbers of removed regions stay taken.",
    }
    for attribute, fix in fixes.items():
        for position, value in repeated(getattr(region, attribute) for region in settings.regions):
            yield Problem(f"voice:regions[{position}].{attribute}", value, "a value that no other region has", fix)
    primaries = [region.name for region in settings.regions if region.role == "primary"]
    if len(primaries) != 1:
        yield Problem(
            "voice:regions",
            primaries,
            "exactly one region with role primary",
            "set role: primary on the region whose database is written to, and on no other.",
        )


def _address_spaces_are_disjoint(settings: Settings) -> Iterator[Problem]:
    spaces: list[tuple[str, str]] = []
    for position, region in enumerate(settings.regions):
        plan = region_plan(region)
        spaces.append((f"voice:regions[{position}].addressSpace", plan.network))
        spaces.append((f"the pods of region {region.name}", plan.pods))
        spaces.append((f"the services of region {region.name}", plan.services))
    known = dict(spaces)
    reserved = [(f"a range that AKS keeps for itself ({cidr})", cidr) for cidr in RESERVED_BY_AKS]
    for one, other in overlapping([*spaces, *reserved]):
        path, against = (other, one) if other.startswith("voice:") else (one, other)
        if path in known and not _same_number(settings, path, against):
            yield Problem(
                path,
                known[path],
                f"a range that does not overlap {against}" + (f" ({known[against]})" if against in known else ""),
                "leave addressSpace out, or choose a free private /16.",
            )


def _same_number(settings: Settings, one: str, other: str) -> bool:
    """Whether the overlap only repeats that two regions have one number, which has a message of its own."""
    numbers = [region.number for region in settings.regions]
    return len(set(numbers)) != len(numbers) and ("pods" in one or "services" in one or "pods" in other)


def _ddos_plan_is_named(settings: Settings) -> Iterator[Problem]:
    network = settings.network
    if network.ddos_protection == "plan" and network.ddos_protection_plan_id is None:
        yield Problem(
            "voice:network.ddosProtectionPlanId",
            None,
            "the id of the tenant's plan, since ddosProtection is plan",
            "name the plan, or set ddosProtection to publicAddresses.",
        )
    if network.ddos_protection != "plan" and network.ddos_protection_plan_id is not None:
        yield Problem(
            "voice:network.ddosProtectionPlanId",
            network.ddos_protection_plan_id,
            "nothing while ddosProtection is not plan",
            "set ddosProtection to plan, or remove the id.",
        )


NETWORK_RULES: Final[Rules] = {
    "regions are distinct": _regions_are_distinct,
    "address spaces are disjoint": _address_spaces_are_disjoint,
    "ddos plan is named": _ddos_plan_is_named,
}
