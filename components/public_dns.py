"""The environment's public DNS zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import dns

from components.dns_records import WILDCARD, ZoneRecords, name_servers
from components.scope import Scope
from model.traffic_profiles import TRAFFIC_PROFILES, WEB
from settings.schema.dns import DnsSettings


@dataclass(frozen=True, kw_only=True)
class PublicDnsArgs:
    """Args of `PublicDns`. Its scope is the global part.

    `after` contains the targets of its records: anyone could register the target of a dangling record.
    """

    settings: DnsSettings
    after: Sequence[pulumi.Resource] = ()


class PublicDns(pulumi.ComponentResource):
    """The environment's public zone.

    Owns the zone, its CAA records, and the names that belong to no region: they point to Traffic Manager, and `*`
    resolves every host of a route. Does not own the delegation of a region's zone: each region attaches itself
    (`RegionDns`). Does not own the delegation of this zone: the owner of the parent zone enters it once
    (`docs/runbooks/delegation.md`).
    """

    name_servers: pulumi.Output[Sequence[str]]
    """Name servers for the parent zone's NS record, with the trailing dot."""

    def __init__(
        self, name: str, scope: Scope, args: PublicDnsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:PublicDns", name, None, opts)
        zone = dns.Zone(
            f"{name}-zone",
            zone_name=args.settings.zone,
            resource_group_name=scope.resource_group_name,
            location="global",
            tags=scope.tags,
            # A new zone has other name servers, so the parent's delegation would break.
            opts=pulumi.ResourceOptions(parent=self, protect=scope.protect),
        )
        records = ZoneRecords(
            name=name,
            resource_group_name=scope.resource_group_name,
            zone=args.settings.zone,
            ttl=args.settings.ttl_seconds,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[zone, *args.after]),
        )
        records.add_authorities(args.settings.certificate_authorities)
        for profile in TRAFFIC_PROFILES:
            leads_to = dns.CnameRecordArgs(cname=scope.names.traffic_manager_host(profile.name))
            for service in profile.services:
                records.add(service, service, "CNAME", cname_record=leads_to)
            if profile == WEB:
                records.add("wildcard", WILDCARD, "CNAME", cname_record=leads_to)
        self.name_servers = name_servers(zone, scope.names.resource_group, args.settings.zone, self)
        self.register_outputs({"nameServers": self.name_servers})
