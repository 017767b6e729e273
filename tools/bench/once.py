"""Runs the commands of one rehearsal and prints the time of each as JSON.

`tools.bench.measure` starts it as a process of its own, because the first use of the SDKs is part of the measurement:
every command that a person types pays for it.
"""

from __future__ import annotations

import gc
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.stack_file import parse_override
from azure_rehearsal.protocol.program_runner import COLLECTOR_THRESHOLDS
from tools.bench.echo import EchoWorld

PROJECT: Final = Path(__file__).resolve().parent.parent.parent
WORLDS: Final = {"simulated": Backends.open, "echo": EchoWorld.open}


@dataclass(frozen=True)
class Took:
    """The time of one command of the CLI, in seconds.

    `fake_providers` is the CPU time of the process with the simulated providers, `engine` the CPU time of the CLI and
    the program.
    `registration` has `cpu` and `wall` of the program from its first declaration on, if the program reports them.
    """

    command: str
    resources: int
    wall: float
    fake_providers: float
    engine: float
    registration: dict[str, float]


def once(
    project: Path,
    stack: str,
    commands: Annotated[list[str], typer.Argument(help="preview, up, destroy: in this order.")],
    world: str = "simulated",
    config: list[str] | None = None,
) -> None:
    """Runs the commands on fresh state and prints a JSON list. Prints the CLI's output and fails if one is refused."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    name = yaml.safe_load((project / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        times = Path(directory) / "times.json"
        with Rehearsal(
            project,
            stack,
            Path(directory) / "state",
            overrides=[parse_override(text, name) for text in config or []],
            open_backends=WORLDS[world],
            environment={"PYTHONPATH": str(PROJECT), "BENCH_PROGRAM_TIMES": str(times)},
            checkpoints=False,
        ) as rehearsal:
            took = [_timed(rehearsal, command, times) for command in commands]
    typer.echo(json.dumps([asdict(item) for item in took]))


def _timed(rehearsal: Rehearsal, command: str, times: Path) -> Took:
    times.unlink(missing_ok=True)
    began, before = time.monotonic(), os.times()
    run: Run = getattr(rehearsal, command)()
    after = os.times()
    if not run.ok:
        typer.echo(run.text, err=True)
        raise typer.Exit(run.exit_code)
    registration: dict[str, Any] = json.loads(times.read_text(encoding="utf-8")) if times.exists() else {}
    return Took(
        command=command,
        resources=sum(run.operations.values()),
        wall=time.monotonic() - began,
        fake_providers=(after.user + after.system) - (before.user + before.system),
        engine=(after.children_user + after.children_system) - (before.children_user + before.children_system),
        registration=registration,
    )


if __name__ == "__main__":
    typer.run(once)
