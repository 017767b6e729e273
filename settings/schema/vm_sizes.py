"""The virtual machine sizes that node pools can use.

The table lists families, because the sizes of a family follow a rule: memory is a fixed multiple of the vCPUs, and a
`d` in the name means a local temporary disk. Source: Azure's size pages, 2026-11. The table omits Dv2 and the first
versions of B and F, which retire in 2028, and Dv3, for which Azure sells no reservations since 2026-07-01.
The quota of a family is its `name.value` in `az vm list-usage` and its `family` in `az vm list-skus`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class VmSize:
    """A size: `cpus` vCPUs, `memory_gib` GiB of memory, `temporary_disk_gib` GiB of local disk (0 = none).

    `quota` is Azure's name for the vCPU quota of its family. Azure compares it without case.
    """

    name: str
    cpus: int
    memory_gib: int
    temporary_disk_gib: int
    quota: str


@dataclass(frozen=True)
class _Family:
    pattern: str
    quota: str
    cpus: tuple[int, ...]
    memory_gib_per_cpu: int
    temporary_disk_gib_per_cpu: float = 0

    def sizes(self) -> list[VmSize]:
        return [
            VmSize(
                self.pattern.format(cpus),
                cpus,
                cpus * self.memory_gib_per_cpu,
                int(cpus * self.temporary_disk_gib_per_cpu),
                self.quota,
            )
            for cpus in self.cpus
        ]


_FAMILIES: Final = (
    _Family("Standard_D{}s_v5", "standardDSv5Family", (2, 4, 8, 16, 32, 48, 64, 96), 4),
    _Family("Standard_D{}ds_v5", "standardDDSv5Family", (2, 4, 8, 16, 32, 48, 64, 96), 4, 37.5),
    _Family("Standard_D{}as_v5", "standardDASv5Family", (2, 4, 8, 16, 32, 48, 64, 96), 4),
    _Family("Standard_D{}ads_v5", "standardDADSv5Family", (2, 4, 8, 16, 32, 48, 64, 96), 4, 37.5),
    _Family("Standard_D{}s_v6", "StandardDsv6Family", (2, 4, 8, 16, 32, 48, 64, 96), 4),
    _Family("Standard_D{}as_v6", "standardDav6Family", (2, 4, 8, 16, 32, 48, 64, 96), 4),
    _Family("Standard_E{}s_v5", "standardESv5Family", (2, 4, 8, 16, 32, 48, 64), 8),
    _Family("Standard_E{}ds_v5", "standardEDSv5Family", (2, 4, 8, 16, 32, 48, 64), 8, 37.5),
    _Family("Standard_F{}as_v6", "StandardFasv6Family", (2, 4, 8, 16, 32, 48, 64), 4),
    _Family("Standard_B{}s_v2", "standardBsv2Family", (2, 4, 8, 16, 32), 4),
    _Family("Standard_B{}as_v2", "standardBasv2Family", (2, 4, 8, 16, 32), 4),
)

VM_SIZES: Final = {size.name: size for family in _FAMILIES for size in family.sizes()}
