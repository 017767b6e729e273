"""A container group with a public address, its image in a registry with an admin user.

Sources: github.com/pulumi/examples, `azure-py-aci`; github.com/pulumi/templates, container-azure-python.
"""

from __future__ import annotations

import pulumi
import pulumi_random as random
from pulumi_azure_native import containerinstance, containerregistry, resources

group = resources.ResourceGroup("containers")
registry = containerregistry.Registry(
    "registry",
    resource_group_name=group.name,
    admin_user_enabled=True,
    sku=containerregistry.SkuArgs(name=containerregistry.SkuName.BASIC),
)
credentials = containerregistry.list_registry_credentials_output(
    resource_group_name=group.name, registry_name=registry.name
)
label = random.RandomString("label", length=8, special=False).result.apply(lambda text: f"app-{text.lower()}")
instance = containerinstance.ContainerGroup(
    "instance",
    resource_group_name=group.name,
    os_type="linux",
    restart_policy="always",
    image_registry_credentials=[
        {
            "server": registry.login_server,
            "username": credentials.username.apply(lambda name: name or ""),
            "password": credentials.passwords.apply(lambda found: found[0].value if found else ""),
        }
    ],
    containers=[
        {
            "name": "app",
            "image": pulumi.Output.concat(registry.login_server, "/app:latest"),
            "ports": [{"port": 80, "protocol": "tcp"}],
            "environment_variables": [{"name": "PORT", "value": "80"}],
            "resources": {"requests": {"cpu": 1, "memory_in_gb": 2}},
        }
    ],
    ip_address={
        "type": containerinstance.ContainerGroupIpAddressType.PUBLIC,
        "dns_name_label": label,
        "ports": [{"port": 80, "protocol": "tcp"}],
    },
)

pulumi.export("ip", instance.ip_address.apply(lambda address: address.ip if address else None))
pulumi.export("url", instance.ip_address.apply(lambda address: f"http://{address.fqdn}" if address else None))
