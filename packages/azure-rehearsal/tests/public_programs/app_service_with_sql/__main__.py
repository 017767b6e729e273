"""A web app that runs from a package in a storage account, with a SQL database and Application Insights.

Source: github.com/pulumi/examples, azure-py-appservice.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import applicationinsights, resources, sql, storage, web

user, password = "pulumi", "Only-For-A-Test-1"
group = resources.ResourceGroup("shop")
account = storage.StorageAccount(
    "shopfiles",
    resource_group_name=group.name,
    kind=storage.Kind.STORAGE_V2,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
)
plan = web.AppServicePlan(
    "plan", resource_group_name=group.name, kind="App", sku=web.SkuDescriptionArgs(tier="Basic", name="B1")
)
container = storage.BlobContainer(
    "packages",
    account_name=account.name,
    resource_group_name=group.name,
    public_access=storage.PublicAccess.NONE,
)
package = storage.Blob(
    "package",
    resource_group_name=group.name,
    account_name=account.name,
    container_name=container.name,
    type=storage.BlobType.BLOCK,
    source=pulumi.AssetArchive({"index.html": pulumi.StringAsset("hello")}),
)
signature = storage.list_storage_account_service_sas_output(
    account_name=account.name,
    resource_group_name=group.name,
    protocols=storage.HttpProtocol.HTTPS,
    shared_access_start_time="2021-01-01",
    shared_access_expiry_time="2030-01-01",
    resource=storage.SignedResource.C,
    permissions=storage.Permissions.R,
    canonicalized_resource=pulumi.Output.concat("/blob/", account.name, "/", container.name),
)
address = pulumi.Output.concat(
    "https://",
    account.name,
    ".blob.core.windows.net/",
    container.name,
    "/",
    package.name,
    "?",
    signature.service_sas_token,
)
insights = applicationinsights.Component(
    "insights",
    resource_group_name=group.name,
    application_type=applicationinsights.ApplicationType.WEB,
    kind="web",
    ingestion_mode="applicationInsights",
)
server = sql.Server(
    "sql",
    resource_group_name=group.name,
    administrator_login=user,
    administrator_login_password=password,
    version="12.0",
)
database = sql.Database("database", resource_group_name=group.name, server_name=server.name, sku=sql.SkuArgs(name="S0"))
connection = pulumi.Output.concat(
    "Server=tcp:", server.name, ".database.windows.net;initial catalog=", database.name, ";user ID=", user
)
app = web.WebApp(
    "app",
    resource_group_name=group.name,
    server_farm_id=plan.id,
    site_config=web.SiteConfigArgs(
        app_settings=[
            web.NameValuePairArgs(name="APPINSIGHTS_INSTRUMENTATIONKEY", value=insights.instrumentation_key),
            web.NameValuePairArgs(name="WEBSITE_RUN_FROM_PACKAGE", value=address),
        ],
        connection_strings=[
            web.ConnStringInfoArgs(name="db", type=web.ConnectionStringType.SQL_AZURE, connection_string=connection)
        ],
    ),
)

pulumi.export("endpoint", app.default_host_name.apply(lambda host: "https://" + host))
