"""A virtual machine behind a load balancer whose parts refer to each other by computed ids.

Source: github.com/pulumi/examples, azure-py-loadbalancer-vm.
"""

from __future__ import annotations

import base64

import pulumi
import pulumi_random as random
from pulumi_azure_native import authorization, compute, network, resources

client = authorization.get_client_config()
group = resources.ResourceGroup("web")
vnet = network.VirtualNetwork(
    "network",
    resource_group_name=group.name,
    address_space=network.AddressSpaceArgs(address_prefixes=["10.0.0.0/16"]),
    subnets=[network.SubnetArgs(name="default", address_prefix="10.0.1.0/24")],
)
label = random.RandomString("label", length=8, upper=False, special=False).result.apply(lambda text: f"web-{text}")
address = network.PublicIPAddress(
    "address",
    resource_group_name=group.name,
    public_ip_allocation_method=network.IPAllocationMethod.STATIC,
    public_ip_address_version="IPV4",
    dns_settings=network.PublicIPAddressDnsSettingsArgs(domain_name_label=label),
    sku=network.PublicIPAddressSkuArgs(name="Standard"),
)
balancer_id = pulumi.Output.concat(
    "/subscriptions/",
    client.subscription_id,
    "/resourceGroups/",
    group.name,
    "/providers/Microsoft.Network/loadBalancers/web",
)


def part(kind: str, name: str) -> network.SubResourceArgs:
    """A reference to a part of the load balancer."""
    return network.SubResourceArgs(id=pulumi.Output.concat(balancer_id, "/", kind, "/", name))


balancer = network.LoadBalancer(
    "balancer",
    load_balancer_name="web",
    resource_group_name=group.name,
    sku=network.LoadBalancerSkuArgs(name="Standard"),
    backend_address_pools=[network.BackendAddressPoolArgs(name="backend")],
    frontend_ip_configurations=[
        network.FrontendIPConfigurationArgs(
            name="frontend", public_ip_address=network.PublicIPAddressArgs(id=address.id)
        )
    ],
    load_balancing_rules=[
        network.LoadBalancingRuleArgs(
            name="http",
            protocol="TCP",
            frontend_port=80,
            backend_port=80,
            idle_timeout_in_minutes=4,
            enable_tcp_reset=True,
            load_distribution="Default",
            backend_address_pool=part("backendAddressPools", "backend"),
            frontend_ip_configuration=part("frontendIPConfigurations", "frontend"),
            probe=part("probes", "http"),
        )
    ],
    probes=[
        network.ProbeArgs(
            name="http", protocol="HTTP", port=80, request_path="/", interval_in_seconds=5, number_of_probes=1
        )
    ],
)
security = network.NetworkSecurityGroup(
    "security",
    resource_group_name=group.name,
    security_rules=[
        network.SecurityRuleArgs(
            name="http",
            protocol="TCP",
            source_port_range="*",
            destination_port_ranges=["80"],
            source_address_prefix="Internet",
            destination_address_prefix="10.0.0.0/16",
            access="Allow",
            priority=100,
            direction="Inbound",
        )
    ],
)
interface = network.NetworkInterface(
    "interface",
    resource_group_name=group.name,
    network_security_group=network.NetworkSecurityGroupArgs(id=security.id),
    ip_configurations=[
        network.NetworkInterfaceIPConfigurationArgs(
            name="web",
            private_ip_allocation_method=network.IPAllocationMethod.DYNAMIC,
            subnet=network.SubnetArgs(id=vnet.subnets.apply(lambda found: found[0].id if found else "")),
            load_balancer_backend_address_pools=[
                network.BackendAddressPoolArgs(id=pulumi.Output.concat(balancer_id, "/backendAddressPools/backend"))
            ],
        )
    ],
    opts=pulumi.ResourceOptions(depends_on=[balancer]),
)
compute.VirtualMachine(
    "machine",
    resource_group_name=group.name,
    network_profile=compute.NetworkProfileArgs(
        network_interfaces=[compute.NetworkInterfaceReferenceArgs(id=interface.id)]
    ),
    hardware_profile=compute.HardwareProfileArgs(vm_size="Standard_A1_v2"),
    os_profile=compute.OSProfileArgs(
        computer_name="hostname",
        admin_username="operator",
        admin_password="Only-For-A-Test-1",
        custom_data=base64.b64encode(b"#!/bin/bash\necho hello > index.html\n").decode("ascii"),
        linux_configuration=compute.LinuxConfigurationArgs(disable_password_authentication=False),
    ),
    storage_profile=compute.StorageProfileArgs(
        os_disk=compute.OSDiskArgs(create_option=compute.DiskCreateOptionTypes.FROM_IMAGE),
        image_reference=compute.ImageReferenceArgs(
            publisher="canonical", offer="UbuntuServer", sku="16.04-LTS", version="latest"
        ),
    ),
)
live = network.get_public_ip_address_output(resource_group_name=group.name, public_ip_address_name=address.name)

pulumi.export("ip", live.ip_address)
pulumi.export("url", live.dns_settings.apply(lambda found: f"http://{found.fqdn}" if found else None))
