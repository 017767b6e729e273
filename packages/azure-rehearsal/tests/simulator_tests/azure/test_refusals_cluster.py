"""AKS's refusals of clusters: names, identities, versions, immutable properties, inline pools."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.cluster_setup import SYSTEM_POOL, cluster, kubelet, network, refused_cluster, refused_edit
from simulator_tests.azure.world import GROUP, Case, Made, World, merged, refused


def pools(world: World, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [merged({**SYSTEM_POOL, "vnetSubnetID": world["snet-nodes"].id}, change) for change in changes]


def next_role(world: World) -> Made:
    """The one role that the cluster's identity holds."""
    return next(made for name, made in world.made.items() if name.startswith("Network Contributor"))


CASES: Final = [
    # Names, identity, version
    refused_cluster(
        "a node resource group that exists",
        "NodeResourceGroupAlreadyExists",
        "rg-nodes",
        changes=lambda world: (world.group("rg-nodes"), {"nodeResourceGroup": "rg-nodes"})[1],
    ),
    refused_cluster(
        "its own group as node resource group",
        "NodeResourceGroupSameAsResourceGroup",
        GROUP,
        changes={"nodeResourceGroup": GROUP},
    ),
    refused_cluster(
        "a node resource group of more than 80 characters",
        "InvalidParameter",
        "nodeResourceGroup",
        "80",
        changes={"nodeResourceGroup": "rg-" + "x" * 80},
    ),
    refused_cluster("no DNS prefix", "InvalidParameter", "dnsPrefix", changes={"dnsPrefix": None}),
    refused_cluster(
        "a DNS prefix with an underscore", "InvalidParameter", "'voice_eu'", changes={"dnsPrefix": "voice_eu"}
    ),
    refused_cluster(
        "a subdomain without a private zone",
        "InvalidParameter",
        "fqdnSubdomain",
        changes={"dnsPrefix": None, "fqdnSubdomain": "voice"},
    ),
    refused_cluster(
        "no identity", "InvalidParameter", "Required parameter identity is missing", changes={"identity": None}
    ),
    refused_cluster(
        "a user-assigned identity that is not named",
        "InvalidParameter",
        "UserAssigned with 0",
        changes={"identity": {"userAssignedIdentities": []}},
    ),
    refused_cluster(
        "an identity that does not exist",
        "ResourceNotFound",
        "userAssignedIdentities/id-x",
        changes=lambda world: {"identity": {"userAssignedIdentities": [world["id-cluster"].id[:-7] + "x"]}},
    ),
    refused_cluster(
        "a Kubernetes version that is no longer offered",
        "K8sVersionNotSupported",
        "1.28",
        "1.35",
        "1.37",
        changes={"kubernetesVersion": "1.28"},
    ),
    refused_cluster(
        "a patch that does not exist yet",
        "K8sVersionNotSupported",
        "1.36.99",
        changes={"kubernetesVersion": "1.36.99"},
    ),
    refused_edit(
        "a downgrade",
        "OperationNotAllowed",
        "Upgrading Kubernetes version 1.36.2 to 1.35.6 is not allowed",
        "downgrades are not possible",
        changes={"kubernetesVersion": "1.35"},
    ),
    refused_edit(
        "an upgrade by two minor versions",
        "OperationNotAllowed",
        "1.35.6 to 1.37.0 is not allowed",
        "Available upgrades: [1.36.2]",
        changes={"kubernetesVersion": "1.37"},
        given=lambda world: world.cluster(kubernetesVersion="1.35"),
    ),
    # Properties
    refused_cluster(
        "a property that there is not",
        "InvalidRequestContent",
        "Could not find member 'dns_prefix'",
        "Microsoft.ContainerService/managedClusters",
        changes={"dns_prefix": "voice"},
    ),
    refused_cluster(
        "a property of a newer API",
        "InvalidRequestContent",
        "Could not find member 'gatewayAPI'",
        "ingressProfile",
        changes={"ingressProfile": {"gatewayAPI": {"installation": "Standard"}}},
    ),
    refused_cluster(
        "a value outside an enumeration",
        "InvalidParameter",
        "'calico2'",
        "networkProfile.networkPolicy",
        "'cilium'",
        changes=network(networkPolicy="calico2"),
    ),
    # Pools
    refused_cluster(
        "no System pool",
        "MustDefineAtLeastOneSystemPool",
        "Must define at least one system pool",
        changes=lambda world: {"agentPoolProfiles": pools(world, {"mode": "User"})},
    ),
    refused_cluster(
        "two pools of one name",
        "InvalidParameter",
        "'system' is used by 2 pools",
        changes=lambda world: {"agentPoolProfiles": pools(world, {}, {})},
    ),
    refused_edit(
        "another VM size of the inline pool",
        "PropertyChangeNotAllowed",
        "'properties.vmSize' is not allowed",
        changes=lambda world: {"agentPoolProfiles": pools(world, {"vmSize": "Standard_D8s_v5"})},
    ),
    # Identities and what they may do
    refused_cluster(
        "a node subnet that the identity may not join",
        "LinkedAuthorizationFailed",
        "does not have permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action'",
        "Network Contributor",
        changes={},
        given=lambda world: (world.place_for_cluster(), world.delete(next_role(world))),
    ),
    refused_cluster(
        "a kubelet identity that the control plane may not assign",
        "CustomKubeletIdentityMissingPermissionError",
        "'Managed Identity Operator'",
        "id-kubelet",
        changes=kubelet,
    ),
    refused_cluster(
        "a kubelet identity with another's client id",
        "CustomKubeletIdentityPropertyError",
        "clientId",
        changes=lambda world: kubelet(world, clientId=world["id-cluster"]["clientId"]),
    ),
    refused_cluster(
        "a kubelet identity beside a system-assigned one",
        "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster",
        "user-assigned",
        changes=lambda world: {
            **kubelet(world),
            "identity": {"type": "SystemAssigned", "userAssignedIdentities": None},
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_a_refused_cluster_leaves_nothing_behind(world: World) -> None:
    world.place_for_cluster()
    before = world.cloud.leftovers()

    with refused("VMSizeNotSupported"):
        cluster(world, agentPoolProfiles=pools(world, {"vmSize": "Standard_Imaginary"}))

    assert world.cloud.leftovers() == before
