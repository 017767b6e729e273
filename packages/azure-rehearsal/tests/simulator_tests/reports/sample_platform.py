"""The recording of a small platform: one region with a cluster of two pools, a database, and public addresses."""

from __future__ import annotations

from typing import Any

from simulator_tests.reports.recordings import GROUP, NETWORK, arm_id, component, entry, subnet_id

ADDRESS = "198.51.100.7"
PARTNER = "203.0.113.0/28"


def rule(name: str, ports: list[str], source: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "direction": "Inbound",
        "access": "Allow",
        "priority": 100,
        "protocol": "Udp",
        "sourceAddressPrefix": source,
        "destinationAddressPrefix": "*",
        "destinationPortRanges": ports,
        **more,
    }


DENY_ALL = rule("deny-all", ["*"], "*", access="Deny", protocol="*", priority=4096)


ASG = arm_id("Microsoft.Network/applicationSecurityGroups", "asg-media")
MEDIA_RULES = [
    rule("media-udp", ["16384-29999"], "Internet", destinationApplicationSecurityGroups=[{"id": ASG}]),
    rule("inside-udp", ["5090"], "10.10.0.0/16", priority=110),
    DENY_ALL,
]
EDGE_RULES = [
    rule("edge-udp", ["5060"], PARTNER, destinationAddressPrefix=ADDRESS),
    rule("edge-tcp", ["5060", "5061"], PARTNER, destinationAddressPrefix=ADDRESS, protocol="Tcp", priority=110),
    rule("probes-tcp", ["8090"], "AzureLoadBalancer", protocol="Tcp", priority=120),
    DENY_ALL,
]


def azure(name: str, kind: str, above: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    """An Azure resource below a component. `physical` is its name in Azure, `outputs` are its outputs."""
    outputs = {"name": inputs.pop("physical", name), **inputs.pop("outputs", {})}
    return entry(name, kind, {"resourceGroupName": GROUP, **inputs}, outputs=outputs, parent=above["urn"])


def subnet(name: str, prefix: str, above: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    """A subnet with a reference to the security group `nsg-NAME`, which need not exist."""
    group = {"id": arm_id("Microsoft.Network/networkSecurityGroups", f"nsg-{name}")}
    fixed = {"addressPrefix": prefix, "virtualNetworkName": NETWORK, "networkSecurityGroup": group}
    return azure(name, "network:Subnet", above, **fixed, **inputs)


def small_platform(**pool: Any) -> list[dict[str, Any]]:
    """`pool` are additional inputs of the separate pool."""
    region = component("region", "Region")
    net, data = component("net", "Network", region["urn"]), component("data", "DataTier", region["urn"])
    namespace = entry(
        "ns", "kubernetes:core/v1:Namespace", outputs={"metadata": {"name": "shop-media"}}, parent=region["urn"]
    )
    return [
        region,
        net,
        data,
        azure("group", "resources:ResourceGroup", region, location="eastus", tags={"environment": "test"}),
        *network_entries(net),
        *cluster_entries(region, pool),
        *data_entries(data),
        entry("role", "authorization:RoleAssignment", {"scope": subnet_id("work")}, parent=region["urn"]),
        namespace,
    ]


def network_entries(net: dict[str, Any]) -> list[dict[str, Any]]:
    """The virtual network with its subnets, security groups and public addresses."""
    spaces = {"addressPrefixes": ["10.10.0.0/16"]}
    nat_address = {"id": arm_id("Microsoft.Network/publicIPAddresses", "nat")}
    return [
        azure("network", "network:VirtualNetwork", net, physical=NETWORK, addressSpace=spaces),
        azure("nsg-media", "network:NetworkSecurityGroup", net, securityRules=[*MEDIA_RULES]),
        azure("nsg-work", "network:NetworkSecurityGroup", net, securityRules=[*EDGE_RULES]),
        subnet("media", "10.10.8.0/25", net),
        subnet("work", "10.10.4.0/22", net, natGateway={"id": arm_id("Microsoft.Network/natGateways", "ng")}),
        subnet("database", "10.10.12.0/26", net),
        azure("ng", "network:NatGateway", net, publicIpAddresses=[nat_address]),
        azure("nat", "network:PublicIPAddress", net, outputs={"ipAddress": "198.51.100.9"}),
        azure("edge", "network:PublicIPAddress", net, outputs={"ipAddress": ADDRESS}),
        azure("spare", "network:PublicIPAddress", net, outputs={"ipAddress": "198.51.100.8"}),
        azure("media-prefix", "network:PublicIPPrefix", net, outputs={"ipPrefix": "198.51.100.32/28"}, zones=["1"]),
        azure("privatelink.example", "privatedns:PrivateZone", net),
    ]


def cluster_entries(region: dict[str, Any], pool: dict[str, Any]) -> list[dict[str, Any]]:
    """The cluster with an inline and a separate pool."""
    system = {"name": "system", "vmSize": "Standard_D4s_v5", "count": 2, "vnetSubnetID": subnet_id("work")}
    return [
        azure(
            "aks",
            "containerservice:ManagedCluster",
            region,
            kubernetesVersion="1.36",
            sku={"tier": "Standard"},
            agentPoolProfiles=[system],
        ),
        azure(
            "media-pool",
            "containerservice:AgentPool",
            region,
            vmSize="Standard_D8s_v5",
            enableAutoScaling=True,
            minCount=1,
            maxCount=3,
            availabilityZones=["1"],
            vnetSubnetID=subnet_id("media"),
            nodePublicIPPrefixID=arm_id("Microsoft.Network/publicIPPrefixes", "media-prefix"),
            networkProfile={"applicationSecurityGroups": [ASG]},
            **pool,
        ),
    ]


def data_entries(data: dict[str, Any]) -> list[dict[str, Any]]:
    """A database in its subnet, and a cache without one."""
    return [
        azure(
            "database-server",
            "dbforpostgresql:Server",
            data,
            version="17",
            sku={"name": "Standard_D4ds_v5"},
            network={"delegatedSubnetResourceId": subnet_id("database")},
            administratorLoginPassword="[secret]",
        ),
        azure("cache", "redisenterprise:RedisEnterprise", data, sku={"name": "Balanced_B3"}),
    ]
