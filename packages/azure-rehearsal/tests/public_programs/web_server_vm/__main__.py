"""A virtual machine with an SSH key and a public address, read after the machine exists.

Sources: github.com/pulumi/examples, azure-py-webserver; github.com/pulumi/templates, vm-azure-python. Their address is
dynamic with SKU Basic, which Azure no longer creates.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import compute, network, resources

SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@example"

group = resources.ResourceGroup("server")
vnet = network.VirtualNetwork(
    "network",
    resource_group_name=group.name,
    address_space={"address_prefixes": ["10.0.0.0/16"]},
    subnets=[{"name": "default", "address_prefix": "10.0.1.0/24"}],
)
address = network.PublicIPAddress(
    "address",
    resource_group_name=group.name,
    public_ip_allocation_method=network.IPAllocationMethod.STATIC,
    sku={"name": "Standard"},
    dns_settings={"domain_name_label": "my-server-4711"},
)
security = network.NetworkSecurityGroup(
    "security",
    resource_group_name=group.name,
    security_rules=[
        {
            "name": "server",
            "priority": 1000,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "source_port_range": "*",
            "source_address_prefix": "*",
            "destination_address_prefix": "*",
            "destination_port_ranges": ["80", "22"],
        }
    ],
)
interface = network.NetworkInterface(
    "interface",
    resource_group_name=group.name,
    network_security_group={"id": security.id},
    ip_configurations=[
        {
            "name": "server",
            "private_ip_allocation_method": network.IPAllocationMethod.DYNAMIC,
            "subnet": {"id": vnet.subnets.apply(lambda found: found[0].id if found else "")},
            "public_ip_address": {"id": address.id},
        }
    ],
)
machine = compute.VirtualMachine(
    "machine",
    resource_group_name=group.name,
    network_profile={"network_interfaces": [{"id": interface.id, "primary": True}]},
    hardware_profile={"vm_size": "Standard_A1_v2"},
    os_profile={
        "computer_name": "my-server",
        "admin_username": "operator",
        "linux_configuration": {
            "disable_password_authentication": True,
            "ssh": {"public_keys": [{"key_data": SSH_KEY, "path": "/home/operator/.ssh/authorized_keys"}]},
        },
    },
    storage_profile={
        "os_disk": {"name": "my-server-disk", "create_option": compute.DiskCreateOptionTypes.FROM_IMAGE},
        "image_reference": {"publisher": "Debian", "offer": "debian-11", "sku": "11", "version": "latest"},
    },
)
live = machine.id.apply(
    lambda _: network.get_public_ip_address_output(resource_group_name=group.name, public_ip_address_name=address.name)
)

pulumi.export("ip", live.ip_address)
pulumi.export("hostname", live.dns_settings.apply(lambda settings: settings.fqdn))
