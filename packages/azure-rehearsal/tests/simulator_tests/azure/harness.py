"""A harness for tests of the simulated Azure: it creates resources through the provider and expects refusals."""

from __future__ import annotations

import contextlib
import copy
import uuid
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.provider import FakeAzureProvider
from azure_rehearsal.azure.data.role_definitions import ROLES
from azure_rehearsal.protocol.provider import CheckFailure, Difference, Refused, Resource

LOCATION = "westeurope"
GROUP = "rg-shop"
NETWORK = "vnet-shop"
SEED = b"seed"
WITHOUT_REMEDIATION = ("ResourceGroupNotFound",)
"""Codes of refused reads, which have no remediation."""
ROLE_GUIDS = {name: guid for guid, name in ROLES.items()}


@dataclass
class Deployed:
    """A deployed resource, as the engine's state contains it."""

    resource: Resource
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.outputs[key]


@dataclass(frozen=True)
class Case:
    """One refusal. `setup` prepares the cloud, then Azure must refuse `write` with this code.

    `type` is the refused resource type; `fragments` are parts of the message, compared without case.
    """

    type: str
    name: str
    write: Callable[[AzureHarness], object]
    code: str
    fragments: tuple[str, ...]
    setup: Callable[[AzureHarness], object] = field(default=lambda azure: None)


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with nested changes; `None` removes a key."""
    result = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


@contextlib.contextmanager
def refused(code: str, *fragments: str) -> Generator[None]:
    """Expects a refusal with this code, these message fragments, and a remediation."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code, str(caught.value)
    assert caught.value.remediation or code in WITHOUT_REMEDIATION, f"no remediation: {caught.value}"
    for fragment in fragments:
        assert fragment.lower() in str(caught.value).lower(), f"{fragment!r} is not in: {caught.value}"


class AzureHarness:
    """One simulated Azure behind one provider instance."""

    def __init__(self, cloud: Cloud | None = None, client: Client | None = None) -> None:
        self.cloud = cloud or Cloud(write_seconds=0)
        self.client = client or Client()
        self.deployed: dict[str, Deployed] = {}
        self.provider = FakeAzureProvider(self.cloud, self.client)
        self.provider.configure({"location": LOCATION})

    # The provider's methods, with short type names ("network:Subnet")

    def resource(self, type: str, name: str) -> Resource:
        token = f"azure-native:{type}"
        return Resource(f"urn:pulumi:staging::shop::{token}::{name}", token, name)

    def check(
        self, type: str, name: str, old: dict[str, Any] | None = None, /, **inputs: Any
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        return self.provider.check(self.resource(type, name), old or {}, inputs, SEED)

    def make(self, type: str, name: str, /, **inputs: Any) -> Deployed:
        resource = self.resource(type, name)
        checked, failures = self.provider.check(resource, {}, inputs, SEED)
        assert not failures, failures
        id, outputs = self.provider.create(resource, checked, preview=False)
        self.deployed[name] = Deployed(resource, id, checked, outputs)
        return self.deployed[name]

    def __getitem__(self, name: str) -> Deployed:
        """The resource with this logical name."""
        return self.deployed[name]

    def change(self, made: Deployed, **changes: Any) -> Deployed:
        """Updates a resource with nested changes; `None` removes an input."""
        checked, failures = self.provider.check(made.resource, made.inputs, merged(made.inputs, changes), SEED)
        assert not failures, failures
        outputs = self.provider.update(made.resource, made.id, made.inputs, made.outputs, checked, preview=False)
        return Deployed(made.resource, made.id, checked, outputs)

    def diff(self, made: Deployed, **changes: Any) -> Difference:
        checked, _ = self.provider.check(made.resource, made.inputs, merged(made.inputs, changes), SEED)
        return self.provider.diff(made.resource, made.id, made.inputs, made.outputs, checked)

    def delete(self, made: Deployed) -> None:
        self.provider.delete(made.resource, made.id, made.inputs, made.outputs)

    def read(self, made: Deployed) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        return self.provider.read(made.resource, made.id, made.inputs, made.outputs)

    def invoke(self, function: str, **arguments: Any) -> dict[str, Any]:
        return self.provider.invoke(f"azure-native:{function}", arguments, preview=False)

    # Common resources

    def group(self, name: str = GROUP, /, **inputs: Any) -> Deployed:
        return self.make("resources:ResourceGroup", name, resourceGroupName=name, **inputs)

    def network(self, name: str = NETWORK, space: str = "10.10.0.0/16", **inputs: Any) -> Deployed:
        return self.make(
            "network:VirtualNetwork",
            name,
            **{
                "resourceGroupName": GROUP,
                "virtualNetworkName": name,
                "addressSpace": {"addressPrefixes": [space]},
                **inputs,
            },
        )

    def subnet(self, name: str = "snet-nodes", prefix: str = "10.10.4.0/22", **inputs: Any) -> Deployed:
        return self.make(
            "network:Subnet",
            name,
            **{
                "resourceGroupName": GROUP,
                "virtualNetworkName": NETWORK,
                "subnetName": name,
                "addressPrefix": prefix,
                **inputs,
            },
        )

    def identity(self, name: str = "id-cluster") -> Deployed:
        return self.make("managedidentity:UserAssignedIdentity", name, resourceGroupName=GROUP, resourceName=name)

    def role(self, principal: str, role: str, scope: str, **inputs: Any) -> Deployed:
        guid = ROLE_GUIDS[role]
        return self.make(
            "authorization:RoleAssignment",
            f"{role} on {scope}",
            **{
                "roleAssignmentName": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}/{principal}/{guid}")),
                "scope": scope,
                "principalId": principal,
                "principalType": "ServicePrincipal",
                "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{guid}",
                **inputs,
            },
        )

    def address(self, name: str = "pip-out", /, **inputs: Any) -> Deployed:
        return self.make(
            "network:PublicIPAddress",
            name,
            **{
                "resourceGroupName": GROUP,
                "publicIpAddressName": name,
                "sku": {"name": "Standard"},
                "publicIPAllocationMethod": "Static",
                **inputs,
            },
        )

    def prefix(self, name: str = "ippre-web", length: int = 28, **inputs: Any) -> Deployed:
        return self.make(
            "network:PublicIPPrefix",
            name,
            **{
                "resourceGroupName": GROUP,
                "publicIpPrefixName": name,
                "prefixLength": length,
                "sku": {"name": "Standard"},
                **inputs,
            },
        )

    def cluster_prerequisites(self) -> tuple[Deployed, Deployed]:
        """Creates group, network, node subnet and an identity that can join it. Returns identity and subnet."""
        self.group()
        self.network()
        subnet, identity = self.subnet(), self.identity()
        self.role(identity["principalId"], "Network Contributor", subnet.id)
        return identity, subnet

    def cluster_inputs(self, identity: Deployed, subnet: Deployed | None, /, **changes: Any) -> dict[str, Any]:
        pool = {"name": "system", "mode": "System", "vmSize": "Standard_D4s_v5", "count": 2}
        inputs = {
            "resourceGroupName": GROUP,
            "resourceName": "aks-shop",
            "dnsPrefix": "shop",
            "kubernetesVersion": "1.36",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity.id]},
            "agentPoolProfiles": [{**pool, "vnetSubnetID": subnet.id} if subnet else pool],
            "networkProfile": {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "networkDataplane": "cilium",
                "networkPolicy": "cilium",
                "podCidr": "100.64.0.0/16",
                "serviceCidr": "172.16.0.0/20",
                "dnsServiceIP": "172.16.0.10",
            },
        }
        return merged(inputs, changes)

    def cluster(self, **changes: Any) -> Deployed:
        """A cluster with its prerequisites."""
        identity, subnet = self.cluster_prerequisites()
        return self.make("containerservice:ManagedCluster", "aks", **self.cluster_inputs(identity, subnet, **changes))

    def pool(self, name: str = "workers", /, **inputs: Any) -> Deployed:
        """A User pool in the subnet of `cluster()`."""
        subnet = f"/subscriptions/{self.client.subscription_id}/resourceGroups/{GROUP}"
        subnet += f"/providers/Microsoft.Network/virtualNetworks/{NETWORK}/subnets/snet-nodes"
        base = {
            "resourceGroupName": GROUP,
            "resourceName": "aks-shop",
            "agentPoolName": name,
            "vmSize": "Standard_D4s_v5",
            "count": 1,
            "vnetSubnetID": subnet,
        }
        return self.make("containerservice:AgentPool", name, **merged(base, inputs))
