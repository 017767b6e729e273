"""Which region Azure copies a region's geo-redundant data to.

Source: learn.microsoft.com/azure/reliability/regions-paired, as of 2026-11. Regions that are missing have no pair.
"""

from __future__ import annotations

from typing import Final

_BOTH_WAYS: Final = (
    ("australiaeast", "australiasoutheast"), ("canadacentral", "canadaeast"), ("centralindia", "southindia"),
    ("centralus", "eastus2"), ("eastasia", "southeastasia"), ("eastus", "westus"), ("francecentral", "francesouth"),
    ("germanywestcentral", "germanynorth"), ("japaneast", "japanwest"), ("koreacentral", "koreasouth"),
    ("northcentralus", "southcentralus"), ("northeurope", "westeurope"), ("norwayeast", "norwaywest"),
    ("southafricanorth", "southafricawest"), ("swedencentral", "swedensouth"), ("switzerlandnorth", "switzerlandwest"),
    ("uaenorth", "uaecentral"), ("uksouth", "ukwest"), ("westcentralus", "westus2"),
)  # fmt: skip

PAIRS: Final[dict[str, str]] = {
    **dict(_BOTH_WAYS),
    **{other: one for one, other in _BOTH_WAYS},
    "brazilsouth": "southcentralus",
    "westindia": "southindia",
    "westus3": "eastus",
}
"""Region -> its pair."""
