"""A function app on a consumption plan that reads the keys of its storage account.

Source: github.com/pulumi/examples, azure-py-functions.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import resources, storage, web

group = resources.ResourceGroup("functions_py")
account = storage.StorageAccount(
    "functionfiles",
    resource_group_name=group.name,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
    kind=storage.Kind.STORAGE_V2,
)
plan = web.AppServicePlan(
    "plan",
    resource_group_name=group.name,
    location=group.location,
    kind="functionapp",
    reserved=True,
    sku=web.SkuDescriptionArgs(name="Y1", tier="Dynamic", size="Y1", family="Y", capacity=0),
)
keys = pulumi.Output.all(group.name, account.name).apply(
    lambda names: storage.list_storage_account_keys(resource_group_name=names[0], account_name=names[1])
)
connection = pulumi.Output.concat(
    "DefaultEndpointsProtocol=https;AccountName=",
    account.name,
    ";AccountKey=",
    keys.apply(lambda found: found.keys[0].value),
)
app = web.WebApp(
    "app",
    resource_group_name=group.name,
    location=group.location,
    kind="functionapp",
    reserved=True,
    server_farm_id=plan.id,
    site_config=web.SiteConfigArgs(
        app_settings=[
            web.NameValuePairArgs(name="FUNCTIONS_WORKER_RUNTIME", value="python"),
            web.NameValuePairArgs(name="FUNCTIONS_EXTENSION_VERSION", value="~4"),
            web.NameValuePairArgs(name="AzureWebJobsStorage", value=connection),
        ]
    ),
)
settings = web.list_web_app_application_settings_output(name=app.name, resource_group_name=group.name)
host_keys = web.list_web_app_host_keys_output(name=app.name, resource_group_name=group.name)

pulumi.export("connection", pulumi.Output.secret(connection))
pulumi.export("runtime", settings.properties.apply(lambda found: found["FUNCTIONS_WORKER_RUNTIME"]))
pulumi.export("masterKey", pulumi.Output.secret(host_keys.master_key))
pulumi.export("endpoint", pulumi.Output.concat("https://", app.default_host_name, "/api/hello"))
