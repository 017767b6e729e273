"""The provider's Check of inputs: types, required properties, lengths, patterns, ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from azure_rehearsal.azure.core.rules import ArmType, Limit, values_at
from azure_rehearsal.azure.core.schema import type_failures


def check_failures(type: ArmType, inputs: dict[str, Any]) -> Iterator[str]:
    """Every failure, with the provider's wording. Unknown values pass."""
    yield from type_failures(type.schema.inputs, inputs)
    known = type.schema.inputs.properties
    for name in type.path_inputs:
        if inputs.get(name) is None and not known[name].required:
            yield f"missing required property '{name}'"
    if type.location_required and inputs.get("location") is None:
        yield (
            "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set "
            "azure-native:location <value>'."
        )
    for path, limit in type.limits.items():
        for where, value in values_at(inputs, path):
            yield from _limit_failures(limit, where, value)


def _limit_failures(limit: Limit, where: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if limit.min_length is not None and len(value) < limit.min_length:
            yield f"'{where}' is too short ({len(value)}): at least {limit.min_length} characters required"
        if limit.max_length is not None and len(value) > limit.max_length:
            yield f"'{where}' is too long ({len(value)}): at most {limit.max_length} characters allowed"
        if limit.pattern and not re.search(limit.pattern, value):
            yield f"'{where}' does not match expression '{limit.pattern}'"
    elif isinstance(value, (int, float)):
        if limit.minimum is not None and value < limit.minimum:
            yield f"'{where}' is too low ({value} < {limit.minimum})"
        if limit.maximum is not None and value > limit.maximum:
            yield f"'{where}' is too high ({value} > {limit.maximum})"
