"""Traffic Manager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import trafficmanager

from components.scope import Scope
from model.gateway import HEALTH_SECONDS
from model.traffic_profiles import TRAFFIC_PROFILES, TrafficProfile
from settings.schema.dns import DnsSettings

ROUTING: Final = {"performance": "Performance", "priority": "Priority"}
"""Setting `dns.routing` -> Azure's routing method."""

ANSWER_SECONDS: Final = 10
"""How long an answer to a probe may take: the longest that Azure has for the slow interval."""
TOLERATED_FAILURES: Final = 2
"""A region is left at the third probe in a row that fails, one to two minutes after it went down."""
TTL_SECONDS: Final = 30
"""How long resolvers may keep a profile's answer, which is how long clients still ask for a region that was left."""

REPORTED_BY_AZURE: Final = "monitorConfig.profileMonitorStatus"
"""What probes found. Azure's API has it among what can be written, so that a refresh puts it into the inputs."""


@dataclass(frozen=True, kw_only=True)
class TrafficManagerArgs:
    """Args of `TrafficManager`. `names` are those of the global part."""

    settings: DnsSettings


class TrafficManager(pulumi.ComponentResource):
    """What leads the environment's names to a healthy region: DNS answers, no traffic goes through it.

    Owns a profile for each way in (`model.traffic_profiles`) and how it probes. Does not own endpoints (each region
    attaches its own, `RegionDns`) nor the names that lead to it (`PublicDns`).

    A profile is there before any region: a region that comes with the first carrier finds it, and an environment's
    first region that gives up its last carrier takes no other region's endpoint along.
    """

    def __init__(
        self, name: str, scope: Scope, args: TrafficManagerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:TrafficManager", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        for profile in TRAFFIC_PROFILES:
            self._profile(profile)
        self.register_outputs({})

    def _profile(self, profile: TrafficProfile) -> None:
        args = self._args
        profile_name = self._scope.names.traffic_manager(profile.name)
        trafficmanager.Profile(
            f"{self._name}-{profile.name}",
            profile_name=profile_name,
            resource_group_name=self._scope.resource_group_name,
            location="global",
            traffic_routing_method=ROUTING[args.settings.routing],
            dns_config=trafficmanager.DnsConfigArgs(relative_name=profile_name, ttl=TTL_SECONDS),
            monitor_config=trafficmanager.MonitorConfigArgs(
                protocol=profile.protocol,
                port=profile.port.first,
                path=profile.path,
                interval_in_seconds=HEALTH_SECONDS,
                timeout_in_seconds=ANSWER_SECONDS,
                tolerated_number_of_failures=TOLERATED_FAILURES,
            ),
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=[REPORTED_BY_AZURE]),
        )
