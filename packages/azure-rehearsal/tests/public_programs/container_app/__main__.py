"""A container app whose environment logs to a workspace, and whose image is in a registry.

Source: github.com/pulumi/examples, azure-py-containerapps. The example builds the image with pulumi-docker.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import app, containerregistry, operationalinsights, resources

group = resources.ResourceGroup("apps")
workspace = operationalinsights.Workspace(
    "logs",
    resource_group_name=group.name,
    sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
    retention_in_days=30,
)
keys = pulumi.Output.all(group.name, workspace.name).apply(
    lambda names: operationalinsights.get_shared_keys(resource_group_name=names[0], workspace_name=names[1])
)
environment = app.ManagedEnvironment(
    "environment",
    resource_group_name=group.name,
    app_logs_configuration=app.AppLogsConfigurationArgs(
        destination="log-analytics",
        log_analytics_configuration=app.LogAnalyticsConfigurationArgs(
            customer_id=workspace.customer_id, shared_key=keys.apply(lambda found: found.primary_shared_key or "")
        ),
    ),
)
registry = containerregistry.Registry(
    "registry",
    resource_group_name=group.name,
    sku=containerregistry.SkuArgs(name="Basic"),
    admin_user_enabled=True,
)
credentials = pulumi.Output.all(group.name, registry.name).apply(
    lambda names: containerregistry.list_registry_credentials(resource_group_name=names[0], registry_name=names[1])
)
container_app = app.ContainerApp(
    "app",
    resource_group_name=group.name,
    managed_environment_id=environment.id,
    configuration=app.ConfigurationArgs(
        ingress=app.IngressArgs(external=True, target_port=80),
        registries=[
            app.RegistryCredentialsArgs(
                server=registry.login_server,
                username=credentials.apply(lambda found: found.username or ""),
                password_secret_ref="pwd",
            )
        ],
        secrets=[
            app.SecretArgs(
                name="pwd",
                value=credentials.apply(lambda found: found.passwords[0].value if found.passwords else ""),
            )
        ],
    ),
    template=app.TemplateArgs(
        containers=[app.ContainerArgs(name="myapp", image=pulumi.Output.concat(registry.login_server, "/node-app:v1"))]
    ),
)

pulumi.export(
    "url", container_app.configuration.apply(lambda found: found.ingress.fqdn if found and found.ingress else None)
)
