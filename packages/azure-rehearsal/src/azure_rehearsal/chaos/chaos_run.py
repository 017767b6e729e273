"""A chaos run: a disturbed deployment must recover to the same end state as an undisturbed one.

For each seed: new state, one disturbance in an `up`, an update or a `destroy` (a killed engine or a failed write), then
the recovery (`azure_rehearsal.chaos.recovery`), then the comparison of `azure_rehearsal.chaos.end_state`.

Owns the seeds and their decisions. Does not know the program: it disturbs the writes that an undisturbed run made.
"""

from __future__ import annotations

import enum
import random
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.chaos.end_state import EndState, differences, end_state_of
from azure_rehearsal.chaos.fault_codes import Moment, fault_code
from azure_rehearsal.chaos.faults import TRANSIENT, Fault, Faults, RandomRule, SingleWriteRule, Write
from azure_rehearsal.chaos.recovery import Recovery, RecoveryError
from azure_rehearsal.engine.drift import refresh_changes
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from azure_rehearsal.errors import UsageError
from azure_rehearsal.reports.failures import failures_of

PERMANENT: Final = ("QuotaExceeded", "AuthorizationFailed")
RATES: Final = (0.02, 0.1, 0.4)
"""Probabilities of a failed write: one or two writes of a medium-sized stack, some, most."""

DEPLOYED: Final = "deployed"
"""The directory below `work` with the stack after an undisturbed `up`."""

MakeRehearsal = Callable[[Path, Faults], Rehearsal]
"""Makes a rehearsal of the stack in a state directory, with faults."""


class Phase(enum.StrEnum):
    """The disturbed command."""

    UP = "up"
    UPDATE = "update"
    DESTROY = "destroy"


@dataclass(frozen=True)
class SeedResult:
    """The result of one seed. `kept` is its state directory if there were problems, else `None`."""

    seed: int
    phase: Phase
    faults: tuple[str, ...]
    steps: tuple[str, ...]
    seconds: float
    problems: tuple[str, ...] = ()
    kept: Path | None = None


@dataclass
class ChaosRun:
    """A chaos run of one stack. `make` opens rehearsals in directories below `work`, which must be empty.

    `edits` are the settings that the update changes, `unprotected` those that lift protection
    (`azure_rehearsal.adapter`).
    """

    make: MakeRehearsal
    work: Path
    edits: Mapping[str, Any]
    unprotected: Mapping[str, Any]
    _base: Mapping[str, Any] = field(default_factory=dict)
    _ends: dict[Phase, EndState] = field(default_factory=dict)
    _reported: dict[Phase, set[str]] = field(default_factory=dict)
    _writes: dict[Phase, list[Write]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Runs all phases undisturbed, to learn their end states and writes. Raises `UsageError` if one fails."""
        state = self.work / "undisturbed"
        for base in ({}, self.unprotected):
            self._base = base
            shutil.rmtree(state, ignore_errors=True)
            protected = self._run_undisturbed(state, Phase.UP)
            if not protected:
                break
        shutil.copytree(state, self.work / DEPLOYED)
        self._run_undisturbed(state, Phase.UPDATE)
        self._run_undisturbed(state, Phase.DESTROY)
        shutil.rmtree(state)

    def run(self, seed: int) -> SeedResult:
        """Runs one seed."""
        return self.disturb(*self.plan_of(seed), seed)

    def plan_of(self, seed: int) -> tuple[Phase, Faults]:
        """The phase that a seed disturbs, and the faults."""
        draw = random.Random(seed)
        phase = draw.choice(list(Phase))
        return phase, self._faults(draw, phase, seed)

    def disturb(self, phase: Phase, faults: Faults, seed: int = 0) -> SeedResult:
        """Runs one phase with these faults in a new state directory, which is kept if there are problems."""
        started = time.monotonic()
        state = self.work / f"seed-{seed}"
        shutil.rmtree(state, ignore_errors=True)
        if phase is not Phase.UP:
            shutil.copytree(self.work / DEPLOYED, state)
        problems, steps = self._run_disturbed(state, phase, faults)
        if not problems:
            shutil.rmtree(state)
        return SeedResult(
            seed=seed,
            phase=phase,
            faults=tuple(f"{write}: {fault}" for write, fault in faults.injected),
            steps=tuple(steps),
            seconds=time.monotonic() - started,
            problems=tuple(problems),
            kept=state if problems else None,
        )

    def _run_undisturbed(self, state: Path, phase: Phase) -> bool:
        """Runs one phase undisturbed. Returns whether the stack has a protected resource."""
        faults = Faults()
        with self.make(state, faults) as rehearsal:
            run = self._command(rehearsal, phase)
            if not run.ok:
                raise UsageError(
                    f"faults: the undisturbed {phase} fails, so disturbed runs cannot be compared with it."
                    f" Fix it first. {_reasons(run)}"
                )
            self._writes[phase] = sorted(set(faults.writes))
            self._ends[phase] = end_state_of(rehearsal, run)
            if rehearsal.refresh_preview().ok:
                self._reported[phase] = refresh_changes(rehearsal.event_log)
            return any(resource.get("protect") for resource in rehearsal.export().get("resources") or [])

    def _command(self, rehearsal: Rehearsal, phase: Phase) -> Run:
        if phase is Phase.DESTROY:
            return rehearsal.destroy()
        return rehearsal.up(config=self._config(phase))

    def _config(self, phase: Phase) -> dict[str, Any]:
        return {**self._base, **(self.edits if phase is Phase.UPDATE else {})}

    def _faults(self, draw: random.Random, phase: Phase, seed: int) -> Faults:
        """Half of the seeds kill the engine. The others fail one write, or each write with a probability."""
        kind = draw.choice(("kill", "kill", "fail", "rate"))
        if kind == "rate":
            return Faults([RandomRule(draw.choice(RATES), seed)])
        write = draw.choice(self._writes[phase])
        if kind == "kill":
            fault = Fault(draw.choice((Moment.BEFORE, Moment.AFTER)))
        else:
            code = fault_code(draw.choice((*TRANSIENT, *PERMANENT)))
            fault = Fault(code.moment, code)
        return Faults([SingleWriteRule(write.operation, write.urn, fault)])

    def _run_disturbed(self, state: Path, phase: Phase, faults: Faults) -> tuple[list[str], list[str]]:
        """The problems, and the commands of the recovery."""
        with self.make(state, faults) as rehearsal:
            first = self._command(rehearsal, phase)
        if faults.injected and first.ok:
            return ["the engine reported success although a write failed"], []
        with self.make(state, Faults()) as rehearsal:
            recovery = Recovery(
                rehearsal,
                command=lambda: self._command(rehearsal, phase),
                creates=phase is not Phase.DESTROY,
                preview=lambda *options: rehearsal.preview(*options, config=self._config(phase)),
                import_file=state / "import.json",
            )
            try:
                last = recovery.run()
            except RecoveryError as reason:
                return [str(reason)], recovery.steps
            if not last.ok:
                return [f"the {phase} is still refused. {_reasons(last)}"], recovery.steps
            problems = differences(self._ends[phase], end_state_of(rehearsal, last))
            if phase is not Phase.DESTROY and not problems:
                problems = self._check_refresh_and_destroy(rehearsal, phase)
        return problems, recovery.steps

    def _check_refresh_and_destroy(self, rehearsal: Rehearsal, phase: Phase) -> list[str]:
        """The problems of a refresh and a destroy after the recovery."""
        refresh = rehearsal.refresh_preview()
        if not refresh.ok:
            return [f"a refresh is refused. {_reasons(refresh)}"]
        if stale := refresh_changes(rehearsal.event_log) - self._reported[phase]:
            return [f"the state differs from the backends: {', '.join(sorted(stale))}"]
        destroy = rehearsal.destroy()
        if not destroy.ok:
            return [f"the destroy is refused. {_reasons(destroy)}"]
        return [
            f"after the destroy: {text}"
            for text in differences(self._ends[Phase.DESTROY], end_state_of(rehearsal, destroy))
        ]


def _reasons(run: Run) -> str:
    return " ".join(f"{failure.name or run.command[0]}: {failure.message}" for failure in failures_of(run))
