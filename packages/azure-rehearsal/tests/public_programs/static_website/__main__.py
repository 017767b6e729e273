"""A static website on a storage account behind a CDN endpoint.

Source: github.com/pulumi/examples, azure-py-static-website.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import cdn, resources, storage

group = resources.ResourceGroup("site")
account = storage.StorageAccount(
    "sitefiles",
    resource_group_name=group.name,
    kind=storage.Kind.STORAGE_V2,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
    access_tier=storage.AccessTier.HOT,
    enable_https_traffic_only=True,
    encryption=storage.EncryptionArgs(
        key_source=storage.KeySource.MICROSOFT_STORAGE,
        services=storage.EncryptionServicesArgs(
            blob=storage.EncryptionServiceArgs(enabled=True), file=storage.EncryptionServiceArgs(enabled=True)
        ),
    ),
    network_rule_set=storage.NetworkRuleSetArgs(
        bypass=storage.Bypass.AZURE_SERVICES, default_action=storage.DefaultAction.ALLOW
    ),
)
website = storage.StorageAccountStaticWebsite(
    "website",
    account_name=account.name,
    resource_group_name=group.name,
    index_document="index.html",
    error404_document="404.html",
)
for page in ("index.html", "404.html"):
    storage.Blob(
        page,
        resource_group_name=group.name,
        account_name=account.name,
        container_name=website.container_name,
        source=pulumi.StringAsset(f"<h1>{page}</h1>"),
        content_type="text/html",
    )
origin = account.primary_endpoints.apply(lambda found: found.web.replace("https://", "").rstrip("/"))
profile = cdn.Profile("profile", resource_group_name=group.name, sku=cdn.SkuArgs(name=cdn.SkuName.STANDARD_MICROSOFT))
endpoint = cdn.Endpoint(
    "endpoint",
    endpoint_name=account.name.apply(lambda name: f"cdn-{name}"),
    resource_group_name=group.name,
    profile_name=profile.name,
    is_http_allowed=False,
    is_https_allowed=True,
    origin_host_header=origin,
    origins=[cdn.DeepCreatedOriginArgs(name="storage", host_name=origin, https_port=443)],
    query_string_caching_behavior=cdn.QueryStringCachingBehavior.NOT_SET,
)

pulumi.export("website", account.primary_endpoints.web)
pulumi.export("cdn", pulumi.Output.concat("https://", endpoint.host_name))
