"""A recorded cluster with controllers in a simulated Azure: what tests of controllers put into it and look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from azure_rehearsal.azure.controllers import Controllers
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.engine.cluster_owned_resources import orphans
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.fake.controlled_cluster import ControlledCluster
from azure_rehearsal.kubernetes.fake.recorded import RecordedClusters
from azure_rehearsal.kubernetes.known_charts import known_chart
from azure_rehearsal.kubernetes.provider import KubernetesStandIn
from simulator_tests.azure.world import GROUP, Made, World
from simulator_tests.kubernetes.support import kubeconfig, named, resource

ME = "me"
NAMESPACE = "voice-system"
RELEASE = "kubernetes:helm.sh/v3:Release"
PREFIX = "service.beta.kubernetes.io/azure-"
NODES = "MC_rg-voice_aks-voice_westeurope"
GATEWAY_API = "gateway.networking.k8s.io/v1"
ENVOY_API = "gateway.envoyproxy.io/v1alpha1"
CLASS_CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"


class Place:
    """One cluster with all that it needs in Azure. `reader` gives its control plane the right to list addresses."""

    def __init__(self, folder: Path, reader: bool = True) -> None:
        self.folder = folder
        self.azure = World(Cloud.open(folder / "azure.json", write_seconds=0))
        self.aks = self.azure.cluster(oidcIssuerProfile={"enabled": True})
        if reader:
            self.role("Reader", self.azure[GROUP].id)
        self.open()
        self.put(named("v1", "Namespace", NAMESPACE))

    def open(self) -> None:
        """What a new process does with what the last one left."""
        cloud, made = Cloud.open(self.folder / "azure.json", write_seconds=0), self.azure.made
        self.azure = World(cloud)
        self.azure.made = made
        self.clusters = RecordedClusters.open(self.folder / "kubernetes", cloud, Controllers(cloud))
        found = self.clusters.by_server(self.aks["fqdn"])
        assert isinstance(found, ControlledCluster)
        self.cluster = found
        self.provider = KubernetesStandIn(self.clusters)
        self.provider.configure({"kubeconfig": kubeconfig(f"https://{self.aks['fqdn']}:443")})

    @property
    def cloud(self) -> Cloud:
        return self.azure.cloud

    @property
    def principal(self) -> str:
        """Who the control plane is."""
        (identity,) = self.cloud.of_type("azure-native:managedidentity:UserAssignedIdentity")[:1]
        return identity.properties["principalId"]

    # In Azure

    def role(self, role: str, scope: str, principal: str = "") -> Made:
        return self.azure.role(principal or self.principal, role, scope)

    def address(self, name: str = "pip-gateway", joined: bool = True) -> Made:
        """A public address; the cluster may use it where it is `joined`."""
        made = self.azure.address(name)
        if joined:
            self.role("Network Contributor", made.id)
        return made

    def frontends(self, balancer: str = "kubernetes") -> list[dict[str, Any]]:
        """The frontends of one of the cluster's load balancers; none where it has none."""
        id = f"/{NODES}/providers/Microsoft.Network/loadBalancers/{balancer}"
        found = [item for item in self.cloud if item.id.endswith(id)]
        return found[0].properties["frontendIPConfigurations"] if found else []

    def disks(self) -> list[str]:
        return [item.id for item in self.cloud.of_type("azure-native:compute:Disk")]

    def left_behind(self) -> list[str]:
        clusters = {self.aks.id: self.cluster} if self.cloud.get(self.aks.id) else {}
        return orphans(self.cloud, clusters)

    # In the cluster

    def put(self, item: Object) -> Key:
        self.cluster.apply(item, ME, force=True)
        return Key.of(item)

    def status(self, key: Key) -> dict[str, Any]:
        found = self.cluster.get(key)
        assert found is not None, f"{key} is gone"
        return found.get("status", {})

    def service(self, name: str = "edge", namespace: str = NAMESPACE, **content: Any) -> Key:
        """A Service of type LoadBalancer; `annotations` without Azure's prefix."""
        annotations = {f"{PREFIX}{key}": value for key, value in content.pop("annotations", {}).items()}
        spec = {"type": "LoadBalancer", "ports": [{"name": "sip", "port": 5060, "protocol": "UDP"}], **content}
        item = named("v1", "Service", name, namespace, spec=spec)
        item["metadata"]["annotations"] = annotations
        return self.put(item)

    def named_service(self, name: str = "edge", address: str = "pip-gateway", **content: Any) -> Key:
        """A Service on a public address of ours."""
        annotations = {"pip-name": address, "load-balancer-resource-group": GROUP, **content.pop("annotations", {})}
        return self.service(name, annotations=annotations, **content)

    def internal_service(
        self, name: str = "edge", subnet: str = "snet-nodes", address: str = "", **content: Any
    ) -> Key:
        annotations = {"load-balancer-internal": "true", "load-balancer-internal-subnet": subnet}
        if address:
            annotations["load-balancer-ipv4"] = address
        return self.service(name, annotations=annotations, **content)

    def ingress(self, key: Key) -> list[str]:
        """The addresses that a Service got."""
        return [item["ip"] for item in self.status(key)["loadBalancer"].get("ingress", [])]

    def problem(self, key: Key) -> str:
        """What controllers say is wrong with an object."""
        return " ".join(self.cluster.problems_of(key))

    # Charts and what they bring

    def install(self, chart: str, name: str = "", values: dict[str, Any] | None = None) -> str:
        """Installs a third-party chart in its pinned version; returns the id."""
        known = known_chart(chart)
        assert known is not None, chart
        release = resource(RELEASE, name or chart)
        inputs = {
            "name": name or chart,
            "namespace": NAMESPACE,
            "chart": f"oci://charts.example.com/{chart}",
            "version": known.version,
            "repositoryOpts": {},
            "values": values or {},
        }
        checked, failures = self.provider.check(release, {}, inputs, b"seed")
        assert failures == []
        self.inputs = checked
        return self.provider.create(release, checked, preview=False)[0]

    def upgrade(self, id: str, values: dict[str, Any]) -> None:
        """Gives the release that was installed last other values."""
        new = {**self.inputs, "values": values}
        self.provider.update(resource(RELEASE), id, self.inputs, self.inputs, new, preview=False)

    def uninstall(self, id: str) -> None:
        self.provider.delete(resource(RELEASE), id, {}, {})

    def gateway(self, **content: Any) -> tuple[Key, Key]:
        """A GatewayClass and a Gateway with one HTTP listener; an EnvoyProxy names the address `pip-gateway`."""
        annotations = {f"{PREFIX}pip-name": "pip-gateway", f"{PREFIX}load-balancer-resource-group": GROUP}
        service = {"type": "LoadBalancer", "annotations": annotations}
        proxy = {"provider": {"type": "Kubernetes", "kubernetes": {"envoyService": service}}}
        self.put(named(ENVOY_API, "EnvoyProxy", "voice", NAMESPACE, spec=proxy))
        of_class = self.put(named(GATEWAY_API, "GatewayClass", "voice", spec={"controllerName": CLASS_CONTROLLER}))
        parameters = {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "voice"}
        spec = {
            "gatewayClassName": "voice",
            "infrastructure": {"parametersRef": parameters},
            "listeners": [{"name": "http", "protocol": "HTTP", "port": 80, "hostname": "*.voice.example.com"}],
            **content,
        }
        return of_class, self.put(named(GATEWAY_API, "Gateway", "voice", NAMESPACE, spec=spec))

    def route(self, host: str = "chat.voice.example.com", name: str = "chat", **content: Any) -> Key:
        spec = {"parentRefs": [{"name": "voice"}], "hostnames": [host], **content}
        return self.put(named(GATEWAY_API, "HTTPRoute", name, NAMESPACE, spec=spec))

    def proxy_service(self) -> Key | None:
        """The Service that Envoy Gateway made."""
        made = [key for key in self.cluster.caused() if key.kind == "Service"]
        return made[0] if made else None
