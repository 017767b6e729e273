"""The measurements and the ratios that follow from them. All times are in seconds.

Other load on the machine only adds time, so the fastest of several samples counts, separately for wall and CPU time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

FASTER: Final = 4.0
"""Aim: registration without historic aliases is faster by at least this factor."""
SHARE: Final = 0.40
"""Aim: the simulated providers take less than this share of a preview's wall time."""
BEND: Final = 1.5
"""Aim: growth is linear. At the largest size, one more resource costs at most this many times what it costs at the
smallest. Quadratic growth from 100 to 1,000 resources would be a factor of more than six."""

START: Final = 10.0
"""Aim: seconds until a control plane accepts objects, on two idle cores."""
ENVIRONMENT: Final = 480.0
"""Aim: seconds for the rehearsal of production on a real Kubernetes."""
MEMORY: Final = 6 * 2**30
"""Aim: memory of that rehearsal, in bytes."""


@dataclass(frozen=True)
class Sample:
    """The wall time, and the CPU time of all processes (user and system)."""

    wall: float
    cpu: float


def least(samples: Iterable[Sample]) -> Sample:
    """The fastest of several samples, separately for wall and CPU time."""
    found = list(samples)
    return Sample(min(item.wall for item in found), min(item.cpu for item in found))


@dataclass(frozen=True)
class Registration:
    """The program alone, with and without the SDK's historic aliases."""

    resources: int
    with_aliases: Sample
    without: Sample
    preview_with_aliases: Sample
    preview_without: Sample

    @property
    def faster(self) -> float:
        """The ratio of CPU times: registration is all that this one process does."""
        return self.with_aliases.cpu / self.without.cpu

    @property
    def met(self) -> bool:
        return self.faster >= FASTER


@dataclass(frozen=True)
class Share:
    """A first preview of a committed stack, on the simulated Azure and on echoing providers."""

    stack: str
    resources: int
    simulated: Sample
    echo: Sample

    @property
    def of_wall(self) -> float:
        return 1 - self.echo.wall / self.simulated.wall

    @property
    def of_cpu(self) -> float:
        return 1 - self.echo.cpu / self.simulated.cpu

    @property
    def met(self) -> bool:
        return self.of_wall < SHARE


@dataclass(frozen=True)
class Size:
    """A command at one size. CPU time of the fake providers, and of all."""

    resources: int
    fake_providers: float
    cpu: float

    @property
    def each(self) -> float:
        """For each resource, with what every run takes by itself."""
        return self.cpu / self.resources


@dataclass(frozen=True)
class Growth:
    """A command at several sizes, smallest first; three or more."""

    command: str
    sizes: Sequence[Size]

    @property
    def further(self) -> list[float]:
        """What a further resource takes, between each size and the next."""
        return [
            (after.cpu - before.cpu) / (after.resources - before.resources)
            for before, after in zip(self.sizes, self.sizes[1:], strict=False)
        ]

    @property
    def bend(self) -> float:
        """How many times as much the last further resource takes as the first: 1 where growth is linear."""
        return self.further[-1] / self.further[0]

    @property
    def met(self) -> bool:
        return self.bend <= BEND


@dataclass(frozen=True)
class Command:
    """A command as people type it, and the wall time that it should not take longer than."""

    line: str
    took: Sample
    aim: float


@dataclass(frozen=True)
class RealCluster:
    """Rehearsals on a real Kubernetes: a control plane from nothing, and all stacks of an environment, each with one.
    `memory` is the most that all processes had together, in bytes."""

    version: str
    start: float
    environment: str
    took: float
    memory: int


@dataclass(frozen=True)
class Machine:
    """Where and when. `load` is the mean number of processes that wanted a core, before and after."""

    date: str
    cores: int
    processor: str
    versions: dict[str, str]
    load: tuple[float, float]

    @property
    def busy(self) -> bool:
        """Whether others had the cores: then wall times are too long."""
        return self.load[0] >= self.cores


@dataclass(frozen=True)
class Figures:
    """One run of the benchmarks."""

    machine: Machine
    repeats: int
    registration: Registration
    share: Share
    growth: Sequence[Growth]
    commands: Sequence[Command]
    real_cluster: RealCluster | None = None

    @property
    def met(self) -> bool:
        """Whether every ratio is as it should be; times of commands are the machine's, and only told."""
        return self.registration.met and self.share.met and all(item.met for item in self.growth)
