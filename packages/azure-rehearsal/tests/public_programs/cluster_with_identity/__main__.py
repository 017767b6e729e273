"""A cluster with a user-assigned identity, the administrator's credentials, and a role for the identity on the group.

Source: github.com/pulumi/examples, azure-py-aks-managed-identity.
"""

from __future__ import annotations

import base64

import pulumi
from pulumi_azure_native import authorization, containerservice, managedidentity, resources

SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@example"
CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"

group = resources.ResourceGroup("cluster")
identity = managedidentity.UserAssignedIdentity("identity", resource_group_name=group.name)
cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group.name,
    identity=containerservice.ManagedClusterIdentityArgs(
        type=containerservice.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
    ),
    dns_prefix="dns-prefix",
    enable_rbac=True,
    agent_pool_profiles=[
        containerservice.ManagedClusterAgentPoolProfileArgs(
            name="agentpool",
            mode="System",
            count=1,
            vm_size="Standard_D2s_v5",
            os_type="Linux",
            os_disk_size_gb=30,
            type="VirtualMachineScaleSets",
        )
    ],
    linux_profile=containerservice.ContainerServiceLinuxProfileArgs(
        admin_username="aksuser",
        ssh=containerservice.ContainerServiceSshConfigurationArgs(
            public_keys=[containerservice.ContainerServiceSshPublicKeyArgs(key_data=SSH_KEY)]
        ),
    ),
)
credentials = containerservice.list_managed_cluster_admin_credentials_output(
    resource_group_name=group.name, resource_name=cluster.name
)
authorization.RoleAssignment(
    "contributor",
    principal_id=identity.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=CONTRIBUTOR,
    scope=group.id,
)

pulumi.export("kubeconfig", credentials.apply(lambda found: base64.b64decode(found.kubeconfigs[0].value).decode()))
