"""Rules for the outbound type of a cluster."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request, get_path
from azure_rehearsal.azure.services.containerservice.common import inline_pools, surge_nodes
from azure_rehearsal.azure.services.containerservice.permissions import ADDRESS_JOIN, refuse_missing_join_permission
from azure_rehearsal.azure.services.network.common import NAT_GATEWAY, address_count
from azure_rehearsal.protocol.provider import Refused

PORTS_PER_ADDRESS: Final = 64000
PORT_STEP: Final = 8


def refuse_outbound(request: Request) -> None:
    """Refuses a cluster without the resources that its outbound type requires."""
    profile = request.inputs["networkProfile"]
    kind = str(profile["outboundType"]).lower()
    if str(profile["loadBalancerSku"]).lower() == "basic":
        raise Refused(
            "InvalidLoadBalancerSku",
            f"Load balancer sku basic of {request.id} is retired.",
            "use standard",
        )
    subnets = [
        subnet
        for pool in inline_pools(request)
        if pool.get("vnetSubnetID") and (subnet := request.cloud.get(pool["vnetSubnetID"])) is not None
    ]
    if kind == "managednatgateway" and subnets:
        raise Refused(
            "ManagedNATGatewayWithCustomVNetNotAllowed",
            "outboundType managedNATGateway is not allowed with a custom virtual network.",
            "use userAssignedNATGateway, or loadBalancer",
        )
    if kind == "userassignednatgateway":
        _refuse_missing_gateway(request, subnets)
    if kind == "userdefinedrouting":
        _refuse_missing_route(request, subnets)
    if kind == "loadbalancer":
        _refuse_load_balancer(request, profile.get("loadBalancerProfile") or {})


def _refuse_missing_gateway(request: Request, subnets: list[Record]) -> None:
    if not subnets:
        raise Refused(
            "UserAssignedNATGatewayWithManagedVNetNotAllowed",
            "outboundType userAssignedNATGateway requires a custom virtual network.",
            "set vnetSubnetID on the agent pools",
        )
    for subnet in subnets:
        gateway = request.cloud.get(get_path(subnet.properties, "natGateway.id", ""))
        if gateway is None:
            raise Refused(
                "SubnetNotAssociatedWithNATGateway",
                f"Subnet {subnet.id} is not associated with a NAT gateway, which outboundType userAssignedNATGateway "
                "needs.",
                "associate a NAT gateway with the subnet before the cluster is created",
            )
        if not gateway.properties.get("publicIpAddresses") and not gateway.properties.get("publicIpPrefixes"):
            raise Refused(
                "NATGatewayNotAssociatedWithPublicIPOrIPPrefix",
                f"NAT gateway {gateway.id} has no public IP address or prefix.",
                "associate a public IP address or prefix with the gateway",
            )


def _refuse_missing_route(request: Request, subnets: list[Record]) -> None:
    if request.get("networkProfile.loadBalancerProfile"):
        raise Refused(
            "InvalidUserDefinedRoutingWithLoadBalancerProfile",
            "outboundType userDefinedRouting and a load balancer profile exclude each other.",
            "remove loadBalancerProfile",
        )
    for subnet in subnets:
        table = request.cloud.get(get_path(subnet.properties, "routeTable.id", ""))
        if table is None:
            raise Refused(
                "ExistingRouteTableNotAssociatedWithSubnet",
                f"An existing route table has not been associated with subnet {subnet.id}. Please update the route "
                "table association.",
                "associate a route table with a default route with the subnet before the cluster is created",
            )
        if not any(route.get("addressPrefix") == "0.0.0.0/0" for route in table.properties.get("routes") or []):
            raise Refused(
                "RouteTableMissingDefaultRouteError",
                f"Route table {table.id} has no default route 0.0.0.0/0.",
                "add a route for 0.0.0.0/0",
            )


def _refuse_load_balancer(request: Request, profile: dict[str, Any]) -> None:
    count = 0
    for item in get_path(profile, "outboundIPs.publicIPs") or []:
        address = request.cloud.get(item.get("id", ""))
        if address is None:
            continue
        count += 1
        if address.properties["location"] != request.location:
            raise Refused(
                "LoadBalancerProfileOutboundIPNotInTheSameRegion",
                f"Outbound IP {address.id} is in {address.properties['location']}, the cluster in {request.location}.",
                "use an address of the cluster's region",
            )
        other = next((user for user in request.cloud.referrers(address.id) if user.type == NAT_GATEWAY), None)
        if other is not None:
            raise Refused(
                "LoadBalancerProfileOutboundIPAttachedToAnotherIPConfiguration",
                f"Outbound IP {address.id} is already attached to {other.id}.",
                "use another address",
            )
        refuse_missing_join_permission(request.cloud, request.inputs, request.id, ADDRESS_JOIN, address.id)
    for item in get_path(profile, "outboundIPPrefixes.publicIPPrefixes") or []:
        prefix = request.cloud.get(item.get("id", ""))
        count += address_count(prefix) if prefix else 0
    count = count or get_path(profile, "managedOutboundIPs.count") or 1
    ports = profile.get("allocatedOutboundPorts") or 0
    if ports % PORT_STEP:
        raise Refused(
            "LoadBalancerProfileAllocatedOutboundPortsMustBeMultipleOfEight",
            f"allocatedOutboundPorts {ports} is not a multiple of {PORT_STEP}.",
            f"use a multiple of {PORT_STEP}",
        )
    nodes = sum(
        max_count + surge_nodes(pool, max_count)
        for pool in inline_pools(request)
        if (max_count := int(pool.get("maxCount") or pool.get("count") or 1)) is not None
    )
    if ports * nodes > PORTS_PER_ADDRESS * count:
        raise Refused(
            "InsufficientOutboundPorts",
            f"{nodes} nodes with surge need {ports * nodes} outbound ports; {count} address(es) have "
            f"{PORTS_PER_ADDRESS * count}.",
            "allocate fewer ports per node, or add outbound addresses",
        )
