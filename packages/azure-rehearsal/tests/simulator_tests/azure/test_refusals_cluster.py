"""AKS's refusals of clusters: names, identities, versions, immutable properties, inline pools."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.cluster_setup import SYSTEM_POOL, cluster, kubelet, network, refused_cluster, refused_edit
from simulator_tests.azure.harness import GROUP, AzureHarness, Case, Deployed, merged, refused


def pools(azure: AzureHarness, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [merged({**SYSTEM_POOL, "vnetSubnetID": azure["snet-nodes"].id}, change) for change in changes]


def next_role(azure: AzureHarness) -> Deployed:
    """The only role of the cluster's identity."""
    return next(made for name, made in azure.deployed.items() if name.startswith("Network Contributor"))


CASES: Final = [
    # Names, identity, version
    refused_cluster(
        "a node resource group that exists",
        "NodeResourceGroupAlreadyExists",
        "rg-nodes",
        changes=lambda azure: (azure.group("rg-nodes"), {"nodeResourceGroup": "rg-nodes"})[1],
    ),
    refused_cluster(
        "its own resource group as node resource group",
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
        "a DNS prefix with an underscore", "InvalidParameter", "'shop_eu'", changes={"dnsPrefix": "shop_eu"}
    ),
    refused_cluster(
        "a subdomain without a private zone",
        "InvalidParameter",
        "fqdnSubdomain",
        changes={"dnsPrefix": None, "fqdnSubdomain": "shop"},
    ),
    refused_cluster(
        "no identity", "InvalidParameter", "Required parameter identity is missing", changes={"identity": None}
    ),
    refused_cluster(
        "user-assigned without an identity",
        "InvalidParameter",
        "UserAssigned with 0",
        changes={"identity": {"userAssignedIdentities": []}},
    ),
    refused_cluster(
        "an identity that does not exist",
        "ResourceNotFound",
        "userAssignedIdentities/id-x",
        changes=lambda azure: {"identity": {"userAssignedIdentities": [azure["id-cluster"].id[:-7] + "x"]}},
    ),
    refused_cluster(
        "a retired Kubernetes version",
        "K8sVersionNotSupported",
        "1.28",
        "1.35",
        "1.37",
        changes={"kubernetesVersion": "1.28"},
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
        setup=lambda azure: azure.cluster(kubernetesVersion="1.35"),
    ),
    # Properties
    refused_cluster(
        "an unknown enum value",
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
        changes=lambda azure: {"agentPoolProfiles": pools(azure, {"mode": "User"})},
    ),
    refused_cluster(
        "two pools with the same name",
        "InvalidParameter",
        "'system' is used by 2 pools",
        changes=lambda azure: {"agentPoolProfiles": pools(azure, {}, {})},
    ),
    refused_edit(
        "another VM size of the inline pool",
        "PropertyChangeNotAllowed",
        "'properties.vmSize' is not allowed",
        changes=lambda azure: {"agentPoolProfiles": pools(azure, {"vmSize": "Standard_D8s_v5"})},
    ),
    # Identities and permissions
    refused_cluster(
        "a node subnet that the identity cannot join",
        "LinkedAuthorizationFailed",
        "does not have permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action'",
        "Network Contributor",
        changes={},
        setup=lambda azure: (azure.cluster_prerequisites(), azure.delete(next_role(azure))),
    ),
    refused_cluster(
        "a kubelet identity that the control plane cannot assign",
        "CustomKubeletIdentityMissingPermissionError",
        "'Managed Identity Operator'",
        "id-kubelet",
        changes=kubelet,
    ),
    refused_cluster(
        "a kubelet identity with the client id of another",
        "CustomKubeletIdentityPropertyError",
        "clientId",
        changes=lambda azure: kubelet(azure, clientId=azure["id-cluster"]["clientId"]),
    ),
    refused_cluster(
        "a kubelet identity with a system-assigned control plane",
        "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster",
        "user-assigned",
        changes=lambda azure: {
            **kubelet(azure),
            "identity": {"type": "SystemAssigned", "userAssignedIdentities": None},
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_a_refused_cluster_leaves_nothing_behind(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    before = azure.cloud.leftovers()

    with refused("VMSizeNotSupported"):
        cluster(azure, agentPoolProfiles=pools(azure, {"vmSize": "Standard_Imaginary"}))

    assert azure.cloud.leftovers() == before
