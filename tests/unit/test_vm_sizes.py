"""The platform's table of VM sizes agrees with the simulator's, which knows more sizes."""

from __future__ import annotations

import pytest

from azure_rehearsal.azure.data.vm_sizes import VM_SIZES as SIMULATED
from settings.schema.vm_sizes import VM_SIZES, VmSize


@pytest.mark.parametrize("size", VM_SIZES.values(), ids=lambda size: size.name)
def test_a_size_is_the_same_in_the_platform_and_in_the_simulator(size: VmSize) -> None:
    known = SIMULATED[size.name.lower()]
    assert (known.name, known.cpus, known.memory) == (size.name, size.cpus, size.memory_gib)
    assert int(known.temporary_disk) == size.temporary_disk_gib
