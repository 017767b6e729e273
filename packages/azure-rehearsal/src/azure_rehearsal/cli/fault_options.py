"""The options that inject faults: `--fail`, `--fail-rate`, `--kill-after`, `--seed`, `--unreachable`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from azure_rehearsal.chaos.fault_codes import Moment
from azure_rehearsal.chaos.faults import FaultRule, Faults, KillRule, RandomRule, TargetedRule
from azure_rehearsal.errors import UsageError

LARGEST_SEED: Final = 10**6
"""Drawn seeds are below this, so that users can type them again."""


@dataclass(frozen=True)
class FaultOptions:
    """A group of options (`azure_rehearsal.cli.options.expand_option_groups`)."""

    fail: Annotated[
        list[str] | None,
        typer.Option(
            help="Fails the next write of resources by type and logical name (* and ? match), once or N times:"
            " 'containerservice:AgentPool:*system*:QuotaExceeded', 'network:*:*:429*3'.",
            metavar="TYPE:NAME:ERROR[*N]",
        ),
    ] = None
    fail_rate: Annotated[
        float, typer.Option(help="Fails each write with this probability.", metavar="P", min=0, max=1)
    ] = 0.0
    kill_after: Annotated[
        str,
        typer.Option(
            help="Kills the engine inside the N-th write, `before` or `after` its effect (default: the seed decides).",
            metavar="N[:before|:after]",
        ),
    ] = ""
    seed: Annotated[int | None, typer.Option(help="Repeats the random decisions of another run.", metavar="N")] = None
    unreachable: Annotated[
        list[str] | None,
        typer.Option(help="An Azure location that does not respond, including its clusters.", metavar="LOCATION"),
    ] = None

    def plan(self) -> Faults:
        """The faults that these options describe. Raises `UsageError`."""
        seed = secrets.randbelow(LARGEST_SEED) if self.seed is None else self.seed
        rules: list[FaultRule] = [TargetedRule.parsed(text) for text in self.fail or []]
        if self.kill_after:
            rules.append(_kill(self.kill_after, seed))
        if self.fail_rate:
            rules.append(RandomRule(self.fail_rate, seed))
        down: frozenset[str] = frozenset()
        if self.unreachable:
            from azure_rehearsal.chaos.outage import locations  # loads the simulated Azure

            down = locations(self.unreachable)
        return Faults(rules, down, seed if self.fail_rate or self.kill_after else None)


def _kill(text: str, seed: int) -> KillRule:
    number, _, side = text.partition(":")
    sides = {"": None, "before": Moment.BEFORE, "after": Moment.AFTER}
    if not number.isdecimal() or int(number) == 0 or side not in sides:
        raise UsageError(f"--kill-after {text!r} is not N, N:before or N:after with N from 1. Example: 12:after.")
    return KillRule(int(number), seed, sides[side])
