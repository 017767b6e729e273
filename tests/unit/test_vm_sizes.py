"""The VM sizes of the settings agree with the simulator's separate list."""

from __future__ import annotations

import re

import pytest

from azure_rehearsal.azure.data.vm_sizes import VM_SIZES as SIMULATED
from settings.schema.vm_sizes import VM_SIZES

LARGEST = 64
"""The largest number of vCPUs of the listed sizes: the failure of a larger node would lose too many calls."""
LEFT_OUT = {20}
"""vCPUs that only the E families have."""


FAMILIES = {
    *("standard_ds_v5", "standard_dds_v5", "standard_das_v5", "standard_dads_v5", "standard_ds_v6", "standard_das_v6"),
    *("standard_es_v5", "standard_eds_v5", "standard_fas_v6", "standard_bs_v2", "standard_bas_v2"),
}
"""The families that stack files can use. Removing one breaks stack files."""


def family_of(name: str) -> str:
    return re.sub(r"\d+", "", name.lower(), count=1)


@pytest.mark.parametrize("name", VM_SIZES)
def test_a_size_equals_that_of_the_simulator(name: str) -> None:
    ours, theirs = VM_SIZES[name], SIMULATED[name.lower()]
    assert (ours.name, ours.cpus, ours.memory_gib) == (name, theirs.cpus, theirs.memory)
    assert ours.temporary_disk_gib == int(theirs.temporary_disk)


def test_families_are_complete() -> None:
    expected = {
        name
        for name, size in SIMULATED.items()
        if family_of(name) in FAMILIES and size.cpus <= LARGEST and size.cpus not in LEFT_OUT
    }
    assert expected <= {name.lower() for name in VM_SIZES}
    assert {family_of(name) for name in VM_SIZES} == FAMILIES
