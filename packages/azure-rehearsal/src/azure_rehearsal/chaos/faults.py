"""Fault injection: failed writes of the fake providers, and a killed engine.

Owns the fault rules and their injection into the fake providers, which do not know them. A write is a create, update or
delete outside a preview. A random decision depends on the seed and the write, not on the order in which the engine
makes the writes, so a seed repeats a run. Only "the N-th write" depends on the order.

Does not own the error codes (`azure_rehearsal.chaos.fault_codes`) or outages (`azure_rehearsal.chaos.outage`).
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
"""The codes that `--fail-rate` draws from. They cover each `Moment`."""

IDLE_SECONDS: Final = 60.0
"""The time limit for the writes in progress of a killed engine. Fake providers take far less."""

_KILLED: Final = FaultCode("EngineKilled", "the engine was killed during the {operation} of {name}")
_T = TypeVar("_T")


class Operation(enum.StrEnum):
    """The operation of a write."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, order=True)
class Write:
    """One write that the engine requested."""

    operation: Operation
    urn: str
    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation} {self.name} ({self.type})"


@dataclass(frozen=True)
class Fault:
    """A fault of one write: a refusal with a code, or a killed engine."""

    moment: Moment
    code: FaultCode | None = None
    """`None` kills the engine."""

    def __str__(self) -> str:
        when = {
            Moment.BEFORE: "before it took effect",
            Moment.ACCEPTED: "accepted and then failed",
            Moment.AFTER: "after it took effect, the response lost",
        }
        return f"{self.code.code if self.code else 'engine killed'}, {when[self.moment]}"


class FaultRule(Protocol):
    """Decides about writes, one at a time, in the order in which they start."""

    def match(self, write: Write) -> Fault | None:
        """The fault of this write, or `None`."""


@dataclass
class TargetedRule:
    """Fails writes by type and logical name (glob patterns), at most `times` times."""

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
        """Parses `TYPE:NAME:ERROR` or `TYPE:NAME:ERROR*N`; `?` matches a colon in a name. Raises `UsageError`."""
        type, _, rest = text.rpartition(":")[0].rpartition(":")
        name, (code, star, times) = rest, text.rpartition(":")[2].partition("*")
        if not (type and name and code) or (star and not (times.isdecimal() and int(times) > 0)):
            raise UsageError(
                f"--fail {text!r} is not TYPE:NAME:ERROR or TYPE:NAME:ERROR*N."
                " Examples: containerservice:AgentPool:*system*:QuotaExceeded, 'network:*:*:429*3'."
            )
        found = fault_code(code)
        return cls(type, name, Fault(found.moment, found), int(times or 1), text=text)


@dataclass
class SingleWriteRule:
    """Fails the first attempt of one write, by URN and operation."""

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
    """Fails each write with the same probability. Each further attempt is a new draw."""

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
    """Kills the engine inside the N-th write, at `moment` (default: before or after its effect; the seed decides)."""

    def __init__(self, number: int, seed: int = 0, moment: Moment | None = None) -> None:
        drawn = random.Random(f"{seed}/kill/{number}").choice((Moment.BEFORE, Moment.AFTER))
        self.fault = Fault(moment or drawn)
        self.left = number

    def match(self, write: Write) -> Fault | None:
        self.left -= 1
        return self.fault if self.left == 0 else None


class Faults:
    """The faults of a rehearsal, and what they did: `writes` and `injected`. Several runs of the engine can share it.

    `unreachable` are locations that do not respond; `azure_rehearsal.engine.engine` passes them to the backends. `seed`
    is the seed of random decisions, for messages.
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
        self._in_progress = 0
        self._changed = threading.Condition()

    @property
    def descriptions(self) -> list[str]:
        """A line for each injected fault."""
        repeat = "" if self.seed is None else f" (--seed {self.seed} repeats it)"
        return [f"injected fault{repeat}: {write}: {fault}" for write, fault in self.injected]

    @property
    def unmatched(self) -> list[str]:
        """The texts of targeted rules that matched no write."""
        return [
            rule.text
            for rule in self.rules
            if isinstance(rule, TargetedRule) and not any(fault is rule.fault for _, fault in self.injected)
        ]

    def wrapped(self, factories: Mapping[str, Callable[[], FakeProvider]]) -> dict[str, Callable[[], FakeProvider]]:
        """Factories whose fake providers inject these faults."""

        def wrap(factory: Callable[[], FakeProvider]) -> Callable[[], FakeProvider]:
            return lambda: FaultInjector(factory(), self)

        return {package: wrap(factory) for package, factory in factories.items()}

    def engine_started(self, process: subprocess.Popen[str]) -> None:
        """Sets the process that a `KillRule` kills."""
        self._engine = process

    def wait_until_idle(self) -> None:
        """Waits for the writes that were in progress when the engine was killed: they still take effect."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._in_progress == 0, IDLE_SECONDS):
                raise RuntimeError(
                    f"{self._in_progress} writes are still in progress {IDLE_SECONDS} s after the end of the engine"
                )

    def execute(self, write: Write, act: Callable[[], _T], known: Callable[[_T], tuple[str, dict[str, Any]]]) -> _T:
        """Makes the write or injects a fault. `known` returns the id and outputs of the written resource."""
        with self._counting():
            fault = self._fault_for(write)
            if fault is None:
                return act()
            try:
                response = None if fault.moment is Moment.BEFORE else act()
            finally:
                if fault.code is None and self._engine is not None:
                    self._engine.kill()
                    self._engine.wait()  # so that it cannot receive the response
            refusal = (fault.code or _KILLED).refusal(write.operation, write.type, write.name)
            if fault.moment is Moment.ACCEPTED and response is not None:
                raise CreatedButFailed(refusal, *known(response))
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
            self._in_progress += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_progress -= 1
                self._changed.notify_all()


class FaultInjector(ProviderWrapper):
    """A fake provider with injected faults."""

    def __init__(self, inner: FakeProvider, faults: Faults) -> None:
        super().__init__(inner)
        self._faults = faults

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if preview:
            return self.inner.create(resource, inputs, preview)
        return self._faults.execute(
            _write(Operation.CREATE, resource),
            lambda: self.inner.create(resource, inputs, preview),
            known=lambda response: response,
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
            known=lambda response: (id, response),
        )

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self._faults.execute(
            _write(Operation.DELETE, resource),
            lambda: self.inner.delete(resource, id, inputs, outputs),
            known=lambda _: (id, outputs),
        )


def _write(operation: Operation, resource: Resource) -> Write:
    return Write(operation, resource.urn, resource.type, resource.name)
