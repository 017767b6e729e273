"""Virtual networks: their address space, inline subnets and inline peerings."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Inline, Request, get_path
from azure_rehearsal.azure.services.network.common import (
    NETWORK,
    NETWORK_NAME,
    NETWORK_PATH,
    ONE_WRITE_PER_NETWORK,
    PEERING,
    SUBNET,
    Network,
    prefixes_of,
)
from azure_rehearsal.azure.services.network.network_watcher import create_network_watcher
from azure_rehearsal.azure.services.network.subnet import refuse_outside_address_space
from azure_rehearsal.azure.services.network.virtual_network_peering import disconnect
from azure_rehearsal.protocol.provider import Refused


def _address_space(request: Request) -> list[Network]:
    texts = request.get("addressSpace.addressPrefixes", [])
    return [addresses.network(text, "addressSpace.addressPrefixes", request.id) for text in texts]


def _refuse_address_space(request: Request) -> None:
    space = _address_space(request)
    if not space:
        raise Refused(
            "InvalidRequestFormat",
            f"Virtual network {request.id} requires an address space: addressSpace.addressPrefixes is empty.",
            "set at least one address prefix",
        )
    for subnet in request.cloud.children(request.id, SUBNET):
        if request.get("subnets") is None:
            refuse_outside_address_space(subnet.id, prefixes_of(subnet), space, request.name)


def _refuse_space_of_peers(request: Request) -> None:
    space = _address_space(request)
    for peering in request.cloud.children(request.id, PEERING):
        remote = request.cloud.get(get_path(peering.properties, "remoteVirtualNetwork.id", ""))
        if remote is None:
            continue
        shared = [str(one) for one in space for other in prefixes_of(remote) if addresses.overlaps(one, other)]
        if shared:
            raise Refused(
                "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
                f"Address space of the virtual network {request.id} overlaps with the address space of virtual "
                f"network {remote.id}, which is already peered with it. Overlapping address prefixes: "
                f"{', '.join(shared)}",
                "choose an address space that no peered network uses",
            )


def _disconnect_peerings(deletion: Deletion) -> None:
    for peering in deletion.cloud.of_type(PEERING):
        if arm_ids.same(get_path(peering.properties, "remoteVirtualNetwork.id"), deletion.record.id):
            disconnect(deletion.cloud, peering)


TYPE: Final = ArmType(
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
    maintain_if_unset=("subnets", "virtualNetworkPeerings"),
    after_write=create_network_watcher,
    exclusive_writes=ONE_WRITE_PER_NETWORK,
    after_delete=_disconnect_peerings,
)
