"""The resource types that an architecture diagram draws at a specific place, and those that it only counts."""

from __future__ import annotations

from typing import Final

AZURE: Final = "azure-native:"
PLACED: Final = frozenset(
    AZURE + name
    for name in (
        "containerservice:AgentPool",
        "containerservice:ManagedCluster",
        "network:NatGateway",
        "network:PublicIPAddress",
        "network:PublicIPPrefix",
        "network:Subnet",
        "network:VirtualNetwork",
        "network:VirtualNetworkPeering",
        "privatedns:PrivateZone",
        "resources:ResourceGroup",
    )
)
AUXILIARY: Final = frozenset(
    AZURE + name
    for name in (
        "alertsmanagement:PrometheusRuleGroup",
        "authorization:RoleAssignment",
        "containerservice:MaintenanceConfiguration",
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "dbforpostgresql:Configuration",
        "dbforpostgresql:Database",
        "dns:RecordSet",
        "keyvault:Secret",
        "managedidentity:FederatedIdentityCredential",
        "managedidentity:UserAssignedIdentity",
        "monitor:DataCollectionEndpoint",
        "monitor:DataCollectionRule",
        "monitor:DataCollectionRuleAssociation",
        "monitor:DiagnosticSetting",
        "network:ApplicationSecurityGroup",
        "network:NetworkSecurityGroup",
        "network:PrivateDnsZoneGroup",
        "operationalinsights:Table",
        "privatedns:PrivateRecordSet",
        "privatedns:VirtualNetworkLink",
        "redisenterprise:AccessPolicyAssignment",
        "redisenterprise:Database",
        "storage:BlobContainer",
        "storage:BlobServiceProperties",
        "storage:ManagementPolicy",
    )
)
"""Types that belong to a drawn resource. The diagram shows only their numbers."""
