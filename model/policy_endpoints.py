"""The endpoints that network policies name: pods by their labels, pods on nodes, and endpoints outside the cluster.

Policies cover only pods on the pod network. For them, a pod on its node's network is the node. The endpoints of
workloads are in their descriptors (`model.workloads`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from model.address_plan import Subnet, region_plan
from model.kubernetes import ADDON_NAMESPACE, SYSTEM
from model.ports import JAEGER_SERVICE, OTLP_SERVICE
from settings.schema.aks_stack import AksStackSettings

NAME_LABEL: Final = "app.kubernetes.io/name"
COMPONENT_LABEL: Final = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Pods:
    """Pods on the pod network of one namespace; without labels all of them. `name` is unique in the namespace and names
    their policies.
    """

    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} in {self.namespace}"


@dataclass(frozen=True)
class HostNetworkPods:
    """Pods on the network of their nodes. A policy can only admit every node, not one of its pods."""

    name: str

    def __str__(self) -> str:
        return f"{self.name} on nodes"


class Outside(StrEnum):
    """Endpoints that are not pods, or that policies need not distinguish."""

    ANYONE = "anyone"
    API_SERVER = "the API server"
    CARRIERS = "carriers"
    DATABASES = "PostgreSQL"
    INTERNET = "the internet"
    LOAD_BALANCER_PROBES = "Azure's load balancer"
    NODE_LOCAL_DNS = "LocalDNS of the node"
    PRIVATE_ENDPOINTS = "private endpoints"


Peer = Pods | HostNetworkPods | Outside


def everyone(namespace: str) -> Pods:
    """Returns all pods of a namespace."""
    return Pods("all-pods", namespace)


def named(name: str, namespace: str) -> Pods:
    """Returns the pods with `name` as label `app.kubernetes.io/name`."""
    return Pods(name, namespace, {NAME_LABEL: name})


MEDIA_SERVERS: Final = HostNetworkPods("media servers")
NODES: Final = HostNetworkPods("kubelets and exporters")
APPS_ON_NODES: Final = HostNetworkPods("services of your own")

# Controllers. The labels are those of their charts' pods.
GATEWAY: Final = Pods("gateway-proxies", SYSTEM.name, {NAME_LABEL: "envoy", COMPONENT_LABEL: "proxy"})
GATEWAY_CONTROLLER: Final = Pods("envoy-gateway", SYSTEM.name, {"control-plane": "envoy-gateway"})
CERT_MANAGER: Final = Pods("cert-manager", SYSTEM.name, {NAME_LABEL: "cert-manager", COMPONENT_LABEL: "controller"})
CERT_MANAGER_WEBHOOK: Final = Pods(
    "cert-manager-webhook", SYSTEM.name, {NAME_LABEL: "webhook", COMPONENT_LABEL: "webhook"}
)
EXTERNAL_SECRETS: Final = named("external-secrets", SYSTEM.name)
EXTERNAL_SECRETS_WEBHOOK: Final = named("external-secrets-webhook", SYSTEM.name)
EXTERNAL_DNS: Final = named("external-dns", SYSTEM.name)
COLLECTOR: Final = named(OTLP_SERVICE, SYSTEM.name)
JAEGER: Final = named(JAEGER_SERVICE, SYSTEM.name)
PROMETHEUS: Final = named("prometheus", SYSTEM.name)
PROMETHEUS_OPERATOR: Final = Pods("prometheus-operator", SYSTEM.name, {"app": "kube-prometheus-stack-operator"})
ALERTMANAGER: Final = named("alertmanager", SYSTEM.name)
GRAFANA: Final = named("grafana", SYSTEM.name)
STATE_METRICS: Final = named("kube-state-metrics", SYSTEM.name)
GIT_OPS_CONTROLLER: Final = named("argocd-application-controller", SYSTEM.name)
GIT_OPS_REPOSITORIES: Final = named("argocd-repo-server", SYSTEM.name)
GIT_OPS_CACHE: Final = named("argocd-redis", SYSTEM.name)

# Pods that AKS runs, with the labels of its add-ons.
CLUSTER_DNS: Final = Pods("kube-dns", ADDON_NAMESPACE, {"k8s-app": "kube-dns"})
KEDA: Final = named("keda-operator", ADDON_NAMESPACE)
API_SERVER_TUNNEL: Final = Pods("konnectivity-agent", ADDON_NAMESPACE, {"app": "konnectivity-agent"})
"""The API server reaches webhooks through these pods, from their addresses."""
AZURE_METRICS_AGENTS: Final = (
    Pods("ama-metrics", ADDON_NAMESPACE, {"rsName": "ama-metrics"}),
    Pods("ama-metrics-node", ADDON_NAMESPACE, {"dsName": "ama-metrics-node"}),
)
MESH_CONTROL: Final = Pods("istiod", "aks-istio-system", {"app": "istiod"})


@dataclass(frozen=True)
class Block:
    """A range of addresses with exceptions."""

    cidr: str
    without: tuple[str, ...] = ()


LOAD_BALANCER_ADDRESS: Final = "168.63.129.16/32"
"""The source of the load balancer's probes; for a pod also Azure's platform endpoint."""
NODE_LOCAL_DNS_RANGE: Final = "169.254.10.0/24"
"""AKS's LocalDNS. The cluster does not enable it, but a later version of Kubernetes will by default
(learn.microsoft.com/azure/aks/localdns-custom), so pods may already reach it.
"""
EVERYWHERE: Final = "0.0.0.0/0"
# The first range includes the metadata service, which gives out the node's identity (169.254.169.254).
NOBODYS: Final = ("169.254.0.0/16", LOAD_BALANCER_ADDRESS)
"""Addresses of the virtual machine, which no pod needs."""
NOT_THE_INTERNET: Final = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", *NOBODYS)


def blocks(outside: Outside, settings: AksStackSettings) -> tuple[Block, ...]:
    """Returns the addresses of an endpoint outside the cluster; none if policies have a name for it."""
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
    """Any region can become the primary one, so the subnets of all regions count."""
    database = settings.data.postgresql
    if database.mode == "external":
        # Only the name of an external server is known.
        return (Block(EVERYWHERE, NOBODYS),)
    subnet = Subnet.POSTGRESQL if database.network == "delegatedSubnet" else Subnet.PRIVATE_ENDPOINTS
    return tuple(Block(region_plan(region).subnets[subnet]) for region in settings.regions)
