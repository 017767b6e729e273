"""Profiles: DNS name, routing method, endpoint monitoring.

Sources: learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring, -routing-methods and -FAQs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import (
    ArmType,
    Immutable,
    Inline,
    InUse,
    NameRule,
    Request,
    Unique,
    get_path,
    set_default,
)
from azure_rehearsal.azure.services.dns.aliases import clear_aliases
from azure_rehearsal.azure.services.trafficmanager.common import (
    DOMAIN,
    ENDPOINT,
    PROFILE,
    PROFILE_PATH,
    bad_request,
    refuse_headers,
    refuse_out_of_range,
)
from azure_rehearsal.azure.services.trafficmanager.endpoint import endpoint_violation

DEFAULT_INTERVAL: Final = 30
TIMEOUTS: Final = {30: range(5, 11), 10: range(5, 10)}
"""Valid timeouts by probing interval, both in seconds."""
TOLERATED_FAILURES: Final = range(10)
PORTS: Final = range(1, 65536)
TTL_SECONDS: Final = range(2**31)
MAX_RETURN_RANGE: Final = range(1, 9)
"""Endpoints in one DNS response of a MultiValue profile."""
MAX_STATUS_RANGES: Final = 8
MAX_ENDPOINTS: Final = 200
MULTI_VALUE: Final = "multivalue"
_LABEL: Final = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
_NEEDED: Final = ("trafficRoutingMethod", "dnsConfig.relativeName", "monitorConfig.protocol", "monitorConfig.port")


def _refuse_missing(request: Request) -> None:
    missing = [path for path in _NEEDED if request.get(path) is None]
    if missing:
        raise bad_request(
            f"The profile '{request.name}' is missing the required {', '.join(missing)}.",
            "set the missing properties",
        )


def _refuse_dns(request: Request) -> None:
    label = str(request.get("dnsConfig.relativeName"))
    if not _LABEL.fullmatch(label):
        raise bad_request(
            f"The relative DNS name '{label}' of profile '{request.name}' is invalid: it is one label of up to 63 "
            "letters, digits and '-'.",
            f"choose a label for <label>.{DOMAIN}",
        )
    refuse_out_of_range(request, "dnsConfig.ttl", TTL_SECONDS)


def _refuse_monitor(request: Request) -> None:
    protocol, path = str(request.get("monitorConfig.protocol")).upper(), request.get("monitorConfig.path")
    refuse_out_of_range(request, "monitorConfig.port", PORTS)
    if protocol == "TCP" and path:
        raise bad_request(
            f"The monitor path '{path}' of profile '{request.name}' cannot be set: protocol TCP has no path.",
            "remove the path, or use HTTP or HTTPS",
        )
    if protocol != "TCP" and not str(path or "").startswith("/"):
        raise bad_request(
            f"The monitor path '{path}' of profile '{request.name}' is invalid: {protocol} requires a path that "
            "begins with '/'.",
            "set monitorConfig.path",
        )
    ranges = request.get("monitorConfig.expectedStatusCodeRanges", [])
    if (ranges and protocol == "TCP") or len(ranges) > MAX_STATUS_RANGES:
        raise bad_request(
            f"Profile '{request.name}' has {len(ranges)} expected status code ranges; HTTP and HTTPS allow "
            f"{MAX_STATUS_RANGES}, TCP none.",
            "use fewer ranges",
        )
    refuse_headers(request, "monitorConfig.customHeaders")


def _refuse_probing(request: Request) -> None:
    interval = request.get("monitorConfig.intervalInSeconds")
    if interval not in TIMEOUTS:
        raise bad_request(
            f"The monitoring interval of profile '{request.name}' is {interval} seconds. Valid intervals are "
            f"{' and '.join(map(str, sorted(TIMEOUTS)))} seconds.",
            "use one of these values; 10 seconds cost more",
        )
    allowed = TIMEOUTS[interval]
    set_default(request.inputs, "monitorConfig.timeoutInSeconds", allowed.stop - 1)
    timeout = request.get("monitorConfig.timeoutInSeconds")
    if timeout not in allowed:
        raise bad_request(
            f"The monitoring timeout of profile '{request.name}' is {timeout} seconds. With an interval of {interval} "
            f"seconds it must be between {allowed.start} and {allowed.stop - 1}.",
            "choose a value in the range",
        )
    refuse_out_of_range(request, "monitorConfig.toleratedNumberOfFailures", TOLERATED_FAILURES)


def _refuse_routing(request: Request) -> None:
    method = str(request.get("trafficRoutingMethod")).lower()
    most = request.get("maxReturn")
    if (method == MULTI_VALUE) != (most is not None):
        raise bad_request(
            f"Profile '{request.name}' has trafficRoutingMethod '{request.get('trafficRoutingMethod')}' and maxReturn "
            f"{most}: MultiValue requires maxReturn, and no other method accepts it.",
            "set maxReturn only with MultiValue",
        )
    refuse_out_of_range(request, "maxReturn", MAX_RETURN_RANGE)
    if request.get("endpoints") is not None:
        return  # the write of each endpoint checks it
    for endpoint in request.cloud.children(request.id, ENDPOINT):
        fault = endpoint_violation(endpoint.id, endpoint.properties, method)
        if fault is not None:
            raise fault


def _refuse_endpoints(request: Request) -> None:
    endpoints = request.get("endpoints", [])
    if len(endpoints) > MAX_ENDPOINTS:
        raise bad_request(
            f"Profile '{request.name}' has {len(endpoints)} endpoints, the limit is {MAX_ENDPOINTS}.",
            "use nested profiles",
        )
    names = [str(item.get("name", "")).lower() for item in endpoints]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise bad_request(
            "There are duplicates in the list of endpoints. The following endpoint(s) appear more than once: "
            f"{', '.join(repeated)}.",
            "give each endpoint a unique name",
        )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    config = request.get("dnsConfig")
    monitor = {"profileMonitorStatus": "Inactive", **request.get("monitorConfig")}
    return {"dnsConfig": {**config, "fqdn": f"{config['relativeName']}.{DOMAIN}"}, "monitorConfig": monitor}


def _relative_name(inputs: Mapping[str, Any]) -> str | None:
    name = get_path(dict(inputs), "dnsConfig.relativeName")
    return str(name).lower() if name else None


def _kind_of_endpoint(item: Mapping[str, Any]) -> dict[str, str]:
    return {"endpointType": str(item.get("type", "")).rsplit("/", 1)[-1]}


TYPE: Final = ArmType(
    token=PROFILE,
    path=PROFILE_PATH,
    locations=("global",),
    name=NameRule(
        r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?", 1, 63, "The name has up to 63 letters, digits and inner hyphens."
    ),
    unique=(
        Unique(
            _relative_name,
            "BadRequest",
            f"Domain name {{name}}.{DOMAIN} already exists. Please choose a different DNS prefix. It belongs to "
            "{other}.",
        ),
    ),
    defaults={
        "profileStatus": "Enabled",
        "trafficViewEnrollmentStatus": "Disabled",
        "monitorConfig.intervalInSeconds": DEFAULT_INTERVAL,
        "monitorConfig.toleratedNumberOfFailures": 3,
        "dnsConfig.ttl": 60,
    },
    immutable=(
        Immutable(
            "dnsConfig.relativeName",
            code="BadRequest",
            message="The relative DNS name of a Traffic Manager profile cannot be changed.",
        ),
    ),
    rules=(_refuse_missing, _refuse_dns, _refuse_monitor, _refuse_probing, _refuse_routing, _refuse_endpoints),
    outputs=_outputs,
    inline=(Inline("endpoints", ENDPOINT, "endpointName", parameters=_kind_of_endpoint),),
    maintain_if_unset=("endpoints",),
    in_use=(
        InUse(
            (ENDPOINT,),
            "BadRequest",
            "Profile {id} cannot be deleted because it is a nested endpoint of another profile: {others}.",
        ),
    ),
    after_delete=clear_aliases,
)
