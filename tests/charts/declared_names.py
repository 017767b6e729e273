"""The names that the resources of a stack have, by kind of name.

Each kind is a phrase such as "blob container"; `tests.charts.referenced_names` uses the same phrases.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from azure_rehearsal.azure.core import arm_ids
from model.address_plan import region_plan
from tests.charts.stack_contents import KubernetesObject, StackContents, texts
from tests.unit.graph import Registered
from tests.unit.stacks import ANSWERS, address_of

Names = Iterator[tuple[str, str]]
"""Kinds and names."""

BUILT_IN: Mapping[str, frozenset[str]] = {
    "Namespace": frozenset({"kube-system", "default"}),
    "PriorityClass": frozenset({"system-node-critical", "system-cluster-critical"}),
    "Service port": frozenset({"default/kubernetes:443"}),
    "ServiceAccount": frozenset({"kube-system/keda-operator"}),
    "StorageClass": frozenset({"managed-csi", "managed-csi-premium"}),
}
"""Names that Kubernetes and AKS bring."""


def _storage_account(inputs: dict[str, Any]) -> Names:
    yield "host", f"{inputs['accountName']}.blob.core.windows.net"


def _container(inputs: dict[str, Any]) -> Names:
    yield "blob container", f"{inputs['accountName']}/{inputs['containerName']}"


def _vault(inputs: dict[str, Any]) -> Names:
    yield "host", f"{inputs['vaultName']}.vault.azure.net"


def _secret(inputs: dict[str, Any]) -> Names:
    yield "secret of the vault", f"{inputs['vaultName']}/{inputs['secretName']}"


def _redis(inputs: dict[str, Any]) -> Names:
    yield "host", f"{inputs['clusterName']}.{inputs['location']}.redis.azure.net"


def _server(inputs: dict[str, Any]) -> Names:
    yield "host", f"{inputs['serverName']}.postgres.database.azure.com"


def _database(inputs: dict[str, Any]) -> Names:
    yield "database", f"{inputs['serverName']}.postgres.database.azure.com/{inputs['databaseName']}"


def _registry(inputs: dict[str, Any]) -> Names:
    yield "host", f"{inputs['registryName']}.azurecr.io"


def _traffic_manager(inputs: dict[str, Any]) -> Names:
    yield "host", f"{inputs['profileName']}.trafficmanager.net"


def _metrics(inputs: dict[str, Any]) -> Names:
    answer = ANSWERS["azure-native:monitor:getAzureMonitorWorkspace"](inputs)
    yield "host", answer["metrics"]["prometheusQueryEndpoint"].removeprefix("https://")


def _zone(inputs: dict[str, Any]) -> Names:
    yield "DNS zone", f"{inputs['resourceGroupName']}/{inputs['zoneName']}"
    yield "DNS zone name", inputs["zoneName"]


def _record(inputs: dict[str, Any]) -> Names:
    name, zone = inputs["relativeRecordSetName"], inputs["zoneName"]
    yield "DNS record", zone if name == "@" else f"{name}.{zone}"


def _private_zone(inputs: dict[str, Any]) -> Names:
    yield "private DNS zone", inputs["privateZoneName"]


def _address(inputs: dict[str, Any]) -> Names:
    yield "public address", f"{inputs['resourceGroupName']}/{inputs['publicIpAddressName']}"


def _identity(inputs: dict[str, Any]) -> Names:
    answer = ANSWERS["azure-native:managedidentity:getUserAssignedIdentity"](inputs)
    yield "client id", answer["clientId"]
    yield "principal", answer["principalId"]


def _trust(inputs: dict[str, Any]) -> Names:
    answer = ANSWERS["azure-native:managedidentity:getUserAssignedIdentity"](inputs)
    yield "trust in a ServiceAccount", f"{answer['clientId']} {inputs['subject']}"


def _subnet(inputs: dict[str, Any]) -> Names:
    yield "subnet", inputs["subnetName"]


def _pool(inputs: dict[str, Any]) -> Names:
    for label, value in inputs["nodeLabels"].items():
        yield "node label", f"{label}={value}"


def _role(inputs: dict[str, Any]) -> Names:
    yield "role", f"{inputs['principalId']} on {arm_ids.path_with_names(inputs['scope'])}"


def _endpoint(inputs: dict[str, Any]) -> Names:
    for connection in inputs["privateLinkServiceConnections"]:
        yield "private endpoint", arm_ids.name(connection["privateLinkServiceId"])


def _administrator(inputs: dict[str, Any]) -> Names:
    yield "database administrator", inputs["principalName"]


OF_AZURE: Mapping[str, Callable[..., Names]] = {
    "storage:StorageAccount": _storage_account,
    "storage:BlobContainer": _container,
    "keyvault:Vault": _vault,
    "keyvault:Secret": _secret,
    "redisenterprise:RedisEnterprise": _redis,
    "dbforpostgresql:Server": _server,
    "dbforpostgresql:Database": _database,
    "dbforpostgresql:AdministratorsMicrosoftEntra": _administrator,
    "containerregistry:Registry": _registry,
    "trafficmanager:Profile": _traffic_manager,
    "monitor:AzureMonitorWorkspace": _metrics,
    "dns:Zone": _zone,
    "dns:RecordSet": _record,
    "privatedns:PrivateZone": _private_zone,
    "network:PublicIPAddress": _address,
    "network:Subnet": _subnet,
    "network:PrivateEndpoint": _endpoint,
    "managedidentity:UserAssignedIdentity": _identity,
    "managedidentity:FederatedIdentityCredential": _trust,
    "containerservice:AgentPool": _pool,
    "authorization:RoleAssignment": _role,
}
"""The names that a resource of each type has for other resources."""


def _of_object(item: KubernetesObject) -> Names:
    place = f"{item.namespace}/{item.name}" if item.namespace else item.name
    yield item.kind, place
    spec = item.content.get("spec") or {}
    match item.kind:
        case "Service":
            for port in spec["ports"]:
                yield "Service port", f"{place}:{port['port']}"
        case "Certificate":
            yield "Secret", f"{item.namespace}/{spec['secretName']}"
        case "SecretProviderClass":
            for secret in spec.get("secretObjects", []):
                yield "Secret", f"{item.namespace}/{secret['secretName']}"
        case "HTTPRoute" if "voice.platform/dns-record" in (item.content["metadata"].get("labels") or {}):
            # external-dns writes the records of these.
            for host in spec["hostnames"]:
                yield "DNS record", host


def _of_release(release: Registered) -> Names:
    """The ServiceAccount of a third-party chart. Its Services have the names of the release and of their parts."""
    values, namespace = release.inputs.get("values", {}), release.inputs["namespace"]
    name = values.get("fullnameOverride") or release.inputs["name"]
    yield "ServiceAccount", f"{namespace}/{(values.get('serviceAccount') or {}).get('name') or name}"
    yield "release", f"{namespace}/{name}"


def _ranges(stack: StackContents) -> Names:
    """The address ranges that the stack knows: of networks, carriers and deployers."""
    for region in stack.settings.regions:
        plan = region_plan(region)
        for cidr in (plan.network, plan.pods, plan.services):
            yield "range", cidr
    settings = stack.settings
    for carrier in settings.telephony.carriers:
        for cidr in (*carrier.signalling_cidrs, *carrier.media_cidrs):
            yield "range", cidr
    for cidr in (*settings.deployer.egress_cidrs, *settings.aks.api_server.authorized_cidrs):
        yield "range", cidr
    for resource in stack.graph.of_type("azure-native:network:PublicIPAddress"):
        yield "range", address_of(resource.inputs["publicIpAddressName"])
    for resource in stack.graph.of_type("azure-native:network:PublicIPPrefix"):
        yield "range", f"{address_of(resource.inputs['publicIpPrefixName'])}/{resource.inputs['prefixLength']}"


class DeclaredNames:
    """All names of the stacks of an environment. Objects in Kubernetes count for the first of them, whose cluster has
    them.
    """

    def __init__(self, environment: tuple[StackContents, ...]) -> None:
        self._names: defaultdict[str, set[str]] = defaultdict(
            set, {kind: set(names) for kind, names in BUILT_IN.items()}
        )
        for stack in environment:
            for kind, name in self._of_stack(stack):
                self._names[kind].add(name)
        own = environment[0]
        for item in own.objects:
            for kind, name in _of_object(item):
                self._names[kind].add(name)
        for release in own.releases:
            for kind, name in _of_release(release):
                self._names[kind].add(name)
        self._ranges = [ipaddress.IPv4Network(name) for name in self._names["range"] if name != "0.0.0.0/0"]
        # The values of third-party charts also make Services, by the names that these charts give to them.
        self._release_texts = {text for release in own.releases for text in texts(release.inputs.get("values", {}))}

    @staticmethod
    def _of_stack(stack: StackContents) -> Names:
        for id, resource in stack.azure:
            yield "id", arm_ids.key(id)
            names = OF_AZURE.get(resource.type.removeprefix("azure-native:"))
            if names is not None:
                yield from names(resource.inputs)
        yield from _ranges(stack)

    def has(self, kind: str, name: str) -> bool:
        """Whether a resource has the name."""
        match kind:
            case "id":
                return arm_ids.key(name) in self._names["id"]
            case "address":
                return any(ipaddress.IPv4Network(name).subnet_of(known) for known in self._ranges)
            case "Service port":
                return name in self._names[kind] or self._release_has(name)
        return name in self._names[kind]

    def _release_has(self, name: str) -> bool:
        """Whether a Service is one of a third-party chart: its name begins with the name of the release."""
        service = name.partition(":")[0]
        return any(service == release or service.startswith(f"{release}-") for release in self._names["release"])
