"""Faults on purpose: which writes of the stand-ins fail, and at which one the engine is killed.

Owns the plan of faults and lays it over the stand-ins of a world, which know nothing of it. A write is a create, update
or delete that is no preview. What a seed decides depends on the seed and on which write it is, not on the order in
which the engine gets to it, so that a seed repeats a run; only "the N-th write" depends on the order.

Does not own what a code means (`azure_rehearsal.chaos.fault_codes`) or regions that are down
(`azure_rehearsal.chaos.outage`).
"""

from __future__ import annotations

import enum
import random
import subprocess
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Protocol, TypeVar

from azure_rehearsal.chaos.fault_codes import FaultCode, Moment, fault_code
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import CreatedButFailed, FakeProvider, Resource
from azure_rehearsal.protocol.provider_wrapper import ProviderWrapper

AZURE: Final = "azure-native:"
TRANSIENT: Final = (
    "AnotherOperationInProgress",
    "ServiceUnavailable",
    "TooManyRequests",
    "ConnectionReset",
    "ProvisioningFailed",
)
"""What `--fail-rate` draws from: before a write, after it, and accepted but failed."""

IDLE_SECONDS: Final = 60.0
"""How long the writes that a killed engine had under way may take to end. Stand-ins take far less."""

_KILLED: Final = FaultCode("EngineKilled", "the engine was killed during the {operation} of {name}")
_T = TypeVar("_T")


class Operation(enum.StrEnum):
    """What a write does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, order=True)
class Write:
    """One write that the engine asked for."""

    operation: Operation
    urn: str
    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation} {self.name} ({self.type})"


@dataclass(frozen=True)
class Fault:
    """What happens to a write: a refusal with a code, or the death of the engine."""

    moment: Moment
    code: FaultCode | None = None
    """`None` kills the engine."""

    def __str__(self) -> str:
        when = {
            Moment.BEFORE: "before it took effect",
            Moment.ACCEPTED: "accepted and then failed",
            Moment.AFTER: "after it took effect, the answer lost",
        }
        return f"{self.code.code if self.code else 'engine killed'}, {when[self.moment]}"


class FaultRule(Protocol):
    """Decides about writes, one at a time, in the order in which they begin."""

    def match(self, write: Write) -> Fault | None:
        """What happens to this write; `None` when nothing does."""


@dataclass
class TargetedRule:
    """Fails writes by type and logical name (glob patterns), `times` times in all."""

    type: str
    name: str
    fault: Fault
    times: int = 1
    operations: frozenset[Operation] = frozenset(Operation)
    text: str = ""

    def match(self, write: Write) -> Fault | None:
        types = (write.type, write.type.removeprefix(AZURE))
        matches = any(fnmatchcase(type, self.type) for type in types) and fnmatchcase(write.name, self.name)
        if self.times == 0 or not matches or write.operation not in self.operations:
            return None
        self.times -= 1
        return self.fault

    @classmethod
    def parsed(cls, text: str) -> TargetedRule:
        """`TYPE:NAME:ERROR` or `TYPE:NAME:ERROR*N`; a colon in a name is matched by `?`. Raises `UsageError`."""
        type, _, rest = text.rpartition(":")[0].rpartition(":")
        name, (code, star, times) = rest, text.rpartition(":")[2].partition("*")
        if not (type and name and code) or (star and not (times.isdecimal() and int(times) > 0)):
            raise UsageError(
                f"--fail {text!r} is not TYPE:NAME:ERROR or TYPE:NAME:ERROR*N,"
                " for example containerservice:AgentPool:*sip*:QuotaExceeded or 'network:*:*:429*3'."
            )
        found = fault_code(code)
        return cls(type, name, Fault(found.moment, found), int(times or 1), text=text)


@dataclass
class SingleWriteRule:
    """Strikes one write, by URN and operation, the first time that it is tried."""

    operation: Operation
    urn: str
    fault: Fault
    done: bool = False

    def match(self, write: Write) -> Fault | None:
        if self.done or (write.operation, write.urn) != (self.operation, self.urn):
            return None
        self.done = True
        return self.fault


@dataclass
class RandomRule:
    """Fails each write with a probability that is the same for all; a write that is tried again is drawn again."""

    probability: float
    seed: int
    _tries: dict[Write, int] = field(default_factory=dict)

    def match(self, write: Write) -> Fault | None:
        tries = self._tries[write] = self._tries.get(write, 0) + 1
        draw = random.Random(f"{self.seed}/{write.operation}/{write.urn}/{tries}")
        if draw.random() >= self.probability:
            return None
        code = fault_code(draw.choice(TRANSIENT))
        return Fault(code.moment, code)


class KillRule:
    """Kills the engine inside the N-th write; the seed says on which side of its effect, unless `moment` does."""

    def __init__(self, number: int, seed: int = 0, moment: Moment | None = None) -> None:
        drawn = random.Random(f"{seed}/kill/{number}").choice((Moment.BEFORE, Moment.AFTER))
        self.fault = Fault(moment or drawn)
        self.left = number

    def match(self, write: Write) -> Fault | None:
        self.left -= 1
        return self.fault if self.left == 0 else None


class Faults:
    """A plan of faults, and what came of it. One plan serves one run of the engine after the other.

    `unreachable` are locations that do not answer; whoever opens the world is descriptions of them. `seed` is the one that
    decided something, for people to repeat.
    """

    def __init__(
        self, rules: Sequence[FaultRule] = (), unreachable: Iterable[str] = (), seed: int | None = None
    ) -> None:
        self.rules = list(rules)
        self.unreachable = frozenset(unreachable)
        self.seed = seed
        self.writes: list[Write] = []
        self.injected: list[tuple[Write, Fault]] = []
        self._engine: subprocess.Popen[str] | None = None
        self._under_way = 0
        self._changed = threading.Condition()

    @property
    def descriptions(self) -> list[str]:
        """What was done on purpose, a line for each fault."""
        repeat = "" if self.seed is None else f" (--seed {self.seed} repeats it)"
        return [f"failed on purpose{repeat}: {write}: {fault}" for write, fault in self.injected]

    @property
    def unmatched(self) -> list[str]:
        """What was asked for by type and name and met no write at all."""
        return [
            rule.text
            for rule in self.rules
            if isinstance(rule, TargetedRule) and not any(fault is rule.fault for _, fault in self.injected)
        ]

    def wrapped(self, factories: Mapping[str, Callable[[], FakeProvider]]) -> dict[str, Callable[[], FakeProvider]]:
        """The factories of a world, with these faults laid over what they make."""

        def wrap(factory: Callable[[], FakeProvider]) -> Callable[[], FakeProvider]:
            return lambda: FaultInjector(factory(), self)

        return {package: wrap(factory) for package, factory in factories.items()}

    def engine_started(self, process: subprocess.Popen[str]) -> None:
        """Told which process a killing rule kills."""
        self._engine = process

    def wait_until_idle(self) -> None:
        """Waits for the writes that a killed engine left under way: they reach the world all the same."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._under_way == 0, IDLE_SECONDS):
                raise RuntimeError(f"{self._under_way} writes are still under way {IDLE_SECONDS} s after the engine")

    def execute(self, write: Write, act: Callable[[], _T], known: Callable[[_T], tuple[str, dict[str, Any]]]) -> _T:
        """Has a write done, or not, as the plan says. `known` gives id and outputs of what was written."""
        with self._counting():
            fault = self._fault_for(write)
            if fault is None:
                return act()
            try:
                answer = None if fault.moment is Moment.BEFORE else act()
            finally:
                if fault.code is None and self._engine is not None:
                    self._engine.kill()
                    self._engine.wait()  # so that no answer can reach it any more
            refusal = (fault.code or _KILLED).refusal(write.operation, write.type, write.name)
            if fault.moment is Moment.ACCEPTED and answer is not None:
                raise CreatedButFailed(refusal, *known(answer))
            raise refusal

    def _fault_for(self, write: Write) -> Fault | None:
        with self._changed:
            self.writes.append(write)
            found = [fault for rule in self.rules if (fault := rule.match(write)) is not None]
            if not found:
                return None
            self.injected.append((write, found[0]))
            return found[0]

    @contextmanager
    def _counting(self) -> Generator[None]:
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()


class FaultInjector(ProviderWrapper):
    """A stand-in whose writes go by a plan of faults."""

    def __init__(self, inner: FakeProvider, faults: Faults) -> None:
        super().__init__(inner)
        self._faults = faults

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if preview:
            return self.inner.create(resource, inputs, preview)
        return self._faults.execute(
            _write(Operation.CREATE, resource),
            lambda: self.inner.create(resource, inputs, preview),
            known=lambda answer: answer,
        )

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        if preview:
            return self.inner.update(resource, id, old_inputs, old_outputs, new, preview)
        return self._faults.execute(
            _write(Operation.UPDATE, resource),
            lambda: self.inner.update(resource, id, old_inputs, old_outputs, new, preview),
            known=lambda answer: (id, answer),
        )

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self._faults.execute(
            _write(Operation.DELETE, resource),
            lambda: self.inner.delete(resource, id, inputs, outputs),
            known=lambda _: (id, outputs),
        )


def _write(operation: Operation, resource: Resource) -> Write:
    return Write(operation, resource.urn, resource.type, resource.name)
