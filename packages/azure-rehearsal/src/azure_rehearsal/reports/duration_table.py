"""The duration table: the minutes of one operation on one resource on Azure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from azure_rehearsal.reports.certainty import Certainty
from azure_rehearsal.reports.recording_graph import Resource

TABLE: Final = Path(__file__).with_name("durations.yaml")


@dataclass(frozen=True)
class Minutes:
    """An expected time in minutes: at best, typically, and on a bad day."""

    low: float
    typical: float
    high: float

    def __add__(self, other: Minutes) -> Minutes:
        return Minutes(self.low + other.low, self.typical + other.typical, self.high + other.high)

    def __bool__(self) -> bool:
        return self != NO_TIME

    def as_json(self) -> dict[str, float]:
        """The minutes as a JSON object, rounded to two digits."""
        return {"low": round(self.low, 2), "typical": round(self.typical, 2), "high": round(self.high, 2)}


NO_TIME: Final = Minutes(0, 0, 0)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class Figure(_Model):
    """The minutes of one operation in the table."""

    low: float = Field(ge=0)
    typical: float
    high: float

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.low <= self.typical <= self.high:
            raise ValueError(f"low {self.low}, typical {self.typical}, high {self.high}: must not decrease")
        return self

    @property
    def minutes(self) -> Minutes:
        return Minutes(self.low, self.typical, self.high)


class Durations(_Model):
    """The durations of one type, or of one variant."""

    create: Figure | None = None
    update: Figure | None = None
    delete: Figure | None = None
    certainty: Certainty
    source: str


class Variant(Durations):
    path: str | tuple[str, ...]
    equals: tuple[str, ...]

    def fits(self, resource: Resource) -> bool:
        value: Any = resource.inputs
        for key in self.path.split(".") if isinstance(self.path, str) else self.path:
            value = value.get(key) if isinstance(value, dict) else None
        return value in self.equals


class TypeDurations(Durations):
    variants: tuple[Variant, ...] = ()


class NodeRollout(_Model):
    """The additional time of an operation that replaces the nodes of a pool."""

    types: tuple[str, ...]
    changed: tuple[str, ...]
    node_minutes: Figure
    drain_fraction: Figure
    drain_timeout_minutes: float
    certainty: Certainty
    source: str


class DurationTable(_Model):
    """`durations.yaml`, validated. Raises pydantic's `ValidationError` for a missing or decreasing figure."""

    as_of: str
    default: Durations
    packages: dict[str, Durations]
    node_rollout: NodeRollout
    types: dict[str, TypeDurations]

    def sources(self, resource: Resource) -> list[Durations]:
        """The durations that apply to a resource, most specific first."""
        own = self.types.get(resource.type)
        variants = [variant for variant in own.variants if variant.fits(resource)] if own else []
        package = self.packages.get(resource.package)
        return [*variants[:1], *([own] if own else []), *([package] if package else []), self.default]


@functools.cache
def duration_table(path: Path = TABLE) -> DurationTable:
    """The table, read once."""
    return DurationTable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
