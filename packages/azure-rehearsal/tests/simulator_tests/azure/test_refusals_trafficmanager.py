"""Azure's refusals of Traffic Manager profiles and endpoints."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.harness import LOCATION, AzureHarness, Case, refused
from simulator_tests.azure.makers.common import OTHER_REGION
from simulator_tests.azure.makers.dns import PROFILE, endpoint, profile
from simulator_tests.azure.trafficmanager_setup import inline, monitored, with_endpoint, with_profile


def nested(azure: AzureHarness, target: str, **changes: Any) -> object:
    return endpoint(azure, "inner", "nestedEndpoints", target=None, targetResourceId=target, **changes)


CASES: Final = [
    # Profiles
    Case(
        "trafficmanager:Profile",
        "a name with a dot",
        lambda azure: profile(azure, "traf.shop"),
        "InvalidResourceName",
        ("up to 63 letters",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a region as location",
        lambda azure: profile(azure, location=LOCATION),
        "LocationNotAvailableForResourceType",
        ("'global'",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a DNS name that another profile has",
        lambda azure: profile(azure, "traf-other", dnsConfig={"relativeName": PROFILE.upper()}),
        "BadRequest",
        (f"Domain name {PROFILE}.trafficmanager.net already exists",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Profile",
        "a DNS name of two labels",
        lambda azure: profile(azure, dnsConfig={"relativeName": "traf.shop"}),
        "BadRequest",
        ("one label",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "another DNS name",
        lambda azure: azure.change(azure[PROFILE], dnsConfig={"relativeName": "traf-other"}),
        "BadRequest",
        ("cannot be changed", "traf-other"),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Profile",
        "no routing method",
        lambda azure: profile(azure, trafficRoutingMethod=None),
        "BadRequest",
        ("trafficRoutingMethod",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "an unknown routing method",
        lambda azure: profile(azure, trafficRoutingMethod="RoundRobin"),
        "InvalidParameter",
        ("RoundRobin", "Weighted"),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a time to live below zero",
        lambda azure: profile(azure, dnsConfig={"ttl": -1}),
        "BadRequest",
        ("dnsConfig.ttl",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a probe over HTTPS without a path",
        lambda azure: monitored(azure, path=None),
        "BadRequest",
        ("HTTPS requires a path",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "an invalid path",
        lambda azure: monitored(azure, path="healthz"),
        "BadRequest",
        ("begins with '/'",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a probe over TCP with a path",
        lambda azure: monitored(azure, protocol="TCP"),
        "BadRequest",
        ("TCP has no path",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "an invalid port",
        lambda azure: monitored(azure, port=0),
        "BadRequest",
        ("monitorConfig.port", "65535"),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "an interval of twenty seconds",
        lambda azure: monitored(azure, intervalInSeconds=20),
        "BadRequest",
        ("20 seconds", "10 and 30"),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a timeout as long as the fast interval",
        lambda azure: monitored(azure, intervalInSeconds=10, timeoutInSeconds=10),
        "BadRequest",
        ("between 5 and 9",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a timeout of four seconds",
        lambda azure: monitored(azure, timeoutInSeconds=4),
        "BadRequest",
        ("between 5 and 10",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "ten tolerated failures",
        lambda azure: monitored(azure, toleratedNumberOfFailures=10),
        "BadRequest",
        ("toleratedNumberOfFailures", "9"),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "nine ranges of status codes",
        lambda azure: monitored(azure, expectedStatusCodeRanges=[{"min": 200, "max": 200 + n} for n in range(9)]),
        "BadRequest",
        ("9 expected status code ranges",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "nine headers",
        lambda azure: monitored(azure, customHeaders=[{"name": f"x-{n}", "value": "1"} for n in range(9)]),
        "BadRequest",
        ("9 custom headers",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "maxReturn without MultiValue",
        lambda azure: profile(azure, maxReturn=2),
        "BadRequest",
        ("maxReturn 2",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "the same endpoint twice",
        lambda azure: profile(azure, endpoints=[inline("one"), inline("One", target="two.example.com")]),
        "BadRequest",
        ("appear more than once: one",),
        setup=AzureHarness.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a routing method that its endpoints do not support",
        lambda azure: azure.change(azure[PROFILE], trafficRoutingMethod="Geographic"),
        "BadRequest",
        (f"Endpoint '{LOCATION}' must have geoMapping",),
        setup=with_endpoint,
    ),
    Case(
        "trafficmanager:Profile",
        "the deletion of a nested profile",
        lambda azure: azure.delete(azure["traf-inner"]),
        "BadRequest",
        ("nested endpoint of another profile", PROFILE),
        setup=lambda azure: (
            with_profile(azure),
            profile(azure, "traf-inner"),
            nested(azure, azure["traf-inner"].id, minChildEndpoints=1),
        ),
    ),
    # Endpoints
    Case(
        "trafficmanager:Endpoint",
        "a profile that does not exist",
        lambda azure: (azure.group(), endpoint(azure)),
        "ParentResourceNotFound",
        ("trafficManagerProfiles/externalEndpoints", PROFILE),
    ),
    Case(
        "trafficmanager:Endpoint",
        "an unknown endpoint type",
        lambda azure: endpoint(azure, kind="internalEndpoints"),
        "BadRequest",
        ("internalEndpoints' specified for endpoint", "externalEndpoints"),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a target with a protocol",
        lambda azure: endpoint(azure, target="https://api.example.com/"),
        "BadRequest",
        ("https://api.example.com/", "without protocol"),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "an external endpoint with a resource",
        lambda azure: (azure.address(), endpoint(azure, targetResourceId=azure["pip-out"].id)),
        "BadRequest",
        ("cannot have a target resource",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "an Azure endpoint without a resource",
        lambda azure: endpoint(azure, kind="azureEndpoints", target=None),
        "BadRequest",
        ("must have a target resource",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a public address without a name",
        lambda azure: (
            azure.address(),
            endpoint(azure, kind="azureEndpoints", target=None, targetResourceId=azure["pip-out"].id),
        ),
        "BadRequest",
        ("must have a DNS name assigned",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a resource of an unsupported type",
        lambda azure: (
            azure.network(),
            endpoint(azure, kind="azureEndpoints", target=None, targetResourceId=azure["vnet-shop"].id),
        ),
        "BadRequest",
        ("not of a supported type",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a profile inside itself",
        lambda azure: nested(azure, azure[PROFILE].id, minChildEndpoints=1),
        "BadRequest",
        ("not another profile",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a nested profile without minChildEndpoints",
        lambda azure: (profile(azure, "traf-inner"), nested(azure, azure["traf-inner"].id)),
        "BadRequest",
        ("minChildEndpoints",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "no location with performance routing",
        lambda azure: endpoint(azure, endpointLocation=None),
        "BadRequest",
        ("location must be specified", "endpointLocation"),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a host name with MultiValue routing",
        lambda azure: (azure.group(), profile(azure, trafficRoutingMethod="MultiValue", maxReturn=2), endpoint(azure)),
        "BadRequest",
        ("IP address as target",),
    ),
    Case(
        "trafficmanager:Endpoint",
        "a priority above a thousand",
        lambda azure: endpoint(azure, priority=1001),
        "BadRequest",
        ("'priority'", "1000"),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a weight of zero",
        lambda azure: endpoint(azure, weight=0),
        "BadRequest",
        ("'weight'",),
        setup=with_profile,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a priority that another endpoint has",
        lambda azure: endpoint(azure, OTHER_REGION, priority=1),
        "BadRequest",
        ("priority 1", LOCATION, "share the same priority"),
        setup=with_endpoint,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a target that another endpoint has",
        lambda azure: endpoint(azure, OTHER_REGION, target=f"API.{LOCATION}.shop.example.com"),
        "BadRequest",
        ("is used by endpoint", LOCATION),
        setup=with_endpoint,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
