"""What ARM refuses of a write before it looks at the type: names, unknown properties, locations, changes in place."""

from __future__ import annotations

from typing import Any

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Request, dig, normal_location
from azure_rehearsal.azure.core.schema import Misfit, misfits
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.resources.groups import RESOURCE_GROUP
from azure_rehearsal.protocol.provider import Refused


def refuse_name(request: Request) -> None:
    """Refuses a name that breaks the type's rule."""
    rule = request.type.name
    if rule is not None and not rule.allows(request.name):
        raise Refused(
            rule.code,
            f"Resource name {request.name} is invalid. {rule.words}",
            f"choose a name of {rule.low} to {rule.high} characters that matches {rule.pattern}",
        )


def refuse_misfits(request: Request) -> None:
    """Refuses properties and enumeration values that the API does not have."""
    schema = request.type.schema
    ignored = {*request.type.path_inputs, "azureApiVersion"}
    body = {key: value for key, value in request.inputs.items() if key not in ignored}
    found = list(misfits(schema.inputs, body))
    if not found:
        return
    unknown = [item for item in found if item.unknown_property]
    raise Refused(
        "InvalidRequestContent" if unknown else "InvalidParameter",
        " ".join(_misfit_words(item, request.type) for item in unknown or found),
        "correct the property; an Args class instead of a dictionary finds this earlier"
        if unknown
        else "use one of these values",
    )


def _misfit_words(misfit: Misfit, type: ArmType) -> str:
    allowed = ", ".join(f"'{item}'" for item in misfit.allowed)
    if misfit.unknown_property:
        where, _, name = misfit.path.rpartition(".")
        return (
            f"The request content was invalid and could not be deserialized: Could not find member '{name}' on object "
            f"of type '{type.kind}'. Path '{where}'; it has {allowed}."
        )
    return f"The value '{misfit.value}' of parameter '{misfit.path}' is invalid. Allowed values: {allowed}."


def refuse_location(request: Request) -> None:
    """Refuses a location that there is not, and a resource that would have to move."""
    if "location" not in request.type.schema.inputs.properties:
        return
    allowed = request.type.locations or tuple(REGIONS)
    if request.location not in allowed:
        raise Refused(
            "LocationNotAvailableForResourceType",
            f"The provided location '{request.get('location')}' is not available for resource type "
            f"'{request.type.kind}'. List of available regions for the resource type is '{','.join(sorted(allowed))}'.",
            "use one of these locations",
        )
    before = normal_location(str(request.was("location") or ""))
    if before and before != request.location:
        is_group = request.type.token == RESOURCE_GROUP.token
        raise Refused(
            "InvalidResourceGroupLocation" if is_group else "InvalidResourceLocation",
            f"The resource '{request.name}' already exists in location '{before}' in resource group "
            f"'{arm_ids.resource_group(request.id)}'. A resource with the same name cannot be created in location "
            f"'{request.location}'. Please select a new resource name.",
            "a resource does not move: give the one in the new location another name",
        )


def refuse_changes(request: Request) -> None:
    """Refuses changes of what cannot be changed in place."""
    if request.old is None:
        return
    for immutable in request.type.immutable:
        before, after = request.was(immutable.path), request.get(immutable.path)
        given_before = dig(request.old.inputs, immutable.path)
        changed = not _equal(before, after) if after is not None else given_before is not None
        if changed:
            raise Refused(
                immutable.code,
                immutable.words.format(path=immutable.path, id=request.id, before=before, after=after)
                + f" It is {before!r}, the request has {after!r}.",
                immutable.way_out,
            )


def _equal(one: Any, other: Any) -> bool:
    """Equality as ARM sees it: ids and words without case, lists of plain values without order."""
    if isinstance(one, str) and isinstance(other, str):
        return arm_ids.key(one) == arm_ids.key(other)
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(item, str) for item in [*one, *other]):
        return sorted(map(arm_ids.key, one)) == sorted(map(arm_ids.key, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_equal(one.get(key), value) for key, value in other.items())
    return bool(one == other)


def not_found(id: str, detail: str = "") -> Refused:
    """ARM's answer for an id that does not exist."""
    return Refused(
        "ResourceNotFound",
        f"The Resource '{arm_ids.path_with_names(id)}' under resource group '{arm_ids.resource_group(id) or '<null>'}' "
        "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        + (f" ({detail})" if detail else ""),
        "create it first and take its id or name from its output",
    )
