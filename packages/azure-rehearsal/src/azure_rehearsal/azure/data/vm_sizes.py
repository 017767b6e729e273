"""Virtual machine sizes: CPUs, memory, and the local disks that an ephemeral OS disk can live on.

Source: learn.microsoft.com/azure/virtual-machines/sizes, as of 2026-11. A selection of families: the rehearsal warns
about other sizes; add new families here. One row per family is enough because memory and disks grow with the CPUs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class VmSize:
    """One size. Memory and disks are in GiB; 0 means no disk."""

    name: str
    cpus: int
    memory: float
    temporary_disk: float
    cache: float


@dataclass(frozen=True)
class _Family:
    """One family. `{}` in the name is the number of CPUs; memory, temporary disk and cache are GiB per CPU."""

    name: str
    cpus: tuple[int, ...]
    memory: float
    temporary_disk: float = 0
    cache: float = 0


_TO_64: Final = (2, 4, 8, 16, 32, 48, 64)
_TO_96: Final = (*_TO_64, 96)
_E: Final = (2, 4, 8, 16, 20, 32, 48, 64, 96)
_TO_32: Final = (2, 4, 8, 16, 32)

_FAMILIES: Final = (
    _Family("Standard_D{}s_v3", _TO_64, 4, temporary_disk=8, cache=25),
    _Family("Standard_D{}s_v4", _TO_64, 4),
    _Family("Standard_D{}ds_v4", _TO_64, 4, temporary_disk=37.5, cache=25),
    _Family("Standard_D{}s_v5", _TO_96, 4),
    _Family("Standard_D{}ds_v5", _TO_96, 4, temporary_disk=37.5, cache=25),
    _Family("Standard_D{}as_v5", _TO_96, 4),
    _Family("Standard_D{}ads_v5", _TO_96, 4, temporary_disk=37.5, cache=25),
    _Family("Standard_D{}s_v6", (*_TO_96, 128, 192), 4),
    _Family("Standard_D{}ds_v6", (*_TO_96, 128, 192), 4, temporary_disk=55),
    _Family("Standard_D{}as_v6", _TO_96, 4),
    _Family("Standard_D{}ads_v6", _TO_96, 4, temporary_disk=55),
    _Family("Standard_D{}ls_v6", (*_TO_96, 128), 2),
    _Family("Standard_D{}als_v6", _TO_96, 2),
    _Family("Standard_E{}s_v3", (2, 4, 8, 16, 20, 32, 48, 64), 8, temporary_disk=16, cache=25),
    _Family("Standard_E{}s_v5", _E, 8),
    _Family("Standard_E{}ds_v5", _E, 8, temporary_disk=37.5, cache=25),
    _Family("Standard_E{}as_v5", _E, 8),
    _Family("Standard_E{}ads_v5", _E, 8, temporary_disk=37.5, cache=25),
    _Family("Standard_E{}s_v6", _E, 8),
    _Family("Standard_E{}as_v6", _E, 8),
    _Family("Standard_F{}s_v2", (2, 4, 8, 16, 32, 48, 64, 72), 2, temporary_disk=8, cache=16),
    _Family("Standard_F{}as_v6", (2, 4, 8, 16, 32, 48, 64), 4),
    _Family("Standard_F{}als_v6", (2, 4, 8, 16, 32, 48, 64), 2),
    _Family("Standard_B{}ts_v2", (2,), 0.5),
    _Family("Standard_B{}ls_v2", _TO_32, 2),
    _Family("Standard_B{}s_v2", _TO_32, 4),
    _Family("Standard_B{}ats_v2", (2,), 0.5),
    _Family("Standard_B{}als_v2", _TO_32, 2),
    _Family("Standard_B{}as_v2", _TO_32, 4),
)

VM_SIZES: Final = {
    size.name.lower(): size
    for family in _FAMILIES
    for cpus in family.cpus
    for size in (
        VmSize(family.name.format(cpus), cpus, family.memory * cpus, family.temporary_disk * cpus, family.cache * cpus),
    )
}
"""Every known size by name in lower case."""

_CPUS_IN_NAME: Final = re.compile(r"Standard_[A-Za-z]+(\d+)", re.IGNORECASE)
_USUAL_MEMORY_PER_CPU: Final = 4
_FEWEST_CPUS: Final = 2


def estimate(name: str) -> VmSize:
    """The size; for an unknown one, the CPUs in its name with 4 GiB each and no local disk."""
    if (known := VM_SIZES.get(name.lower())) is not None:
        return known
    found = _CPUS_IN_NAME.match(name)
    cpus = int(found[1]) if found else _FEWEST_CPUS
    return VmSize(name, cpus, cpus * _USUAL_MEMORY_PER_CPU, temporary_disk=0, cache=0)
