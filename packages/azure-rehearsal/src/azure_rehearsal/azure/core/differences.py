"""Comparison of inputs as the provider does it: changed paths, replacements, and inputs after a refresh.

Source: `provider/pkg/provider/diff.go` of pulumi-azure-native (`objectDiff`, `valueDiff`, `diffKeyedArrays`,
`calculateDetailedDiff`, `applyAzureSpecificDiff`, `calculateChangesAndReplacements`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from azure_rehearsal.azure.core.rules import ArmType, normal_location

_INTERNAL: Final = "__"
"""Prefix of inputs that the provider adds for itself."""
_SAME_SKU_NAMES: Final = frozenset({"Basic", "Base"})
_SAME_SKU_TIERS: Final = frozenset({"Paid", "Standard"})


@dataclass(frozen=True)
class Change:
    """One path that differs. `path` has indexes, `key` has `[]` for every index; `replaces` the resource or not."""

    path: str
    key: str
    kind: Literal["add", "delete", "update"]
    replaces: bool


def changes(type: ArmType, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> list[Change]:
    """The changes between two sets of inputs, sorted by path. `outputs` are those of the last deployment.

    A property that gets its default of the API is no change; a property that gets its live value is no replacement.
    Both hold at the top level only.
    """
    compared = _Comparison(frozenset((*type.path_inputs, *type.force_new)), type.identifiers)
    before = {key: value for key, value in old.items() if not key.startswith(_INTERNAL)}
    after = {key: value for key, value in new.items() if not key.startswith(_INTERNAL)}
    found = []
    for change in compared.objects("", "", before, after):
        if change.kind == "add" and change.path in after and old.get(change.path) is None:
            value = after[change.path]
            if change.replaces and value == outputs.get(change.path):
                change = replace(change, replaces=False)  # noqa: PLW2901 - the same change, seen better
            elif not change.replaces and value == type.schema.defaults.get(change.path):
                continue
        found.append(change)
    return sorted(found, key=lambda change: change.path)


@dataclass(frozen=True)
class _Comparison:
    """`forced` are the keys whose change replaces, `identifiers` the keys of array items by array path."""

    forced: frozenset[str]
    identifiers: Mapping[str, tuple[str, ...]]

    def objects(self, path: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for name in sorted({*old, *new}):
            inner, inner_key = (f"{path}.{name}", f"{key}.{name}") if path else (name, name)
            before, after = old.get(name), new.get(name)
            if (before is None and after is None) or (not path and _is_same(name, before, after)):
                continue
            if before is None or after is None:
                yield Change(inner, inner_key, "add" if before is None else "delete", inner_key in self.forced)
            else:
                yield from self.values(inner, inner_key, before, after)

    def values(self, path: str, key: str, old: Any, new: Any) -> Iterator[Change]:
        if isinstance(old, dict) and isinstance(new, dict):
            for change in self.objects(path, key, old, new):
                # Below a property that replaces, a changed part replaces; an added or removed part does not.
                yield replace(change, replaces=True) if change.kind == "update" and key in self.forced else change
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._arrays(path, key, old, new)
        elif old != new:
            yield Change(path, key, "update", key in self.forced)

    def _arrays(self, path: str, key: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
        item_key = f"{key}[]"
        names = self.identifiers.get(key.replace("[]", ""), ())
        before = {_identity(names, item, index): (index, item) for index, item in enumerate(old)}
        after = {_identity(names, item, index): (index, item) for index, item in enumerate(new)}
        for identity, (index, item) in after.items():
            if identity in before:
                yield from self.values(f"{path}[{index}]", item_key, before[identity][1], item)
            else:
                yield Change(f"{path}[{index}]", item_key, "add", replaces=False)
        for identity, (index, _) in before.items():
            if identity not in after:
                yield Change(f"{path}[{index}]", item_key, "delete", replaces=False)


def _identity(names: tuple[str, ...], item: Any, index: int) -> str | int:
    """The values of an item's identifying properties; its index if the array has none."""
    return repr([item.get(name) for name in names]) if names and isinstance(item, dict) else index


def _is_same(name: str, old: Any, new: Any) -> bool:
    """Whether Azure means the same by two values of a top-level property."""
    if isinstance(old, str) and isinstance(new, str):
        if name == "resourceGroupName":
            return old.casefold() == new.casefold()
        return name == "location" and normal_location(old) == normal_location(new)
    if name == "sku" and isinstance(old, dict) and isinstance(new, dict):
        return {*old} == {*new} == {"name", "tier"} and all(
            old[key] == new[key] or {old[key], new[key]} <= same
            for key, same in (("name", _SAME_SKU_NAMES), ("tier", _SAME_SKU_TIERS))
        )
    return False


def refreshed_inputs(inputs: Any, old: Any, new: Any) -> Any:
    """The inputs after a refresh: changes between two reads are copied into them, ARM's defaults are not."""
    if isinstance(inputs, dict) and isinstance(old, dict) and isinstance(new, dict):
        merged = {key: value for key, value in inputs.items() if key not in old or key in new}
        for key, value in new.items():
            if key not in old:
                merged[key] = value
            elif old[key] != value:
                merged[key] = refreshed_inputs(inputs[key], old[key], value) if key in inputs else value
        return merged
    if isinstance(inputs, list) and isinstance(old, list) and isinstance(new, list):
        shared = min(len(inputs), len(old))
        return [refreshed_inputs(inputs[i], old[i], item) if i < shared else item for i, item in enumerate(new)]
    return new
