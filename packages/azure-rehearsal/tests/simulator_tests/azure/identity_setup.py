"""Identities and zones that tests of several types use."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.world import GROUP, NETWORK, Made, World


def identity_given(world: World) -> None:
    world.group()
    world.identity("id-agents")


def link(world: World, zone_name: str, network: str = NETWORK, group: str = GROUP, **inputs: Any) -> Made:
    return world.make(
        "privatedns:VirtualNetworkLink",
        f"{group} {zone_name} {network}",
        **{
            "resourceGroupName": group,
            "privateZoneName": zone_name,
            "virtualNetworkLinkName": f"link-{network}",
            "location": "global",
            "virtualNetwork": {"id": world[network].id},
            **inputs,
        },
    )


def zone(world: World, name: str = "privatelink.azurecr.io", **inputs: Any) -> Made:
    names = {"resourceGroupName": GROUP, "privateZoneName": name, "location": "global"}
    return world.make("privatedns:PrivateZone", name, **{**names, **inputs})


def credential(world: World, name: str = "fic-agents", **inputs: Any) -> Made:
    return world.make(
        "managedidentity:FederatedIdentityCredential",
        name,
        **{
            "resourceGroupName": GROUP,
            "resourceName": "id-agents",
            "federatedIdentityCredentialResourceName": name,
            "issuer": "https://westeurope.oic.prod-aks.azure.com/tenant/issuer/",
            "subject": f"system:serviceaccount:voice:{name}",
            "audiences": ["api://AzureADTokenExchange"],
            **inputs,
        },
    )
