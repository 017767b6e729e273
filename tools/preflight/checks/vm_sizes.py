"""VM sizes of the pools: offered in the region and its zones, and not restricted for the subscription.

Response: Azure/azure-rest-api-specs, Microsoft.Compute/Skus/stable/2021-07-01/examples/skus/
ListAvailableResourceSkusForARegion.json.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.azure_needs import pool_nodes
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Result

API: Final = "2021-07-01"


def offered_sizes(facts: Facts) -> Mapping[str, Mapping[str, Any]]:
    """Returns Azure's descriptions of the VM sizes in the region, by name."""
    return facts.cached(
        "vm sizes",
        lambda: {
            item["name"]: item
            for item in facts.azure.pages(
                f"{facts.subscription_path}/providers/Microsoft.Compute/skus",
                API,
                **{"$filter": f"location eq '{facts.location}'"},
            )
            if item.get("resourceType") == "virtualMachines"
        },
    )


def _check(facts: Facts) -> Iterator[Result]:
    sizes = offered_sizes(facts)
    pools: dict[str, set[str]] = defaultdict(set)
    for nodes in pool_nodes(facts.settings.aks):
        pools[nodes.vm_size].add(nodes.pool)
    for size, names in pools.items():
        yield from _size(facts, size, ", ".join(sorted(names)), sizes.get(size))


def _size(facts: Facts, size: str, pools: str, offer: Mapping[str, Any] | None) -> Iterator[Result]:
    wanted, where = facts.settings.aks.zones, facts.location
    if offer is None:
        yield _finding(facts, size, "vm-size-not-offered", f"Azure does not offer {size} (pools {pools}) in {where}.")
        return
    for restriction in offer.get("restrictions") or []:
        if restriction["type"] == "Location":
            reason = restriction.get("reasonCode", "a restriction")
            yield _finding(
                facts,
                size,
                "vm-size-restricted",
                f"The subscription cannot use {size} (pools {pools}) in {where} ({reason}).",
            )
            return
    zones = _zones(offer)
    missing = [zone for zone in wanted if zone not in zones]
    if missing:
        yield _finding(
            facts,
            size,
            "vm-size-not-in-zone",
            f"The subscription cannot use {size} (pools {pools}) in zone {', '.join(missing)} of {where}.",
        )


def _zones(offer: Mapping[str, Any]) -> set[str]:
    """The zones in which the subscription can use a size."""
    offered = {zone for place in offer.get("locationInfo") or [] for zone in place.get("zones") or []}
    restricted = {
        zone
        for restriction in offer.get("restrictions") or []
        if restriction["type"] == "Zone"
        for zone in restriction.get("restrictionInfo", {}).get("zones") or []
    }
    return offered - restricted


def _finding(facts: Facts, size: str, code: str, wrong: str) -> Finding:
    zones = ", ".join(facts.settings.aks.zones)
    family = size.removeprefix("Standard_")[0]
    return Finding(
        code=code,
        wrong=wrong,
        expected=f"a size that the subscription can use in zones {zones} of {facts.location} (`voice:aks.zones`)",
        fix="Choose another size of the list for the pools, other zones, or request access to the size (support"
        " request, Service and subscription limits).",
        command=f"az vm list-skus --location {facts.location} --size Standard_{family} --zone --output table",
    )


CHECK = Check(name="VM sizes", run=_check, providers=("Microsoft.Compute",))
