"""Versions, compute sizes and storage sizes that Azure offers for flexible servers.

Sources: azure-databases-docs `concepts-version-policy.md`, `concepts-compute-storage.md`, `concepts-storage.md`, as of
2026-11. The rehearsal warns about other compute sizes; add new ones here.
"""

from __future__ import annotations

import re
from typing import Final

NEWEST_VERSIONS: Final = ("18", "17", "16", "15")
"""Versions for new servers, newest first. Version 15 ends on 2027-11-11."""
RETIRED_VERSIONS: Final = {"11": "2023-11-09", "12": "2024-11-21", "13": "2025-11-13", "14": "2026-11-12"}
"""Retirement date by version. Azure creates no new servers with these versions."""

BURSTABLE: Final = "Burstable"
GENERAL_PURPOSE: Final = "GeneralPurpose"
MEMORY_OPTIMIZED: Final = "MemoryOptimized"

_SIZES: Final = (
    (BURSTABLE, re.compile(r"Standard_B(1ms|2s|2ms|4ms|8ms|12ms|16ms|20ms)", re.IGNORECASE)),
    (
        GENERAL_PURPOSE,
        re.compile(r"Standard_D((2|4|8|16|32|48|64)(s_v3|ds_v4)|(2|4|8|16|32|48|64|96)(ds|ads)_v5)", re.IGNORECASE),
    ),
    (
        MEMORY_OPTIMIZED,
        re.compile(
            r"Standard_E((2|4|8|16|20|32|48|64)(s_v3|ds_v4)|(2|4|8|16|20|32|48|64|96)(ds|ads)_v5)", re.IGNORECASE
        ),
    ),
)


def tier_of(size: str) -> str:
    """The tier of a compute size, or `""` for an unknown size."""
    return next((tier for tier, pattern in _SIZES if pattern.fullmatch(size)), "")


PREMIUM: Final = "premium_lrs"

BASE_TIERS: Final = {
    32: "P4", 64: "P6", 128: "P10", 256: "P15", 512: "P20", 1024: "P30", 2048: "P40", 4095: "P50", 4096: "P50",
    8192: "P60", 16384: "P70", 32767: "P80",
}  # fmt: skip
"""Default performance tier by GiB of a Premium SSD. Other sizes do not exist."""
IOPS: Final = {
    "P4": 120, "P6": 240, "P10": 500, "P15": 1100, "P20": 2300, "P30": 5000, "P40": 7500, "P50": 7500, "P60": 16000,
    "P70": 18000, "P80": 20000,
}  # fmt: skip
LARGEST_SMALL_DISK: Final = 4095
"""GiB of the largest disk whose tier can be raised to P50; larger disks can be raised to P80."""
SMALL_DISK_TIERS: Final = ("P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50")
LARGE_DISK_TIERS: Final = ("P60", "P70", "P80")
OTHER_DISK_SIZES: Final = range(32, 65537)
"""GiB of the other disk types."""
