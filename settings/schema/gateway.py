"""The Gateway of a region and its routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.schema.dns import DomainName
from settings.schema.types import Section

Exposure = Literal["public", "internal"]

KubernetesName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63),
    Field(json_schema_extra={"x-expected": "a Kubernetes name: lower-case letters, digits and inner hyphens"}),
]


class RateLimit(Section):
    """Requests that one Gateway pod accepts for a route. It rejects further requests with 429."""

    requests: Annotated[int, Field(ge=1)]
    """Number of requests per `unit`."""
    unit: Literal["Second", "Minute", "Hour"] = "Second"
    """Unit of time."""


class Route(Section):
    """A route from a host and path to a Service."""

    host: DomainName
    """Host: `<label>.<dns.zone>` (any region) or `<label>.<region>.<dns.zone>`."""
    path: Annotated[str, StringConstraints(pattern=r"^/[^?#\s]*$")] = "/"
    """Path prefix."""
    namespace: KubernetesName
    """Namespace of the Service, a namespace of the platform."""
    service: KubernetesName
    """Name of the Service."""
    port: Annotated[int, Field(ge=1, le=65535)]
    """Port of the Service."""
    web_socket: bool = False
    """Keeps idle connections open for `gateway.webSocketSeconds`."""
    rate_limit: RateLimit | None = None
    """Rate limit of this route. The default is `gateway.requestsPerSecond`."""


class GatewaySettings(Section):
    """The Gateway, which terminates HTTPS and WSS."""

    exposure: Exposure = "public"
    """`public`: the region's static public address; `internal`: a fixed private address behind your own entry point."""
    request_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """Timeout of a response, seconds."""
    web_socket_seconds: Annotated[int, Field(ge=60, le=86400)] = 14400
    """Idle timeout of a WebSocket, seconds."""
    requests_per_second: Annotated[int, Field(ge=1)] = 500
    """Requests per second that one Gateway pod accepts for each route. It rejects further requests with 429."""
    replicas: Annotated[int, Field(ge=2, le=20)] = 2
    """Minimum number of Gateway pods."""
    max_replicas: Annotated[int, Field(ge=2, le=50)] = 10
    """Maximum number of Gateway pods. The number grows with their load."""
    routes: tuple[Route, ...] = ()
    """Routes to your own services, in addition to the platform's routes."""
