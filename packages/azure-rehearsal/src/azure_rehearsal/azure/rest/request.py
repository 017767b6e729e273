"""One REST request, ARM's errors, and the routes that handle it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.core.subscription_rules import unregistered
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.protocol.provider import Refused

NO_CONTENT: Final = 204
_SUBSCRIPTION: Final = re.compile(r"/?subscriptions/([^/]+)", re.IGNORECASE)


class ArmError(Exception):
    """An error response: HTTP status, ARM's code and message."""

    def __init__(self, status: int, code: str, message: str, target: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = target

    @property
    def body(self) -> dict[str, Any]:
        """ARM's error body (common-types/resource-management/v3/types.json, ErrorResponse)."""
        target = {"target": self.target} if self.target else {}
        return {"error": {"code": self.code, "message": self.message, **target}}

    @classmethod
    def refused(cls, refusal: Refused, status: int, target: str = "") -> ArmError:
        """The response for a refusal of the simulated Azure."""
        return cls(status, refusal.code, refusal.message, target)


@dataclass(frozen=True)
class ArmRequest:
    """One request.

    `client` is the signed-in client; an empty `subscriptions` means that every subscription id exists. `path` holds the
    parameters of the route, `query` the query without `api-version`, with keys in lower case, `body` the JSON object.
    """

    cloud: Cloud
    client: Client
    subscriptions: frozenset[str] = frozenset()
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def subscription_id(self) -> str:
        """The subscription of the path; the client's for a path without one."""
        given = self.path.get("subscription")
        found = _SUBSCRIPTION.match(self.path.get("scope") or self.path.get("id") or "")
        return given or (found[1] if found else self.client.subscription_id)

    @property
    def subscription(self) -> str:
        """The ARM id of the subscription in the path."""
        return f"/subscriptions/{self.subscription_id}"

    @property
    def location(self) -> str:
        """The location in the path. Raises `ArmError` if it does not exist."""
        location = normal_location(self.path["location"])
        if location not in REGIONS:
            raise ArmError(
                400,
                "LocationNotAvailableForResourceType",
                f"The provided location '{location}' is not available for the resource type. List of available regions "
                f"is '{','.join(sorted(REGIONS))}'.",
            )
        return location

    @property
    def filter(self) -> str:
        return self.query.get("$filter", "")

    def require_registered(self, namespace: str) -> None:
        """Raises ARM's 409 if the subscription has not registered a provider."""
        if not self.cloud.subscription.is_registered(namespace):
            raise ArmError.refused(unregistered(namespace, self.subscription_id), 409, namespace)

    def require_subscription(self) -> None:
        """Raises ARM's 404 if the subscription of the path does not exist."""
        wanted = self.subscription_id.lower()
        if self.subscriptions and wanted not in self.subscriptions:
            raise ArmError(404, "SubscriptionNotFound", f"The subscription '{wanted}' could not be found.")


Handler: TypeAlias = Callable[[ArmRequest], Any]
"""Returns the body of a 200, or raises `ArmError`. `None` is a 204."""


@dataclass(frozen=True)
class Route:
    """The handler of a method and path. `{name}` in the path matches one segment, `{*name}` any number."""

    method: str
    path: str
    handler: Handler

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The parameters of a matching request, else `None`."""
        if method != self.method:
            return None
        pattern = re.sub(r"\\\{(\\\*)?(\w+)\\\}", _group, re.escape(self.path))
        found = re.fullmatch(pattern, path.rstrip("/") or "/", re.IGNORECASE)
        return found.groupdict() if found else None


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[2]}>.*?)" if found[1] else f"(?P<{found[2]}>[^/]+)"


def page(items: list[Any]) -> dict[str, Any]:
    """A list response with all items on its only page."""
    return {"value": items}
