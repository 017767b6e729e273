"""The destruction of staging leaves nothing in the cloud, the cluster and on the machine. Runs after all its users."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster


def test_destroy_leaves_no_resource_and_no_process(staging: Deployed) -> None:
    programs = staging.cluster.plane.processes
    assert all(process.is_alive for process in programs.values()), programs
    run = staging.rehearsal.destroy()
    assert run.ok, run.text
    assert staging.world.leftovers() == []
    staging.world.close()
    assert [name for name, process in programs.items() if process.is_alive] == []
    assert not any((staging.world.directory / "control-planes").glob("*")), "folders of control planes remain"
