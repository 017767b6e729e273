"""Azure's refusals of Traffic Manager profiles and endpoints."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.makers.common import OTHER_REGION
from simulator_tests.azure.makers.dns import PROFILE, endpoint, profile
from simulator_tests.azure.trafficmanager_setup import endpoint_given, inline, monitored, profile_given
from simulator_tests.azure.world import LOCATION, Case, World, refused


def nested(world: World, target: str, **changes: Any) -> object:
    return endpoint(world, "inner", "nestedEndpoints", target=None, targetResourceId=target, **changes)


CASES: Final = [
    # Profiles
    Case(
        "trafficmanager:Profile",
        "a name with a dot",
        lambda world: profile(world, "traf.voice"),
        "InvalidResourceName",
        ("up to 63 letters",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a region as location",
        lambda world: profile(world, location=LOCATION),
        "LocationNotAvailableForResourceType",
        ("'global'",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a DNS name that another profile has",
        lambda world: profile(world, "traf-other", dnsConfig={"relativeName": PROFILE.upper()}),
        "BadRequest",
        (f"Domain name {PROFILE}.trafficmanager.net already exists",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Profile",
        "a DNS name of two labels",
        lambda world: profile(world, dnsConfig={"relativeName": "traf.voice"}),
        "BadRequest",
        ("one label",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "another DNS name",
        lambda world: world.change(world[PROFILE], dnsConfig={"relativeName": "traf-other"}),
        "BadRequest",
        ("cannot be changed", "traf-other"),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Profile",
        "no routing method",
        lambda world: profile(world, trafficRoutingMethod=None),
        "BadRequest",
        ("trafficRoutingMethod",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a routing method that there is not",
        lambda world: profile(world, trafficRoutingMethod="RoundRobin"),
        "InvalidParameter",
        ("RoundRobin", "Weighted"),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a time to live below zero",
        lambda world: profile(world, dnsConfig={"ttl": -1}),
        "BadRequest",
        ("dnsConfig.ttl",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a probe over HTTPS without a path",
        lambda world: monitored(world, path=None),
        "BadRequest",
        ("HTTPS requires a path",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a path that is none",
        lambda world: monitored(world, path="healthz"),
        "BadRequest",
        ("begins with '/'",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a probe over TCP with a path",
        lambda world: monitored(world, protocol="TCP"),
        "BadRequest",
        ("TCP has no path",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a port that there is not",
        lambda world: monitored(world, port=0),
        "BadRequest",
        ("monitorConfig.port", "65535"),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "an interval of twenty seconds",
        lambda world: monitored(world, intervalInSeconds=20),
        "BadRequest",
        ("20 seconds", "10 and 30"),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a time-out as long as the fast interval",
        lambda world: monitored(world, intervalInSeconds=10, timeoutInSeconds=10),
        "BadRequest",
        ("between 5 and 9",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a time-out of four seconds",
        lambda world: monitored(world, timeoutInSeconds=4),
        "BadRequest",
        ("between 5 and 10",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "ten tolerated failures",
        lambda world: monitored(world, toleratedNumberOfFailures=10),
        "BadRequest",
        ("toleratedNumberOfFailures", "9"),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "nine ranges of status codes",
        lambda world: monitored(world, expectedStatusCodeRanges=[{"min": 200, "max": 200 + n} for n in range(9)]),
        "BadRequest",
        ("9 expected status code ranges",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "nine headers",
        lambda world: monitored(world, customHeaders=[{"name": f"x-{n}", "value": "1"} for n in range(9)]),
        "BadRequest",
        ("9 custom headers",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a number of answers outside MultiValue",
        lambda world: profile(world, maxReturn=2),
        "BadRequest",
        ("maxReturn 2",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "one endpoint twice",
        lambda world: profile(world, endpoints=[inline("one"), inline("One", target="two.example.com")]),
        "BadRequest",
        ("appear more than once: one",),
        given=World.group,
    ),
    Case(
        "trafficmanager:Profile",
        "a routing method that its endpoints do not fit",
        lambda world: world.change(world[PROFILE], trafficRoutingMethod="Geographic"),
        "BadRequest",
        (f"Endpoint '{LOCATION}' must have geoMapping",),
        given=endpoint_given,
    ),
    Case(
        "trafficmanager:Profile",
        "to go while another profile leads to it",
        lambda world: world.delete(world["traf-inner"]),
        "BadRequest",
        ("nested endpoint of another profile", PROFILE),
        given=lambda world: (
            profile_given(world),
            profile(world, "traf-inner"),
            nested(world, world["traf-inner"].id, minChildEndpoints=1),
        ),
    ),
    # Endpoints
    Case(
        "trafficmanager:Endpoint",
        "a profile that does not exist",
        lambda world: (world.group(), endpoint(world)),
        "ParentResourceNotFound",
        ("trafficManagerProfiles/externalEndpoints", PROFILE),
    ),
    Case(
        "trafficmanager:Endpoint",
        "a kind that there is not",
        lambda world: endpoint(world, kind="internalEndpoints"),
        "BadRequest",
        ("internalEndpoints' specified for endpoint", "externalEndpoints"),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a target with a protocol",
        lambda world: endpoint(world, target="https://api.example.com/"),
        "BadRequest",
        ("https://api.example.com/", "without protocol"),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "an external endpoint with a resource",
        lambda world: (world.address(), endpoint(world, targetResourceId=world["pip-out"].id)),
        "BadRequest",
        ("cannot have a target resource",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "an Azure endpoint without a resource",
        lambda world: endpoint(world, kind="azureEndpoints", target=None),
        "BadRequest",
        ("must have a target resource",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a public address without a name",
        lambda world: (
            world.address(),
            endpoint(world, kind="azureEndpoints", target=None, targetResourceId=world["pip-out"].id),
        ),
        "BadRequest",
        ("must have a DNS name assigned",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a resource that answers nothing",
        lambda world: (
            world.network(),
            endpoint(world, kind="azureEndpoints", target=None, targetResourceId=world["vnet-voice"].id),
        ),
        "BadRequest",
        ("not of a supported type",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a profile inside itself",
        lambda world: nested(world, world[PROFILE].id, minChildEndpoints=1),
        "BadRequest",
        ("not another profile",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a nested profile without a least number",
        lambda world: (profile(world, "traf-inner"), nested(world, world["traf-inner"].id)),
        "BadRequest",
        ("minChildEndpoints",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "no location where the nearest answers",
        lambda world: endpoint(world, endpointLocation=None),
        "BadRequest",
        ("location must be specified", "endpointLocation"),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a location that there is not",
        lambda world: endpoint(world, endpointLocation="global"),
        "BadRequest",
        ("location 'global'",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a host name where addresses are answered",
        lambda world: (world.group(), profile(world, trafficRoutingMethod="MultiValue", maxReturn=2), endpoint(world)),
        "BadRequest",
        ("IP address as target",),
    ),
    Case(
        "trafficmanager:Endpoint",
        "a priority above a thousand",
        lambda world: endpoint(world, priority=1001),
        "BadRequest",
        ("'priority'", "1000"),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a weight of zero",
        lambda world: endpoint(world, weight=0),
        "BadRequest",
        ("'weight'",),
        given=profile_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a priority that another endpoint has",
        lambda world: endpoint(world, OTHER_REGION, priority=1),
        "BadRequest",
        ("priority 1", LOCATION, "share the same priority"),
        given=endpoint_given,
    ),
    Case(
        "trafficmanager:Endpoint",
        "a target that another endpoint has",
        lambda world: endpoint(world, OTHER_REGION, target=f"API.{LOCATION}.voice.example.com"),
        "BadRequest",
        ("is used by endpoint", LOCATION),
        given=endpoint_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
