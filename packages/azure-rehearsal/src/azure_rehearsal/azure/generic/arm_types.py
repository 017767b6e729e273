"""The `ArmType` of a resource type without rules, from the SDK's shape and the extract of Azure's type definitions."""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.identities import retire_principal
from azure_rehearsal.azure.core.rules import ArmType, Limit
from azure_rehearsal.azure.core.schema import ResourceSchema, SchemaViolation, resource_schema
from azure_rehearsal.azure.generic.outputs import outputs

FORCE_NEW: Final = {
    "azure-native:automation:JobSchedule": ("parameters",),
    "azure-native:servicebus:Queue": ("requiresDuplicateDetection", "requiresSession", "enablePartitioning"),
    "azure-native:servicebus:Topic": ("requiresDuplicateDetection", "enablePartitioning"),
    "azure-native:web:WebApp": ("kind",),
}
"""Inputs whose change replaces a resource, besides its path and location: `provider/pkg/gen/replacement.go` of
pulumi-azure-native. The provider has more of them, from the API specification; the simulator updates these in place."""
_INDEX: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class GenericType(ArmType):
    """An `ArmType` of the generic tier.

    closed_enums  input paths with enums that have no further values; all other enums can be extended by Azure
    """

    closed_enums: frozenset[str] = frozenset()

    @property
    def has_rules(self) -> bool:
        return False

    def refuses(self, violation: SchemaViolation) -> bool:
        path = _INDEX.sub("[]", violation.path.removeprefix("properties."))
        return path in self.closed_enums


@functools.cache
def extract() -> Mapping[str, Any]:
    """The extract by type token: `path`, `location` (whether it is required), `limits`, `closed`."""
    data = resources.files("azure_rehearsal.azure.generic").joinpath("arm_types.json.gz").read_bytes()
    return json.loads(gzip.decompress(data))


@functools.cache
def kinds() -> frozenset[str]:
    """The ARM kinds of the extract in lower case."""
    return frozenset(arm_ids.kind(entry["path"]).lower() for entry in extract().values())


@functools.cache
def generic_type(token: str) -> ArmType:
    """The type with this token. Raises `UnknownType` if the SDK does not have it."""
    schema = resource_schema(token)
    entry: dict[str, Any] = dict(extract().get(token) or {"path": _derived_path(schema)})
    name = arm_ids.parameters(entry["path"])[-1]
    inputs = schema.inputs.properties
    is_named = name in inputs and not inputs[name].required
    location = ("location",) if "location" in inputs else ()
    return GenericType(
        token=token,
        path=entry["path"],
        auto_name="random" if is_named else None,
        location_required="location" in entry and bool(location),
        force_new=(*location, *FORCE_NEW.get(token, ())),
        limits={path: _limit(*limit) for path, limit in entry.get("limits", {}).items()},
        outputs=outputs,
        after_delete=retire_principal,
        closed_enums=frozenset(entry.get("closed", ())),
    )


def _limit(low: int | None, high: int | None, pattern: str) -> Limit:
    """One entry covers lengths and values: Check uses what fits the value's type."""
    return Limit(minimum=low, maximum=high, min_length=low, max_length=high, pattern=pattern)


def _derived_path(schema: ResourceSchema) -> str:
    """An id template for a type outside the extract, from its SDK names. Azure's own ids of the type can differ."""
    _, module, name = schema.token.split(":")
    inputs, returned = schema.inputs.properties, schema.outputs.properties
    scopes = ("resourceGroupName", "scope", "resourceUri")
    text = [item for item, member in inputs.items() if member.shape.kind == "string" and item not in scopes]
    parents = [item for item in text if inputs[item].required and item not in returned]
    own = [item for item in text if not inputs[item].required and (item not in returned or item == "name")]
    last = own[-1:] or parents[-1:]
    chosen = [*(item for item in parents if item not in last), *last]
    required = {item for item, member in inputs.items() if member.required and member.shape.kind == "string"}
    head = next((f"/{{{item}}}" for item in scopes[1:] if item in required), "")
    head = head or (arm_ids.RESOURCE_GROUP if scopes[0] in inputs else arm_ids.SUBSCRIPTION)
    kind = f"{head}/providers/Microsoft.{module.capitalize()}/{name[0].lower()}{name[1:]}"
    return f"{kind}/{'-'.join(f'{{{item}}}' for item in chosen) or 'default'}"
