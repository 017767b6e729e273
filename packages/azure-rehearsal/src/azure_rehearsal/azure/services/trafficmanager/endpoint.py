"""Endpoints of a Traffic Manager profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, NameRule, Request, get_path, normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.dns.common import is_address, is_domain
from azure_rehearsal.azure.services.trafficmanager.common import (
    ENDPOINT,
    PROFILE_PATH,
    bad_request,
    refuse_headers,
    refuse_out_of_range,
)
from azure_rehearsal.protocol.provider import Refused

AZURE, EXTERNAL, NESTED = "azureendpoints", "externalendpoints", "nestedendpoints"
KINDS: Final = {AZURE: "azureEndpoints", EXTERNAL: "externalEndpoints", NESTED: "nestedEndpoints"}
AZURE_TARGETS: Final = (
    "microsoft.network/publicipaddresses",
    "microsoft.web/sites",
    "microsoft.web/sites/slots",
    "microsoft.classiccompute/domainnames",
)
WEIGHTS: Final = range(1, 1001)
PRIORITIES: Final = range(1, 1001)
MIN_CHILD_ENDPOINTS: Final = range(1, 1001)
MULTI_VALUE, PERFORMANCE, GEOGRAPHIC = "multivalue", "performance", "geographic"


def _kind(id: str) -> str:
    return id.rsplit("/", 2)[-2].lower()


def _refuse_kind(request: Request) -> None:
    kind = _kind(request.id)
    if kind not in KINDS:
        allowed = ", ".join(f"'Microsoft.Network/trafficManagerProfiles/{name}'" for name in KINDS.values())
        raise bad_request(
            f"The type '{request.kind}' specified for endpoint '{request.name}' is invalid. Valid endpoint types are: "
            f"{allowed}.",
            "set endpointType to one of these",
        )
    target, resource = request.get("target"), request.get("targetResourceId")
    if kind == EXTERNAL and resource:
        raise bad_request(
            f"The external endpoint '{request.name}' cannot have a target resource: {resource}.", "set target instead"
        )
    if kind == EXTERNAL and not is_domain(target) and not is_address(target):
        raise bad_request(
            f"The target '{target}' of external endpoint '{request.name}' is invalid. Expected: a host name or an IP "
            "address.",
            "set target to a host name or address without protocol and path",
        )
    if kind != EXTERNAL and not resource:
        raise bad_request(
            f"The endpoint '{request.name}' of type {KINDS[kind]} must have a target resource.", "set targetResourceId"
        )


def _refuse_resource(request: Request) -> None:
    id = request.get("targetResourceId")
    if not id:
        return
    kind, target = arm_ids.kind(id).lower(), request.cloud.get(id)
    if _kind(request.id) == NESTED:
        profile = arm_ids.parent(request.id)
        if kind != "microsoft.network/trafficmanagerprofiles" or arm_ids.same(id, profile):
            raise bad_request(
                f"The target resource {id} of nested endpoint '{request.name}' is not another profile.",
                "use another profile",
            )
        if request.get("minChildEndpoints") is None:
            raise bad_request(
                f"The nested endpoint '{request.name}' must have minChildEndpoints.",
                "set minChildEndpoints to the number of nested endpoints that must be healthy",
            )
        return
    if kind not in AZURE_TARGETS:
        raise bad_request(
            f"The target resource {id} of Azure endpoint '{request.name}' is not of a supported type: "
            f"{', '.join(AZURE_TARGETS)}.",
            "use an external endpoint with its host name",
        )
    if (
        target is not None
        and kind.endswith("/publicipaddresses")
        and not get_path(target.properties, "dnsSettings.fqdn")
    ):
        raise bad_request(
            f"The public IP address {id} of endpoint '{request.name}' must have a DNS name assigned.",
            "set its dnsSettings.domainNameLabel",
        )


def _refuse_numbers(request: Request) -> None:
    refuse_out_of_range(request, "weight", WEIGHTS)
    refuse_out_of_range(request, "priority", PRIORITIES)
    refuse_out_of_range(request, "minChildEndpoints", MIN_CHILD_ENDPOINTS)
    refuse_headers(request, "customHeaders")


def _warn_of_unknown_location(request: Request) -> None:
    location = request.get("endpointLocation")
    if location is not None and normal_location(str(location)) not in REGIONS:
        request.warn_unknown("region", location)


def _method(request: Request) -> str:
    profile = request.cloud.get(arm_ids.parent(request.id))
    return str(profile.properties.get("trafficRoutingMethod")).lower() if profile else ""


def _refuse_for_method(request: Request) -> None:
    fault = endpoint_violation(request.id, request.inputs, _method(request))
    if fault is not None:
        raise fault


def endpoint_violation(id: str, endpoint: Mapping[str, Any], method: str) -> Refused | None:
    """The requirement of the routing method that an endpoint violates, or `None`."""
    kind, name = _kind(id), arm_ids.name(id)
    if method == PERFORMANCE and kind != AZURE and not endpoint.get("endpointLocation"):
        return bad_request(
            "The location must be specified for endpoints of types: ExternalEndpoints, NestedEndpoints in a profile "
            f"of type 'Performance'. Endpoint '{name}' has none.",
            "set endpointLocation to the nearest Azure region",
        )
    if method == GEOGRAPHIC and not endpoint.get("geoMapping"):
        return bad_request(
            f"Endpoint '{name}' must have geoMapping in a profile of type 'Geographic'.", "set geoMapping"
        )
    if method == MULTI_VALUE and (kind != EXTERNAL or not is_address(endpoint.get("target"))):
        return bad_request(
            f"Endpoint '{name}' must be an external one with an IP address as target in a profile of type "
            "'MultiValue'.",
            "set target to an IP address",
        )
    return None


def _refuse_taken(request: Request) -> None:
    for other in request.cloud.children(arm_ids.parent(request.id), ENDPOINT):
        if arm_ids.same(other.id, request.id):
            continue
        if other.properties.get("priority") == request.get("priority"):
            raise bad_request(
                f"The priority {request.get('priority')} of endpoint '{request.name}' is already used by endpoint "
                f"'{arm_ids.name(other.id)}'. No two endpoints of a profile can share the same priority.",
                "choose another priority",
            )
        for property in ("target", "targetResourceId"):
            value = request.get(property)
            if value and str(other.properties.get(property)).lower() == str(value).lower():
                raise bad_request(
                    f"The {property} '{value}' of endpoint '{request.name}' is used by endpoint "
                    f"'{arm_ids.name(other.id)}' of the same profile already.",
                    "use each target once",
                )


def _default_priority(request: Request) -> None:
    if request.get("priority") is not None:
        return
    others = request.cloud.children(arm_ids.parent(request.id), ENDPOINT)
    taken = [item.properties.get("priority") for item in others if not arm_ids.same(item.id, request.id)]
    request.inputs["priority"] = request.previous("priority") or next(item for item in PRIORITIES if item not in taken)


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    enabled = str(request.get("endpointStatus")).lower() == "enabled"
    return {"endpointMonitorStatus": "CheckingEndpoint" if enabled else "Disabled"}


TYPE: Final = ArmType(
    token=ENDPOINT,
    path=f"{PROFILE_PATH}/{{endpointType}}/{{endpointName}}",
    name=NameRule(
        r".*\S.*",
        1,
        260,
        "Endpoint names cannot be empty or all whitespace, and must be up to 260 characters long.",
        code="BadRequest",
    ),
    defaults={"endpointStatus": "Enabled", "weight": 1, "alwaysServe": "Disabled"},
    rules=(
        _refuse_kind,
        _refuse_resource,
        _refuse_numbers,
        _warn_of_unknown_location,
        _refuse_for_method,
        _default_priority,
        _refuse_taken,
    ),
    outputs=_outputs,
)
