"""All endpoints of possible connections in a deployed stack, from its running cluster and the simulated Azure.

Pods are the running ones, those of CronJobs, and those that Services select. Pods that do not run here (controllers of
third-party charts, AKS add-ons) are represented by their labels in `model.policy_endpoints`. Addresses are those of the
simulated Azure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.private_connections import PRIVATE_ENDPOINT
from azure_rehearsal.azure.services.dbforpostgresql.common import SERVER
from azure_rehearsal.azure.services.network.common import SUBNET
from azure_rehearsal.azure.services.network.network_security_group import SECURITY_GROUP
from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from model import policy_endpoints as peers
from model.flow import Flow
from model.kubernetes import NAMESPACES
from model.policy_endpoints import HostNetworkPods, Outside, Peer, Pods
from model.workloads import CATALOG
from tests.cluster.cluster_queries import nodes, pods, workload
from tests.unit.admission import API_SERVER, NODE, Place, Pod, address

LIVE: Final = "live pod"
STARTED_BY_A_CRON_JOB: Final = "pod of a live CronJob"
OF_A_SERVICE: Final = "pod that a live Service selects"
BY_LABELS: Final = "pod with the labels of its chart or add-on"
NOT_HERE: Final = "pod that this stack does not have"
ANY_OTHER: Final = "pod without labels"
IN_AZURE: Final = "address in the simulated Azure"
KNOWN: Final = "known of Azure and Kubernetes"
MADE_UP: Final = "made up"

OURS: Final = frozenset(namespace.name for namespace in NAMESPACES)
OWN_NODE: Final = Place("host")
"""The node of a pod. Policies identify it by entity, not by address."""
_FIRST_HOST: Final = 4
"""Azure reserves the first addresses of a subnet."""
_UNASSIGNED: Final = ("10.250.0.9", "100.127.0.9", "172.31.0.9", "192.168.0.9")
"""One unassigned address of each private range."""
_SIP: Final = "5060"


@dataclass(frozen=True)
class Port:
    """A port of a target. `number` is `None` when only a name is known, because the pod does not run here."""

    protocol: str
    number: int | None
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name if self.number is None else self.number}/{self.protocol.lower()}"


@dataclass(frozen=True, eq=False)
class Endpoint:
    """A source or target of connections.

    `found` says where it was found; `outside` lists its peers in `model.policy_endpoints` other than pods and nodes;
    `group` is its name in tables when all members behave the same. `ports` are the known ports of a pod.
    """

    name: str
    found: str
    place: Pod | Place
    outside: frozenset[Outside] = frozenset()
    group: str = ""
    ports: tuple[Port, ...] = ()
    is_source: bool = True
    is_target: bool = True

    @property
    def has_complete_ports(self) -> bool:
        """Whether `ports` is complete."""
        return self.found in (LIVE, STARTED_BY_A_CRON_JOB)

    @property
    def is_ours(self) -> bool:
        """Whether policies of the platform select it."""
        return isinstance(self.place, Pod) and self.place.namespace in OURS

    def is_source_of(self, flow: Flow) -> bool:
        """The API server connects through its tunnel pods. A flow from anyone does not let our own pods out."""
        if flow.source is Outside.API_SERVER:
            return self._is(peers.API_SERVER_TUNNEL)
        if flow.source is Outside.ANYONE and self.is_ours:
            return False
        return self.is_source and self._is(flow.source)

    def is_target_of(self, flow: Flow) -> bool:
        return self.is_target and self._is(flow.target)

    def _is(self, peer: Peer) -> bool:
        if isinstance(peer, HostNetworkPods):
            return self.place in (NODE, OWN_NODE)
        if isinstance(peer, Pods):
            return (
                isinstance(self.place, Pod)
                and self.place.namespace == peer.namespace
                and peer.labels.items() <= self.place.labels.items()
            )
        return peer is Outside.ANYONE or peer in self.outside


def all_endpoints(cluster: RealCluster, cloud: Cloud, flows: Iterable[Flow]) -> list[Endpoint]:
    """All endpoints, each once; `flows` are those of the stack."""
    found = {end.name: end for end in _live_pods(cluster)}
    for end in (*_expected_pods(cluster), *_pods_by_labels(flows)):
        if not any(_matches_labels(end, other) for other in found.values()):
            found.setdefault(end.name, end)
    for end in (*_unlabeled_pods(cluster), *_nodes(), *_in_azure(cluster, cloud), *_addresses()):
        assert end.name not in found, f"two endpoints have the name {end.name}"
        found[end.name] = end
    return list(found.values())


def _matches_labels(wanted: Endpoint, other: Endpoint) -> bool:
    """Whether an endpoint already has the labels of another one."""
    return (
        isinstance(wanted.place, Pod)
        and isinstance(other.place, Pod)
        and wanted.place.namespace == other.place.namespace
        and wanted.place.labels.items() <= other.place.labels.items()
    )


# Pods


def _live_pods(cluster: RealCluster) -> Iterator[Endpoint]:
    """Running pods, except those of CronJobs."""
    for pod in pods(cluster):
        kinds = {owner["kind"] for owner in pod["metadata"].get("ownerReferences") or ()}
        if not pod["spec"].get("hostNetwork") and "Job" not in kinds:
            labels = pod["metadata"].get("labels") or {}
            yield _pod(workload(pod), LIVE, pod["metadata"]["namespace"], labels, tuple(_ports(pod["spec"])))


def _expected_pods(cluster: RealCluster) -> Iterator[Endpoint]:
    for job in cluster.list_objects("batch/v1", "CronJob"):
        namespace, template = job["metadata"]["namespace"], job["spec"]["jobTemplate"]["spec"]["template"]
        name = f"{namespace}/{job['metadata']['name']}"
        ports = tuple(_ports(template["spec"]))
        yield _pod(name, STARTED_BY_A_CRON_JOB, namespace, template["metadata"]["labels"], ports)
    on_nodes = [pod for pod in pods(cluster) if pod["spec"].get("hostNetwork")]
    for service in cluster.list_objects("v1", "Service"):
        namespace, labels = service["metadata"]["namespace"], service["spec"].get("selector") or {}
        if labels and not any(labels.items() <= pod["metadata"]["labels"].items() for pod in on_nodes):
            ports = tuple(
                Port(port["protocol"], port["targetPort"], port.get("name", ""))
                for port in service["spec"]["ports"]
                if isinstance(port["targetPort"], int)
            )
            yield _pod(f"{namespace}/{service['metadata']['name']}", OF_A_SERVICE, namespace, labels, ports)


def _pods_by_labels(flows: Iterable[Flow]) -> Iterator[Endpoint]:
    """Peers of this stack first, because two names can have the same labels."""
    here = [end for flow in flows for end in (flow.source, flow.target) if isinstance(end, Pods)]
    known = (*vars(peers).values(), *(workload.endpoint for workload in CATALOG))
    every = [peer for peer in known if isinstance(peer, Pods)]
    for peer in (*here, peers.API_SERVER_TUNNEL, *every):
        if peer.labels:
            found = BY_LABELS if peer in here or peer is peers.API_SERVER_TUNNEL else NOT_HERE
            yield _pod(f"{peer.namespace}/{peer.name}", found, peer.namespace, peer.labels)


def _unlabeled_pods(cluster: RealCluster) -> Iterator[Endpoint]:
    """A pod without labels in each namespace, which matches no flow."""
    for namespace in cluster.list_objects("v1", "Namespace"):
        name = namespace["metadata"]["name"]
        yield _pod(f"any other pod in {name}", ANY_OTHER, name, {})


def _pod(name: str, found: str, namespace: str, labels: Mapping[str, str], ports: tuple[Port, ...] = ()) -> Endpoint:
    return Endpoint(name, found, Pod(namespace, labels), group=f"every pod in {namespace}", ports=ports)


def _ports(spec: Object) -> Iterator[Port]:
    for container in spec["containers"]:
        for port in container.get("ports") or ():
            yield Port(port.get("protocol", "TCP"), port["containerPort"], port.get("name", ""))


# Other endpoints


def _nodes() -> Iterator[Endpoint]:
    """A kubelet always reaches the pods of its node, so the own node is not checked as a source."""
    yield Endpoint("a node", KNOWN, NODE)
    dns = frozenset({Outside.NODE_LOCAL_DNS})
    yield Endpoint("the pod's own node", KNOWN, OWN_NODE, dns, is_source=False)
    yield Endpoint("the API server", KNOWN, API_SERVER, frozenset({Outside.API_SERVER}), is_source=False)


def _in_azure(cluster: RealCluster, cloud: Cloud) -> Iterator[Endpoint]:
    subnets = {record.id: ipaddress.ip_network(record.properties["addressPrefix"]) for record in cloud.of_type(SUBNET)}
    known: list[str] = list(_addresses_of_nodes(cluster))
    for endpoint in cloud.of_type(PRIVATE_ENDPOINT):
        for place, config in enumerate(endpoint.properties["customDnsConfigs"]):
            (own,) = config["ipAddresses"]
            known.append(own)
            name = endpoint.properties["name"] + (f" ({place + 1})" if place else "")
            outside = frozenset({Outside.PRIVATE_ENDPOINTS})
            yield Endpoint(name, IN_AZURE, address(own), outside, group="every private endpoint")
    for server in cloud.of_type(SERVER):
        subnet = subnets[server.properties["network"]["delegatedSubnetResourceId"]]
        own = str(subnet[_FIRST_HOST])
        known.append(own)
        outside = frozenset({Outside.DATABASES})
        yield Endpoint(server.properties["name"], IN_AZURE, address(own), outside, group="every PostgreSQL server")
    for id, subnet in subnets.items():
        if not any(ipaddress.ip_address(own) in subnet for own in known):
            yield Endpoint(
                id.rpartition("/")[2], IN_AZURE, address(str(subnet[_FIRST_HOST])), group="every other subnet"
            )
    carriers = sorted(_carriers(cluster, cloud))
    assert carriers, "no security group admits carriers"
    for place, range in enumerate(carriers):
        own = str(ipaddress.ip_network(range)[1])
        name = f"carrier {place + 1}"
        outside = frozenset({Outside.CARRIERS, Outside.INTERNET})
        yield Endpoint(name, IN_AZURE, address(own), outside, group="every carrier")


def _addresses_of_nodes(cluster: RealCluster) -> Iterator[str]:
    for node in nodes(cluster).values():
        yield from (entry["address"] for entry in node["status"]["addresses"] if entry["type"] == "InternalIP")


def _carriers(cluster: RealCluster, cloud: Cloud) -> Iterator[str]:
    """The ranges that a security group admits to the SIP port of a load balancer."""
    addresses = {
        entry["ip"]
        for service in cluster.list_objects("v1", "Service")
        for entry in service.get("status", {}).get("loadBalancer", {}).get("ingress") or ()
    }
    for group in cloud.of_type(SECURITY_GROUP):
        for rule in group.properties["securityRules"]:
            properties: Mapping[str, Any] = rule
            ports = [properties.get("destinationPortRange"), *properties.get("destinationPortRanges", ())]
            if properties["direction"] != "Inbound" or properties["access"] != "Allow" or _SIP not in ports:
                continue
            if properties.get("destinationAddressPrefix") in addresses and properties["protocol"] == "Udp":
                sources = [properties.get("sourceAddressPrefix"), *properties.get("sourceAddressPrefixes", ())]
                yield from (source for source in sources if source)


def _addresses() -> Iterator[Endpoint]:
    local_dns, probes = frozenset({Outside.NODE_LOCAL_DNS}), frozenset({Outside.LOAD_BALANCER_PROBES})
    internet = frozenset({Outside.INTERNET})
    yield Endpoint("LocalDNS by its address", KNOWN, address("169.254.10.11"), local_dns, is_source=False)
    yield Endpoint("the service of identities", KNOWN, address("169.254.169.254"), is_source=False)
    yield Endpoint("Azure's load balancer", KNOWN, address("168.63.129.16"), probes)
    yield Endpoint("the internet", MADE_UP, address("198.51.100.1"), internet, group="all the internet")
    yield Endpoint("an unassigned public address", MADE_UP, address("192.0.2.1"), internet, group="all the internet")
    for own in _UNASSIGNED:
        yield Endpoint(f"{own}, unassigned", MADE_UP, address(own), group="every unassigned private address")
