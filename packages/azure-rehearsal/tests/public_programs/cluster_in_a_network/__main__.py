"""Clusters with Azure CNI in subnets of their own, then with overlay, a pod subnet and kubenet.

Source of the first: github.com/pulumi/templates, kubernetes-azure-python. The others differ in the network profile:
learn.microsoft.com, "Azure CNI Overlay", "Azure CNI pod subnet" and "Use kubenet in AKS".
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import containerservice, network, resources

SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@example"
SERVICES: containerservice.ContainerServiceNetworkProfileArgsDict = {
    "service_cidr": "10.96.0.0/16",
    "dns_service_ip": "10.96.0.10",
}
PROFILES: dict[str, containerservice.ContainerServiceNetworkProfileArgsDict] = {
    "flat": {"network_plugin": "azure", "network_policy": "azure", **SERVICES},
    "overlay": {"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "192.168.0.0/16", **SERVICES},
    "podsubnet": {"network_plugin": "azure", **SERVICES},
    "kubenet": {"network_plugin": "kubenet", "pod_cidr": "10.244.0.0/16", **SERVICES},
}

group = resources.ResourceGroup("clusters")
vnet = network.VirtualNetwork(
    "vnet", resource_group_name=group.name, address_space={"address_prefixes": ["10.0.0.0/16"]}
)


subnets: list[network.Subnet] = []
for position in range(len(PROFILES) + 1):
    subnet = network.Subnet(
        f"subnet-{position}",
        resource_group_name=group.name,
        virtual_network_name=vnet.name,
        address_prefix=f"10.0.{4 * position}.0/22",
        opts=pulumi.ResourceOptions(depends_on=subnets[-1:]),
    )
    subnets.append(subnet)
for position, (name, profile) in enumerate(PROFILES.items()):
    cluster = containerservice.ManagedCluster(
        name,
        resource_group_name=group.name,
        dns_prefix=f"pulumi-{name}",
        enable_rbac=True,
        identity={"type": containerservice.ResourceIdentityType.SYSTEM_ASSIGNED},
        aad_profile={
            "enable_azure_rbac": True,
            "managed": True,
            "admin_group_object_ids": ["8b1f7c55-1f30-4f50-9d5f-0a9b0a1c2d3e"],
        },
        api_server_access_profile={"authorized_ip_ranges": ["0.0.0.0/0"], "enable_private_cluster": False},
        kubernetes_version="1.36",
        linux_profile={"admin_username": "azureuser", "ssh": {"public_keys": [{"key_data": SSH_KEY}]}},
        network_profile=profile,
        agent_pool_profiles=[
            {
                "name": "systempool",
                "mode": "System",
                "count": 3,
                "availability_zones": ["1", "2", "3"],
                "enable_node_public_ip": False,
                "os_type": "Linux",
                "os_disk_size_gb": 30,
                "type": "VirtualMachineScaleSets",
                "vm_size": "Standard_D4s_v5",
                "vnet_subnet_id": subnets[position].id,
                **({"pod_subnet_id": subnets[-1].id} if name == "podsubnet" else {}),
            }
        ],
    )
    pulumi.export(name, cluster.name)
