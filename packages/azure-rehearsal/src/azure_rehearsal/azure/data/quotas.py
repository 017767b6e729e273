"""Quotas of a subscription in each region: names, default limits, and the family of a VM size.

Sources, as of 2026-11: learn, azure-subscription-service-limits, "Virtual Machines limits" (20 vCPUs of a region, of a
series and of Spot in a pay-as-you-go subscription) and "Networking limits"; azure-docs#57252 and
evgenyb/aks-workshops#22 (10 to 20 public IPv4 addresses; addresses of a prefix count); for PostgreSQL the example
QuotaUsagesForFlexibleServers.json of azure-rest-api-specs. The spelling of VM families is that of Red Hat's list of
tested Azure families and of `az vm list-usage`; it is not uniform, and version 6 of AMD's D and E families has no `s`.
Real subscriptions differ: the defaults are those of a new one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

COMPUTE: Final = "Microsoft.Compute"
NETWORK: Final = "Microsoft.Network"
POSTGRESQL: Final = "Microsoft.DBforPostgreSQL"

CORES: Final = "cores"
SPOT_CORES: Final = "lowPriorityCores"
PUBLIC_ADDRESSES: Final = "IPv4StandardSkuPublicIpAddresses"
PREFIXES: Final = "PublicIpPrefixes"


@dataclass(frozen=True)
class Quota:
    """One quota of a service. `name` is unique in its namespace."""

    namespace: str
    name: str
    title: str
    limit: int

    @property
    def key(self) -> str:
        """The name among all quotas, in lower case."""
        prefix = f"{self.namespace}/" if self.namespace == POSTGRESQL else ""
        return f"{prefix}{self.name}".lower()


_FAMILIES: Final = {
    "bs_v2": "standardBsv2Family",
    "bas_v2": "standardBasv2Family",
    "ds_v3": "standardDSv3Family",
    "ds_v4": "standardDSv4Family",
    "dds_v4": "standardDDSv4Family",
    "ds_v5": "standardDSv5Family",
    "dds_v5": "standardDDSv5Family",
    "das_v5": "standardDASv5Family",
    "dads_v5": "standardDADSv5Family",
    "ds_v6": "StandardDsv6Family",
    "dds_v6": "StandardDdsv6Family",
    "dls_v6": "StandardDlsv6Family",
    "das_v6": "standardDav6Family",
    "dads_v6": "standardDadv6Family",
    "dals_v6": "standardDalv6Family",
    "ds_v7": "StandardDsv7Family",
    "dds_v7": "StandardDdsv7Family",
    "das_v7": "StandardDasv7Family",
    "dads_v7": "StandardDadsv7Family",
    "es_v3": "standardESv3Family",
    "eds_v4": "standardEDSv4Family",
    "es_v5": "standardESv5Family",
    "eds_v5": "standardEDSv5Family",
    "eas_v5": "standardEASv5Family",
    "eads_v5": "standardEADSv5Family",
    "es_v6": "StandardEsv6Family",
    "eas_v6": "standardEav6Family",
    "fs_v2": "standardFSv2Family",
    "fas_v6": "StandardFasv6Family",
    "fals_v6": "StandardFalsv6Family",
}
"""Family by series: the letters of a size without its CPUs."""
_SHARED: Final = {"bts_v2": "bs_v2", "bls_v2": "bs_v2", "bats_v2": "bas_v2", "bals_v2": "bas_v2"}
"""Series that count against the family of another one."""
_SIZE: Final = re.compile(r"Standard_([A-Z])(\d+)([a-z]*)((?:_v\d+)?)", re.IGNORECASE)
_BURSTABLE: Final = "standardBSFamily"
"""The family of the first B series, whose sizes have no version."""


def _series(size: str) -> tuple[str, int]:
    """The series of a size and its CPUs; empty and 0 for other names."""
    found = _SIZE.fullmatch(size)
    if found is None:
        return "", 0
    series = f"{found[1]}{found[3]}{found[4]}".lower()
    return _SHARED.get(series, series), int(found[2])


def family_of(size: str) -> str:
    """The vCPU quota of a VM size; empty if the size is not known here."""
    series, _ = _series(size)
    return _BURSTABLE if series in ("bs", "bms") else _FAMILIES.get(series, "")


def cpus_of(size: str) -> int:
    """The number of vCPUs in the name of a size; 0 for other names."""
    return _series(size)[1]


def _title(family: str) -> str:
    """`Standard DSv5 Family vCPUs` for `standardDSv5Family`."""
    return f"Standard {family[len('standard') : -len('Family')]} Family vCPUs"


_VM_FAMILIES: Final = (_BURSTABLE, *dict.fromkeys(_FAMILIES.values()))
_DATABASE_FAMILIES: Final = tuple(
    family
    for family in _VM_FAMILIES
    if family == _BURSTABLE or family.endswith(("DSv3Family", "DSv4Family", "DDSv5Family", "ADSv5Family", "ESv3Family"))
)

QUOTAS: Final = (
    Quota(COMPUTE, "availabilitySets", "Availability Sets", 2500),
    Quota(COMPUTE, CORES, "Total Regional vCPUs", 20),
    Quota(COMPUTE, "virtualMachines", "Virtual Machines", 25000),
    Quota(COMPUTE, "virtualMachineScaleSets", "Virtual Machine Scale Sets", 2500),
    Quota(COMPUTE, SPOT_CORES, "Total Regional Low-priority vCPUs", 20),
    *(Quota(COMPUTE, family, _title(family), 20) for family in _VM_FAMILIES),
    Quota(NETWORK, "VirtualNetworks", "Virtual Networks", 1000),
    Quota(NETWORK, "NetworkSecurityGroups", "Network Security Groups", 5000),
    Quota(NETWORK, "PublicIPAddresses", "Public IP Addresses", 1000),
    Quota(NETWORK, PREFIXES, "Public Ip Prefixes", 2147483647),
    Quota(NETWORK, PUBLIC_ADDRESSES, "Public IPv4 Addresses - Standard", 20),
    Quota(POSTGRESQL, CORES, CORES, 100),
    *(Quota(POSTGRESQL, family, family, 100) for family in _DATABASE_FAMILIES),
)

BY_KEY: Final = {quota.key: quota for quota in QUOTAS}
"""Every quota by its key."""
