"""The descriptor of a kind of stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from model.checks import Rules, check
from settings.schema.errors import Problem
from settings.schema.stack import StackClass, StackSettings

ClassDefaults: TypeAlias = Mapping[str, Mapping[StackClass, Any]]
"""Values of each class by setting: the path in the stack file without `voice:`, such as `aks.tier`."""

FREQUENT: Final = [
    "StorageRead",
    "PostgreSQLFlexQueryStoreRuntime",
    "PostgreSQLFlexQueryStoreWaitStats",
    "PostgreSQLFlexTableStats",
    "PostgreSQLFlexDatabaseXacts",
    "ConnectionEvents",
    "NetworkSecurityGroupRuleCounter",
]
"""Log categories with an entry for each read, query or rule and minute. Tests need none of them."""

SHARED_CLASS_DEFAULTS: Final[ClassDefaults] = {
    "protect": {"production": True, "staging": False, "development": False},
    # A limit on the cost of a program that logs without end; far above what a region writes.
    "observability.dailyQuotaGb": {"production": 100, "staging": 5, "development": 1},
    "observability.auditDailyQuotaGb": {"production": None, "staging": 5, "development": 1},
    "observability.logCategoriesOff": {"production": [], "staging": FREQUENT, "development": FREQUENT},
    "registry.tier": {"production": "Premium", "staging": "Standard", "development": "Basic"},
}
"""Class defaults of the sections that all kinds have."""

S = TypeVar("S", bound=StackSettings)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[S]):
    """A kind of stack: `name` as in `voice:kind`, the `settings` model of its stack files, the defaults of
    `voice:class`, and the `rules` that look at several settings.
    """

    name: str
    settings: type[S]
    class_defaults: ClassDefaults
    rules: Rules[S]

    def defaults(self, stack_class: StackClass) -> dict[str, Any]:
        """Returns the defaults of a class, nested as in a stack file."""
        nested: dict[str, Any] = {}
        for path, values in self.class_defaults.items():
            *sections, key = path.split(".")
            place = nested
            for section in sections:
                place = place.setdefault(section, {})
            place[key] = values[stack_class]
        return nested

    def check(self, settings: S) -> list[Problem]:
        """Returns all problems that the kind's rules find in valid settings."""
        return check(settings, self.rules)
