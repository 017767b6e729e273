"""Identities and zones that tests of several types use."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Deployed


def with_identity(azure: AzureHarness) -> None:
    azure.group()
    azure.identity("id-workers")


def link(azure: AzureHarness, zone_name: str, network: str = NETWORK, group: str = GROUP, **inputs: Any) -> Deployed:
    return azure.make(
        "privatedns:VirtualNetworkLink",
        f"{group} {zone_name} {network}",
        **{
            "resourceGroupName": group,
            "privateZoneName": zone_name,
            "virtualNetworkLinkName": f"link-{network}",
            "location": "global",
            "virtualNetwork": {"id": azure[network].id},
            **inputs,
        },
    )


def zone(azure: AzureHarness, name: str = "privatelink.azurecr.io", **inputs: Any) -> Deployed:
    names = {"resourceGroupName": GROUP, "privateZoneName": name, "location": "global"}
    return azure.make("privatedns:PrivateZone", name, **{**names, **inputs})


def credential(azure: AzureHarness, name: str = "fic-workers", **inputs: Any) -> Deployed:
    return azure.make(
        "managedidentity:FederatedIdentityCredential",
        name,
        **{
            "resourceGroupName": GROUP,
            "resourceName": "id-workers",
            "federatedIdentityCredentialResourceName": name,
            "issuer": "https://westeurope.oic.prod-aks.azure.com/tenant/issuer/",
            "subject": f"system:serviceaccount:shop:{name}",
            "audiences": ["api://AzureADTokenExchange"],
            **inputs,
        },
    )
