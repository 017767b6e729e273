"""Region pairs: the region to which Azure replicates a region's geo-redundant data.

Sources: learn.microsoft.com/azure/reliability/regions-paired and regions-list, as of 2026-11.
"""

from __future__ import annotations

from typing import Final

_MUTUAL_PAIRS: Final = (
    ("australiaeast", "australiasoutheast"), ("canadacentral", "canadaeast"), ("centralindia", "southindia"),
    ("centralus", "eastus2"), ("eastasia", "southeastasia"), ("eastus", "westus"), ("francecentral", "francesouth"),
    ("germanywestcentral", "germanynorth"), ("japaneast", "japanwest"), ("koreacentral", "koreasouth"),
    ("northcentralus", "southcentralus"), ("northeurope", "westeurope"), ("norwayeast", "norwaywest"),
    ("southafricanorth", "southafricawest"), ("swedencentral", "swedensouth"), ("switzerlandnorth", "switzerlandwest"),
    ("uaenorth", "uaecentral"), ("uksouth", "ukwest"), ("westcentralus", "westus2"),
)  # fmt: skip

PAIRS: Final[dict[str, str]] = {
    **dict(_MUTUAL_PAIRS),
    **{other: one for one, other in _MUTUAL_PAIRS},
    "brazilsouth": "southcentralus",
    "westindia": "southindia",
    "westus3": "eastus",
}
"""Paired region by region."""

WITHOUT_PAIR: Final = frozenset(
    {
        "austriaeast", "belgiumcentral", "chilecentral", "denmarkeast", "indonesiacentral", "israelcentral",
        "italynorth", "malaysiawest", "mexicocentral", "newzealandnorth", "polandcentral", "qatarcentral",
        "spaincentral",
    }
)  # fmt: skip
"""Regions that Azure lists as nonpaired. Regions that are neither here nor in `PAIRS` are not known here."""
