"""The names that the configuration of a stack refers to, by kind of name.

Each kind is a phrase of `tests.charts.declared_names`. A new kind needs one function here and one there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from azure_rehearsal.azure.core import arm_ids
from tests.charts.stack_contents import KubernetesObject, StackContents, texts, walk
from tests.unit.stacks import ANSWERS

SUFFIXES = (
    "blob.core.windows.net",
    "vault.azure.net",
    "redis.azure.net",
    "postgres.database.azure.com",
    "documents.azure.com",
    "azurecr.io",
    "trafficmanager.net",
    "prometheus.monitor.azure.com",
)
"""The ends of the host names of Azure's services."""

HOST = re.compile(rf"(?<![\w.-])((?:[a-z0-9-]+\.)+(?:{'|'.join(map(re.escape, SUFFIXES))}))(?![\w.-])")
CONTAINER = re.compile(r"https://([a-z0-9]+)\.blob\.core\.windows\.net/([a-z0-9-]+)")
EGRESS_CONTAINER = re.compile(r"account_name: (\S+)\n(?:.*\n)?\s+container_name: (\S+)")
SERVICE = re.compile(r"(?<![\w.-])([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?:(\d+)")
ADDRESS = re.compile(r"(?<![\w.-])((?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?)(?![\w.-])")
ARM_ID = re.compile(r"^/subscriptions/[^/]+/resourceGroups/[^/]+(/.*)?$", re.IGNORECASE)

NOT_OURS = (
    *("0.0.0.0", "0.0.0.0/0", "127.0.0.1", "127.0.0.0/8", "168.63.129.16", "168.63.129.16/32", "169.254.169.254"),
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "169.254.10.0/24"),
)
"""Any address, the node itself, Azure's DNS and its metadata service; the private ranges that policies exclude."""
PRIVATE_ZONE = re.compile(r"(^|\.)private(link)?\.")
"""What the names of private DNS zones have in common."""
MADE_BY_AZURE = ("microsoft.network/networkwatchers", "microsoft.network/ddosprotectionplans")
"""Types of resources that a stack refers to and does not create."""

POD_REFERENCES: Mapping[tuple[str, ...], str] = {
    ("serviceAccountName",): "ServiceAccount",
    ("volumes", "configMap", "name"): "ConfigMap",
    ("volumes", "secret", "secretName"): "Secret",
    ("volumes", "csi", "volumeAttributes", "secretProviderClass"): "SecretProviderClass",
    ("envFrom", "configMapRef", "name"): "ConfigMap",
    ("envFrom", "secretRef", "name"): "Secret",
    ("valueFrom", "configMapKeyRef", "name"): "ConfigMap",
    ("valueFrom", "secretKeyRef", "name"): "Secret",
    ("certificateRefs", "name"): "Secret",
    ("secretStoreRefs", "name"): "SecretStore",
    ("serviceAccountRef", "name"): "ServiceAccount",
    ("scaleTargetRef", "name"): "Deployment",
}
"""Ends of paths to names of objects in the same namespace, and the kinds of these objects."""

CLUSTER_REFERENCES: Mapping[tuple[str, ...], str] = {
    ("priorityClassName",): "PriorityClass",
    ("storageClassName",): "StorageClass",
    ("issuerRef", "name"): "ClusterIssuer",
    ("gatewayClassName",): "GatewayClass",
    ("metadata", "namespace"): "Namespace",
    ("clientID",): "client id",
    ("clientId",): "client id",
    ("azure.workload.identity/client-id",): "client id",
    ("service.beta.kubernetes.io/azure-load-balancer-internal-subnet",): "subnet",
    ("domainFilters",): "DNS zone name",
    ("dnsZones",): "DNS zone name",
}
"""The same for names that are unique in the cluster or in Azure."""


@dataclass(frozen=True)
class Reference:
    """One use of a name, and the resource whose configuration contains it."""

    kind: str
    name: str
    where: str

    def __str__(self) -> str:
        return f"{self.where} refers to the {self.kind} {self.name}"


def references(stack: StackContents) -> Iterator[Reference]:
    """Every use of a name in the stack's Kubernetes objects, values of third-party charts and Azure resources."""
    for item in stack.objects:
        for kind, name in _of_object(item, stack):
            yield Reference(kind, name, f"{item.where} ({item.kind})")
    for release in stack.releases:
        for kind, name in _of_value(release.inputs, release.inputs["namespace"]):
            yield Reference(kind, name, release.name)
    for id, resource in stack.azure:
        for kind, name in _of_azure(id, resource.inputs):
            yield Reference(kind, name, f"{resource.name} ({resource.type})")


def _of_object(item: KubernetesObject, stack: StackContents) -> Iterator[tuple[str, str]]:
    yield from _of_value(item.content, item.namespace)
    match item.kind:
        case "SecretProviderClass":
            yield from _mounted_secrets(item, stack)
        case "ServiceAccount":
            yield from _trusted_account(item)
        case "HTTPRoute":
            yield from _route(item, stack)
        case "Gateway" | "Certificate":
            yield from _public_names(item, stack)
        case "ScaledObject":
            for _, value in walk(item.content["spec"]):
                if isinstance(value, Mapping) and value.get("kind") == "ClusterTriggerAuthentication":
                    yield "ClusterTriggerAuthentication", value["name"]
        case "CronJob" | "Job" | "Deployment":
            yield from _data(item, stack)


def _of_value(value: Any, namespace: str) -> Iterator[tuple[str, str]]:
    """References by keys, and those inside text, such as hosts in a configuration file."""
    for path, item in walk(value):
        if not isinstance(item, str):
            continue
        for end, kind in POD_REFERENCES.items():
            if path[-len(end) :] == end:
                yield kind, f"{namespace}/{item}"
        for end, kind in CLUSTER_REFERENCES.items():
            if path[-len(end) :] == end:
                yield kind, item
        if path and path[-1] == "voice.platform/pool":
            yield "node label", f"voice.platform/pool={item}"
    yield from _node_affinity(value)
    yield from _load_balancer(value)
    for text in texts(value):
        yield from _inside_text(text)


def _inside_text(text: str) -> Iterator[tuple[str, str]]:
    for host in HOST.findall(text):
        yield "host", host
        if not host.endswith(("azurecr.io", "trafficmanager.net", "prometheus.monitor.azure.com")):
            yield "private host", host
    for account, container in (*CONTAINER.findall(text), *EGRESS_CONTAINER.findall(text)):
        yield "blob container", f"{account}/{container}"
    for account, _ in EGRESS_CONTAINER.findall(text):
        yield "private host", f"{account}.blob.core.windows.net"
    for name, namespace, port in SERVICE.findall(text):
        yield "Service port", f"{namespace}/{name}:{port}"
    for address in ADDRESS.findall(text):
        if address not in NOT_OURS:
            yield "address", address


def _node_affinity(value: Any) -> Iterator[tuple[str, str]]:
    for path, item in walk(value):
        if path[-1:] == ("matchExpressions",) and isinstance(item, Mapping) and "nodeSelectorTerms" in path:
            key = item["key"]
            for allowed in item["values"] if key.startswith("voice.platform/") else ():
                yield "node label", f"{key}={allowed}"


def _load_balancer(value: Any) -> Iterator[tuple[str, str]]:
    annotation = "service.beta.kubernetes.io/azure-"
    for _, item in walk(value):
        if isinstance(item, Mapping) and f"{annotation}pip-name" in item:
            group = item[f"{annotation}load-balancer-resource-group"]
            yield "public address", f"{group}/{item[f'{annotation}pip-name']}"


def _mounted_secrets(item: KubernetesObject, stack: StackContents) -> Iterator[tuple[str, str]]:
    """The vault and its secrets, and the role of the identity on each of them."""
    parameters = item.content["spec"]["parameters"]
    vault = parameters["keyvaultName"]
    yield "host", f"{vault}.vault.azure.net"
    yield "private host", f"{vault}.vault.azure.net"
    for text in yaml.safe_load(parameters["objects"])["array"]:
        secret = yaml.safe_load(text)["objectName"]
        yield "secret of the vault", f"{vault}/{secret}"
        principal = _principals(stack).get(parameters["clientID"])
        yield "role", f"{principal} on Microsoft.KeyVault/vaults/{vault}/secrets/{secret}"


def _principals(stack: StackContents) -> Mapping[str, str]:
    """The principal id of every identity, by its client id."""
    found: dict[str, str] = {}
    for resource in stack.graph.of_type("azure-native:managedidentity:UserAssignedIdentity"):
        answer = ANSWERS["azure-native:managedidentity:getUserAssignedIdentity"](resource.inputs)
        found[str(answer["clientId"])] = str(answer["principalId"])
    return found


def _trusted_account(item: KubernetesObject) -> Iterator[tuple[str, str]]:
    client = (item.content["metadata"].get("annotations") or {}).get("azure.workload.identity/client-id")
    if client is not None:
        yield "trust in a ServiceAccount", f"{client} system:serviceaccount:{item.namespace}:{item.name}"


def _route(item: KubernetesObject, stack: StackContents) -> Iterator[tuple[str, str]]:
    own_services = {(route.namespace, route.service) for route in stack.settings.gateway.routes}
    spec = item.content["spec"]
    for parent in spec["parentRefs"]:
        yield "Gateway", f"{parent['namespace']}/{parent['name']}"
    for rule in spec["rules"]:
        for backend in rule.get("backendRefs", []):
            if (item.namespace, backend["name"]) not in own_services:
                yield "Service port", f"{item.namespace}/{backend['name']}:{backend['port']}"
    if stack.settings.dns.automatic:
        yield from (("DNS record", host) for host in spec.get("hostnames", []) if host in _recorded(stack))


def _recorded(stack: StackContents) -> frozenset[str]:
    """The hosts of the platform's own routes. Users write the records of hosts outside of the region's zone."""
    return frozenset(
        host
        for item in stack.objects
        if item.kind == "HTTPRoute" and item.name in ("api", "livekit", "livekit-agents", "livekit-clients")
        for host in item.content["spec"]["hostnames"]
    )


def _public_names(item: KubernetesObject, stack: StackContents) -> Iterator[tuple[str, str]]:
    for path, value in walk(item.content["spec"]):
        if path[-1:] in (("dnsNames",), ("hostname",)) and isinstance(value, str):
            if value.startswith("*."):
                yield "DNS zone name", value.removeprefix("*.")
            elif value != stack.settings.dns.zone:
                yield "DNS record", value


def _data(item: KubernetesObject, stack: StackContents) -> Iterator[tuple[str, str]]:
    """The containers, databases and users that jobs and sidecars get as variables, and the roles that these need."""
    variables = {
        variable["name"]: variable["value"]
        for path, variable in walk(item.content["spec"])
        if path[-1:] == ("env",) and isinstance(variable, Mapping) and isinstance(variable.get("value"), str)
    }
    for database in variables.get("DATABASES", "").split():
        yield "database", f"{variables['HOST']}/{database}"
    if "USER_NAME" in variables and variables.get("HOST", "").endswith("postgres.database.azure.com"):
        yield "database administrator", variables["USER_NAME"]
    account = next(value for path, value in walk(item.content) if path[-1:] == ("serviceAccountName",))
    principal = _principals(stack).get(_clients(stack).get(f"{item.namespace}/{account}", ""))
    for value in variables.values():
        for storage, container in CONTAINER.findall(value):
            place = f"storageAccounts/{storage}/blobServices/default/containers/{container}"
            yield "role", f"{principal} on Microsoft.Storage/{place}"


def _clients(stack: StackContents) -> Mapping[str, str]:
    """The client id of every ServiceAccount that has one."""
    return {
        f"{item.namespace}/{item.name}": item.content["metadata"]["annotations"]["azure.workload.identity/client-id"]
        for item in stack.objects
        if item.kind == "ServiceAccount" and item.content["metadata"].get("annotations")
    }


def _of_azure(id: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The parents of a resource, every id in its inputs, and the principals and subjects that it names."""
    for ancestor in (arm_ids.resource_group_id(id), arm_ids.parent(id)):
        if ancestor and arm_ids.key(ancestor) != arm_ids.key(id) and not _made_by_azure(ancestor):
            yield "id", ancestor
    for path, value in walk(inputs):
        if not isinstance(value, str):
            continue
        if ARM_ID.match(value) and not _made_by_azure(value):
            yield "id", value
        elif path[-1:] == ("subject",):
            namespace, name = value.removeprefix("system:serviceaccount:").split(":")
            yield "ServiceAccount", f"{namespace}/{name}"
        for address in ADDRESS.findall(value):
            if address not in NOT_OURS:
                yield "address", address
        for host in HOST.findall(value):
            yield "private DNS zone" if PRIVATE_ZONE.search(host) else "host", host


def _made_by_azure(id: str) -> bool:
    return arm_ids.kind(id).lower().startswith(MADE_BY_AZURE) or "networkwatcherrg" in id.lower()
