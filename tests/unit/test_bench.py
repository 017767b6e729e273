"""Benchmarks: statistics, aims and the page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.protocol.provider import Resource
from azure_rehearsal.protocol.values import UNKNOWN
from tools.bench import measure
from tools.bench.command import show
from tools.bench.echo import Echo, EchoWorld
from tools.bench.figures import (
    Command,
    Figures,
    Growth,
    Machine,
    RealCluster,
    Registration,
    Sample,
    Share,
    Size,
    least,
)
from tools.bench.page import page
from tools.bench.real_cluster import memory_of

NETWORK = Resource("urn", "azure-native:network:VirtualNetwork", "network")


def growth(*cpu: float, sizes: Sequence[int] = (100, 200, 1000)) -> Growth:
    return Growth(
        "up", [Size(resources, fake_providers=1.0, cpu=taken) for resources, taken in zip(sizes, cpu, strict=True)]
    )


FIGURES = Figures(
    machine=Machine("2026-11-21", 2, "Abacus 2000", {"Pulumi CLI": "v3.259.0"}, (0.1, 2.5)),
    repeats=3,
    registration=Registration(
        resources=300,
        with_aliases=Sample(wall=20.0, cpu=6.0),
        without=Sample(wall=2.0, cpu=1.2),
        preview_with_aliases=Sample(wall=25.0, cpu=12.0),
        preview_without=Sample(wall=8.0, cpu=6.0),
    ),
    share=Share("prod", 399, simulated=Sample(wall=10.0, cpu=9.0), echo=Sample(wall=7.5, cpu=7.2)),
    growth=[growth(3.0, 4.0, 12.0)],
    commands=[Command("make preview STACK=prod", Sample(wall=11.0, cpu=9.5), 12.0)],
    real_cluster=RealCluster("1.36.3", start=4.2, environment="prod", took=390.0, memory=3 * 2**30),
)


def test_the_fastest_sample_counts_separately_for_wall_and_cpu_time() -> None:
    assert least([Sample(3.0, 1.5), Sample(2.0, 2.5), Sample(4.0, 2.0)]) == Sample(2.0, 1.5)


def test_registration_is_compared_by_the_programs_cpu_time() -> None:
    assert FIGURES.registration.faster == pytest.approx(5.0)
    assert FIGURES.registration.met
    assert not replace(FIGURES.registration, with_aliases=Sample(wall=99.0, cpu=4.7)).met


def test_the_share_of_the_simulated_providers_is_the_difference_to_echoing_ones() -> None:
    assert FIGURES.share.of_wall == pytest.approx(0.25)
    assert FIGURES.share.of_cpu == pytest.approx(0.2)
    assert FIGURES.share.met
    assert not replace(FIGURES.share, echo=Sample(wall=6.0, cpu=9.0)).met


def test_a_constant_cost_per_run_does_not_affect_growth() -> None:
    linear = growth(3.0, 4.0, 12.0)
    assert linear.further == pytest.approx([0.01, 0.01])
    assert linear.bend == pytest.approx(1.0)
    assert linear.met


@pytest.mark.parametrize("exponent", [1.5, 2.0])
def test_growth_that_is_not_linear_misses_the_aim(exponent: float) -> None:
    sizes = measure.SIZES
    assert not growth(*(3 + (size / 100) ** exponent for size in sizes), sizes=sizes).met


def test_a_missed_ratio_fails_the_benchmark_and_a_slow_command_does_not() -> None:
    assert FIGURES.met
    assert not replace(FIGURES, growth=[FIGURES.growth[0], growth(3.0, 4.0, 40.0)]).met
    slow = replace(FIGURES.commands[0], took=Sample(wall=50.0, cpu=40.0))
    assert replace(FIGURES, commands=[slow]).met


def test_the_page_has_machine_method_aims_and_figures() -> None:
    lines = page(FIGURES).splitlines()
    assert "| Registration without historic aliases | 5.0 times faster | at least 4 times | met |" in lines
    assert (
        "| Simulated providers in a first preview of `prod` | 25% of the wall time (20% of the CPU time) |"
        " under 40% of the wall time | met |"
    ) in lines
    assert "| `make preview STACK=prod` | 11.0 s (9.5 s of CPU time) | under 12 s | met |" in lines
    assert "| cores | 2 (Abacus 2000) |" in lines
    assert "| Pulumi CLI | v3.259.0 |" in lines
    assert "| 1,000 | 12.0 s | 1.0 s | 12.0 ms | 10.0 ms |" in lines
    assert "2026-11-21" in lines[2]
    assert "Other processes used the cores" not in page(FIGURES)


def test_the_page_has_the_real_kubernetes_only_if_it_was_measured() -> None:
    lines = page(FIGURES).splitlines()
    assert "| Cold start of a control plane | 4.2 s | under 10 s | met |" in lines
    assert "| `make rehearse ENV=prod CLUSTER=real` | 6.5 min, 3.0 GiB | under 8 min and 6 GiB | met |" in lines
    assert "control plane" not in page(replace(FIGURES, real_cluster=None))
    assert FIGURES.real_cluster
    greedy = replace(FIGURES.real_cluster, memory=7 * 2**30)
    assert "| 6.5 min, 7.0 GiB | under 8 min and 6 GiB | over |" in page(replace(FIGURES, real_cluster=greedy))


def test_memory_includes_the_descendants_of_a_process() -> None:
    text = "import subprocess, sys; x = bytearray(2**26); print(flush=True); sys.stdin.read()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {text!r}])"
    process = subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()  # the child has allocated its memory
        assert memory_of(process.pid) > 2**26
        process.stdin.close()


def test_the_page_shows_missed_aims_and_a_busy_machine() -> None:
    busy = replace(
        FIGURES,
        machine=replace(FIGURES.machine, load=(6.0, 6.0)),
        share=replace(FIGURES.share, echo=Sample(wall=5.0, cpu=5.0)),
        commands=[replace(FIGURES.commands[0], took=Sample(wall=50.0, cpu=9.5))],
    )
    text = page(busy)
    assert "Other processes used the cores" in text
    assert "| 50% of the wall time (44% of the CPU time) | under 40% of the wall time | **missed** |" in text
    assert "| under 12 s | busy machine; the CPU time is under it |" in text
    assert "| under 12 s | over |" in page(replace(busy, machine=FIGURES.machine))


def test_the_terminal_shows_the_same_ratios() -> None:
    shown = StringIO()
    show(FIGURES, Console(width=200, file=shown))
    assert "5.0 times faster" in shown.getvalue()


def test_previews_of_different_programs_are_not_compared() -> None:
    def once(*arguments: object) -> tuple[list[measure.Took], Sample]:
        return [{"resources": {"simulated": 399, "echo": 398}[str(arguments[-1])]}], Sample(1.0, 1.0)

    with pytest.raises(measure.MeasurementError, match=r"different numbers of resources: \[398, 399\]"):
        measure.measure_share(1, print, once)


def test_compared_variants_alternate_and_the_fastest_sample_counts() -> None:
    seen: list[str] = []

    def once(*arguments: Any) -> tuple[list[measure.Took], Sample]:
        *_, world, config = arguments
        assert world == "echo"
        seen.append(config[-1])
        seconds = len(seen) * (5.0 if config[-1].endswith("false") else 1.0)
        return [{"registration": {"cpu": seconds, "wall": 2 * seconds}}], Sample(3 * seconds, 4 * seconds)

    found = measure.measure_registration(2, print, once)
    assert seen == ["removeAliases=false", "removeAliases=true"] * 2
    assert (found.with_aliases, found.without) == (Sample(wall=10.0, cpu=5.0), Sample(wall=4.0, cpu=2.0))
    assert found.preview_without == Sample(wall=6.0, cpu=8.0)


def test_growth_has_provider_time_and_total_time_of_each_command_at_each_size() -> None:
    def once(*arguments: Any) -> tuple[list[measure.Took], Sample]:
        *_, commands, world, (config,) = arguments
        assert world == "simulated"
        groups = int(config.removeprefix("groups="))
        return [{"command": name, "fake_providers": 0.5, "engine": groups / 10} for name in commands], Sample(1.0, 1.0)

    preview, up = measure.measure_growth(1, print, once)
    assert (preview.command, up.command) == ("preview", "up")
    assert preview.sizes[0] == Size(100, fake_providers=0.5, cpu=1.5)
    assert up.sizes[-1] == Size(1000, fake_providers=0.5, cpu=10.5)


def test_an_echoing_provider_returns_its_inputs_as_outputs() -> None:
    echo = Echo("pulumi-azure-native")
    identity = "/subscriptions/s/id"
    assert echo.check(NETWORK, {}, {"a": [1]}, b"") == ({"a": [1]}, [])
    assert echo.create(NETWORK, {"identity": {"userAssignedIdentities": [identity]}, "zones": ["1"]}, True) == (
        "",
        {"identity": {"userAssignedIdentities": {identity: {}}}, "zones": ["1"]},
    )
    assert echo.create(NETWORK, {"userAssignedIdentities": [UNKNOWN]}, True)[1] == {"userAssignedIdentities": UNKNOWN}
    assert echo.invoke("azure-native:network:getSubnet", {"name": "s"}, True) == {"name": "s"}


def test_the_echo_world_has_the_subscription_of_the_caller(tmp_path: Path) -> None:
    caller = Caller(measure.PROGRAM, subscription_id="11111111-0000-4000-8000-000000000000")
    azure = EchoWorld.open(tmp_path).factories(caller)["azure-native"]()
    answer = azure.invoke("azure-native:authorization:getClientConfig", {}, True)
    assert answer["subscriptionId"] == caller.subscription_id
