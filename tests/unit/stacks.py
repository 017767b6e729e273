"""Graphs of whole stacks. A test run builds each graph once, and many tests share it."""

from __future__ import annotations

import base64
import functools
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import yaml

from settings.loader.stack_file import NAMESPACE, read_sections
from tests.unit.graph import Graph, Registered
from tests.unit.harness import build
from tests.unit.outputs import SUBSCRIPTION_ID, TENANT_ID, guid

PROJECT = Path(__file__).parent.parent.parent
PRODUCTION = Path(__file__).parent / "bad_stacks" / "Pulumi.valid.yaml"
"""The valid stack of the settings tests: class production, three zones, two regions."""

KUBECONFIG = yaml.safe_dump(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "aks", "cluster": {"server": "https://aks.hcp.eastus.azmk8s.io:443"}}],
        "users": [
            {"name": "user", "user": {"exec": {"command": "kubelogin", "args": ["get-token", "-l", "devicecode"]}}}
        ],
        "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "user"}}],
        "current-context": "aks",
    }
)


def _identity(arguments: dict[str, Any]) -> dict[str, Any]:
    name = arguments["resourceName"]
    return {"principalId": guid(f"principal {name}"), "clientId": guid(f"client {name}")}


def address_of(name: str) -> str:
    """The address that the mocks give to a public address or prefix of this name."""
    return f"198.18.{int(guid(name)[:2], 16)}.{int(guid(name)[2:4], 16) // 16 * 16}"


PREFIX_LENGTHS: dict[str, int] = {}
"""The lengths of the public prefixes that the last build declared, by name."""


def _note_prefix(arguments: pulumi.ResourceTransformationArgs) -> None:
    if arguments.type_ == "azure-native:network:PublicIPPrefix":
        props: dict[str, Any] = dict(arguments.props)
        PREFIX_LENGTHS[props["public_ip_prefix_name"]] = props["prefix_length"]


def _prefix(arguments: dict[str, Any]) -> dict[str, Any]:
    name = arguments["publicIpPrefixName"]
    return {"ipPrefix": f"{address_of(name)}/{PREFIX_LENGTHS.get(name, 28)}"}


def name_servers_of(zone: str) -> list[str]:
    """The name servers that the mocks give to a zone."""
    number = int(guid(zone)[:4], 16) % 39 + 1
    return [f"ns{place}-{number:02}.azure-dns.{domain}." for place, domain in enumerate(("com", "net"), start=1)]


ANSWERS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "azure-native:authorization:getClientConfig": lambda _: {
        "subscriptionId": SUBSCRIPTION_ID,
        "tenantId": TENANT_ID,
        "clientId": guid("client"),
        "objectId": guid("object"),
    },
    "azure-native:network:getPublicIPAddress": lambda a: {"ipAddress": address_of(a["publicIpAddressName"])},
    "azure-native:network:getPublicIPPrefix": _prefix,
    "azure-native:dns:getZone": lambda a: {"nameServers": name_servers_of(a["zoneName"])},
    "azure-native:managedidentity:getUserAssignedIdentity": _identity,
    "azure-native:containerservice:getManagedCluster": lambda a: {
        "oidcIssuerProfile": {"enabled": True, "issuerURL": f"https://issuer.example/{a['resourceName']}/"}
    },
    "azure-native:dashboard:getGrafana": lambda _: {
        "identity": {"type": "SystemAssigned", "principalId": guid("grafana"), "tenantId": TENANT_ID}
    },
    "azure-native:monitor:getAzureMonitorWorkspace": lambda a: {
        "metrics": {
            "internalId": guid("metrics"),
            "prometheusQueryEndpoint": f"https://{a['azureMonitorWorkspaceName']}.eastus.prometheus.monitor.azure.com",
        }
    },
    "azure-native:applicationinsights:getComponent": lambda a: {
        "connectionString": f"InstrumentationKey={guid(a['resourceName'])}"
    },
    "azure-native:authorization:getRoleAssignment": lambda _: {"principalId": guid("grafana")},
    "azure-native:redisenterprise:listDatabaseKeys": lambda _: {"primaryKey": "redis key", "secondaryKey": "other"},
    "azure-native:storage:listStorageAccountKeys": lambda _: {
        "keys": [{"keyName": "key1", "value": "storage key", "permissions": "Full"}]
    },
    "azure-native:containerservice:listManagedClusterUserCredentials": lambda _: {
        "kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(KUBECONFIG.encode()).decode()}]
    },
}


def cluster_identity(cluster: Registered) -> dict[str, Any]:
    """Identities of a cluster: Azure accepts a list and returns a map."""
    names = cluster.inputs["identity"]["userAssignedIdentities"]
    assigned = {name: {"clientId": guid(name), "principalId": guid(name)} for name in names}
    return {"identity": {"type": "UserAssigned", "userAssignedIdentities": assigned}}


def build_stack(
    sections: Mapping[str, Any],
    *,
    preview: bool = False,
    stack: str = "test",
    note: Callable[[pulumi.ResourceTransformationArgs], None] | None = None,
) -> Graph:
    """Runs `__main__.py` with these `voice:` sections, as in a stack file. Calls `note` with each declaration."""

    def program() -> None:
        pulumi.runtime.register_stack_transformation(_note_prefix)
        if note is not None:
            pulumi.runtime.register_stack_transformation(note)
        runpy.run_path(str(PROJECT / "__main__.py"), run_name="__main__")

    secrets = {name: f"value of {name}" for name in sections.get("secrets", {})}
    config = {**sections, **({"secrets": secrets} if secrets else {})}
    return build(
        program,
        stack=stack,
        config={f"{NAMESPACE}:{name}": value for name, value in config.items()},
        secret_keys=[f"{NAMESPACE}:secrets"],
        invokes=ANSWERS,
        computed={"azure-native:containerservice:ManagedCluster": cluster_identity},
        preview=preview,
    )


@functools.cache
def graph_of(stack_file: Path) -> Graph:
    """The graph of a stack file. `extends` names a stack of the project."""
    return build_stack(read_sections(stack_file))


def edited(sections: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the sections with one setting changed: `edited(sections, "aks.pools.api.maxNodes", 5)`."""
    first, _, rest = path.partition(".")
    changed = edited(sections.get(first) or {}, rest, value) if rest else value
    return {**sections, first: changed}


COMMITTED = sorted(PROJECT.glob("Pulumi.*.yaml"))
STACKS = [*COMMITTED, PRODUCTION]
