"""The DNS names of an environment and of one region: a small program with the platform's components."""

from __future__ import annotations

import sys
from pathlib import Path

import pulumi
import pulumi_azure_native as azure

sys.path.insert(0, str(Path(__file__).parents[4]))

from components.aliases import remove_historic_aliases
from components.public_dns import PublicDns, PublicDnsArgs
from components.region_dns import RegionDns, RegionDnsArgs
from components.role_assignment import Principal
from components.scope import Scope, Workspaces
from components.traffic_manager import TrafficManager, TrafficManagerArgs
from model.address_plan import region_plan
from model.host_names import HostNames
from model.identities import DnsZone
from model.naming import Naming
from model.public_addresses import ENTRANCES
from model.traffic_profiles import CALLS, WEB
from settings.schema.azure import Region
from settings.schema.dns import DnsSettings

remove_historic_aliases()

SUBSCRIPTION = azure.authorization.get_client_config().subscription_id
config = pulumi.Config("names")
tags = {"owner": config.require("owner")}
settings = DnsSettings(zone="voice.example.com")
region = Region(name=config.require("region"), number=config.require_int("number"), location=config.require("region"))
names = Naming("voice", "test", region.name, SUBSCRIPTION)
everywhere = names.in_scope("global")
owns_the_global_part = config.require_int("position") == 0


def group(names: Naming) -> azure.resources.ResourceGroup:
    return azure.resources.ResourceGroup(
        names.resource_group, resource_group_name=names.resource_group, location=region.location, tags=tags
    )


def scope(names: Naming, resource_group: azure.resources.ResourceGroup) -> Scope:
    return Scope(
        resource_group_name=resource_group.name, names=names, location=region.location, tags=tags, protect=False
    )


after: list[pulumi.Resource] = []
if owns_the_global_part:
    shared = scope(everywhere, group(everywhere))
    traffic = TrafficManager("traffic", shared, TrafficManagerArgs(settings=settings))
    environment = PublicDns("environment", shared, PublicDnsArgs(settings=settings, after=[traffic]))
    after = [traffic, environment]
    pulumi.export("nameServers", environment.name_servers)

own = group(names)
addresses = {
    purpose: azure.network.PublicIPAddress(
        f"address-{purpose}",
        public_ip_address_name=names.public_address(purpose),
        resource_group_name=own.name,
        location=region.location,
        public_ip_allocation_method="Static",
        sku=azure.network.PublicIPAddressSkuArgs(name="Standard"),
        tags=tags,
    )
    for purpose in ENTRANCES
}
identity = azure.managedidentity.UserAssignedIdentity(
    "cert-manager", resource_name_=names.identity("cert-manager"), resource_group_name=own.name, tags=tags
)
known = azure.managedidentity.get_user_assigned_identity_output(
    resource_group_name=names.resource_group,
    resource_name=names.identity("cert-manager"),
    opts=pulumi.InvokeOutputOptions(depends_on=[identity]),
)
workspace = azure.operationalinsights.Workspace(
    "workspace",
    workspace_name=names.log_workspace,
    resource_group_name=own.name,
    location=region.location,
    sku=azure.operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
    tags=tags,
)
RegionDns(
    "region",
    scope(names, own).with_workspaces(Workspaces(log_id=workspace.id, audit_id=workspace.id)),
    RegionDnsArgs(
        region=region,
        position=config.require_int("position"),
        hosts=HostNames(settings.zone, region.name),
        profiles=[WEB, CALLS] if config.require("exposure") == "public" else [CALLS],
        settings=settings,
        exposure="public" if config.require("exposure") == "public" else "internal",
        gateway_address=region_plan(region).gateway_address,
        address_ids={purpose: address.id for purpose, address in addresses.items()},
        writers={
            "cert-manager": (
                Principal(id=known.principal_id, identifier=names.identity("cert-manager"), type="ServicePrincipal"),
                (DnsZone.REGION, DnsZone.ENVIRONMENT),
            )
        },
        home=owns_the_global_part,
        after=after,
    ),
)
