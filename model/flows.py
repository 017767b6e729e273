"""Which flows the cluster's policies admit: one table. All else is denied, in both directions.

A pod on the network of its node is covered by no policy, only by the security group of its subnet: of FreeSWITCH,
LiveKit and LiveKit SIP the table says what pods may do with them. A pod's own node always reaches it, for kubelets
probe: health ports stand here only where somebody else asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from model import policy_endpoints as peers
from model import ports
from model.flow_conditions import (
    AGENT_WATCH,
    ALWAYS,
    AUTOMATIC_DNS,
    AZURE_TRACES,
    CERTIFICATE_COPY,
    GIT_OPS,
    JAEGER_TRACES,
    OWN_METRICS,
    PRIVATE_EVENT_SOCKET,
    PUBLIC_CERTIFICATES,
    ROOM_RECORDING,
    SCALING_ON_OWN_METRICS,
    TRACING,
    Condition,
    in_the_mesh,
)
from model.kubernetes import NAMESPACES
from model.policy_endpoints import Outside, Peer, everyone
from model.ports import Ports
from model.scrape_targets import SYSTEM_NAMESPACE

MEDIA_NAMESPACE: Final = "voice-media"
"""Its pods are on the network of their nodes."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """`source` opens connections to these ports of `target`; a text is the name of a container's port.

    `target_speaks_first`: a proxy that waits for the caller's first word would wait for ever.
    """

    source: Peer
    target: Peer
    ports: tuple[Ports | str, ...]
    reason: str
    when: Condition = ALWAYS
    target_speaks_first: bool = False


OTLP: Final = (ports.OTLP_GRPC, ports.OTLP_HTTP)
LIVEKIT_FOR_CLIENTS: Final = (
    ports.LIVEKIT_SIGNALLING,
    ports.LIVEKIT_ICE_TCP,
    ports.LIVEKIT_ICE_MUX,
    ports.LIVEKIT_TURN_UDP,
)


def _of_every_namespace() -> Iterator[Flow]:
    for namespace in NAMESPACES:
        pods = everyone(namespace.name)
        yield Flow(source=pods, target=peers.CLUSTER_DNS, ports=ports.CLUSTER_DNS, reason="names")
        yield Flow(source=pods, target=Outside.NODE_LOCAL_DNS, ports=ports.CLUSTER_DNS, reason="names")
        if namespace.name not in (SYSTEM_NAMESPACE, MEDIA_NAMESPACE):
            yield Flow(source=pods, target=peers.COLLECTOR, ports=OTLP, reason="traces", when=TRACING)
        if namespace.mesh:
            yield Flow(
                source=pods,
                target=peers.MESH_CONTROL,
                ports=(ports.MESH_CONTROL,),
                reason="sidecars get certificates and configuration",
                when=in_the_mesh(namespace.name),
            )


_WORKLOADS: Final = (
    # SIP edge. Who may call is told by the security group and by Kamailio too; carriers' addresses arrive unchanged.
    Flow(source=Outside.CARRIERS, target=peers.SIP_EDGE, ports=ports.SIP_EDGE_SIGNALLING, reason="calls"),
    Flow(
        source=Outside.INTERNET,
        target=peers.SIP_EDGE,
        ports=(ports.SIP_EDGE_HEALTH,),
        reason="Traffic Manager probes; the security group admits nobody else",
    ),
    Flow(source=Outside.LOAD_BALANCER_PROBES, target=peers.SIP_EDGE, ports=(ports.SIP_EDGE_HEALTH,), reason="probes"),
    Flow(source=peers.SIP_EDGE, target=peers.FREESWITCH, ports=ports.FREESWITCH_EDGE_PROFILE, reason="calls"),
    Flow(
        source=peers.SIP_EDGE,
        target=Outside.API_SERVER,
        ports=(ports.API_SERVER,),
        reason="which FreeSWITCH is ready; who registers",
    ),
    # Agents.
    Flow(
        source=peers.FREESWITCH,
        target=peers.AGENT,
        ports=(ports.AGENT_SOCKET,),
        reason="a call that the agent steers",
        target_speaks_first=True,
    ),
    Flow(source=peers.LIVEKIT, target=peers.AGENT, ports=(ports.AGENT_WEBHOOK,), reason="webhooks"),
    Flow(source=peers.GATEWAY, target=peers.AGENT, ports=(ports.AGENT_WEBHOOK,), reason="the API"),
    Flow(source=peers.AGENT, target=peers.LIVEKIT, ports=LIVEKIT_FOR_CLIENTS, reason="rooms"),
    Flow(
        source=peers.AGENT,
        target=peers.GATEWAY,
        ports=(ports.GATEWAY_HTTPS,),
        reason="LiveKit by its public name, which Cilium leads straight to the Gateway",
    ),
    Flow(
        source=peers.AGENT,
        target=Outside.PRIVATE_ENDPOINTS,
        ports=(ports.HTTPS, ports.REDIS),
        reason="files and Redis",
    ),
    Flow(source=peers.AGENT, target=Outside.DATABASES, ports=(ports.POSTGRESQL,), reason="the database"),
    Flow(
        source=Outside.API_SERVER,
        target=peers.AGENT,
        ports=(ports.AGENT_METRICS,),
        reason="`make status` reads the calls on each",
    ),
    Flow(
        source=peers.AGENT,
        target=Outside.INTERNET,
        ports=(ports.HTTPS,),
        reason="speech and language services; sign-in to Entra",
    ),
    Flow(
        source=peers.AGENT,
        target=peers.FREESWITCH,
        ports=(ports.FREESWITCH_EVENT_SOCKET,),
        reason="calls that the agent steers from outside",
        when=PRIVATE_EVENT_SOCKET,
    ),
    # The agents' watcher.
    Flow(
        source=peers.LIVEKIT,
        target=peers.AGENT_WATCH,
        ports=(ports.AGENT_WATCH_WEBHOOK,),
        reason="webhooks",
        when=AGENT_WATCH,
    ),
    Flow(
        source=peers.AGENT_WATCH,
        target=peers.LIVEKIT,
        ports=(ports.LIVEKIT_SIGNALLING,),
        reason="rooms, dispatches and pings of agents",
        when=AGENT_WATCH,
    ),
    Flow(
        source=peers.AGENT_WATCH,
        target=Outside.API_SERVER,
        ports=(ports.API_SERVER,),
        reason="the lease: which replica acts",
        when=AGENT_WATCH,
    ),
    # Beside LiveKit.
    Flow(
        source=peers.TRUNKS,
        target=peers.LIVEKIT,
        ports=(ports.LIVEKIT_SIGNALLING,),
        reason="trunks and dispatch rules of the SIP bridge",
    ),
    Flow(source=peers.EGRESS, target=peers.LIVEKIT, ports=LIVEKIT_FOR_CLIENTS, reason="rooms", when=ROOM_RECORDING),
    Flow(
        source=peers.EGRESS,
        target=Outside.PRIVATE_ENDPOINTS,
        ports=(ports.HTTPS, ports.REDIS),
        reason="recordings and Redis",
        when=ROOM_RECORDING,
    ),
    # Jobs on the databases.
    Flow(source=peers.DATABASE_JOBS, target=Outside.DATABASES, ports=(ports.POSTGRESQL,), reason="roles, dumps"),
    Flow(
        source=peers.DATABASE_JOBS,
        target=Outside.PRIVATE_ENDPOINTS,
        ports=(ports.HTTPS, ports.REDIS),
        reason="backups and Redis",
    ),
    Flow(source=peers.DATABASE_JOBS, target=Outside.INTERNET, ports=(ports.HTTPS,), reason="sign-in to Entra"),
)

_CONTROLLERS: Final = (
    # Whoever runs here is a controller or a job of a chart; what each may do there its roles say.
    Flow(
        source=everyone(SYSTEM_NAMESPACE),
        target=Outside.API_SERVER,
        ports=(ports.API_SERVER,),
        reason="controllers and their charts' jobs",
    ),
    # Gateway.
    Flow(
        source=Outside.ANYONE,
        target=peers.GATEWAY,
        ports=(ports.GATEWAY_HTTP, ports.GATEWAY_HTTPS),
        reason="the entrance",
    ),
    Flow(
        source=peers.GATEWAY,
        target=peers.GATEWAY_CONTROLLER,
        ports=(ports.GATEWAY_CONTROLLER_CONFIGURATION,),
        reason="configuration",
    ),
    Flow(source=peers.GATEWAY, target=peers.LIVEKIT, ports=(ports.LIVEKIT_SIGNALLING,), reason="signalling"),
    # Certificates.
    Flow(
        source=Outside.API_SERVER,
        target=peers.CERT_MANAGER_WEBHOOK,
        ports=(ports.CONTROLLER_WEBHOOK,),
        reason="webhook",
    ),
    Flow(
        source=peers.CERT_MANAGER,
        target=Outside.INTERNET,
        ports=(ports.HTTPS, *ports.CLUSTER_DNS),
        reason="authority, Azure, and the zone's own name servers",
        when=PUBLIC_CERTIFICATES,
    ),
    Flow(
        source=Outside.API_SERVER,
        target=peers.EXTERNAL_SECRETS_WEBHOOK,
        ports=(ports.CONTROLLER_WEBHOOK,),
        reason="webhook",
        when=CERTIFICATE_COPY,
    ),
    Flow(
        source=peers.EXTERNAL_SECRETS,
        target=Outside.PRIVATE_ENDPOINTS,
        ports=(ports.HTTPS,),
        reason="the vault",
        when=CERTIFICATE_COPY,
    ),
    Flow(
        source=peers.EXTERNAL_SECRETS,
        target=Outside.INTERNET,
        ports=(ports.HTTPS,),
        reason="sign-in to Entra",
        when=CERTIFICATE_COPY,
    ),
    # Names.
    Flow(
        source=peers.EXTERNAL_DNS,
        target=Outside.INTERNET,
        ports=(ports.HTTPS,),
        reason="Azure's zones; sign-in to Entra",
        when=AUTOMATIC_DNS,
    ),
    # Traces.
    Flow(source=peers.MEDIA, target=peers.COLLECTOR, ports=OTLP, reason="traces", when=TRACING),
    Flow(
        source=peers.COLLECTOR,
        target=Outside.INTERNET,
        ports=(ports.HTTPS,),
        reason="Application Insights; sign-in to Entra",
        when=AZURE_TRACES,
    ),
    Flow(source=peers.COLLECTOR, target=peers.JAEGER, ports=OTLP, reason="traces", when=JAEGER_TRACES),
    # GitOps.
    Flow(
        source=peers.GIT_OPS_CONTROLLER,
        target=peers.GIT_OPS_REPOSITORIES,
        ports=(ports.GIT_OPS_REPOSITORIES,),
        reason="manifests",
        when=GIT_OPS,
    ),
    Flow(
        source=peers.GIT_OPS_CONTROLLER,
        target=peers.GIT_OPS_CACHE,
        ports=(ports.GIT_OPS_CACHE,),
        reason="cache",
        when=GIT_OPS,
    ),
    Flow(
        source=peers.GIT_OPS_REPOSITORIES,
        target=peers.GIT_OPS_CACHE,
        ports=(ports.GIT_OPS_CACHE,),
        reason="cache",
        when=GIT_OPS,
    ),
    Flow(
        source=peers.GIT_OPS_REPOSITORIES,
        target=Outside.INTERNET,
        ports=(ports.HTTPS,),
        reason="the repository",
        when=GIT_OPS,
    ),
)


def _metric(source: Peer, target: Peer, *to: Ports, reason: str = "metrics") -> Flow:
    return Flow(source=source, target=target, ports=to, reason=reason, when=OWN_METRICS)


_OWN_METRICS: Final = (
    _metric(peers.PROMETHEUS, peers.NODES, ports.KUBELET, ports.NODE_EXPORTER),
    _metric(peers.PROMETHEUS, peers.FREESWITCH, ports.FREESWITCH_METRICS),
    _metric(peers.PROMETHEUS, peers.LIVEKIT_SIP, ports.LIVEKIT_SIP_METRICS),
    _metric(peers.PROMETHEUS, peers.LIVEKIT, ports.LIVEKIT_METRICS),
    _metric(peers.PROMETHEUS, peers.CLUSTER_DNS, ports.CLUSTER_DNS_METRICS),
    _metric(peers.PROMETHEUS, peers.STATE_METRICS, ports.STATE_METRICS),
    _metric(peers.PROMETHEUS, peers.PROMETHEUS_OPERATOR, ports.PROMETHEUS_OPERATOR_METRICS),
    _metric(peers.PROMETHEUS, peers.PROMETHEUS, ports.PROMETHEUS, ports.PROMETHEUS_RELOADER_METRICS),
    _metric(peers.PROMETHEUS, peers.GRAFANA, ports.GRAFANA),
    _metric(
        peers.PROMETHEUS,
        peers.ALERTMANAGER,
        ports.ALERTMANAGER,
        ports.PROMETHEUS_RELOADER_METRICS,
        reason="alerts, metrics",
    ),
    _metric(peers.ALERTMANAGER, peers.ALERTMANAGER, *ports.ALERTMANAGER_PEERS, reason="its replicas agree"),
    _metric(peers.ALERTMANAGER, Outside.INTERNET, ports.HTTPS, reason="who is told of alerts"),
    _metric(peers.GRAFANA, peers.PROMETHEUS, ports.PROMETHEUS, reason="dashboards"),
    Flow(
        source=peers.KEDA,
        target=peers.PROMETHEUS,
        ports=(ports.PROMETHEUS,),
        reason="scaling",
        when=SCALING_ON_OWN_METRICS,
    ),
)

FLOWS: Final = (*_of_every_namespace(), *_WORKLOADS, *_CONTROLLERS, *_OWN_METRICS)
"""Every flow that a stack can ask for, but those that follow from its carriers, routes and metrics
(`model.stack_flows`).
"""
