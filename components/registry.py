"""The container registry, and a region's access to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import containerregistry

from components.diagnostics import diagnose
from components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.image_cache import CACHED_NAMESPACES, source_repository, target_repository
from model.log_categories import LogSource
from model.roles import Role
from settings.schema.registry import RegistrySettings

_TYPE = "Microsoft.ContainerRegistry/registries"


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """Args of `Registry`. Its scope is the global part, at the registry's home location."""

    settings: RegistrySettings


class Registry(pulumi.ComponentResource):
    """The registry of the environment's images.

    Owns the registry, its cache rules for images of Docker Hub, and the pipelines' role to push. Does not own replicas,
    private endpoints or the role to pull: each region attaches itself (`RegistryAccess`).
    """

    registry_id: pulumi.Output[str]

    def __init__(self, name: str, scope: Scope, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Registry", name, None, opts)
        private = args.settings.private
        registry = containerregistry.Registry(
            f"{name}-registry",
            registry_name=scope.names.registry,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            sku=containerregistry.SkuArgs(name=args.settings.tier),
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            public_network_access="Disabled" if private else "Enabled",
            # Pipelines outside the network push through ACR Tasks.
            network_rule_bypass_options="AzureServices" if private else None,
            policies=_retention(args.settings.untagged_retention_days) if private else None,
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=scope.protect),
        )
        plain = scope.names.resource_id(_TYPE, scope.names.registry)
        for number, principal_id in enumerate(args.settings.push_principal_ids, start=1):
            principal = Principal(id=principal_id, identifier=principal_id, type="ServicePrincipal")
            registry_scope = RoleScope(id=registry.id, plain_id=plain)
            opts = pulumi.ResourceOptions(parent=self)
            assign_role(
                f"{name}-push-{number}", Role.ACR_PUSH, principal, registry_scope, scope.names.subscription_id, opts
            )
        if args.settings.docker_hub_cache:
            for namespace in CACHED_NAMESPACES:
                containerregistry.CacheRule(
                    f"{name}-cache-{namespace}",
                    cache_rule_name=f"docker-hub-{namespace}",
                    registry_name=scope.names.registry,
                    resource_group_name=scope.resource_group_name,
                    source_repository=source_repository(namespace),
                    target_repository=target_repository(namespace),
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[registry]),
                )
        self.registry_id = registry.id
        self.register_outputs({"registryId": self.registry_id})


def _retention(days: int) -> containerregistry.PoliciesArgs:
    retention = containerregistry.RetentionPolicyArgs(days=days, status="enabled")
    return containerregistry.PoliciesArgs(retention_policy=retention)


@dataclass(frozen=True, kw_only=True)
class RegistryAccessArgs:
    """Args of `RegistryAccess`.

    `home` is the registry's location. `subnet_id` and `zone_id` place the private endpoint; a registry with a public
    address has no zone. `puller` is the principal that pulls images, such as the kubelet of a cluster. `after`
    contains the global part if this stack owns it.
    """

    home: str
    subnet_id: pulumi.Input[str]
    zone_id: pulumi.Input[str] | None
    puller: Principal
    after: Sequence[pulumi.Resource] = ()


class RegistryAccess(pulumi.ComponentResource):
    """A region's access to the environment's registry.

    Owns the region's replica (none at the registry's home, whose workspace gets the registry's logs), its private
    endpoint and the permission of `puller` to pull images. Does not own the registry.
    """

    login_server: str
    """Host name of the registry."""

    def __init__(
        self, name: str, scope: Scope, args: RegistryAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:RegistryAccess", name, None, opts)
        registry = scope.global_names.registry
        registry_id = scope.global_names.resource_id(_TYPE, registry)
        made_before = list(args.after)
        if scope.location != args.home:
            made_before.append(
                containerregistry.Replication(
                    f"{name}-replica",
                    replication_name=scope.location,
                    registry_name=registry,
                    resource_group_name=scope.global_names.resource_group,
                    location=scope.location,
                    region_endpoint_enabled=True,
                    tags=scope.tags,
                    opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
                )
            )
        if args.zone_id is not None:
            # After the replica: the endpoint takes one address per existing replica.
            PrivateEndpoint(
                f"{name}-endpoint",
                scope,
                PrivateEndpointArgs(
                    purpose="registry",
                    subnet_id=args.subnet_id,
                    target_id=registry_id,
                    group="registry",
                    zone_ids=[args.zone_id],
                    after=made_before,
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        assign_role(
            f"{name}-pull",
            Role.ACR_PULL,
            args.puller,
            RoleScope(id=registry_id, plain_id=registry_id),
            scope.names.subscription_id,
            pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        if scope.location == args.home:
            diagnose(
                f"{name}-diagnostics",
                registry_id,
                scope.audit_workspace_id,
                pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
                scope=scope,
                source=LogSource.REGISTRY,
            )
        self.login_server = scope.global_names.registry_host
        self.register_outputs({"loginServer": self.login_server})
