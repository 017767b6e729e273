"""Runs the checks in parallel and shows their results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Final

from rich.console import Console
from rich.markup import escape

from settings.schema.aks_stack import AksStackSettings
from tools.preflight.client import Refused
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result, preflight_command

WORKERS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The results of one check."""

    name: str
    results: tuple[Result, ...]

    @property
    def findings(self) -> list[Finding]:
        return [result for result in self.results if isinstance(result, Finding)]

    @property
    def notes(self) -> list[Note]:
        return [result for result in self.results if isinstance(result, Note)]


def run_checks(
    facts: Facts, checks: Sequence[Check], progress: Callable[[str], None] = lambda _: None
) -> list[Outcome]:
    """Returns the outcome of each check, in their order. `progress` hears the name of each completed check."""
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        futures: list[Future[Outcome]] = []
        for check in checks:
            future = pool.submit(_run, check, facts)
            future.add_done_callback(lambda _, name=check.name: progress(name))
            futures.append(future)
        return [future.result() for future in futures]


def _run(check: Check, facts: Facts) -> Outcome:
    missing = [name for name in check.providers if not facts.is_registered(name)]
    if missing:
        return Outcome(name=check.name, results=(_skipped(check, ", ".join(missing)),))
    try:
        return Outcome(name=check.name, results=tuple(check.run(facts)))
    except Refused as refused:
        if refused.code == "MissingSubscriptionRegistration":
            return Outcome(name=check.name, results=(_skipped(check, "a resource provider"),))
        return Outcome(name=check.name, results=(_unreadable(check, refused, facts),))


def _skipped(check: Check, provider: str) -> Note:
    return Note(code="skipped", text=f"Not checked: {check.name}, because {provider} is not registered yet.")


def _unreadable(check: Check, refused: Refused, facts: Facts) -> Finding:
    forbidden = refused.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    return Finding(
        code="not-readable",
        wrong=f"Azure refused a read of the check {check.name} ({refused}).",
        expected="a principal that can read the subscription, and a response without an error",
        fix="Let an owner of the subscription assign the role Reader." if forbidden else "Run preflight again.",
        command=f"az role assignment create --assignee-object-id {facts.principal.object_id} --role Reader"
        f" --scope {facts.subscription_path}"
        if forbidden
        else preflight_command(facts.stack),
    )


def as_json(stack: str, settings: AksStackSettings, outcomes: Iterable[Outcome]) -> str:
    """The results for machines."""
    outcomes = list(outcomes)
    return json.dumps(
        {
            "stack": stack,
            "subscription": settings.azure.subscription_id,
            "region": settings.this_region.location,
            "checks": [
                {
                    "name": outcome.name,
                    "findings": [asdict(finding) for finding in outcome.findings],
                    "notes": [asdict(note) for note in outcome.notes],
                }
                for outcome in outcomes
            ],
            "findings": sum(len(outcome.findings) for outcome in outcomes),
        },
        indent=2,
    )


def show(stack: str, settings: AksStackSettings, outcomes: Iterable[Outcome], console: Console) -> None:
    """Prints the results for people: a line for each check, below it what is wrong, expected, and to do."""
    outcomes = list(outcomes)
    console.print(
        f"[bold]Preflight of stack {escape(stack)}[/bold], subscription {settings.azure.subscription_id},"
        f" {settings.this_region.location}\n",
        highlight=False,
    )
    for outcome in outcomes:
        mark = "[red]✗[/red]" if outcome.findings else "[yellow]•[/yellow]" if outcome.notes else "[green]✓[/green]"
        console.print(f"{mark} {outcome.name}", highlight=False)
        for finding in outcome.findings:
            _show_finding(finding, console)
        for note in outcome.notes:
            console.print(f"    [yellow]note[/yellow] {escape(note.text)}", highlight=False, soft_wrap=True)
    count = sum(len(outcome.findings) for outcome in outcomes)
    text = "nothing missing" if count == 0 else f"{count} finding{'' if count == 1 else 's'}"
    console.print(f"\n[bold]{text[0].upper()}{text[1:]}.[/bold]")


def _show_finding(finding: Finding, console: Console) -> None:
    console.print(f"    [red]{finding.code}[/red] {escape(finding.wrong)}", highlight=False, soft_wrap=True)
    console.print(f"      Expected: {escape(finding.expected)}", highlight=False, soft_wrap=True)
    console.print(f"      Fix: {escape(finding.fix)}", highlight=False, soft_wrap=True)
    if finding.command:
        console.print(f"        {escape(finding.command)}", highlight=False, soft_wrap=True)
