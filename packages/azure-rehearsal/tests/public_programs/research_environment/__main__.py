"""A research environment: application gateway, Azure Monitor over private link, backup of blobs, patching, SQL.

Source: github.com/alan-turing-institute/data-safe-haven, data_safe_haven/infrastructure, the modules
programs/sre/{application_gateway,backup,monitoring}.py and components/composite/microsoft_sql_database.py.
"""

from __future__ import annotations

import pulumi
import pulumi_random as random
from pulumi_azure_native import (
    dataprotection,
    maintenance,
    managedidentity,
    monitor,
    network,
    operationalinsights,
    privatedns,
    resources,
    sql,
    storage,
)

GATEWAY = "sre-ag-entrypoint"
MONITOR_ZONES = (
    "monitor.azure.com",
    "oms.opinsights.azure.com",
    "ods.opinsights.azure.com",
    "agentsvc.azure-automation.net",
)

group = resources.ResourceGroup("sre", location="uksouth")
vnet = network.VirtualNetwork(
    "vnet", resource_group_name=group.name, address_space=network.AddressSpaceArgs(address_prefixes=["10.0.0.0/16"])
)
gateway_subnet = network.Subnet(
    "gateway", resource_group_name=group.name, virtual_network_name=vnet.name, address_prefix="10.0.0.0/24"
)
data_subnet = network.Subnet(
    "data",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.0.1.0/24",
    opts=pulumi.ResourceOptions(depends_on=[gateway_subnet]),
)
identity = managedidentity.UserAssignedIdentity("key-vault-reader", resource_group_name=group.name)
address = network.PublicIPAddress(
    "public-ip",
    resource_group_name=group.name,
    public_ip_allocation_method=network.IPAllocationMethod.STATIC,
    sku=network.PublicIPAddressSkuArgs(name=network.PublicIPAddressSkuName.STANDARD),
)


def part(kind: str, name: str) -> network.SubResourceArgs:
    """A reference to a part of the application gateway."""
    path = f"/providers/Microsoft.Network/applicationGateways/{GATEWAY}/{kind}/{name}"
    return network.SubResourceArgs(id=pulumi.Output.concat(group.id, path))


network.ApplicationGateway(
    "application-gateway",
    application_gateway_name=GATEWAY,
    resource_group_name=group.name,
    identity=network.ManagedServiceIdentityArgs(
        type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[identity.id]
    ),
    sku=network.ApplicationGatewaySkuArgs(capacity=1, name="Standard_v2", tier="Standard_v2"),
    backend_address_pools=[
        network.ApplicationGatewayBackendAddressPoolArgs(
            name="desktop", backend_addresses=[network.ApplicationGatewayBackendAddressArgs(ip_address="10.0.2.4")]
        )
    ],
    backend_http_settings_collection=[
        network.ApplicationGatewayBackendHttpSettingsArgs(
            name="http", port=80, protocol="Http", request_timeout=30, cookie_based_affinity="Disabled"
        )
    ],
    frontend_ip_configurations=[
        network.ApplicationGatewayFrontendIPConfigurationArgs(
            name="front", public_ip_address=network.SubResourceArgs(id=address.id)
        )
    ],
    frontend_ports=[network.ApplicationGatewayFrontendPortArgs(name="http", port=80)],
    gateway_ip_configurations=[
        network.ApplicationGatewayIPConfigurationArgs(
            name="gateway", subnet=network.SubResourceArgs(id=gateway_subnet.id)
        )
    ],
    http_listeners=[
        network.ApplicationGatewayHttpListenerArgs(
            name="http",
            protocol="Http",
            host_name="sre.example.org",
            frontend_ip_configuration=part("frontendIPConfigurations", "front"),
            frontend_port=part("frontendPorts", "http"),
        )
    ],
    request_routing_rules=[
        network.ApplicationGatewayRequestRoutingRuleArgs(
            name="desktop",
            priority=100,
            rule_type=network.ApplicationGatewayRequestRoutingRuleType.BASIC,
            backend_address_pool=part("backendAddressPools", "desktop"),
            backend_http_settings=part("backendHttpSettingsCollection", "http"),
            http_listener=part("httpListeners", "http"),
        )
    ],
)
workspace = operationalinsights.Workspace(
    "logs",
    resource_group_name=group.name,
    retention_in_days=30,
    sku=operationalinsights.WorkspaceSkuArgs(name=operationalinsights.WorkspaceSkuNameEnum.PER_GB2018),
)
keys = operationalinsights.get_shared_keys_output(resource_group_name=group.name, workspace_name=workspace.name)
scope = monitor.PrivateLinkScope(
    "ampls",
    resource_group_name=group.name,
    location="Global",
    scope_name="sre-ampls",
    access_mode_settings=monitor.AccessModeSettingsArgs(
        ingestion_access_mode=monitor.AccessMode.PRIVATE_ONLY, query_access_mode=monitor.AccessMode.PRIVATE_ONLY
    ),
)
scoped = monitor.PrivateLinkScopedResource(
    "ampls-to-logs",
    name="ampls-to-logs",
    resource_group_name=group.name,
    scope_name=scope.name,
    linked_resource_id=workspace.id,
)
endpoint = network.PrivateEndpoint(
    "logs-endpoint",
    resource_group_name=group.name,
    custom_network_interface_name="logs-nic",
    private_link_service_connections=[
        network.PrivateLinkServiceConnectionArgs(
            name="ampls", group_ids=["azuremonitor"], private_link_service_id=scope.id
        )
    ],
    subnet=network.SubnetArgs(id=data_subnet.id),
    opts=pulumi.ResourceOptions(depends_on=[scoped], ignore_changes=["custom_dns_configs"]),
)
zones = [
    privatedns.PrivateZone(
        name, location="Global", private_zone_name=f"privatelink.{name}", resource_group_name=group.name
    )
    for name in MONITOR_ZONES
]
network.PrivateDnsZoneGroup(
    "logs-zones",
    private_dns_zone_group_name="logs-zones",
    private_endpoint_name=endpoint.name,
    resource_group_name=group.name,
    private_dns_zone_configs=[
        network.PrivateDnsZoneConfigArgs(name=name.replace(".", "-"), private_dns_zone_id=zone.id)
        for name, zone in zip(MONITOR_ZONES, zones, strict=True)
    ],
)
maintenance.MaintenanceConfiguration(
    "patching",
    resource_group_name=group.name,
    resource_name_="sre-patching",
    maintenance_scope=maintenance.MaintenanceScope.IN_GUEST_PATCH,
    extension_properties={"InGuestPatchMode": "User"},
    install_patches=maintenance.InputPatchConfigurationArgs(
        linux_parameters=maintenance.InputLinuxParametersArgs(classifications_to_include=["Critical", "Security"]),
        reboot_setting="IfRequired",
    ),
    duration="03:55",
    recur_every="1Day",
    start_date_time="2026-01-01 02:04",
    time_zone="UTC",
    visibility=maintenance.Visibility.CUSTOM,
)
account = storage.StorageAccount(
    "sensitivedata",
    resource_group_name=group.name,
    kind=storage.Kind.STORAGE_V2,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
)
vault = dataprotection.BackupVault(
    "backup",
    resource_group_name=group.name,
    vault_name="sre-bv-backup",
    identity=dataprotection.DppIdentityDetailsArgs(type="SystemAssigned"),
    properties=dataprotection.BackupVaultArgs(
        storage_settings=[
            dataprotection.StorageSettingArgs(
                datastore_type=dataprotection.StorageSettingStoreTypes.VAULT_STORE,
                type=dataprotection.StorageSettingTypes.LOCALLY_REDUNDANT,
            )
        ]
    ),
)
policy = dataprotection.BackupPolicy(
    "backup-policy",
    backup_policy_name="backup-policy-blobs",
    resource_group_name=group.name,
    vault_name=vault.name,
    properties=dataprotection.BackupPolicyArgs(
        datasource_types=["Microsoft.Storage/storageAccounts/blobServices"],
        object_type="BackupPolicy",
        policy_rules=[
            dataprotection.AzureRetentionRuleArgs(
                name="Default",
                is_default=True,
                object_type="AzureRetentionRule",
                lifecycles=[
                    dataprotection.SourceLifeCycleArgs(
                        delete_after=dataprotection.AbsoluteDeleteOptionArgs(
                            duration="P30D", object_type="AbsoluteDeleteOption"
                        ),
                        source_data_store=dataprotection.DataStoreInfoBaseArgs(
                            data_store_type=dataprotection.DataStoreTypes.OPERATIONAL_STORE,
                            object_type="DataStoreInfoBase",
                        ),
                    )
                ],
            )
        ],
    ),
)
dataprotection.BackupInstance(
    "backup-instance",
    backup_instance_name="backup-instance-blobs",
    resource_group_name=group.name,
    vault_name=vault.name,
    properties=dataprotection.BackupInstanceArgs(
        friendly_name="BlobBackup",
        object_type="BackupInstance",
        data_source_info=dataprotection.DatasourceArgs(
            resource_id=account.id,
            resource_name=account.name,
            resource_uri=account.id,
            resource_type="Microsoft.Storage/storageAccounts",
            resource_location="uksouth",
            datasource_type="Microsoft.Storage/storageAccounts/blobServices",
            object_type="Datasource",
        ),
        policy_info=dataprotection.PolicyInfoArgs(policy_id=policy.id),
    ),
)
server = sql.Server(
    "sql",
    resource_group_name=group.name,
    administrator_login="databaseadmin",
    administrator_login_password=random.RandomPassword("sql-password", length=20).result,
    minimal_tls_version="1.2",
    public_network_access=sql.ServerNetworkAccessFlag.DISABLED,
    version="12.0",
)
sql.Database(
    "users",
    database_name="users",
    resource_group_name=group.name,
    server_name=server.name,
    sku=sql.SkuArgs(name="GP_S_Gen5", capacity=1, family="Gen5", tier="GeneralPurpose"),
)
network.PrivateEndpoint(
    "sql-endpoint",
    resource_group_name=group.name,
    private_link_service_connections=[
        network.PrivateLinkServiceConnectionArgs(name="sql", group_ids=["sqlServer"], private_link_service_id=server.id)
    ],
    subnet=network.SubnetArgs(id=data_subnet.id),
    opts=pulumi.ResourceOptions(depends_on=[endpoint]),
)

pulumi.export("workspaceKey", pulumi.Output.secret(keys.primary_shared_key))
pulumi.export("sqlServer", server.fully_qualified_domain_name)
pulumi.export("backupPrincipal", vault.identity.apply(lambda found: found.principal_id if found else None))
