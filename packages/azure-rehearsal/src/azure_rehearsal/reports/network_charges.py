"""The charges for networks, addresses and DNS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azure_rehearsal.reports.price_table import Charge, NoPriceError, PriceTable
from azure_rehearsal.reports.recording_graph import Graph, Resource, number

_ADDRESS_BITS: Final = 32
_UNITS_PER_INSTANCE: Final = 10
"""Capacity units that one instance of an application gateway reserves."""
_ENDPOINT_PRICES: Final = {
    "azureendpoints": ("traffic-manager-endpoint", "traffic-manager-fast-probes"),
    "externalendpoints": ("traffic-manager-external-endpoint", "traffic-manager-external-fast-probes"),
}
"""Type of a Traffic Manager endpoint in lower case -> the prices of its health checks and of fast ones in addition."""


def public_address(address: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    sku = address.value("sku.name")
    if sku != "Standard":
        raise NoPriceError(f"no price for a public address of SKU {sku!r} (known: Standard)")
    if not address.value("publicIPPrefix"):  # otherwise the prefix is billed
        yield table.hourly("static address", "public-address")


def public_prefix(prefix: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """All addresses of the prefix, used or not."""
    length = number(prefix.value("prefixLength"), -1)
    if prefix.value("publicIPAddressVersion") == "IPv6" or not 0 <= length <= _ADDRESS_BITS:
        raise NoPriceError("no price for a prefix that is not IPv4 with a prefixLength")
    count = 2 ** int(_ADDRESS_BITS - length)
    yield table.hourly(f"{count} addresses", "public-prefix-address", count)


def nat_gateway(gateway: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    sku = gateway.value("sku.name")
    if sku != "Standard":
        raise NoPriceError(f"no price for a NAT gateway of SKU {sku!r} (known: Standard)")
    yield table.hourly("gateway", "nat-gateway")


def load_balancer(balancer: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.hourly("load balancer, up to 5 rules", "load-balancer")


def dns_zone(zone: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.monthly("zone", "dns-zone")


def private_endpoint(endpoint: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.hourly("endpoint", "private-endpoint")


def traffic_manager(profile: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.assumed("DNS queries", "traffic-manager-queries", "trafficManagerMillionQueries")
    for endpoint in profile.values("endpoints"):
        yield from _endpoint(str(endpoint.get("type")), table)


def traffic_manager_endpoint(endpoint: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    return _endpoint(str(endpoint.value("endpointType")), table)


def _endpoint(kind: str, table: PriceTable) -> Iterator[Charge]:
    prices = _ENDPOINT_PRICES.get(kind.rsplit("/", 1)[-1].lower())
    if prices is None:
        known = ", ".join(_ENDPOINT_PRICES)
        raise NoPriceError(f"no price for a Traffic Manager endpoint of type {kind!r} (known: {known})")
    checks, fast_checks = prices
    yield table.monthly("health checks", checks)
    yield table.monthly("fast health checks, if the profile has them", fast_checks, 0, 1)


def application_gateway(gateway: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    tier = gateway.value("sku.tier")
    if tier != "WAF_v2":
        raise NoPriceError(f"no price for an application gateway of tier {tier!r} (known: WAF_v2)")
    fixed = number(gateway.value("sku.capacity"), 0)
    minimum = number(gateway.value("autoscaleConfiguration.minCapacity"), fixed)
    maximum = number(gateway.value("autoscaleConfiguration.maxCapacity"), max(minimum, fixed))
    yield table.hourly("gateway with firewall", "application-gateway-waf")
    yield table.hourly(
        f"capacity of {minimum:g} to {maximum:g} instances",
        "application-gateway-unit",
        minimum * _UNITS_PER_INSTANCE,
        maximum * _UNITS_PER_INSTANCE,
    )


def ddos_plan(plan: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.monthly("network protection", "ddos-plan")
