"""The HTTP entrance of a region, and what it leads to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from settings import ports
from settings.dns import API, LIVEKIT, OWN_SERVICES, DomainName, HostNames
from settings.kubernetes import NAMESPACES
from settings.types import Section

GATEWAY_NAME: Final = "voice"
"""Name of the Gateway in the cluster, of its class and of what belongs to it."""
GATEWAY_SERVICE: Final = "gateway"
"""Name of its Service and Deployment, which the controller makes."""
GATEWAY_NAMESPACE: Final = "voice-system"
AUTOMATIC_RECORD: Final = ("voice.platform/dns-record", "automatic")
"""Label of the routes for whose host somebody in the cluster keeps a record (`dns.automatic`)."""
HEALTH_PATH: Final = "/healthz"
"""Answered by the Gateway itself on every host: what Traffic Manager probes."""
HEALTH_SECONDS: Final = 30
"""How often Traffic Manager probes, seconds: its slow interval, which costs nothing extra."""

DRAIN_SECONDS: Final = 300
"""How long a pod of the Gateway that ends serves what it has, seconds. WebSockets that are then still open are cut:
their clients, LiveKit's too, join again at another pod within seconds.
"""
DEREGISTER_SECONDS: Final = 20
"""How long it still takes new connections, seconds: until Azure's load balancer has missed two probes, one every 5 s,
and the cluster knows too.
"""
CONNECT_SECONDS: Final = 5
"""How long a pod behind the Gateway may take to accept a connection, seconds."""
HEADER_SECONDS: Final = 10
"""How long a client may take to send the headers of a request, seconds."""
KEEPALIVE_SECONDS: Final = 60
"""When the Gateway asks a silent client whether it is there, seconds: well before Azure's load balancer forgets a
silent connection, after 4 minutes.
"""
BUSY_CPU_PERCENT: Final = 70
"""Share of its requested CPU above which a pod of the Gateway gets help, percent."""
CALM_SECONDS: Final = 3600
"""How long it must be calm before a pod goes again, seconds: each that goes cuts WebSockets."""

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


ROUTE_NAMESPACES: Final = tuple(namespace.name for namespace in NAMESPACES)
"""Where a route's Service may be."""


@dataclass(frozen=True, kw_only=True)
class ServedRoute:
    """A route as a region serves it: the platform's own have several hosts. `name` is its name in the cluster.
    `automatic_record`: whether its host needs a record that the program does not keep.
    """

    name: str
    hosts: tuple[str, ...]
    path: str
    namespace: str
    service: str
    port: int
    web_socket: bool = False
    rate_limit: RateLimit | None = None
    automatic_record: bool = False


@dataclass(frozen=True)
class BuiltInRoute:
    """A route of the platform's own: to a Service of ours, under the name `label` of the region and of the
    environment.
    """

    name: str
    label: str
    path: str
    namespace: str
    service: str
    port: ports.Ports
    web_socket: bool = False


BUILT_IN_ROUTES: Final = (
    # LiveKit holds WebSockets open at two paths, for clients and for agents; its API below /twirp answers and ends.
    BuiltInRoute("livekit-clients", LIVEKIT, "/rtc", "voice-media", "livekit", ports.LIVEKIT_SIGNALLING, True),
    BuiltInRoute("livekit-agents", LIVEKIT, "/agent", "voice-media", "livekit", ports.LIVEKIT_SIGNALLING, True),
    BuiltInRoute("livekit", LIVEKIT, "/", "voice-media", "livekit", ports.LIVEKIT_SIGNALLING),
    BuiltInRoute("api", API, "/", "voice-agents", "voice-agent", ports.AGENT_WEBHOOK),
)


def built_in_routes(hosts: HostNames) -> tuple[ServedRoute, ...]:
    """The platform's own routes."""
    return tuple(
        ServedRoute(
            name=route.name,
            hosts=(hosts.of_environment(route.label), hosts.of_region(route.label)),
            path=route.path,
            namespace=route.namespace,
            service=route.service,
            port=route.port.first,
            web_socket=route.web_socket,
        )
        for route in BUILT_IN_ROUTES
    )


def served_routes(settings: GatewaySettings, hosts: HostNames) -> tuple[ServedRoute, ...]:
    """What one region serves: the platform's own routes and those of the stack file but for other regions' hosts."""
    asked = (route for route in settings.routes if _parent(route.host) in (hosts.zone, hosts.region_zone))
    return (*built_in_routes(hosts), *(_served(route, hosts) for route in asked))


def _served(route: Route, hosts: HostNames) -> ServedRoute:
    """Named for host and path, so that nothing else that changes makes it another route."""
    label = route.host.partition(".")[0]
    digest = hashlib.sha256(f"{route.host}{route.path}".encode()).hexdigest()[:8]
    return ServedRoute(
        name=f"{label}-{digest}",
        hosts=(route.host,),
        path=route.path,
        namespace=route.namespace,
        service=route.service,
        port=route.port,
        web_socket=route.web_socket,
        rate_limit=route.rate_limit,
        # In the environment's zone `*` leads here, and the program keeps the platform's own names.
        automatic_record=_parent(route.host) == hosts.region_zone and label not in OWN_SERVICES,
    )


def _parent(host: str) -> str:
    return host.partition(".")[2]
