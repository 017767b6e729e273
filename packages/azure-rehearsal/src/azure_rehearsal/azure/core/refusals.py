"""ARM's refusals of a write for every type: names, unknown properties, locations, immutable properties."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Request, get_path, normal_location
from azure_rehearsal.azure.core.schema import SchemaViolation, schema_violations
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP
from azure_rehearsal.protocol.provider import Refused

GLOBAL: Final = ("global",)
"""The locations of a type that has no region."""


def refuse_name(request: Request) -> None:
    """Refuses a name that violates the type's rule."""
    rule = request.type.name
    if rule is not None and not rule.allows(request.name):
        raise Refused(
            rule.code,
            f"Resource name {request.name} is invalid. {rule.message}",
            f"choose a name of {rule.min_length} to {rule.max_length} characters that matches {rule.pattern}",
        )


def refuse_schema_violations(request: Request) -> None:
    """Refuses unknown enum values. Unknown properties do not arrive: the provider drops them."""
    schema = request.type.schema
    ignored = {*request.type.path_inputs, "azureApiVersion"}
    body = {key: value for key, value in request.inputs.items() if key not in ignored}
    found = [item for item in schema_violations(schema.inputs, body) if request.type.refuses(item)]
    if found:
        raise Refused("InvalidParameter", " ".join(map(_violation_message, found)), "use one of these values")


def _violation_message(violation: SchemaViolation) -> str:
    allowed = ", ".join(f"'{item}'" for item in violation.allowed)
    return f"The value '{violation.value}' of parameter '{violation.path}' is invalid. Allowed values: {allowed}."


def refuse_location(request: Request) -> None:
    """Refuses a region for a global type, and a change of an existing resource's location."""
    if "location" not in request.type.schema.inputs.properties:
        return
    allowed = request.type.locations or tuple(REGIONS)
    if request.location not in allowed and allowed == GLOBAL:
        raise Refused(
            "LocationNotAvailableForResourceType",
            f"The provided location '{request.get('location')}' is not available for resource type "
            f"'{request.type.kind}'. List of available regions for the resource type is '{','.join(sorted(allowed))}'.",
            "use one of these locations",
        )
    if request.location not in allowed:
        what = f"region of {request.type.kind}" if request.type.locations else "region"
        request.warn_unknown(what, request.get("location"))
    before = normal_location(str(request.previous("location") or ""))
    if before and before != request.location:
        is_group = request.type.token == RESOURCE_GROUP.token
        raise Refused(
            "InvalidResourceGroupLocation" if is_group else "InvalidResourceLocation",
            f"The resource '{request.name}' already exists in location '{before}' in resource group "
            f"'{arm_ids.resource_group(request.id)}'. A resource with the same name cannot be created in location "
            f"'{request.location}'. Please select a new resource name.",
            "create a resource with another name in the new location",
        )


def refuse_changes(request: Request) -> None:
    """Refuses changes of immutable properties."""
    if request.old is None:
        return
    for immutable in request.type.immutable:
        before, after = request.previous(immutable.path), request.get(immutable.path)
        given_before = get_path(request.old.inputs, immutable.path)
        changed = not _equal(before, after) if after is not None else given_before is not None
        if changed:
            raise Refused(
                immutable.code,
                immutable.message.format(path=immutable.path, id=request.id, before=before, after=after)
                + f" It is {before!r}, the request has {after!r}.",
                immutable.remediation,
            )


def _equal(one: Any, other: Any) -> bool:
    """Equality as ARM defines it: strings ignore case, lists of strings ignore order."""
    if isinstance(one, str) and isinstance(other, str):
        return arm_ids.key(one) == arm_ids.key(other)
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(item, str) for item in [*one, *other]):
        return sorted(map(arm_ids.key, one)) == sorted(map(arm_ids.key, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_equal(one.get(key), value) for key, value in other.items())
    return bool(one == other)


def not_found(id: str, detail: str = "") -> Refused:
    """ARM's 404 for an id that does not exist."""
    return Refused(
        "ResourceNotFound",
        f"The Resource '{arm_ids.path_with_names(id)}' under resource group '{arm_ids.resource_group(id) or '<null>'}' "
        "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        + (f" ({detail})" if detail else ""),
        "create it first, and use its id or name output",
    )
