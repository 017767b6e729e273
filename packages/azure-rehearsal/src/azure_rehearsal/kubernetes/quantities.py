"""Parses quantities of the API (`10Gi`, `500M`)."""

from __future__ import annotations

import math
import re
from typing import Final

_UNITS: Final = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
}
_QUANTITY: Final = re.compile(r"([0-9.]+)([kMGTP]|[KMGTP]i)?")


def gibibytes(quantity: str | float) -> int:
    """A size in whole GiB, rounded up as disks are. Raises `ValueError` for anything but a plain quantity."""
    found = _QUANTITY.fullmatch(str(quantity))
    if found is None:
        raise ValueError(f"{quantity!r} is not a size such as 10Gi")
    return math.ceil(float(found.group(1)) * _UNITS[found.group(2) or ""] / _UNITS["Gi"])


def amount(quantity: str | float) -> float:
    """A quantity as a number, in units or bytes: `250m` is 0.25. Raises `ValueError` for an invalid quantity."""
    text = str(quantity)
    if text.endswith("m"):
        return float(text[:-1]) / 1000
    found = _QUANTITY.fullmatch(text)
    if found is None:
        raise ValueError(f"{quantity!r} is not a quantity such as 250m or 1Gi")
    return float(found.group(1)) * _UNITS[found.group(2) or ""]
