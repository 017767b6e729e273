"""Azure's public regions and their availability zones.

Source: Azure's public region list (learn.microsoft.com/azure/reliability/regions-list), as of 2026-11. For other
regions, the rehearsal warns and has no zones; add new ones here.
"""

from __future__ import annotations

from typing import Final

_ZONAL: Final = (
    "australiaeast", "austriaeast", "belgiumcentral", "brazilsouth", "canadacentral", "centralindia", "centralus",
    "chilecentral", "denmarkeast", "eastasia", "eastus", "eastus2", "francecentral", "germanywestcentral",
    "indonesiacentral", "israelcentral", "italynorth", "japaneast", "japanwest", "koreacentral", "malaysiawest",
    "mexicocentral", "newzealandnorth", "northeurope", "norwayeast", "polandcentral", "qatarcentral",
    "southafricanorth", "southcentralus", "southeastasia", "spaincentral", "swedencentral", "switzerlandnorth",
    "uaenorth", "uksouth", "westeurope", "westus2", "westus3",
)  # fmt: skip
_WITHOUT_ZONES: Final = (
    "australiacentral", "australiasoutheast", "canadaeast", "francesouth", "germanynorth", "koreasouth",
    "northcentralus", "norwaywest", "southafricawest", "southindia", "swedensouth", "switzerlandwest", "uaecentral",
    "ukwest", "westcentralus", "westindia", "westus",
)  # fmt: skip

REGIONS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(_ZONAL, ("1", "2", "3")),
    **dict.fromkeys(_WITHOUT_ZONES, ()),
}
"""Availability zones by region."""
