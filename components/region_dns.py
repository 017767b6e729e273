"""A region's public DNS zone and its Traffic Manager endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
from pulumi_azure_native import dns, trafficmanager

from components.diagnostics import diagnose
from components.dns_records import APEX, ZoneRecords, name_servers
from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.host_names import GATEWAY_SERVICES, SIP, TURN, HostNames
from model.identities import DnsZone
from model.ports import SIP_EDGE_SIGNALLING, Ports
from model.public_addresses import PublicAddress
from model.roles import Role
from model.traffic_profiles import TRAFFIC_PROFILES, TrafficProfile
from settings.schema.azure import REGION_NUMBERS, Region
from settings.schema.dns import DnsSettings
from settings.schema.gateway import Exposure

_ZONES: Final = "Microsoft.Network/dnsZones"
_PROFILES: Final = "Microsoft.Network/trafficManagerProfiles"
REPORTED_BY_AZURE: Final = "endpointMonitorStatus"
"""Probe result. Azure's API lists it as writable, so a refresh copies it into the inputs."""

_UDP, _TCP, _ = SIP_EDGE_SIGNALLING
SIP_SERVICES: Final[Mapping[str, tuple[str, Ports]]] = {
    "_sip._tcp": ("SIP+D2T", _TCP),
    "_sip._udp": ("SIP+D2U", _UDP),
}
"""SRV name -> NAPTR service and port of the SIP edge (RFC 3263), the preferred one first. TLS is not listed: FreeSWITCH
has no TLS, so the rest of a dialog over TLS would continue in clear text.
"""
ORDER_STEP: Final = 10


@dataclass(frozen=True, kw_only=True)
class RegionDnsArgs:
    """Args of `RegionDns`.

    `position` is the region's index in `voice:regions`, from 0. `profiles` are the Traffic Manager profiles with an
    endpoint in this region. `gateway_address` is the Gateway's private address, used if `exposure` is internal;
    `address_ids` are the public addresses. `writers` maps controllers to the zones that they write to; `listers` are
    controllers that list the zones of the resource group. `home` is true if this region's workspace gets Traffic
    Manager's logs. `after` contains the global part if this stack owns it.
    """

    region: Region
    position: int
    hosts: HostNames
    profiles: Sequence[TrafficProfile] = ()
    settings: DnsSettings
    exposure: Exposure
    gateway_address: str
    address_ids: Mapping[PublicAddress, pulumi.Input[str]]
    writers: Mapping[str, tuple[Principal, Sequence[DnsZone]]] = field(default_factory=dict)
    listers: Mapping[str, Principal] = field(default_factory=dict)
    home: bool = False
    after: Sequence[pulumi.Resource] = ()


class RegionDns(pulumi.ComponentResource):
    """A region's own zone, and its entry in the environment's zone.

    Owns the zone `<region>.<zone>` with the names of the platform's services in the region, its delegation, the
    region's endpoint in each of its Traffic Manager profiles, and the roles of controllers that write records. Does
    not own records for hosts of routes: external-dns keeps them in the same zone, and they are deleted with it. Does
    not own the environment's zone and profiles.
    """

    def __init__(
        self, name: str, scope: Scope, args: RegionDnsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:RegionDns", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        zone = dns.Zone(
            f"{name}-zone",
            zone_name=args.hosts.region_zone,
            resource_group_name=scope.resource_group_name,
            location="global",
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        hosts = self._records(zone)
        self._delegation(zone)
        for profile in args.profiles:
            self._endpoint(profile, hosts[profile.target])
        if args.home:
            self._diagnostics()
        self._roles(zone)
        self.register_outputs({})

    def _attached(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of resources that attach to a global resource."""
        return pulumi.ResourceOptions(parent=self, depends_on=[*self._args.after, *after])

    def _records(self, zone: dns.Zone) -> dict[str, dns.RecordSet]:
        """Declares the region's records. Returns the records of hosts, by service."""
        args = self._args
        records = ZoneRecords(
            name=self._name,
            resource_group_name=self._scope.resource_group_name,
            zone=args.hosts.region_zone,
            ttl=args.settings.ttl_seconds,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[zone]),
        )
        records.add_authorities(args.settings.certificate_authorities)
        hosts = {service: self._gateway_host(records, service) for service in GATEWAY_SERVICES}
        if PublicAddress.TURN in args.address_ids:
            hosts[TURN] = self._alias(records, TURN, PublicAddress.TURN)
        hosts[SIP] = self._alias(records, SIP, PublicAddress.SIP_EDGE)
        self._sip_services(records)
        return hosts

    def _gateway_host(self, records: ZoneRecords, service: str) -> dns.RecordSet:
        if self._args.exposure == "public":
            return self._alias(records, service, PublicAddress.GATEWAY)
        private = dns.ARecordArgs(ipv4_address=self._args.gateway_address)
        return records.add(service, service, "A", a_records=[private])

    def _alias(self, records: ZoneRecords, service: str, purpose: PublicAddress) -> dns.RecordSet:
        """An alias record. Azure resolves the public address, so the plan needs no value."""
        target = dns.SubResourceArgs(id=self._args.address_ids[purpose])
        return records.add(service, service, "A", target_resource=target)

    def _sip_services(self, records: ZoneRecords) -> None:
        zone = self._args.hosts.region_zone
        for service, (_, port) in SIP_SERVICES.items():
            target = dns.SrvRecordArgs(priority=0, weight=0, port=port.first, target=self._args.hosts.of_region(SIP))
            records.add(service.replace("_", "").replace(".", "-"), service, "SRV", srv_records=[target])
        ways = [
            dns.NaptrRecordArgs(
                order=number * ORDER_STEP,
                preference=ORDER_STEP,
                flags="S",
                services=kind,
                regexp="",
                replacement=f"{service}.{zone}",
            )
            for number, (service, (kind, _)) in enumerate(SIP_SERVICES.items(), start=1)
        ]
        records.add("sip-ways", APEX, "NAPTR", naptr_records=ways)

    def _delegation(self, zone: dns.Zone) -> None:
        args = self._args
        servers = name_servers(zone, self._scope.names.resource_group, args.hosts.region_zone, self)
        environment = ZoneRecords(
            name=self._name,
            resource_group_name=self._scope.global_names.resource_group,
            zone=args.hosts.zone,
            ttl=args.settings.ttl_seconds,
            opts=self._attached(),
        )
        environment.add(
            "delegation",
            args.region.name,
            "NS",
            ns_records=servers.apply(lambda found: [dns.NsRecordArgs(nsdname=server) for server in found]),
        )

    def _diagnostics(self) -> None:
        names = self._scope.global_names
        for profile in TRAFFIC_PROFILES:
            diagnose(
                f"{self._name}-diagnostics-{profile.name}",
                names.resource_id(_PROFILES, names.traffic_manager(profile.name)),
                self._scope.log_workspace_id,
                self._attached(),
            )

    def _endpoint(self, profile: TrafficProfile, host: dns.RecordSet) -> None:
        args = self._args
        trafficmanager.Endpoint(
            f"{self._name}-endpoint-{profile.name}",
            endpoint_name=args.region.name,
            profile_name=self._scope.global_names.traffic_manager(profile.name),
            resource_group_name=self._scope.global_names.resource_group,
            # By name: an Azure endpoint would require a DNS label on the address, and another service may stand in
            # front of the Gateway later.
            endpoint_type="externalEndpoints",
            target=args.hosts.of_region(profile.target),
            endpoint_location=args.region.location,
            priority=priority(args.position, args.region.number),
            endpoint_status="Enabled",
            opts=pulumi.ResourceOptions.merge(
                self._attached(host), pulumi.ResourceOptions(ignore_changes=[REPORTED_BY_AZURE])
            ),
        )

    def _roles(self, zone: dns.Zone) -> None:
        args = self._args
        environment = self._scope.global_names.resource_id(_ZONES, args.hosts.zone)
        scopes = {
            DnsZone.REGION: RoleScope(
                id=zone.id, plain_id=self._scope.names.resource_id(_ZONES, args.hosts.region_zone)
            ),
            DnsZone.ENVIRONMENT: RoleScope(id=environment, plain_id=environment),
        }
        for writer, (principal, zones) in args.writers.items():
            for written in zones:
                assign_role(
                    f"{self._name}-role-{writer}-{written}",
                    Role.DNS_ZONE_CONTRIBUTOR,
                    principal,
                    scopes[written],
                    self._scope.names.subscription_id,
                    self._attached(),
                )
        group = pulumi.Output.concat(
            f"/subscriptions/{self._scope.names.subscription_id}/resourceGroups/", self._scope.resource_group_name
        )
        for lister, principal in args.listers.items():
            assign_role(
                f"{self._name}-role-{lister}-list",
                Role.READER,
                principal,
                RoleScope(id=group, plain_id=self._scope.names.resource_group_id),
                self._scope.names.subscription_id,
                pulumi.ResourceOptions(parent=self),
            )


def priority(position: int, number: int) -> int:
    """The priority of a region's endpoint, 1 to 1,000: by position in the list of regions, then by region number.

    Azure refuses two endpoints with one priority. Region numbers are unique, so stacks that are deployed one after
    another never share a priority while the order changes.
    """
    return position * REGION_NUMBERS.stop + number
