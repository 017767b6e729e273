"""Tokens, id template, and the rules that profiles and endpoints share."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.protocol.provider import Refused

PROFILE: Final = "azure-native:trafficmanager:Profile"
ENDPOINT: Final = "azure-native:trafficmanager:Endpoint"
PROFILE_PATH: Final = arm_ids.provider_id("Microsoft.Network/trafficManagerProfiles", "profileName")
DOMAIN: Final = "trafficmanager.net"
MAX_HEADERS: Final = 8


def bad_request(message: str, remediation: str) -> Refused:
    """Traffic Manager's generic error."""
    return Refused("BadRequest", message, remediation)


def refuse_out_of_range(request: Request, path: str, allowed: range) -> None:
    """Refuses a number outside its range. A missing number passes."""
    value: Any = request.get(path)
    if value is not None and not allowed.start <= value < allowed.stop:
        raise bad_request(
            f"The value '{value}' of '{path}' of '{request.name}' is invalid. It must be between {allowed.start} and "
            f"{allowed.stop - 1}.",
            "choose a value in the range",
        )


def refuse_headers(request: Request, path: str) -> None:
    """Refuses too many headers."""
    headers = request.get(path, [])
    if len(headers) > MAX_HEADERS:
        raise bad_request(
            f"'{request.name}' has {len(headers)} custom headers, the limit is {MAX_HEADERS}.", "use fewer headers"
        )
