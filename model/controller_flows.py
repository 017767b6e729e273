"""The flows of every namespace, of the controllers and of Prometheus in the cluster.

The flows of workloads are in their modules (`model.workloads`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model import policy_endpoints as peers
from model import ports
from model.flow import OTLP, Flow
from model.flow_conditions import (
    AUTOMATIC_DNS,
    AZURE_TRACES,
    CERTIFICATE_COPY,
    GIT_OPS,
    JAEGER_TRACES,
    OWN_METRICS,
    PUBLIC_CERTIFICATES,
    SCALING_ON_OWN_METRICS,
    TRACING,
    in_the_mesh,
)
from model.kubernetes import MEDIA, NAMESPACES, SYSTEM
from model.policy_endpoints import Outside, Peer, everyone
from model.ports import Ports
from model.workloads.livekit import WORKLOAD as LIVEKIT


def namespace_flows() -> Iterator[Flow]:
    for namespace in NAMESPACES:
        pods = everyone(namespace.name)
        yield Flow(source=pods, target=peers.CLUSTER_DNS, ports=ports.CLUSTER_DNS, reason="names")
        yield Flow(source=pods, target=Outside.NODE_LOCAL_DNS, ports=ports.CLUSTER_DNS, reason="names")
        if namespace.name not in (SYSTEM.name, MEDIA.name):
            yield Flow(source=pods, target=peers.COLLECTOR, ports=OTLP, reason="traces", when=TRACING)
        if namespace.mesh:
            yield Flow(
                source=pods,
                target=peers.MESH_CONTROL,
                ports=(ports.MESH_CONTROL,),
                reason="sidecars get certificates and configuration",
                when=in_the_mesh(namespace.name),
            )


CONTROLLER_FLOWS: Final = (
    # Only controllers and jobs of charts run here; roles limit what each may do.
    Flow(
        source=everyone(SYSTEM.name),
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
    Flow(source=peers.GATEWAY, target=LIVEKIT.endpoint, ports=(ports.LIVEKIT_SIGNALLING,), reason="signalling"),
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
    Flow(source=peers.MEDIA_SERVERS, target=peers.COLLECTOR, ports=OTLP, reason="traces", when=TRACING),
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


def prometheus_flow(source: Peer, target: Peer, *to: Ports, reason: str = "metrics") -> Flow:
    return Flow(source=source, target=target, ports=to, reason=reason, when=OWN_METRICS)


METRICS_FLOWS: Final = (
    prometheus_flow(peers.PROMETHEUS, peers.NODES, ports.KUBELET, ports.NODE_EXPORTER),
    prometheus_flow(peers.PROMETHEUS, peers.CLUSTER_DNS, ports.CLUSTER_DNS_METRICS),
    prometheus_flow(peers.PROMETHEUS, peers.STATE_METRICS, ports.STATE_METRICS),
    prometheus_flow(peers.PROMETHEUS, peers.PROMETHEUS_OPERATOR, ports.PROMETHEUS_OPERATOR_METRICS),
    prometheus_flow(peers.PROMETHEUS, peers.PROMETHEUS, ports.PROMETHEUS, ports.PROMETHEUS_RELOADER_METRICS),
    prometheus_flow(peers.PROMETHEUS, peers.GRAFANA, ports.GRAFANA),
    prometheus_flow(
        peers.PROMETHEUS,
        peers.ALERTMANAGER,
        ports.ALERTMANAGER,
        ports.PROMETHEUS_RELOADER_METRICS,
        reason="alerts, metrics",
    ),
    prometheus_flow(peers.ALERTMANAGER, peers.ALERTMANAGER, *ports.ALERTMANAGER_PEERS, reason="its replicas agree"),
    prometheus_flow(peers.ALERTMANAGER, Outside.INTERNET, ports.HTTPS, reason="receivers of alerts"),
    prometheus_flow(peers.GRAFANA, peers.PROMETHEUS, ports.PROMETHEUS, reason="dashboards"),
    Flow(
        source=peers.KEDA,
        target=peers.PROMETHEUS,
        ports=(ports.PROMETHEUS,),
        reason="scaling",
        when=SCALING_ON_OWN_METRICS,
    ),
)
