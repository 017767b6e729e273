"""The commands of `azure-rehearsal` for faults and drift: `faults`, `drift`, and `change`, which creates drift."""

from __future__ import annotations

import json as json_module
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from azure_rehearsal.adapter import Adapter
from azure_rehearsal.chaos.chaos_run import ChaosRun, SeedResult
from azure_rehearsal.chaos.faults import Faults
from azure_rehearsal.cli.invocation import Invocation, Wiring, exit_on_errors
from azure_rehearsal.cli.options import (
    Cluster,
    ConfiguredStackOptions,
    Json,
    StackOptions,
    StacksOptions,
    expand_option_groups,
)
from azure_rehearsal.engine.cli_process import Display
from azure_rehearsal.engine.cluster_choice import ClusterChoice
from azure_rehearsal.engine.drift import REMEDIATION, Drift, drift_in
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import Refused

SEEDS: Final = 8
SECONDS: Final = 3600.0
_RECORDED_ONLY: Final = (
    "--cluster real: a chaos run runs on recorded clusters only. It compares the clusters' contents after hundreds"
    " of runs, and a real cluster changes by itself. Omit --cluster real; or disturb one run with"
    " `up --cluster real --kill-after N:after` and recover it."
)

Seeds = Annotated[int, typer.Option(help="The number of seeds.", metavar="N", min=1)]
First = Annotated[int, typer.Option(help="The first seed, to continue a chaos run.", metavar="N", min=1)]
OneSeed = Annotated[int | None, typer.Option("--seed", help="Repeats this seed alone.", metavar="N")]
Seconds = Annotated[float, typer.Option(help="Starts no further seed after this time.", metavar="S", min=0)]
Edit = Annotated[
    list[str] | None,
    typer.Option(
        "--edit", help="The setting that the update changes, instead of the adapter's edits.", metavar="KEY=VALUE"
    ),
]


def add_commands(app: typer.Typer, wiring: Wiring) -> None:
    """Adds the commands of this module to `app`."""

    @app.command()
    @expand_option_groups
    def faults(
        where: ConfiguredStackOptions,
        seeds: Seeds = SEEDS,
        first: First = 1,
        seed: OneSeed = None,
        seconds: Seconds = SECONDS,
        edit: Edit = None,
        json: Json = False,
        cluster: Cluster = None,
    ) -> None:
        """Disturbs deployments at random, recovers them, and checks their end state."""
        invocation = Invocation(wiring, "faults", where, json)
        with exit_on_errors(invocation):
            if cluster is ClusterChoice.REAL:
                raise UsageError(_RECORDED_ONLY)
            _faults(invocation, [seed] if seed is not None else list(range(first, first + seeds)), seconds, edit)

    @app.command()
    @expand_option_groups
    def drift(where: StacksOptions, json: Json = False) -> None:
        """Lists changes of the simulated Azure that Pulumi did not make; exit code 1 if there are any."""
        _drift(Invocation(wiring, "drift", where, json))

    @app.command(hidden=True)
    @expand_option_groups
    def change(
        what: Annotated[str, typer.Argument(help="An Azure id, or the name of a resource in Pulumi.", metavar="NAME")],
        where: StackOptions,
        values: Annotated[list[str] | None, typer.Argument(metavar="PATH=VALUE")] = None,
        delete: Annotated[bool, typer.Option("--delete", help="Deletes the resource instead.")] = False,
    ) -> None:
        """Changes a resource in the simulated Azure without Pulumi, as an edit in the portal would."""
        invocation = Invocation(wiring, "change", where)
        with exit_on_errors(invocation), invocation.rehearsals(where.state_directory) as (_, rehearsals):
            _change(rehearsals[0], what, values or [], delete)


def _faults(invocation: Invocation, seeds: list[int], seconds: float, edit: list[str] | None) -> None:
    where = invocation.where
    (stack,), overrides = where.stacks(invocation.adapter), where.overrides()

    def make(state: Path, plan: Faults) -> Rehearsal:
        return Rehearsal(
            where.project_directory,
            stack,
            state,
            display=Display.CAPTURED,
            overrides=overrides,
            adapter=invocation.adapter,
            open_backends=invocation.wiring.open_backends,
            faults=plan,
            checkpoints=bool(plan.rules),  # they take most of the time, and only a killed run needs them
        )

    work = where.state or Path(tempfile.mkdtemp(prefix="rehearsal-faults-"))
    if work.exists() and any(work.iterdir()):
        raise UsageError(f"{work} is not empty: a chaos run needs an empty directory. Name another one with --state.")
    chaos_run = ChaosRun(make, work, _edits(edit, invocation.adapter), invocation.adapter.unprotected)
    started = time.monotonic()

    say = invocation.say
    say(f"{stack}: an undisturbed up, update and destroy to compare with …")
    chaos_run.prepare()
    results: list[SeedResult] = []
    for number, seed in enumerate(seeds, 1):
        if time.monotonic() - started > seconds and results:
            break
        results.append(chaos_run.run(seed))
        for line in _result_lines(results[-1], number, len(seeds)):
            say(line)
    failed = [result for result in results if result.problems]
    for result in failed:
        say(f"repeat: azure-rehearsal faults --stack {stack} --seed {result.seed}; state: {result.kept}")
    stopped = f" of {len(seeds)} (stopped after {seconds:.0f} s)" if len(results) < len(seeds) else ""
    say(f"{len(results)} seeds{stopped}, {len(failed)} with problems, {time.monotonic() - started:.0f} s.")
    if invocation.json:
        typer.echo(json_module.dumps({"rehearsal": True, "seeds": [_as_json(result) for result in results]}, indent=2))
    raise typer.Exit(1 if failed else 0)


def _edits(texts: list[str] | None, adapter: Adapter) -> Mapping[str, Any]:
    """The edits by configuration path, as `Rehearsal.up(config=…)` expects them."""
    if not texts:
        if not adapter.edits:
            raise UsageError("the project's adapter has no edits for the update: name one with --edit KEY=VALUE.")
        return adapter.edits
    found = {}
    for text in texts:
        path, separator, value = text.partition("=")
        if not separator or not path:
            raise UsageError(f"--edit {text!r} is not KEY=VALUE. Example: app:tags.owner=me.")
        found[path] = yaml.safe_load(value)
    return found


def _result_lines(result: SeedResult, number: int, of: int) -> list[str]:
    verdict = "✗" if result.problems else "✓"
    what = "; ".join(result.faults) or "no fault was injected"
    lines = [f"{verdict} {number}/{of} seed {result.seed}: {result.phase}, {what} ({result.seconds:.1f} s)"]
    lines.append(f"    recovery: {', '.join(result.steps) or 'none'}")
    return [*lines, *(f"    ✗ {problem}" for problem in result.problems)]


def _as_json(result: SeedResult) -> dict[str, Any]:
    return {
        "seed": result.seed,
        "phase": result.phase,
        "faults": result.faults,
        "steps": result.steps,
        "seconds": round(result.seconds, 2),
        "problems": result.problems,
        "kept": str(result.kept) if result.kept else "",
    }


def _drift(invocation: Invocation) -> None:
    outcome = Outcome("drift")
    found: list[Drift] = []
    with exit_on_errors(invocation), invocation.rehearsals(invocation.where.state_directory) as (_, rehearsals):
        for rehearsal in rehearsals:
            rehearsal.display = Display.CAPTURED
            run = outcome.add(rehearsal.refresh_preview())
            if not run.ok:
                invocation.end(outcome)
            found += drift_in(rehearsal.stack, rehearsal.event_log)
        if not any(run.operations for run in outcome.runs):
            raise UsageError(
                f"nothing is deployed in {invocation.where.state_directory}. Expected: a deployment to compare with the"
                " simulated Azure. Run `azure-rehearsal up`, or name another directory with --state."
            )
    if invocation.json:
        typer.echo(json_module.dumps({"rehearsal": True, "drift": [item.as_json() for item in found]}, indent=2))
    else:
        lines = [line for item in found for line in item.lines()]
        for line in [*lines, REMEDIATION] if found else ["No drift: the simulated Azure is as deployed."]:
            invocation.say(line)
    raise typer.Exit(1 if found else 0)


def _change(rehearsal: Rehearsal, what: str, values: list[str], delete: bool) -> None:
    pairs = [text.partition("=") for text in values]
    if delete == bool(pairs) or any(not path or not separator for path, separator, _ in pairs):
        raise UsageError("change: expected either PATH=VALUE arguments or --delete.")
    id = what if what.startswith("/") else _id_of(rehearsal, what)
    try:
        if delete:
            rehearsal.backends.remove(id)
        for path, _, value in pairs:
            rehearsal.backends.change(id, path, yaml.safe_load(value))
    except Refused as refused:
        raise UsageError(str(refused)) from None


def _id_of(rehearsal: Rehearsal, name: str) -> str:
    """The id of the resource with this logical name."""
    resources = [item for item in rehearsal.export().get("resources") or [] if item.get("custom")]
    ids = {item["id"] for item in resources if item["urn"].rsplit("::", 1)[-1] == name}
    if len(ids) != 1:
        found = f"{len(ids)} match"
        raise UsageError(
            f"{name!r} is not the name of exactly one resource of {rehearsal.stack} ({found}): use its Azure id."
        )
    return ids.pop()
