"""Two clusters with a service principal, in two regions, and the credentials of the users.

Sources: github.com/pulumi/examples, azure-py-aks, azure-py-aks-multicluster and azure-py-aks-helm. The service
principal and the SSH key come from settings, where the examples create them with pulumi-azuread and pulumi-tls.
"""

from __future__ import annotations

import base64

import pulumi
from pulumi_azure_native import containerservice, resources

PRINCIPAL: containerservice.ManagedClusterServicePrincipalProfileArgsDict = {
    "client_id": "3f6a2c1e-5b0d-4c57-9a55-0d2f5d8f1c11",
    "secret": "only-for-a-test",
}
SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@example"

group = resources.ResourceGroup("clusters", location="eastus")
names = []
for name, location in (("east", "eastus"), ("west", "westus2")):
    cluster = containerservice.ManagedCluster(
        f"cluster-{name}",
        resource_group_name=group.name,
        location=location,
        dns_prefix=f"{pulumi.get_stack()}-kube",
        enable_rbac=True,
        kubernetes_version="1.36",
        linux_profile={"admin_username": "aksuser", "ssh": {"public_keys": [{"key_data": SSH_KEY}]}},
        service_principal_profile=PRINCIPAL,
        node_resource_group=f"MC_cluster_{name}",
        agent_pool_profiles=[
            {
                "name": "agentpool",
                "mode": "System",
                "count": 2,
                "max_pods": 110,
                "node_labels": {},
                "os_disk_size_gb": 30,
                "os_type": "Linux",
                "type": "VirtualMachineScaleSets",
                "vm_size": "Standard_D2s_v5",
            }
        ],
    )
    credentials = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=group.name, resource_name=cluster.name
    )
    kubeconfig = credentials.kubeconfigs[0].value.apply(lambda text: base64.b64decode(text).decode())
    pulumi.export(f"kubeconfig-{name}", pulumi.Output.secret(kubeconfig))
    names.append(cluster.name)
pulumi.export("names", pulumi.Output.all(*names))
