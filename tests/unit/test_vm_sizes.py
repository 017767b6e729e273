"""The sizes that pools may use agree with the simulator's list, which was written down apart from it."""

from __future__ import annotations

import re

import pytest

from azure_rehearsal.azure.data.vm_sizes import VM_SIZES as SIMULATED
from settings.schema.vm_sizes import VM_SIZES

LARGEST = 64
"""vCPUs up to which every size of a family is listed; pools of larger machines would lose too many calls at once."""
LEFT_OUT = {20}
"""vCPUs that only the E families have."""


FAMILIES = {
    *("standard_ds_v5", "standard_dds_v5", "standard_das_v5", "standard_dads_v5", "standard_ds_v6", "standard_das_v6"),
    *("standard_es_v5", "standard_eds_v5", "standard_fas_v6", "standard_bs_v2", "standard_bas_v2"),
}
"""What stack files may name; to drop one breaks those that do."""


def family_of(name: str) -> str:
    return re.sub(r"\d+", "", name.lower(), count=1)


@pytest.mark.parametrize("name", VM_SIZES)
def test_a_size_is_the_simulators(name: str) -> None:
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
