"""A cluster with a few objects in sequence, so that tests can inject a fault between two of them."""

from __future__ import annotations

import base64

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice, resources

settings = pulumi.Config("voice")
labels = {"app": "server"}
group = resources.ResourceGroup("group", resource_group_name="rg-small", location="eastus")
cluster = containerservice.ManagedCluster(
    "cluster",
    resource_group_name=group.name,
    resource_name_="aks-small",
    location="eastus",
    dns_prefix="small",
    kubernetes_version="1.36",
    identity=containerservice.ManagedClusterIdentityArgs(type=containerservice.ResourceIdentityType.SYSTEM_ASSIGNED),
    agent_pool_profiles=[
        containerservice.ManagedClusterAgentPoolProfileArgs(
            name="system",
            mode="System",
            count=1,
            vm_size="Standard_D2s_v5",
            os_type="Linux",
            type="VirtualMachineScaleSets",
        )
    ],
)
credentials = containerservice.list_managed_cluster_user_credentials_output(
    resource_group_name="rg-small",
    resource_name="aks-small",
    opts=pulumi.InvokeOutputOptions(depends_on=[cluster]),
)
provider = kubernetes.Provider(
    "kubernetes",
    kubeconfig=credentials.apply(lambda found: base64.b64decode(found.kubeconfigs[0].value).decode()),
    cluster_identifier=cluster.id,
    enable_config_map_mutable=True,
)
namespace = kubernetes.core.v1.Namespace(
    "namespace", metadata={"name": "small"}, opts=pulumi.ResourceOptions(provider=provider)
)


def config_map(name: str, after: pulumi.Resource) -> kubernetes.core.v1.ConfigMap:
    return kubernetes.core.v1.ConfigMap(
        name,
        metadata={"name": name, "namespace": "small"},
        data={"color": settings.require("color")},
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[after]),
    )


definition = kubernetes.apiextensions.v1.CustomResourceDefinition(
    "definition",
    metadata={"name": "widgets.example.com"},
    spec={
        "group": "example.com",
        "names": {"kind": "Widget", "plural": "widgets"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"open_apiv3_schema": {"type": "object", "x_kubernetes_preserve_unknown_fields": True}},
            }
        ],
    },
    opts=pulumi.ResourceOptions(provider=provider),
)
second = config_map("second", after=config_map("first", after=namespace))
third = config_map("third", after=second)
kubernetes.apiextensions.CustomResource(
    "widget",
    api_version="example.com/v1",
    kind="Widget",
    metadata={"name": "widget", "namespace": "small"},
    spec={"color": settings.require("color")},
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[definition, second]),
)
kubernetes.apps.v1.Deployment(
    "server",
    metadata={"name": "server", "namespace": "small", "labels": {"color": settings.require("color")}},
    spec={
        "replicas": 1,
        "selector": {"match_labels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "server", "image": "example.com/server:1"}]},
        },
    },
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[third]),
)
if settings.require_bool("passing"):
    config_map("passing", after=namespace)
