"""A registry with a replication; a vault with a secret and a metric alert."""

from __future__ import annotations

import pulumi
import pulumi_azure_native as azure

from shop.base import client, endpoint, place
from shop.monitoring import action_group, logged

# Registry
registry = azure.containerregistry.Registry(
    "registry",
    registry_name="acrshop",
    sku=azure.containerregistry.SkuArgs(name="Premium"),
    public_network_access="Disabled",
    **place,
)
replication = azure.containerregistry.Replication(
    "replication", registry_name=registry.name, replication_name="northeurope", location="northeurope", **place
)
azure.containerregistry.CacheRule(
    "cache",
    cache_rule_name="docker-hub-library",
    registry_name=registry.name,
    source_repository="docker.io/library/*",
    target_repository="library/*",
    resource_group_name=place["resource_group_name"],
)
endpoint("registry", registry, "registry", "privatelink.azurecr.io")
logged("registry", registry.id)

# Vault
vault = azure.keyvault.Vault(
    "vault",
    vault_name="kv-shop",
    properties=azure.keyvault.VaultPropertiesArgs(
        tenant_id=client.tenant_id,
        sku=azure.keyvault.SkuArgs(family="A", name=azure.keyvault.SkuName.STANDARD),
        enable_rbac_authorization=True,
        enable_purge_protection=True,
        public_network_access="Disabled",
    ),
    **place,
)
secret = azure.keyvault.Secret(
    "secret",
    vault_name=vault.name,
    secret_name="db-password",
    properties=azure.keyvault.SecretPropertiesArgs(
        value=pulumi.Output.secret("horse battery staple"), content_type="text/plain"
    ),
    opts=pulumi.ResourceOptions(retain_on_delete=True),  # ARM cannot delete secrets
    **place,
)
endpoint("vault", vault, "vault", "privatelink.vaultcore.azure.net")
logged("vault", vault.id)
azure.monitor.MetricAlert(
    "alert",
    rule_name="alert-vault",
    location="global",
    enabled=True,
    severity=2,
    evaluation_frequency="PT5M",
    window_size="PT15M",
    scopes=[vault.id],
    actions=[azure.monitor.MetricAlertActionArgs(action_group_id=action_group.id)],
    criteria=azure.monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
        odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        all_of=[
            azure.monitor.MetricCriteriaArgs(
                criterion_type="StaticThresholdCriterion",
                name="availability",
                metric_name="Availability",
                operator="LessThan",
                threshold=99,
                time_aggregation="Average",
            )
        ],
    ),
    **place,
)
