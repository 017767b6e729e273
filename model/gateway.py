"""The HTTP entrance of a region, and the routes that it serves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from model import ports
from model.host_names import API, LIVEKIT, OWN_SERVICES, HostNames
from model.kubernetes import NAMESPACES, SYSTEM
from model.workloads.livekit import WORKLOAD as LIVEKIT_SERVER
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from model.workloads.workload import Workload
from settings.schema.gateway import GatewaySettings, RateLimit, Route

GATEWAY_NAME: Final = "voice"
"""Name of the Gateway in the cluster, of its class and of what belongs to it."""


GATEWAY_SERVICE: Final = "gateway"
"""Name of its Service and Deployment, which the controller makes."""


GATEWAY_NAMESPACE: Final = SYSTEM.name


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
    workload: Workload
    port: ports.Ports
    web_socket: bool = False


BUILT_IN_ROUTES: Final = (
    # LiveKit holds WebSockets open at two paths, for clients and for agents; its API below /twirp answers and ends.
    BuiltInRoute("livekit-clients", LIVEKIT, "/rtc", LIVEKIT_SERVER, ports.LIVEKIT_SIGNALLING, True),
    BuiltInRoute("livekit-agents", LIVEKIT, "/agent", LIVEKIT_SERVER, ports.LIVEKIT_SIGNALLING, True),
    BuiltInRoute("livekit", LIVEKIT, "/", LIVEKIT_SERVER, ports.LIVEKIT_SIGNALLING),
    BuiltInRoute("api", API, "/", VOICE_AGENT, ports.AGENT_WEBHOOK),
)


def built_in_routes(hosts: HostNames) -> tuple[ServedRoute, ...]:
    """The platform's own routes."""
    return tuple(
        ServedRoute(
            name=route.name,
            hosts=(hosts.of_environment(route.label), hosts.of_region(route.label)),
            path=route.path,
            namespace=route.workload.namespace.name,
            service=route.workload.name,
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
