"""A public DNS zone and a Traffic Manager profile."""

from __future__ import annotations

import pulumi_azure_native as azure

from shop.base import after, place

# Names
public_zone = azure.dns.Zone("names", zone_name="shop.example.com", location="global", **place)
profile = azure.trafficmanager.Profile(
    "traffic",
    profile_name="traf-shop",
    location="global",
    traffic_routing_method=azure.trafficmanager.TrafficRoutingMethod.PRIORITY,
    dns_config=azure.trafficmanager.DnsConfigArgs(relative_name="traf-shop", ttl=30),
    monitor_config=azure.trafficmanager.MonitorConfigArgs(protocol="TCP", port=8090),
    **place,
)
azure.trafficmanager.Endpoint(
    "traffic-endpoint",
    endpoint_name="westeurope",
    endpoint_type="externalEndpoints",
    profile_name=profile.name,
    target="www.example.com",
    **place,
)
azure.dns.RecordSet(
    "name",
    relative_record_set_name="*",
    zone_name=public_zone.name,
    record_type="CNAME",
    ttl=300,
    cname_record=azure.dns.CnameRecordArgs(cname="traf-shop.trafficmanager.net"),
    opts=after(profile),
    **place,
)
