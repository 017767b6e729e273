"""Takes the measurements. Compared variants alternate, so that other load affects them equally."""

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
from tools.errors import CommandError

PROGRAM: Final = Path(__file__).with_name("program")
IN_A_GROUP: Final = 10
"""Resources in one group of the benchmark's program."""
REGISTERED: Final = 300
SIZES: Final = (100, 250, 500, 1000)
STACK: Final = "prod"
COMMANDS: Final = (("preview", "prod", 10.0), ("rehearse", "staging", 26.0), ("test", "", 90.0))
"""Make target, its stack if it has one, and the aim for the wall time in seconds, on two idle cores."""
DISTRIBUTIONS: Final = ("pulumi", "pulumi-azure-native", "pulumi-kubernetes")

Say = Callable[[str], None]
Took = dict[str, Any]
"""`tools.bench.once.Took` as JSON."""
Once = Callable[..., tuple[list[Took], Sample]]
"""`run_once` or, in tests, a replacement for it."""


class MeasurementError(CommandError):
    """A measured command failed, or compared commands had different results."""


def run_once(
    project: Path, stack: str, commands: list[str], world: str, config: Sequence[str] = ()
) -> tuple[list[Took], Sample]:
    """The time of each command and of the whole process."""
    options = [f"--config={text}" for text in config]
    line = [sys.executable, "-m", "tools.bench.once", str(project), stack, *commands, f"--world={world}", *options]
    output, sample = _timed(line)
    return json.loads(output), sample


def _timed(line: list[str]) -> tuple[str, Sample]:
    """Runs a command. Its time includes the processes that it starts. Raises `MeasurementError`."""
    # `voice bench` can run under make. The make processes that it starts must not inherit that one's flags.
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    began, before = time.monotonic(), os.times()
    done = subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - began, os.times()
    if done.returncode:
        raise MeasurementError(f"{' '.join(line)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, Sample(wall, cpu)


def measure(repeats: int, say: Say) -> Figures:
    """Takes all measurements. Calls `say` before each one."""
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
    """Measures the benchmark's program with and without the SDK's historic aliases."""
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
    """Measures a committed stack on the simulated Azure and on echoing providers. Raises `MeasurementError` if the two
    previews have different numbers of resources."""
    samples: dict[str, list[Sample]] = {"simulated": [], "echo": []}
    counted: set[int] = set()
    for turn in range(repeats):
        say(f"preview of {STACK} on the simulated Azure and on echoing providers, {turn + 1} of {repeats}")
        for world, found in samples.items():
            (took,), whole = once(PROJECT, STACK, ["preview"], world)
            found.append(whole)
            counted.add(took["resources"])
    if len(counted) != 1:
        raise MeasurementError(f"the previews of {STACK} have different numbers of resources: {sorted(counted)}")
    return Share(STACK, counted.pop(), least(samples["simulated"]), least(samples["echo"]))


def measure_growth(repeats: int, say: Say, once: Once = run_once) -> list[Growth]:
    """Measures preview and deployment of the benchmark's program at several sizes."""
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
        fake_providers=min(item["fake_providers"] for item in took),
        cpu=min(item["fake_providers"] + item["engine"] for item in took),
    )


def _groups(resources: int) -> str:
    return f"groups={resources // IN_A_GROUP}"


def _commands(repeats: int, say: Say) -> list[Command]:
    found = []
    for target, stack, aim in COMMANDS:
        samples, words = [], [target, f"STACK={stack}"] if stack else [target]
        line = " ".join(("make", *words))
        for turn in range(repeats):
            say(f"{line}, {turn + 1} of {repeats}")
            with tempfile.TemporaryDirectory(prefix="bench-") as directory:
                fresh = f"--state {Path(directory) / 'state'}" if target == "preview" else ""
                samples.append(_timed(["make", *words, f"ARGS={fresh}"])[1])
        found.append(Command(line, least(samples), aim))
    return found


def _processor() -> str:
    """The processor's name if the system reports it, otherwise the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _cli_version() -> str:
    done = subprocess.run([str(pulumi_cli.find().executable), "version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()
