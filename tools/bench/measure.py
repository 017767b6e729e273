"""Takes the measurements. Variants that are compared take turns, so that other work on the machine hits them alike."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.engine import pulumi_cli
from tools.bench.figures import Command, Figures, Growth, Machine, Registration, Sample, Share, Size, least
from tools.bench.once import PROJECT
from tools.bench.real_cluster import measure_real_cluster

PROGRAM: Final = Path(__file__).with_name("program")
IN_A_GROUP: Final = 10
"""Resources that a group of the benchmark's program has."""
REGISTERED: Final = 300
SIZES: Final = (100, 250, 500, 1000)
STACK: Final = "prod"
COMMANDS: Final = (("preview", "prod", 12.0), ("rehearse", "staging", 30.0))
"""Target, stack and the wall time aimed at, on two cores that have nothing else to do."""
DISTRIBUTIONS: Final = ("pulumi", "pulumi-azure-native", "pulumi-kubernetes")

Say = Callable[[str], None]
Took = dict[str, Any]
"""`tools.bench.once.Took` as JSON."""
Once = Callable[..., tuple[list[Took], Sample]]
"""`run_once`, or what stands for it in a test."""


class MeasurementError(Exception):
    """A measured command failed, or two that are compared did different things."""


def run_once(
    project: Path, stack: str, commands: list[str], world: str, config: Sequence[str] = ()
) -> tuple[list[Took], Sample]:
    """What each command took, and what the whole process did."""
    options = [f"--config={text}" for text in config]
    line = [sys.executable, "-m", "tools.bench.once", str(project), stack, *commands, f"--world={world}", *options]
    output, sample = _timed(line)
    return json.loads(output), sample


def _timed(line: list[str]) -> tuple[str, Sample]:
    """Runs a command to its end; its time includes that of the processes it started. Raises `MeasurementError`."""
    # Under make: a make that is started here is not part of it.
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    began, before = time.monotonic(), os.times()
    done = subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - began, os.times()
    if done.returncode:
        raise MeasurementError(f"{' '.join(line)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, Sample(wall, cpu)


def measure(repeats: int, say: Say) -> Figures:
    """Everything. `say` is told what comes next."""
    before = os.getloadavg()[0]
    date = datetime.now(UTC).date().isoformat()
    registration = measure_registration(repeats, say)
    share = measure_share(repeats, say)
    growth = measure_growth(repeats, say)
    commands = _commands(repeats, say)
    real_cluster = measure_real_cluster(repeats, say)
    machine = Machine(
        date=date,
        cores=os.cpu_count() or 1,
        processor=_processor(),
        versions={
            "Python": platform.python_version(),
            "Pulumi CLI": _cli_version(),
            **{name: version(name) for name in DISTRIBUTIONS},
        },
        load=(before, os.getloadavg()[0]),
    )
    return Figures(machine, repeats, registration, share, growth, commands, real_cluster)


def measure_registration(repeats: int, say: Say, once: Once = run_once) -> Registration:
    """The benchmark's program with the SDK's historic aliases and without."""
    variants = {removed: f"removeAliases={str(removed).lower()}" for removed in (False, True)}
    programs: dict[bool, list[Sample]] = {removed: [] for removed in variants}
    previews: dict[bool, list[Sample]] = {removed: [] for removed in variants}
    for turn in range(repeats):
        say(f"registration of {REGISTERED} resources with and without historic aliases, {turn + 1} of {repeats}")
        for removed, setting in variants.items():
            config = (_groups(REGISTERED), setting)
            (took,), whole = once(PROGRAM, "bench", ["preview"], "echo", config)
            programs[removed].append(Sample(took["registration"]["wall"], took["registration"]["cpu"]))
            previews[removed].append(whole)
    return Registration(
        resources=REGISTERED,
        with_aliases=least(programs[False]),
        without=least(programs[True]),
        preview_with_aliases=least(previews[False]),
        preview_without=least(previews[True]),
    )


def measure_share(repeats: int, say: Say, once: Once = run_once) -> Share:
    """A committed stack before both worlds. Raises `MeasurementError` when they do not preview the same program."""
    samples: dict[str, list[Sample]] = {"simulated": [], "echo": []}
    counted: set[int] = set()
    for turn in range(repeats):
        say(f"preview of {STACK} before the simulated world and before stand-ins that answer at once, {turn + 1}")
        for world, found in samples.items():
            (took,), whole = once(PROJECT, STACK, ["preview"], world)
            found.append(whole)
            counted.add(took["resources"])
    if len(counted) != 1:
        raise MeasurementError(f"the previews of {STACK} are not of the same program: {sorted(counted)} resources")
    return Share(STACK, counted.pop(), least(samples["simulated"]), least(samples["echo"]))


def measure_growth(repeats: int, say: Say, once: Once = run_once) -> list[Growth]:
    """The benchmark's program at several sizes, previewed and deployed."""
    found: dict[tuple[str, int], list[Took]] = {}
    for turn in range(repeats):
        for size in SIZES:
            say(f"preview and up of {size} resources, {turn + 1} of {repeats}")
            for took in once(PROGRAM, "bench", ["preview", "up"], "simulated", (_groups(size),))[0]:
                found.setdefault((took["command"], size), []).append(took)
    return [Growth(command, [_size(size, found[command, size]) for size in SIZES]) for command in ("preview", "up")]


def _size(resources: int, took: Sequence[Took]) -> Size:
    return Size(
        resources,
        stand_ins=min(item["stand_ins"] for item in took),
        cpu=min(item["stand_ins"] + item["engine"] for item in took),
    )


def _groups(resources: int) -> str:
    return f"groups={resources // IN_A_GROUP}"


def _commands(repeats: int, say: Say) -> list[Command]:
    found = []
    for target, stack, aim in COMMANDS:
        samples = []
        for turn in range(repeats):
            say(f"make {target} STACK={stack}, {turn + 1} of {repeats}")
            with tempfile.TemporaryDirectory(prefix="bench-") as directory:
                fresh = f"--state {Path(directory) / 'state'}" if target == "preview" else ""
                samples.append(_timed(["make", target, f"STACK={stack}", f"ARGS={fresh}"])[1])
        found.append(Command(f"make {target} STACK={stack}", least(samples), aim))
    return found


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _cli_version() -> str:
    done = subprocess.run([str(pulumi_cli.find().executable), "version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()
