"""The program that the benchmarks run on the real engine."""

from __future__ import annotations

import pytest

from tools.bench.measure import PROGRAM, run_once

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive, pytest.mark.usefixtures("cli")]


@pytest.mark.parametrize("world", ["simulated", "echo"])
def test_both_variants_run_the_same_program_and_report_its_times(world: str) -> None:
    (preview, up), whole = run_once(PROGRAM, "bench", ["preview", "up"], world, ["groups=2"])
    assert (preview["resources"], up["resources"]) == (21, 21), "two groups of ten, and the stack"
    assert 0 < preview["registration"]["cpu"] < preview["engine"] < whole.cpu
    assert whole.wall > preview["wall"] + up["wall"]
