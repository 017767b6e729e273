"""The report after Pulumi's own display, as text and as JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.coverage import coverage_line, types_without_rules
from azure_rehearsal.reports.failures import Failure

REHEARSAL_NOTICE: Final = (
    "This was a rehearsal: Pulumi's own engine, this program, a simulated Azure. It proves the program and its order,"
    " not quotas, capacity or Azure's behavior on the day. Nothing was created in Azure."
)


def show(outcome: Outcome, console: Console) -> None:
    """Prints failures, then outputs, then one line for each run."""
    for failure in outcome.failures:
        _show_failure(failure, console)
    for problem in outcome.problems:
        _line(console, f"✗ {problem}", "bold red")
    if outcome.leftovers:
        _line(console, "✗ still in the simulated Azure after the destroy:", "bold red")
        for leftover in outcome.leftovers:
            _line(console, f"    {leftover}")
    for note in outcome.notes:
        _line(console, f"• {note}", "yellow")
    if line := coverage_line(outcome.runs):
        _line(console, f"• {line}", "yellow")
    for stack, outputs in outcome.outputs.items():
        _show_outputs(stack, outputs, console)
    _show_runs(outcome, console)
    _line(console, REHEARSAL_NOTICE, "dim")


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "rehearsal": True,
        "command": outcome.command,
        "ok": outcome.ok,
        "exitCode": outcome.exit_code,
        "runs": [_run(run, expected=run in outcome.expected) for run in outcome.runs],
        "failures": [
            {
                "stack": failure.stack,
                "urn": failure.urn,
                "type": failure.type,
                "name": failure.name,
                "message": failure.message,
                "meaning": failure.meaning,
                "remediation": failure.remediation,
            }
            for failure in outcome.failures
        ],
        "problems": outcome.problems,
        "notes": outcome.notes,
        "typesWithoutRules": types_without_rules(outcome.runs)[0],
        "leftovers": outcome.leftovers,
        "outputs": outcome.outputs,
    }


def refused_usage(command: str, problems: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object for wrong usage or settings."""
    return {"rehearsal": True, "command": command, "ok": False, "exitCode": 2, "problems": list(problems)}


def _run(run: Run, expected: bool) -> dict[str, Any]:
    return {
        "stack": run.stack,
        "command": run.command[0],
        "ok": run.ok,
        "refusalExpected": expected,
        "seconds": round(run.seconds, 2),
        "operations": run.operations,
        "steps": [
            {
                "op": step.op,
                "urn": step.urn,
                "type": step.type,
                "name": step.name,
                "changed": list(step.changed),
                "replaces": list(step.replaces),
                "failed": step.failed,
            }
            for step in run.steps
        ],
        "warnings": [item.message for item in run.diagnostics if item.severity == "warning"],
    }


def _show_failure(failure: Failure, console: Console) -> None:
    what = f"{failure.name} ({failure.type})" if failure.name else "the deployment"
    _line(console, f"\n✗ {failure.stack}: {what} was refused", "bold red")
    _line(console, _indented("Reason", failure.message))
    if failure.meaning:
        _line(console, _indented("Meaning", failure.meaning))
    if failure.remediation:
        _line(console, _indented("What to do", failure.remediation), "bold")


def _indented(label: str, text: str) -> str:
    first, *rest = text.strip().splitlines() or [""]
    return "\n".join([f"  {label + ':':<12}{first}", *(f"  {'':<12}{line}" for line in rest)])


def _show_outputs(stack: str, outputs: dict[str, Any], console: Console) -> None:
    _line(console, f"\nOutputs of {stack}", "bold")
    for key, value in sorted(outputs.items()):
        _line(console, f"  {key}: {value if isinstance(value, str) else json.dumps(value)}")


def _show_runs(outcome: Outcome, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Stack", "Command", "Result", "Operations"):
        table.add_column(column)
    table.add_column("Seconds", justify="right")
    for run in outcome.runs:
        if run.ok:
            result = Text("done", "green")
        elif run in outcome.expected:
            result = Text("refused, as expected", "green")
        else:
            result = Text("refused", "red")
        operations = ", ".join(f"{count} {op}" for op, count in sorted(run.operations.items())) or "none"
        table.add_row(run.stack, _command_text(run), result, operations, f"{run.seconds:.1f}")
    console.print()
    console.print(table)
    console.print()


def _command_text(run: Run) -> str:
    preview_only = "--preview-only" in run.command
    return f"{run.command[0]} (preview)" if preview_only else run.command[0]


def _line(console: Console, text: str, style: str = "") -> None:
    """Prints text without markup (in resource names) and without wrapping (in logs)."""
    console.print(Text(text, style), soft_wrap=True)
