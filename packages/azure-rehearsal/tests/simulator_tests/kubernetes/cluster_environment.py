"""A fake cluster with controllers in a simulated Azure, for tests of controllers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from azure_rehearsal.azure.controllers import Controllers
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.engine.cluster_owned_resources import orphans
from azure_rehearsal.kubernetes.chart_catalog import find_chart
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.fake.fake_cluster import FakeCluster
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed
from simulator_tests.kubernetes.support import kubeconfig, named, resource

MANAGER = "tests"
NAMESPACE = "shop-system"
RELEASE = "kubernetes:helm.sh/v3:Release"
PREFIX = "service.beta.kubernetes.io/azure-"
GATEWAY_API = "gateway.networking.k8s.io/v1"
ENVOY_API = "gateway.envoyproxy.io/v1alpha1"
CLASS_CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"


class ClusterEnvironment:
    """One cluster with its Azure resources. `reader` lets its control plane list public addresses."""

    def __init__(self, folder: Path, reader: bool = True) -> None:
        self.folder = folder
        self.azure = AzureHarness(Cloud.open(folder / "azure.json", write_seconds=0))
        self.aks = self.azure.cluster(oidcIssuerProfile={"enabled": True})
        if reader:
            self.role("Reader", self.azure[GROUP].id)
        self.open()
        self.put(named("v1", "Namespace", NAMESPACE))

    def open(self) -> None:
        """Opens the stored state, as a new process does."""
        cloud, made = Cloud.open(self.folder / "azure.json", write_seconds=0), self.azure.deployed
        self.azure = AzureHarness(cloud)
        self.azure.deployed = made
        self.clusters = FakeClusters.open(self.folder / "kubernetes", cloud, Controllers(cloud))
        found = self.clusters.by_server(self.aks["fqdn"])
        assert isinstance(found, FakeCluster)
        self.cluster = found
        self.provider = FakeKubernetesProvider(self.clusters)
        self.provider.configure({"kubeconfig": kubeconfig(f"https://{self.aks['fqdn']}:443")})

    @property
    def cloud(self) -> Cloud:
        return self.azure.cloud

    @property
    def aks_name(self) -> str:
        return self.aks.id.rpartition("/")[2]

    @property
    def node_group(self) -> str:
        """The resource group of the nodes, which AKS creates."""
        return self.aks["nodeResourceGroup"]

    @property
    def principal(self) -> str:
        """The principal of the control plane."""
        (identity,) = self.cloud.of_type("azure-native:managedidentity:UserAssignedIdentity")[:1]
        return identity.properties["principalId"]

    # In Azure

    def role(self, role: str, scope: str, principal: str = "") -> Deployed:
        return self.azure.role(principal or self.principal, role, scope)

    def address(self, name: str = "pip-gateway", joined: bool = True) -> Deployed:
        """A public address. With `joined` the cluster may use it."""
        made = self.azure.address(name)
        if joined:
            self.role("Network Contributor", made.id)
        return made

    def frontends(self, balancer: str = "kubernetes") -> list[dict[str, Any]]:
        """The frontends of one of the cluster's load balancers."""
        id = f"/{self.node_group}/providers/Microsoft.Network/loadBalancers/{balancer}"
        found = [item for item in self.cloud if item.id.endswith(id)]
        return found[0].properties["frontendIPConfigurations"] if found else []

    def disks(self) -> list[str]:
        return [item.id for item in self.cloud.of_type("azure-native:compute:Disk")]

    def left_behind(self) -> list[str]:
        clusters = {self.aks.id: self.cluster} if self.cloud.get(self.aks.id) else {}
        return orphans(self.cloud, clusters)

    # In the cluster

    def put(self, item: Object) -> Key:
        self.cluster.apply(item, MANAGER, force=True)
        return Key.of(item)

    def status(self, key: Key) -> dict[str, Any]:
        found = self.cluster.get(key)
        assert found is not None, f"{key} does not exist"
        return found.get("status", {})

    def service(self, name: str = "edge", namespace: str = NAMESPACE, **content: Any) -> Key:
        """A Service of type LoadBalancer; `annotations` without Azure's prefix."""
        annotations = {f"{PREFIX}{key}": value for key, value in content.pop("annotations", {}).items()}
        spec = {"type": "LoadBalancer", "ports": [{"name": "stream", "port": 5000, "protocol": "UDP"}], **content}
        item = named("v1", "Service", name, namespace, spec=spec)
        item["metadata"]["annotations"] = annotations
        return self.put(item)

    def named_service(self, name: str = "edge", address: str = "pip-gateway", **content: Any) -> Key:
        """A Service on an existing public address."""
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
        """The addresses of a Service."""
        return [item["ip"] for item in self.status(key)["loadBalancer"].get("ingress", [])]

    def problem(self, key: Key) -> str:
        """The warnings of controllers about an object."""
        return " ".join(self.cluster.warnings_for(key))

    # Charts and their objects

    def install(self, chart: str, name: str = "", values: dict[str, Any] | None = None) -> str:
        """Installs a third-party chart in its pinned version; returns the id."""
        known = find_chart(chart)
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
        """Upgrades the latest release with new values."""
        new = {**self.inputs, "values": values}
        self.provider.update(resource(RELEASE), id, self.inputs, self.inputs, new, preview=False)

    def uninstall(self, id: str) -> None:
        self.provider.delete(resource(RELEASE), id, {}, {})

    def gateway(self, **content: Any) -> tuple[Key, Key]:
        """A GatewayClass and a Gateway with one HTTP listener, on the address `pip-gateway`."""
        annotations = {f"{PREFIX}pip-name": "pip-gateway", f"{PREFIX}load-balancer-resource-group": GROUP}
        service = {"type": "LoadBalancer", "annotations": annotations}
        proxy = {"provider": {"type": "Kubernetes", "kubernetes": {"envoyService": service}}}
        self.put(named(ENVOY_API, "EnvoyProxy", "shop", NAMESPACE, spec=proxy))
        class_key = self.put(named(GATEWAY_API, "GatewayClass", "shop", spec={"controllerName": CLASS_CONTROLLER}))
        parameters = {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "shop"}
        spec = {
            "gatewayClassName": "shop",
            "infrastructure": {"parametersRef": parameters},
            "listeners": [{"name": "http", "protocol": "HTTP", "port": 80, "hostname": "*.shop.example.com"}],
            **content,
        }
        return class_key, self.put(named(GATEWAY_API, "Gateway", "shop", NAMESPACE, spec=spec))

    def route(self, host: str = "chat.shop.example.com", name: str = "chat", **content: Any) -> Key:
        spec = {"parentRefs": [{"name": "shop"}], "hostnames": [host], **content}
        return self.put(named(GATEWAY_API, "HTTPRoute", name, NAMESPACE, spec=spec))

    def proxy_service(self) -> Key | None:
        """The Service that Envoy Gateway created."""
        made = [key for key in self.cluster.causes() if key.kind == "Service"]
        return made[0] if made else None
