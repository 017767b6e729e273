"""Peerings between virtual networks. One direction each; both are needed for `Connected`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Request, get_path
from azure_rehearsal.azure.services.network.common import (
    NAME,
    NETWORK_PATH,
    ONE_WRITE_PER_NETWORK,
    PEERING,
    prefixes_of,
)
from azure_rehearsal.protocol.provider import Refused

DISCONNECTED: Final = "Disconnected"


def refuse_remote(request: Request) -> None:
    """Refuses remote networks that are missing, busy, overlapping, or already peered."""
    local = request.cloud.get(arm_ids.parent(request.id))
    remote_id = request.get("remoteVirtualNetwork.id")
    remote = request.cloud.get(remote_id) if remote_id else None
    if local is None or remote is None:
        raise Refused(
            "InvalidRequestFormat",
            f"Peering {request.id} has no remote virtual network.",
            "set remoteVirtualNetwork.id",
        )
    if arm_ids.same(local.id, remote.id):
        raise Refused(
            "InvalidRequestFormat",
            f"Virtual network {local.id} cannot be peered with itself.",
            "peer it with another network",
        )
    other = request.cloud.active_write(remote.id)
    if other is not None:
        raise Refused(
            "ReferencedResourceNotProvisioned",
            f"Cannot proceed with operation because resource {remote.id} used by resource {request.id} is not in "
            "Succeeded state. Resource is in Updating state and the last operation that updated/is updating the "
            f"resource is that of {other}.",
            f"add {other} to depends_on of the peering",
        )
    shared = [str(one) for one in prefixes_of(local) for two in prefixes_of(remote) if addresses.overlaps(one, two)]
    if shared:
        raise Refused(
            "VnetAddressSpacesOverlap",
            f"Cannot create or update peering {request.id}. Virtual networks {local.id} and {remote.id} cannot be "
            f"peered because their address spaces overlap. Overlapping address prefixes: {', '.join(shared)}",
            "use disjoint address spaces",
        )
    _refuse_peered_overlap(request, local, remote)
    _refuse_peered_overlap(request, remote, local)
    reverse = _reverse_peering(request.cloud, local.id, remote.id)
    if request.old is None and reverse is not None and reverse.properties.get("peeringState") == DISCONNECTED:
        raise Refused(
            "RemotePeeringIsDisconnected",
            f"Cannot create or update peering {request.id} because remote peering {reverse.id} referencing parent "
            f"virtual network {local.id} is in Disconnected state. Update or re-create the remote peering to get it "
            "back to Initiated state. Peering gets Disconnected when remote virtual network or remote peering is "
            "deleted and re-created.",
            f"delete {reverse.id} as well and create both again",
        )
    for sibling in request.cloud.children(local.id, PEERING):
        same_remote = arm_ids.same(get_path(sibling.properties, "remoteVirtualNetwork.id"), remote.id)
        if same_remote and not arm_ids.same(sibling.id, request.id):
            raise Refused(
                "AnotherPeeringAlreadyReferencesRemoteVnet",
                f"Peering {request.id} cannot be created/updated because another peering {sibling.id} already "
                f"references remote virtual network {remote.id}.",
                "use the existing peering",
            )


def _refuse_peered_overlap(request: Request, network: Record, joining: Record) -> None:
    """Refuses a network that overlaps another peer of `network`. Quoted from Azure in Azure/ResourceModules#731."""
    for peering in request.cloud.children(network.id, PEERING):
        peer = request.cloud.get(get_path(peering.properties, "remoteVirtualNetwork.id", ""))
        if peer is None or arm_ids.same(peer.id, joining.id):
            continue
        shared = [str(one) for one in prefixes_of(joining) for two in prefixes_of(peer) if addresses.overlaps(one, two)]
        if shared:
            raise Refused(
                "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
                f"Cannot create or update peering {request.id}. Virtual networks {joining.id} and {network.id} cannot "
                "be peered because address space of the first virtual network overlaps with address space of virtual "
                f"network {peer.id} already peered with the second virtual network. Overlapping address prefixes: "
                f"{', '.join(shared)}.",
                "use an address space that no peer of either network has",
            )


def _reverse_peering(cloud: Cloud, local: str, remote: str) -> Record | None:
    """The peering from the remote network back to the local one."""
    found = [
        item
        for item in cloud.children(remote, PEERING)
        if arm_ids.same(get_path(item.properties, "remoteVirtualNetwork.id"), local)
    ]
    return found[0] if found else None


def disconnect_reverse(deletion: Deletion) -> None:
    """Disconnects the other direction of a deleted peering."""
    peering = deletion.record
    reverse = _reverse_peering(
        deletion.cloud, arm_ids.parent(peering.id), get_path(peering.properties, "remoteVirtualNetwork.id", "")
    )
    if reverse is not None:
        disconnect(deletion.cloud, reverse)


def peering_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    """The state, which depends on the remote network and on the other direction."""
    remote = cloud.get(get_path(record.properties, "remoteVirtualNetwork.id", ""))
    if remote is None or record.properties.get("peeringState") == DISCONNECTED:
        state = DISCONNECTED
    else:
        state = "Connected" if _reverse_peering(cloud, arm_ids.parent(record.id), remote.id) else "Initiated"
    space = {"addressPrefixes": [str(item) for item in prefixes_of(remote)]} if remote else {"addressPrefixes": []}
    return {
        "peeringState": state,
        "peeringSyncLevel": "FullyInSync" if state == "Connected" else "RemoteNotInSync",
        "remoteAddressSpace": space,
        "remoteVirtualNetworkAddressSpace": space,
    }


def disconnect(cloud: Cloud, peering: Record) -> None:
    """Marks a peering as disconnected because the other side is deleted."""
    cloud.put(replace(peering, properties={**peering.properties, "peeringState": DISCONNECTED}))


TYPE: Final = ArmType(
    token=PEERING,
    path=f"{NETWORK_PATH}/virtualNetworkPeerings/{{virtualNetworkPeeringName}}",
    name=NAME,
    defaults={"allowVirtualNetworkAccess": True},
    rules=(refuse_remote,),
    live_outputs=peering_live,
    after_delete=disconnect_reverse,
    exclusive_writes=ONE_WRITE_PER_NETWORK,
)
