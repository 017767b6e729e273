"""The price table, and charges at its prices."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from azure_rehearsal.reports.certainty import Certainty, worst

TABLE: Final = Path(__file__).with_name("prices.yaml")
_CPUS: Final = re.compile(r"(?<=^Standard_[A-Z])\d+")


class NoPriceError(Exception):
    """The table has no price for a resource or a part of it. The message states the reason."""


@dataclass(frozen=True)
class Dollars:
    """Dollars per month, from the minimum to the maximum under autoscaling and the usage assumptions."""

    low: float
    high: float

    def __add__(self, other: Dollars) -> Dollars:
        return Dollars(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Dollars) -> Dollars:
        return Dollars(self.low - other.low, self.high - other.high)

    def as_json(self) -> dict[str, float]:
        """The dollars as a JSON object, rounded to a cent."""
        return {"low": round(self.low, 2), "high": round(self.high, 2)}


NO_COST: Final = Dollars(0, 0)


@dataclass(frozen=True)
class Charge:
    """One item of the bill. `assuming` is the assumption about its usage; empty if there is none."""

    what: str
    monthly: Dollars
    certainty: Certainty
    assuming: str = ""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class Price(_Model):
    value: float = Field(ge=0)
    unit: str
    region: str
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    certainty: Certainty
    source: str


class SizePrice(Price):
    sizes: tuple[str, ...]


class DiskPrice(Price):
    gib: int


class Assumption(_Model):
    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:,g} to {self.high:,g} {self.unit}"


class PriceTable(_Model):
    """`prices.yaml`, validated. The methods raise `NoPriceError` for a missing price."""

    as_of: str
    region: str
    hours_per_month: float
    days_per_month: float
    prices: dict[str, Price]
    virtual_machines: tuple[SizePrice, ...]
    os_disks: tuple[DiskPrice, ...]
    postgresql_servers: tuple[SizePrice, ...]
    redis_nodes: dict[str, Price]
    assumptions: dict[str, Assumption]
    free: frozenset[str]
    by_use: dict[str, str]
    free_packages: frozenset[str]

    def monthly(self, what: str, price: str, low: float = 1, high: float | None = None, assuming: str = "") -> Charge:
        """A charge of `low` to `high` units at a price per month or per use."""
        return charge(what, [self.prices[price]], self.prices[price].value, low, high, assuming)

    def hourly(self, what: str, price: str, low: float = 1, high: float | None = None) -> Charge:
        """A charge of `low` to `high` units at a price per hour, for a whole month."""
        return charge(what, [self.prices[price]], self.prices[price].value * self.hours_per_month, low, high)

    def assumed(
        self, what: str, price: str, assumption: str, factor: float = 1, maximum: float | None = None
    ) -> Charge:
        """A charge for an assumed usage, at most `maximum`."""
        use = self.assumptions[assumption]
        low, high = (value if maximum is None else min(value, maximum) for value in (use.low, use.high))
        return self.monthly(what, price, low * factor, high * factor, str(use))

    def machine(self, size: str) -> tuple[float, Price]:
        """Dollars per hour for a Linux virtual machine."""
        cpus, price = _of_size(self.virtual_machines, size, "virtual machines")
        return cpus * price.value, price

    def postgresql_server(self, size: str) -> tuple[float, Price]:
        """Dollars per month for one server, without storage and standby."""
        cpus, price = _of_size(self.postgresql_servers, size, "PostgreSQL servers")
        return cpus * price.value, price

    def os_disk(self, gib: float) -> DiskPrice:
        """The smallest managed disk of at least `gib`."""
        fitting = [disk for disk in self.os_disks if disk.gib >= gib]
        if not fitting:
            raise NoPriceError(f"no price for an OS disk of {gib:g} GiB (up to {self.os_disks[-1].gib} are known)")
        return min(fitting, key=lambda disk: disk.gib)

    def redis_node(self, sku: str) -> Price:
        if sku not in self.redis_nodes:
            raise NoPriceError(f"no price for {sku} (known: {', '.join(sorted(self.redis_nodes))})")
        return self.redis_nodes[sku]


def charge(
    what: str, prices: Iterable[Price], each: float, low: float, high: float | None = None, assuming: str = ""
) -> Charge:
    """A charge of `low` to `high` units at `each` dollars per month, with the worst certainty of `prices`."""
    monthly = Dollars(each * low, each * (low if high is None else high))
    return Charge(what, monthly, worst(price.certainty for price in prices), assuming)


def _of_size(prices: Sequence[SizePrice], size: str, what: str) -> tuple[int, SizePrice]:
    family = _CPUS.sub("{}", size)
    cpus = _CPUS.search(size)
    for price in prices:
        if cpus is not None and family in price.sizes:
            return int(cpus[0]), price
    known = ", ".join(sorted(name for price in prices for name in price.sizes))
    raise NoPriceError(f"no price for {what} of size {size!r} (known: {known})")


@functools.cache
def price_table(path: Path = TABLE) -> PriceTable:
    """The table, read once."""
    return PriceTable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
