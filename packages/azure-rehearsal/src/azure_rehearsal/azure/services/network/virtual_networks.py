"""Virtual networks, their subnets and peerings."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Inline, InUse, Request, Serialised, dig
from azure_rehearsal.azure.services.network.common import (
    NAME,
    NETWORK,
    NETWORK_NAME,
    NETWORK_PATH,
    PEERING,
    SUBNET,
    Network,
    prefixes_of,
)
from azure_rehearsal.azure.services.network.peerings import disconnect, peering_gone, peering_live, refuse_remote
from azure_rehearsal.azure.services.network.subnets import (
    SUBNET_USERS,
    refuse_change_in_use,
    refuse_outside,
    refuse_region_of_parts,
    refuse_subnet_range,
    subnet_outputs,
)
from azure_rehearsal.azure.services.network.watchers import watch_region
from azure_rehearsal.protocol.provider import Refused

_ONE_WRITE_AT_A_TIME: Final = Serialised(
    NETWORK_PATH,
    "AnotherOperationInProgress",
    "Another operation on this or dependent resource is in progress. Under way on {ancestor}: {other}.",
)


# Virtual networks


def _address_space(request: Request) -> list[Network]:
    texts = request.get("addressSpace.addressPrefixes", [])
    return [addresses.network(text, "addressSpace.addressPrefixes", request.id) for text in texts]


def _refuse_address_space(request: Request) -> None:
    space = _address_space(request)
    if not space:
        raise Refused(
            "InvalidRequestFormat",
            f"Virtual network {request.id} needs an address space: addressSpace.addressPrefixes is empty.",
            "give it at least one address prefix",
        )
    for subnet in request.cloud.children(request.id, SUBNET):
        if request.get("subnets") is None:
            refuse_outside(subnet.id, prefixes_of(subnet), space, request.name)


def _refuse_space_of_peers(request: Request) -> None:
    space = _address_space(request)
    for peering in request.cloud.children(request.id, PEERING):
        remote = request.cloud.get(dig(peering.properties, "remoteVirtualNetwork.id", ""))
        if remote is None:
            continue
        shared = [str(one) for one in space for other in prefixes_of(remote) if addresses.overlaps(one, other)]
        if shared:
            raise Refused(
                "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
                f"Address space of the virtual network {request.id} overlaps with the address space of virtual "
                f"network {remote.id}, which is already peered with it. Overlapping address prefixes: "
                f"{', '.join(shared)}",
                "choose an address space that no peered network has",
            )


def _network_gone(deletion: Deletion) -> None:
    for peering in deletion.cloud.of_type(PEERING):
        if arm_ids.same(dig(peering.properties, "remoteVirtualNetwork.id"), deletion.record.id):
            disconnect(deletion.cloud, peering)


# Subnets


# Peerings


TYPES: Final = (
    ArmType(
        token=NETWORK,
        path=NETWORK_PATH,
        force_new=("location",),
        name=NETWORK_NAME,
        defaults={"enableDdosProtection": False},
        rules=(_refuse_address_space, _refuse_space_of_peers),
        inline=(
            Inline("subnets", SUBNET, "subnetName"),
            Inline("virtualNetworkPeerings", PEERING, "virtualNetworkPeeringName"),
        ),
        maintained=("subnets", "virtualNetworkPeerings"),
        after=watch_region,
        serialised=_ONE_WRITE_AT_A_TIME,
        gone=_network_gone,
    ),
    ArmType(
        token=SUBNET,
        path=f"{NETWORK_PATH}/subnets/{{subnetName}}",
        name=NAME,
        rules=(refuse_subnet_range, refuse_change_in_use, refuse_region_of_parts),
        outputs=subnet_outputs,
        serialised=_ONE_WRITE_AT_A_TIME,
        in_use=(
            InUse(
                SUBNET_USERS,
                "InUseSubnetCannotBeDeleted",
                "Subnet {name} is in use by {others} and cannot be deleted. In order to delete the subnet, delete "
                "all the resources within the subnet. See aka.ms/deletesubnet.",
            ),
        ),
    ),
    ArmType(
        token=PEERING,
        path=f"{NETWORK_PATH}/virtualNetworkPeerings/{{virtualNetworkPeeringName}}",
        name=NAME,
        defaults={"allowVirtualNetworkAccess": True},
        rules=(refuse_remote,),
        live=peering_live,
        gone=peering_gone,
        serialised=_ONE_WRITE_AT_A_TIME,
    ),
)
