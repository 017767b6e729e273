"""Rules for the network of a pool: subnet, pod range, public addresses, host ports."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request, get_path
from azure_rehearsal.azure.services.containerservice.common import invalid, most_nodes, nodes_with_surge, pools_of
from azure_rehearsal.azure.services.containerservice.permissions import (
    GROUP_JOIN,
    PREFIX_JOIN,
    SUBNET_JOIN,
    refuse_missing_join_permission,
)
from azure_rehearsal.azure.services.containerservice.pool_rules import cluster_of
from azure_rehearsal.azure.services.network.common import (
    CLUSTER,
    RESERVED_ADDRESSES,
    address_count,
    addresses_in_use,
    network_of,
    prefixes_of,
    refuse_other_region,
)
from azure_rehearsal.azure.services.network.subnet import delegations_of
from azure_rehearsal.protocol.provider import Refused

NODE_POD_PREFIX: Final = 24
"""Overlay assigns a /24 of the pod range to each node."""


def refuse_subnet(request: Request) -> None:
    """Refuses subnets of another network or region, delegated subnets, and subnets without enough addresses."""
    cluster, subnet = cluster_of(request), request.referenced("vnetSubnetID")
    siblings = [item for item in pools_of(request.cloud, cluster.id) if not arm_ids.same(item.id, request.id)]
    with_subnet = [item for item in siblings if item.properties.get("vnetSubnetID")]
    if siblings and bool(with_subnet) != (subnet is not None):
        raise invalid(
            "agentPoolProfile.vnetSubnetID",
            f"pool '{request.name}' {'has' if subnet else 'has no'} subnet, the other pools "
            f"{'have' if with_subnet else 'have none'}.",
            "set vnetSubnetID on all pools of the cluster, or on none",
        )
    if subnet is None:
        return
    other = next((item for item in with_subnet if not _is_same_network(item, subnet)), None)
    if other is not None:
        raise invalid(
            "agentPoolProfile.vnetSubnetID",
            f"pool '{request.name}' is in {network_of(subnet.id)}, pool '{arm_ids.name(other.id)}' in another virtual "
            "network.",
            "use subnets of one virtual network for all pools",
        )
    refuse_other_region(request, [network_of(subnet.id)], str(cluster.properties["location"]))
    if delegations_of(subnet.properties):
        raise Refused(
            "SubnetIsDelegated",
            f"AgentPoolProfile.VnetSubnetID {subnet.id} cannot be used as it's a delegated subnet "
            f"({', '.join(delegations_of(subnet.properties))}). Please check https://aka.ms/adv-network-prerequest "
            "for more details.",
            "use a subnet without delegation for nodes",
        )
    refuse_missing_join_permission(request.cloud, cluster.inputs, cluster.id, SUBNET_JOIN, subnet.id)
    _refuse_full_subnet(request, subnet, siblings)


def _is_same_network(pool: Record, subnet: Record) -> bool:
    return arm_ids.same(network_of(pool.properties["vnetSubnetID"]), network_of(subnet.id))


def _refuse_full_subnet(request: Request, subnet: Record, siblings: list[Record]) -> None:
    is_overlay = get_path(cluster_of(request).properties, "networkProfile.networkPluginMode") == "overlay"
    beside = [item.properties for item in siblings if arm_ids.same(item.properties.get("vnetSubnetID"), subnet.id)]
    needed = sum(
        nodes_with_surge(item) * (1 if is_overlay else 1 + int(item["maxPods"])) for item in [request.inputs, *beside]
    )
    cidr = prefixes_of(subnet)[0]
    available = cidr.num_addresses - RESERVED_ADDRESSES
    if needed > available:
        raise Refused(
            "InsufficientSubnetSize",
            f"Pre-allocated IPs {needed} exceeds IPs available {available} in Subnet Cidr {cidr}, Subnet Name "
            f"{arm_ids.name(subnet.id)}. http://aka.ms/aks/insufficientsubnetsize",
            "use a larger subnet or fewer nodes, including surge nodes",
        )


def refuse_pod_range(request: Request) -> None:
    """Refuses an overlay pod range with fewer than one /24 per node of all pools at their maximum.

    Quoted from Azure in Azure/AKS-Construction#701.
    """
    profile = cluster_of(request).properties.get("networkProfile") or {}
    if profile.get("networkPluginMode") != "overlay" or not profile.get("podCidr"):
        return
    available = 2 ** (32 - int(str(profile["podCidr"]).split("/")[1]))
    siblings = [
        item for item in pools_of(request.cloud, cluster_of(request).id) if not arm_ids.same(item.id, request.id)
    ]
    nodes = sum(most_nodes(item) for item in [request.inputs, *(sibling.properties for sibling in siblings)])
    needed = nodes * 2 ** (32 - NODE_POD_PREFIX)
    if needed > available:
        raise Refused(
            "InsufficientSubnetSize",
            f"Pre-allocated IPs {needed} exceeds IPs available {available} in Subnet Cidr {profile['podCidr']}, Subnet "
            "Name networkProfile.podCIDR. If Autoscaler is enabled, the max-count from each nodepool is counted "
            "towards this total (which means that pre-allocated IPs count represents a theoretical max value, not the "
            "actual number of IPs requested). http://aka.ms/aks/insufficientsubnetsize",
            f"use a larger pod range or fewer nodes: each of the {nodes} nodes, surge included, has a "
            f"/{NODE_POD_PREFIX}",
        )


def refuse_public_addresses(request: Request) -> None:
    """Refuses invalid prefixes for node public addresses. A prefix that is too small fails at provisioning."""
    cluster, prefix = cluster_of(request), request.referenced("nodePublicIPPrefixID")
    if request.get("nodePublicIPPrefixID") and not request.get("enableNodePublicIP"):
        raise Refused(
            "NodePublicIPCanNotBeFalseWithIPPrefixSet",
            f"enableNodePublicIP of agent pool '{request.name}' can not be false when nodePublicIPPrefixID is set.",
            "set enableNodePublicIP to true",
        )
    outbound = str(get_path(cluster.properties, "networkProfile.outboundType", ""))
    if request.get("enableNodePublicIP") and outbound.lower() == "userdefinedrouting":
        raise Refused(
            "UDRWithNodePublicIPNotAllowed",
            f"Agent pool '{request.name}' has node public IPs, which outboundType userDefinedRouting does not allow.",
            "use another outboundType",
        )
    if prefix is None:
        return
    location = str(cluster.properties["location"])
    if prefix.properties["location"] != location:
        raise Refused(
            "InvalidPublicIPPrefixDifferentLocation",
            f"Public IP prefix {prefix.id} is in {prefix.properties['location']}, the cluster of agent pool "
            f"'{request.name}' in {location}.",
            "use a prefix of the cluster's region",
        )
    for user in request.cloud.referrers(prefix.id):
        if (
            user.type == CLUSTER
            and arm_ids.key(prefix.id) in str(get_path(user.properties, "networkProfile.loadBalancerProfile")).lower()
        ):
            raise Refused(
                "PublicIPPrefixIsAttachedToLoadBalancer",
                f"Public IP prefix {prefix.id} is attached to the load balancer of {user.id}.",
                "use another prefix for nodes",
            )
    refuse_missing_join_permission(request.cloud, cluster.inputs, cluster.id, PREFIX_JOIN, prefix.id)
    used = {
        id: count for id, count in addresses_in_use(request.cloud, prefix).items() if not arm_ids.same(id, request.id)
    }
    needed = sum(used.values()) + request.get("count")
    if needed > address_count(prefix):
        request.failure = Refused(
            "PublicIpPrefixOutOfIpAddressesForVMScaleSet",
            f"Public IP prefix {prefix.id} ({prefix.properties['ipPrefix']}) has {address_count(prefix)} addresses; "
            f"{needed} are needed: {request.get('count')} for agent pool '{request.name}', {sum(used.values())} for "
            f"{', '.join(sorted(used)) or 'others'}.",
            "use fewer nodes, or a separate prefix for the pool; each node needs an address, including surge nodes",
        )


def refuse_host_ports(request: Request) -> None:
    """Refuses inverted host port ranges, and application security groups of other regions."""
    for ports in get_path(request.inputs, "networkProfile.allowedHostPorts") or []:
        first, last = ports.get("portStart"), ports.get("portEnd")
        if first is None or last is None or first > last:
            raise invalid(
                "agentPoolProfile.networkProfile.allowedHostPorts",
                f"pool '{request.name}' has the range {first}-{last}.",
                "set portStart to at most portEnd",
            )
    groups = get_path(request.inputs, "networkProfile.applicationSecurityGroups") or []
    cluster = cluster_of(request)
    refuse_other_region(request, groups, str(cluster.properties["location"]))
    for group in groups:
        refuse_missing_join_permission(request.cloud, cluster.inputs, cluster.id, GROUP_JOIN, group)
