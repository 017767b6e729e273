"""The Gateway of a region: its limits and the routes that it serves."""

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
"""Name of the Gateway, its class and its other objects in the cluster."""


GATEWAY_SERVICE: Final = "gateway"
"""Name of its Service and Deployment, which the controller creates."""


GATEWAY_NAMESPACE: Final = SYSTEM.name


AUTOMATIC_RECORD: Final = ("voice.platform/dns-record", "automatic")
"""Label of routes for whose host external-dns keeps a DNS record (`dns.automatic`)."""


HEALTH_PATH: Final = "/healthz"
"""Path that the Gateway itself answers on every host; Traffic Manager probes it."""


HEALTH_SECONDS: Final = 30
"""Interval of Traffic Manager's probes, seconds: the slow one, which costs nothing extra."""


DRAIN_SECONDS: Final = 300
"""Time that a stopping pod of the Gateway keeps serving its open connections, seconds. It then closes the remaining
WebSockets; their clients, LiveKit's included, reconnect to another pod within seconds.
"""


DEREGISTER_SECONDS: Final = 20
"""Time that a stopping pod still accepts new connections, seconds: Azure's load balancer must miss two probes, which it
sends every 5 s, and the cluster must remove the endpoint.
"""


CONNECT_SECONDS: Final = 5
"""Timeout for connections to pods behind the Gateway, seconds."""


HEADER_SECONDS: Final = 10
"""Timeout for the headers of a client's request, seconds."""


KEEPALIVE_SECONDS: Final = 60
"""Keep-alive interval on idle connections, seconds: well below the 4 minutes after which Azure's load balancer drops an
idle connection.
"""


BUSY_CPU_PERCENT: Final = 70
"""CPU utilization of the pods, percent of the request, above which the Gateway scales up."""


CALM_SECONDS: Final = 3600
"""Stabilization window before the Gateway scales down, seconds: each pod that stops closes WebSockets."""


ROUTE_NAMESPACES: Final = tuple(namespace.name for namespace in NAMESPACES)
"""The namespaces that a route's Service can be in."""


@dataclass(frozen=True, kw_only=True)
class ServedRoute:
    """A route that a region serves. The platform's own routes have several hosts. `name` is its name in the cluster.
    `automatic_record`: external-dns keeps the record of its host, not the program.
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
    """A route of the platform itself, to a workload, under the DNS label `label` of the region and the environment."""

    name: str
    label: str
    path: str
    workload: Workload
    port: ports.Ports
    web_socket: bool = False


BUILT_IN_ROUTES: Final = (
    # LiveKit keeps WebSockets open at two paths, for clients and for agents. Requests to its API at /twirp end.
    BuiltInRoute("livekit-clients", LIVEKIT, "/rtc", LIVEKIT_SERVER, ports.LIVEKIT_SIGNALLING, True),
    BuiltInRoute("livekit-agents", LIVEKIT, "/agent", LIVEKIT_SERVER, ports.LIVEKIT_SIGNALLING, True),
    BuiltInRoute("livekit", LIVEKIT, "/", LIVEKIT_SERVER, ports.LIVEKIT_SIGNALLING),
    BuiltInRoute("api", API, "/", VOICE_AGENT, ports.AGENT_WEBHOOK),
)


def built_in_routes(hosts: HostNames) -> tuple[ServedRoute, ...]:
    """Returns the routes of the platform itself."""
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
    """Returns the routes of a region: the platform's own and the stack file's, except for hosts of other regions."""
    asked = (route for route in settings.routes if _parent(route.host) in (hosts.zone, hosts.region_zone))
    return (*built_in_routes(hosts), *(_served(route, hosts) for route in asked))


def _served(route: Route, hosts: HostNames) -> ServedRoute:
    """The name depends only on host and path, so that other changes keep the route."""
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
        # In the environment's zone the program keeps `*` and the platform's own names.
        automatic_record=_parent(route.host) == hosts.region_zone and label not in OWN_SERVICES,
    )


def _parent(host: str) -> str:
    return host.partition(".")[2]
