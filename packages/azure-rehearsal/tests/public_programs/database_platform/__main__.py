"""A cluster with workload identity behind a NAT gateway, blob storage with lifecycle rules, PostgreSQL and public DNS.

Source: github.com/pinecone-io/pulumi-pinecone-byoc, pulumi_pinecone_byoc/azure/{vnet,aks,storage,database,dns}.py. Its
objects in the cluster are left out.
"""

from __future__ import annotations

import base64

import pulumi
import pulumi_random as random
from pulumi_azure_native import (
    authorization,
    containerservice,
    dbforpostgresql,
    dns,
    managedidentity,
    network,
    privatedns,
    resources,
    storage,
)

REGION = "eastus"
ROLES = "/providers/Microsoft.Authorization/roleDefinitions"
OPERATOR, NETWORK_CONTRIBUTOR = "f1a07417-d97a-45cb-824c-7a7467783830", "4d97b98b-1d4f-4787-a291-c67834d212e7"

subscription = authorization.get_client_config().subscription_id
suffix = random.RandomString("cell", length=6, upper=False, special=False).result
cell = pulumi.Output.concat("cell-", suffix)
group = resources.ResourceGroup("rg", resource_group_name=pulumi.Output.concat(cell, "-rg"), location=REGION)


def public_address(name: str) -> network.PublicIPAddress:
    """A static Standard address."""
    return network.PublicIPAddress(
        name,
        public_ip_address_name=pulumi.Output.concat(name, "-", cell),
        resource_group_name=group.name,
        location=REGION,
        sku=network.PublicIPAddressSkuArgs(name=network.PublicIPAddressSkuName.STANDARD),
        public_ip_allocation_method=network.IPAllocationMethod.STATIC,
    )


nat = network.NatGateway(
    "nat",
    resource_group_name=group.name,
    location=REGION,
    sku=network.NatGatewaySkuArgs(name=network.NatGatewaySkuName.STANDARD),
    public_ip_addresses=[network.SubResourceArgs(id=public_address("nat-ip").id)],
)
vnet = network.VirtualNetwork(
    "vnet",
    resource_group_name=group.name,
    location=REGION,
    address_space=network.AddressSpaceArgs(address_prefixes=["10.0.0.0/15", "10.2.0.0/27"]),
)
cluster_subnet = network.Subnet(
    "aks-subnet",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.0.0.0/16",
    service_endpoints=[network.ServiceEndpointPropertiesFormatArgs(service="Microsoft.Storage")],
    nat_gateway=network.SubResourceArgs(id=nat.id),
)
database_subnet = network.Subnet(
    "db-subnet",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.1.0.0/16",
    delegations=[network.DelegationArgs(name="postgresql", service_name="Microsoft.DBforPostgreSQL/flexibleServers")],
    opts=pulumi.ResourceOptions(depends_on=[cluster_subnet]),
)
network.Subnet(
    "pls-subnet",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.2.0.0/27",
    private_link_service_network_policies=network.VirtualNetworkPrivateLinkServiceNetworkPolicies.DISABLED,
    opts=pulumi.ResourceOptions(depends_on=[database_subnet]),
)
control_plane = managedidentity.UserAssignedIdentity("cluster-identity", resource_group_name=group.name)
kubelet = managedidentity.UserAssignedIdentity("kubelet-identity", resource_group_name=group.name)


def role(name: str, definition: str, scope: pulumi.Input[str]) -> authorization.RoleAssignment:
    """A role of the control plane's identity."""
    return authorization.RoleAssignment(
        name,
        principal_id=control_plane.principal_id,
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=f"/subscriptions/{subscription}{ROLES}/{definition}",
        scope=scope,
    )


roles = [
    role("mi-operator", OPERATOR, kubelet.id),
    role("network-contributor", NETWORK_CONTRIBUTOR, cluster_subnet.id),
    role("rg-network-contributor", NETWORK_CONTRIBUTOR, group.id),
]
cluster = containerservice.ManagedCluster(
    "cluster",
    resource_name_=pulumi.Output.concat("cluster-", cell),
    resource_group_name=group.name,
    location=REGION,
    dns_prefix=cell,
    enable_rbac=True,
    node_resource_group=pulumi.Output.concat(group.name, "-nodepool"),
    identity=containerservice.ManagedClusterIdentityArgs(
        type=containerservice.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[control_plane.id]
    ),
    identity_profile={
        "kubeletidentity": containerservice.UserAssignedIdentityArgs(
            object_id=kubelet.principal_id, resource_id=kubelet.id
        )
    },
    network_profile=containerservice.ContainerServiceNetworkProfileArgs(
        network_plugin="azure", dns_service_ip="112.0.0.10", service_cidr="112.0.0.0/16"
    ),
    auto_scaler_profile=containerservice.ManagedClusterPropertiesAutoScalerProfileArgs(
        balance_similar_node_groups="true", skip_nodes_with_local_storage="false"
    ),
    security_profile=containerservice.ManagedClusterSecurityProfileArgs(
        workload_identity=containerservice.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True)
    ),
    oidc_issuer_profile=containerservice.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
    sku=containerservice.ManagedClusterSKUArgs(name="Base", tier="Standard"),
    agent_pool_profiles=[
        containerservice.ManagedClusterAgentPoolProfileArgs(
            name="default",
            mode=containerservice.AgentPoolMode.SYSTEM,
            vm_size="Standard_D4s_v5",
            os_sku=containerservice.OSSKU.UBUNTU,
            type=containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
            enable_auto_scaling=True,
            min_count=1,
            count=1,
            max_count=10,
            os_disk_size_gb=100,
            vnet_subnet_id=cluster_subnet.id,
            availability_zones=["1", "2"],
            node_labels={"nodepool_name": "default"},
        )
    ],
    opts=pulumi.ResourceOptions(depends_on=roles, ignore_changes=["agent_pool_profiles"]),
)
containerservice.AgentPool(
    "workers",
    agent_pool_name="workers",
    resource_group_name=group.name,
    resource_name_=cluster.name,
    vm_size="Standard_D8s_v5",
    os_sku=containerservice.OSSKU.UBUNTU,
    type=containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
    mode=containerservice.AgentPoolMode.USER,
    enable_auto_scaling=True,
    min_count=1,
    count=1,
    max_count=5,
    vnet_subnet_id=cluster_subnet.id,
    node_taints=["workload=index:NoSchedule"],
)
credentials = containerservice.list_managed_cluster_user_credentials_output(
    resource_group_name=group.name, resource_name=cluster.name
)
account = storage.StorageAccount(
    "account",
    account_name=pulumi.Output.concat("pccell", suffix),
    resource_group_name=group.name,
    location=REGION,
    access_tier=storage.AccessTier.HOT,
    allow_blob_public_access=False,
    allow_shared_key_access=True,
    sku=storage.SkuArgs(name="Standard_LRS"),
    kind="StorageV2",
)
key = pulumi.Output.all(account.name, group.name).apply(
    lambda names: storage.list_storage_account_keys(account_name=names[0], resource_group_name=names[1]).keys[0].value
)
service = storage.BlobServiceProperties(
    "blob-service",
    blob_services_name="default",
    account_name=account.name,
    resource_group_name=group.name,
    is_versioning_enabled=True,
    delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=3),
)
data = storage.BlobContainer(
    "data",
    account_name=account.name,
    container_name=pulumi.Output.concat("pc-data-", cell),
    resource_group_name=group.name,
)
storage.ManagementPolicy(
    "lifecycle",
    account_name=account.name,
    resource_group_name=group.name,
    management_policy_name="default",
    policy=storage.ManagementPolicySchemaArgs(
        rules=[
            storage.ManagementPolicyRuleArgs(
                enabled=True,
                name="delete-activity",
                type="Lifecycle",
                definition=storage.ManagementPolicyDefinitionArgs(
                    actions=storage.ManagementPolicyActionArgs(
                        base_blob=storage.ManagementPolicyBaseBlobArgs(
                            delete=storage.DateAfterModificationArgs(days_after_creation_greater_than=30)
                        )
                    ),
                    filters=storage.ManagementPolicyFilterArgs(
                        blob_types=["blockBlob", "appendBlob"],
                        prefix_match=[pulumi.Output.concat(data.name, "/activity/")],
                    ),
                ),
            )
        ]
    ),
)
private_zone = privatedns.PrivateZone(
    "private-zone",
    location="global",
    private_zone_name="cells.postgres.database.azure.com",
    resource_group_name=group.name,
)
link = privatedns.VirtualNetworkLink(
    "link",
    location="Global",
    private_zone_name=private_zone.name,
    registration_enabled=False,
    resource_group_name=group.name,
    virtual_network=privatedns.SubResourceArgs(id=vnet.id),
)
password = random.RandomPassword("db-password", length=32, special=False)
server = dbforpostgresql.Server(
    "control-db",
    server_name=pulumi.Output.concat("control-", cell),
    resource_group_name=group.name,
    location=REGION,
    version="16",
    administrator_login="control",
    administrator_login_password=password.result,
    sku=dbforpostgresql.SkuArgs(name="Standard_D2ds_v5", tier=dbforpostgresql.SkuTier.GENERAL_PURPOSE),
    storage=dbforpostgresql.StorageArgs(storage_size_gb=128),
    backup=dbforpostgresql.BackupArgs(backup_retention_days=7),
    high_availability=dbforpostgresql.HighAvailabilityArgs(mode="Disabled"),
    network=dbforpostgresql.NetworkArgs(
        delegated_subnet_resource_id=database_subnet.id, private_dns_zone_arm_resource_id=private_zone.id
    ),
    opts=pulumi.ResourceOptions(depends_on=[link], ignore_changes=["availabilityZone", "highAvailability", "network"]),
)
dbforpostgresql.Database(
    "control", database_name="control", server_name=server.name, resource_group_name=group.name, charset="UTF8"
)
zone = dns.Zone(
    "zone",
    zone_name=pulumi.Output.concat(cell, ".byoc.example.org"),
    resource_group_name=group.name,
    location="global",
)
external = public_address("external-ip")
dns.RecordSet(
    "ingress",
    zone_name=zone.name,
    resource_group_name=group.name,
    relative_record_set_name="ingress",
    record_type="A",
    ttl=300,
    a_records=[dns.ARecordArgs(ipv4_address=external.ip_address.apply(lambda ip: ip or ""))],
)
dns.RecordSet(
    "wildcard",
    zone_name=zone.name,
    resource_group_name=group.name,
    relative_record_set_name="*.svc",
    record_type="CNAME",
    ttl=300,
    cname_record=dns.CnameRecordArgs(cname=pulumi.Output.concat("ingress.", zone.name)),
)

pulumi.export("issuer", cluster.oidc_issuer_profile.apply(lambda found: found.issuer_url if found else ""))
pulumi.export(
    "kubeconfig",
    pulumi.Output.secret(credentials.kubeconfigs[0].value.apply(lambda text: base64.b64decode(text).decode())),
)
pulumi.export("key", pulumi.Output.secret(key))
pulumi.export("database", server.fully_qualified_domain_name)
pulumi.export("nameServers", zone.name_servers)
