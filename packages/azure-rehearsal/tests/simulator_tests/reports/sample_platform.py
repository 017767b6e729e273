"""The recording of a small platform: one region with a cluster of two pools, a database, and public addresses."""

from __future__ import annotations

from typing import Any

from simulator_tests.reports.recordings import GROUP, NETWORK, arm_id, component, entry, subnet_id

ADDRESS = "198.51.100.7"
CARRIER = "203.0.113.0/28"


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


def small_platform(**pool: Any) -> list[dict[str, Any]]:
    """`pool` are additional inputs of the separate pool."""
    cell = component("cell", "RegionCell")
    net, data = component("net", "Network", cell["urn"]), component("data", "DataTier", cell["urn"])

    def azure(name: str, kind: str, above: dict[str, Any] = net, **inputs: Any) -> dict[str, Any]:
        outputs = {"name": inputs.pop("physical", name), **inputs.pop("outputs", {})}
        return entry(name, kind, {"resourceGroupName": GROUP, **inputs}, outputs=outputs, parent=above["urn"])

    def subnet(name: str, prefix: str, **inputs: Any) -> dict[str, Any]:
        group = {"id": arm_id("Microsoft.Network/networkSecurityGroups", f"nsg-{name}")}
        fixed = {"addressPrefix": prefix, "virtualNetworkName": NETWORK, "networkSecurityGroup": group}
        return azure(name, "network:Subnet", net, **fixed, **inputs)

    asg = arm_id("Microsoft.Network/applicationSecurityGroups", "asg-media")
    media_rules = [
        rule("media-udp", ["16384-29999"], "Internet", destinationApplicationSecurityGroups=[{"id": asg}]),
        rule("inside-udp", ["5090"], "10.10.0.0/16", priority=110),
        DENY_ALL,
    ]
    edge_rules = [
        rule("edge-udp", ["5060"], CARRIER, destinationAddressPrefix=ADDRESS),
        rule("edge-tcp", ["5060", "5061"], CARRIER, destinationAddressPrefix=ADDRESS, protocol="Tcp", priority=110),
        rule("probes-tcp", ["8090"], "AzureLoadBalancer", protocol="Tcp", priority=120),
        DENY_ALL,
    ]
    return [
        cell,
        net,
        data,
        azure("group", "resources:ResourceGroup", cell, location="eastus", tags={"environment": "test"}),
        azure(
            "network", "network:VirtualNetwork", physical=NETWORK, addressSpace={"addressPrefixes": ["10.10.0.0/16"]}
        ),
        azure("nsg-media", "network:NetworkSecurityGroup", securityRules=media_rules),
        azure("nsg-work", "network:NetworkSecurityGroup", securityRules=edge_rules),
        subnet("media", "10.10.8.0/25"),
        subnet("work", "10.10.4.0/22", natGateway={"id": arm_id("Microsoft.Network/natGateways", "ng")}),
        subnet("database", "10.10.12.0/26"),
        azure(
            "ng", "network:NatGateway", publicIpAddresses=[{"id": arm_id("Microsoft.Network/publicIPAddresses", "nat")}]
        ),
        azure("nat", "network:PublicIPAddress", outputs={"ipAddress": "198.51.100.9"}),
        azure("edge", "network:PublicIPAddress", outputs={"ipAddress": ADDRESS}),
        azure("spare", "network:PublicIPAddress", outputs={"ipAddress": "198.51.100.8"}),
        azure("media-prefix", "network:PublicIPPrefix", outputs={"ipPrefix": "198.51.100.32/28"}, zones=["1"]),
        azure("privatelink.example", "privatedns:PrivateZone"),
        azure(
            "aks",
            "containerservice:ManagedCluster",
            cell,
            kubernetesVersion="1.36",
            sku={"tier": "Standard"},
            agentPoolProfiles=[
                {"name": "system", "vmSize": "Standard_D4s_v5", "count": 2, "vnetSubnetID": subnet_id("work")}
            ],
        ),
        azure(
            "media-pool",
            "containerservice:AgentPool",
            cell,
            vmSize="Standard_D8s_v5",
            enableAutoScaling=True,
            minCount=1,
            maxCount=3,
            availabilityZones=["1"],
            vnetSubnetID=subnet_id("media"),
            nodePublicIPPrefixID=arm_id("Microsoft.Network/publicIPPrefixes", "media-prefix"),
            networkProfile={"applicationSecurityGroups": [asg]},
            **pool,
        ),
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
        entry("role", "authorization:RoleAssignment", {"scope": subnet_id("work")}, parent=cell["urn"]),
        entry("ns", "kubernetes:core/v1:Namespace", outputs={"metadata": {"name": "shop-media"}}, parent=cell["urn"]),
    ]
