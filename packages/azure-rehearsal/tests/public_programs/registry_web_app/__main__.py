"""Web apps that run images: one public, one from a registry with its admin user, and a role by the caller's id.

Sources: github.com/pulumi/examples, azure-py-appservice-docker and azure-py-call-azure-sdk. The examples build the
image with pulumi-docker and look up the role with Azure's SDK.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization, containerregistry, resources, web

group = resources.ResourceGroup("images")
plan = web.AppServicePlan(
    "plan",
    resource_group_name=group.name,
    kind="Linux",
    reserved=True,
    sku=web.SkuDescriptionArgs(name="B1", tier="Basic"),
)
registry = containerregistry.Registry(
    "registry",
    resource_group_name=group.name,
    sku=containerregistry.SkuArgs(name="Basic"),
    admin_user_enabled=True,
)
credentials = containerregistry.list_registry_credentials_output(
    resource_group_name=group.name, registry_name=registry.name
)
no_storage = web.NameValuePairArgs(name="WEBSITES_ENABLE_APP_SERVICE_STORAGE", value="false")


def app(name: str, image: pulumi.Input[str], settings: list[web.NameValuePairArgs]) -> web.WebApp:
    """A web app that runs an image."""
    return web.WebApp(
        name,
        resource_group_name=group.name,
        server_farm_id=plan.id,
        https_only=True,
        site_config=web.SiteConfigArgs(
            app_settings=[no_storage, *settings],
            always_on=True,
            linux_fx_version=pulumi.Output.concat("DOCKER|", image),
        ),
    )


public = app("public", "microsoft/azure-appservices-go-quickstart", [])
private = app(
    "private",
    pulumi.Output.concat(registry.login_server, "/node-app:v1.0.0"),
    [
        web.NameValuePairArgs(
            name="DOCKER_REGISTRY_SERVER_URL", value=pulumi.Output.concat("https://", registry.login_server)
        ),
        web.NameValuePairArgs(name="DOCKER_REGISTRY_SERVER_USERNAME", value=credentials.username.apply(str)),
        web.NameValuePairArgs(
            name="DOCKER_REGISTRY_SERVER_PASSWORD",
            value=credentials.passwords.apply(lambda found: found[0].value if found else ""),
        ),
    ],
)
client = authorization.get_client_config()
token = authorization.get_client_token()
authorization.RoleAssignment(
    "pull",
    principal_id=client.object_id,
    principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
    scope=registry.id,
)

pulumi.export("hasToken", bool(token.token))
pulumi.export("public", pulumi.Output.concat("https://", public.default_host_name, "/hello"))
pulumi.export("private", pulumi.Output.concat("https://", private.default_host_name))
