"""The HTTP entrance of a region, and what it leads to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.schema.dns import DomainName
from settings.schema.types import Section

Exposure = Literal["public", "internal"]

KubernetesName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63),
    Field(json_schema_extra={"x-allowed": "a Kubernetes name: lower-case letters, digits and inner hyphens"}),
]


class RateLimit(Section):
    """Requests that one pod of the Gateway lets through for a route; more are answered 429."""

    requests: Annotated[int, Field(ge=1)]
    """How many."""
    unit: Literal["Second", "Minute", "Hour"] = "Second"
    """In which time."""


class Route(Section):
    """One way from a host and path to a Service."""

    host: DomainName
    """`<label>.<dns.zone>` (reached through any region) or `<label>.<region>.<dns.zone>`."""
    path: Annotated[str, StringConstraints(pattern=r"^/[^?#\s]*$")] = "/"
    """Prefix of the path."""
    namespace: KubernetesName
    """Namespace of the Service, one of the platform's."""
    service: KubernetesName
    """Name of the Service."""
    port: Annotated[int, Field(ge=1, le=65535)]
    """Port of the Service."""
    web_socket: bool = False
    """Holds connections open for `gateway.webSocketSeconds`."""
    rate_limit: RateLimit | None = None
    """Limit of this route; none by default."""


class GatewaySettings(Section):
    """The Gateway that ends HTTPS and WSS."""

    exposure: Exposure = "public"
    """`public`: on the region's static public address; `internal`: on a fixed private one, behind something else."""
    request_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    """How long an answer may take, seconds."""
    web_socket_seconds: Annotated[int, Field(ge=60, le=86400)] = 14400
    """How long a WebSocket may stay open without a word, seconds."""
    requests_per_second: Annotated[int, Field(ge=1)] = 500
    """What one pod of the Gateway lets through for each route; more are answered 429."""
    replicas: Annotated[int, Field(ge=2, le=20)] = 2
    """Pods of the Gateway, at least."""
    max_replicas: Annotated[int, Field(ge=2, le=50)] = 10
    """Pods of the Gateway, at most: more are started while they are busy."""
    routes: tuple[Route, ...] = ()
    """Ways to services of your own, beside the platform's."""
