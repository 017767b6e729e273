"""Who talks in the cluster: pods by their labels, pods on nodes, and those outside with their addresses.

Policies reach pods on the pod network only. A pod on its node's network is, to them, its node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from model.address_plan import Subnet, region_plan
from model.ports import JAEGER_SERVICE, OTLP_SERVICE
from model.scrape_targets import ADDON_NAMESPACE, SYSTEM_NAMESPACE
from settings.schema.aks_stack import AksStackSettings

NAME_LABEL: Final = "app.kubernetes.io/name"
COMPONENT_LABEL: Final = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Pods:
    """Pods on the pod network of one namespace; without labels all of them. `name` is unique in the namespace: their
    policies are called so.
    """

    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} in {self.namespace}"


@dataclass(frozen=True)
class OnNodes:
    """Pods on the network of their nodes: a policy admits every node, whichever pod on it speaks."""

    name: str

    def __str__(self) -> str:
        return f"{self.name} on nodes"


class Outside(StrEnum):
    """Ends that are no pods, or that a policy need not tell apart."""

    ANYONE = "anyone"
    API_SERVER = "the API server"
    CARRIERS = "carriers"
    DATABASES = "PostgreSQL"
    INTERNET = "the internet"
    LOAD_BALANCER_PROBES = "Azure's load balancer"
    NODE_LOCAL_DNS = "LocalDNS of the node"
    PRIVATE_ENDPOINTS = "private endpoints"


Peer = Pods | OnNodes | Outside


def everyone(namespace: str) -> Pods:
    """All pods of a namespace."""
    return Pods("all-pods", namespace)


def named(name: str, namespace: str) -> Pods:
    """Pods with `name` as label `app.kubernetes.io/name`."""
    return Pods(name, namespace, {NAME_LABEL: name})


# Workloads. They are started with these labels by their charts.
SIP_EDGE: Final = named("sip-edge", "voice-edge")
AGENT: Final = named("voice-agent", "voice-agents")
AGENT_WATCH: Final = named("agent-watch", "voice-agents")
EGRESS: Final = named("livekit-egress", "voice-agents")
TRUNKS: Final = named("livekit-sip-trunks", "voice-media")
DATABASE_JOBS: Final = named("database-jobs", SYSTEM_NAMESPACE)
FREESWITCH: Final = OnNodes("freeswitch")
LIVEKIT: Final = OnNodes("livekit")
LIVEKIT_SIP: Final = OnNodes("livekit-sip")
MEDIA: Final = OnNodes("media servers")
NODES: Final = OnNodes("kubelets and exporters")
OWN_ON_NODES: Final = OnNodes("services of your own")

# Controllers. The labels are those of their charts' pods.
GATEWAY: Final = Pods("gateway-proxies", SYSTEM_NAMESPACE, {NAME_LABEL: "envoy", COMPONENT_LABEL: "proxy"})
GATEWAY_CONTROLLER: Final = Pods("envoy-gateway", SYSTEM_NAMESPACE, {"control-plane": "envoy-gateway"})
CERT_MANAGER: Final = Pods(
    "cert-manager", SYSTEM_NAMESPACE, {NAME_LABEL: "cert-manager", COMPONENT_LABEL: "controller"}
)
CERT_MANAGER_WEBHOOK: Final = Pods(
    "cert-manager-webhook", SYSTEM_NAMESPACE, {NAME_LABEL: "webhook", COMPONENT_LABEL: "webhook"}
)
EXTERNAL_SECRETS: Final = named("external-secrets", SYSTEM_NAMESPACE)
EXTERNAL_SECRETS_WEBHOOK: Final = named("external-secrets-webhook", SYSTEM_NAMESPACE)
EXTERNAL_DNS: Final = named("external-dns", SYSTEM_NAMESPACE)
COLLECTOR: Final = named(OTLP_SERVICE, SYSTEM_NAMESPACE)
JAEGER: Final = named(JAEGER_SERVICE, SYSTEM_NAMESPACE)
PROMETHEUS: Final = named("prometheus", SYSTEM_NAMESPACE)
PROMETHEUS_OPERATOR: Final = Pods("prometheus-operator", SYSTEM_NAMESPACE, {"app": "kube-prometheus-stack-operator"})
ALERTMANAGER: Final = named("alertmanager", SYSTEM_NAMESPACE)
GRAFANA: Final = named("grafana", SYSTEM_NAMESPACE)
STATE_METRICS: Final = named("kube-state-metrics", SYSTEM_NAMESPACE)
GIT_OPS_CONTROLLER: Final = named("argocd-application-controller", SYSTEM_NAMESPACE)
GIT_OPS_REPOSITORIES: Final = named("argocd-repo-server", SYSTEM_NAMESPACE)
GIT_OPS_CACHE: Final = named("argocd-redis", SYSTEM_NAMESPACE)

# What AKS runs, with the labels of its add-ons.
CLUSTER_DNS: Final = Pods("kube-dns", ADDON_NAMESPACE, {"k8s-app": "kube-dns"})
KEDA: Final = named("keda-operator", ADDON_NAMESPACE)
API_SERVER_TUNNEL: Final = Pods("konnectivity-agent", ADDON_NAMESPACE, {"app": "konnectivity-agent"})
"""What the API server asks of webhooks comes through these, with their addresses."""
AZURE_METRICS_AGENTS: Final = (
    Pods("ama-metrics", ADDON_NAMESPACE, {"rsName": "ama-metrics"}),
    Pods("ama-metrics-node", ADDON_NAMESPACE, {"dsName": "ama-metrics-node"}),
)
MESH_CONTROL: Final = Pods("istiod", "aks-istio-system", {"app": "istiod"})


@dataclass(frozen=True)
class Block:
    """A range of addresses, less some."""

    cidr: str
    without: tuple[str, ...] = ()


LOAD_BALANCER_ADDRESS: Final = "168.63.129.16/32"
"""Where Azure's load balancer probes from; to a pod also Azure's own way into the machine."""
NODE_LOCAL_DNS_RANGE: Final = "169.254.10.0/24"
"""AKS's LocalDNS. The cluster does not ask for it, but a later version of Kubernetes is to turn it on by itself
(learn.microsoft.com/azure/aks/localdns-custom): pods may reach it before it is there.
"""
EVERYWHERE: Final = "0.0.0.0/0"
# With the first goes the service that gives a node's identity to whoever asks (169.254.169.254).
NOBODYS: Final = ("169.254.0.0/16", LOAD_BALANCER_ADDRESS)
"""Addresses of the machine itself, which no pod has business with."""
NOT_THE_INTERNET: Final = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", *NOBODYS)


def blocks(outside: Outside, settings: AksStackSettings) -> tuple[Block, ...]:
    """The addresses of an end outside the cluster; none for one that policies know by a name of their own."""
    if outside is Outside.INTERNET:
        return (Block(EVERYWHERE, NOT_THE_INTERNET),)
    if outside is Outside.DATABASES:
        return _databases(settings)
    found: dict[Outside, tuple[str, ...]] = {
        Outside.CARRIERS: settings.telephony.edge_cidrs,
        Outside.LOAD_BALANCER_PROBES: (LOAD_BALANCER_ADDRESS,),
        Outside.NODE_LOCAL_DNS: (NODE_LOCAL_DNS_RANGE,),
        Outside.PRIVATE_ENDPOINTS: (region_plan(settings.this_region).subnets[Subnet.PRIVATE_ENDPOINTS],),
    }
    return tuple(Block(cidr) for cidr in found.get(outside, ()))


def _databases(settings: AksStackSettings) -> tuple[Block, ...]:
    """The server that is written to is in one region, and every region may become that one."""
    database = settings.data.postgresql
    if database.mode == "external":
        # Only its name is known.
        return (Block(EVERYWHERE, NOBODYS),)
    subnet = Subnet.POSTGRESQL if database.network == "delegatedSubnet" else Subnet.PRIVATE_ENDPOINTS
    return tuple(Block(region_plan(region).subnets[subnet]) for region in settings.regions)
