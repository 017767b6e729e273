"""Port numbers. NSG rules, AKS allowed host ports, charts and rendered configuration read them from here.

Ports on the network of a node stay below 30000, where Kubernetes' node ports (30000-32767) and Linux's ephemeral ports
(32768-60999) begin (`docs/decisions/0006-ports.md`). The ports of each workload are in its descriptor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from settings.schema.telephony import RtpPorts

Protocol = Literal["Tcp", "Udp"]


@dataclass(frozen=True)
class Ports:
    """A port, or a range of ports, of one protocol. `first` and `last` are inclusive."""

    first: int
    last: int
    protocol: Protocol

    def __str__(self) -> str:
        """The form of NSG rules: `5060` or `16384-29999`."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def count(self) -> int:
        """The number of ports."""
        return self.last - self.first + 1

    def overlaps(self, other: Ports) -> bool:
        """Whether both contain the same port of the same protocol."""
        return self.protocol == other.protocol and self.first <= other.last and other.first <= self.last


def _both(port: int) -> tuple[Ports, Ports]:
    return (Ports(port, port, "Udp"), Ports(port, port, "Tcp"))


def _tcp(port: int) -> Ports:
    return Ports(port, port, "Tcp")


NODE_PORTS: Final = Ports(30000, 32767, "Tcp")
"""Kubernetes' default node port range, fixed in AKS. The load balancer's health probes use it."""

FIRST_PORT_OF_KUBERNETES: Final = NODE_PORTS.first

# SIP edge: behind a load balancer, on its static address.
SIP_EDGE_SIGNALLING: Final = (*_both(5060), _tcp(5061))
SIP_EDGE_HEALTH: Final = _tcp(8090)
SIP_EDGE_CONTROL: Final = _tcp(8091)
SIP_EDGE_METRICS: Final = _tcp(9090)

# FreeSWITCH, on the network of its node.
FREESWITCH_EDGE_PROFILE: Final = _both(5060)
FREESWITCH_CARRIER_PROFILE: Final = _both(5080)
FREESWITCH_INSIDE_PROFILE: Final = _both(5090)
FREESWITCH_EVENT_SOCKET: Final = _tcp(8021)
FREESWITCH_HEALTH: Final = _tcp(8082)
FREESWITCH_METRICS: Final = _tcp(9282)

# LiveKit SIP, on the network of the same node.
LIVEKIT_SIP_SIGNALLING: Final = _both(5070)
LIVEKIT_SIP_RTP: Final = Ports(10000, 16383, "Udp")
LIVEKIT_SIP_HEALTH: Final = _tcp(8083)
LIVEKIT_SIP_METRICS: Final = _tcp(6790)

# LiveKit, on the network of its node.
LIVEKIT_SIGNALLING: Final = _tcp(7880)
LIVEKIT_ICE_TCP: Final = _tcp(7881)
LIVEKIT_ICE_MUX: Final = Ports(7882, 7889, "Udp")
LIVEKIT_TURN_UDP: Final = Ports(3478, 3478, "Udp")
LIVEKIT_TURN_TLS: Final = _tcp(5349)
LIVEKIT_TURN_TLS_FRONTEND: Final = _tcp(443)
LIVEKIT_TURN_RELAY: Final = Ports(20000, 24999, "Udp")
LIVEKIT_METRICS: Final = _tcp(6789)

# The agent, on the pod network.
AGENT_WEBHOOK: Final = _tcp(8000)
AGENT_SOCKET: Final = _tcp(8001)
AGENT_HEALTH: Final = _tcp(8081)
AGENT_METRICS: Final = _tcp(9091)
AGENT_WATCH_WEBHOOK: Final = _tcp(8000)
AGENT_WATCH_METRICS: Final = _tcp(9090)
"""Port of health and metrics."""
EGRESS_HEALTH: Final = _tcp(8080)
EGRESS_METRICS: Final = _tcp(9090)

# Telemetry, in the cluster only.
OTLP_GRPC: Final = _tcp(4317)
OTLP_HTTP: Final = _tcp(4318)
OTLP_SERVICE: Final = "opentelemetry-collector"
"""Service in `voice-system` that receives traces on both ports."""
COLLECTOR_METRICS: Final = _tcp(8888)
COLLECTOR_HEALTH: Final = _tcp(13133)
JAEGER_SERVICE: Final = "jaeger"
"""Service in `voice-system` that receives traces by OTLP and shows them."""
JAEGER_PAGES: Final = _tcp(16686)
PROMETHEUS: Final = _tcp(9090)
PROMETHEUS_SERVICE: Final = "prometheus-prometheus"
"""Service in `voice-system` that answers queries if `metrics.backend` is `inCluster`."""
KEDA_METRICS: Final = _tcp(8080)
NODE_EXPORTER: Final = _tcp(9100)
"""Port on the network of every node if `metrics.backend` is `inCluster`."""

# Shared services, reached only inside the cluster; the numbers come from their charts or add-ons.
CLUSTER_DNS: Final = _both(53)
CLUSTER_DNS_METRICS: Final = _tcp(9153)
API_SERVER: Final = _tcp(443)
KUBELET: Final = _tcp(10250)
MESH_CONTROL: Final = _tcp(15012)
CONTROLLER_WEBHOOK: Final = _tcp(10250)
"""Port of the webhooks of cert-manager and External Secrets."""
GATEWAY_CONTROLLER_CONFIGURATION: Final = _tcp(18000)
STATE_METRICS: Final = _tcp(8080)
PROMETHEUS_OPERATOR_METRICS: Final = _tcp(8080)
PROMETHEUS_RELOADER_METRICS: Final = _tcp(8080)
"""Port of the reloader sidecars of Prometheus and Alertmanager."""
ALERTMANAGER: Final = _tcp(9093)
ALERTMANAGER_PEERS: Final = _both(9094)
GRAFANA: Final = _tcp(3000)
GIT_OPS_REPOSITORIES: Final = _tcp(8081)
GIT_OPS_CACHE: Final = _tcp(6379)

# The Gateway's load balancer, and managed services.
HTTP: Final = _tcp(80)
HTTPS: Final = _tcp(443)
GATEWAY_HTTP: Final = _tcp(10080)
GATEWAY_HTTPS: Final = _tcp(10443)
"""Port of the Gateway's pods: Envoy Gateway adds 10000 to privileged ports."""
POSTGRESQL: Final = _tcp(5432)
REDIS: Final = _tcp(10000)
APPLICATION_GATEWAY_MANAGEMENT: Final = Ports(65200, 65535, "Tcp")
"""Ports for Azure's management of Application Gateway v2; the subnet's NSG must admit `GatewayManager`."""


def freeswitch_rtp(rtp: RtpPorts) -> Ports:
    """Returns FreeSWITCH's RTP range as the stack sets it (`telephony.rtpPorts`)."""
    return Ports(rtp.first, rtp.last, "Udp")
