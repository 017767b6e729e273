"""Traffic Manager profiles of an environment."""

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
"""Timeout of a probe: Azure's maximum for the slow interval."""
TOLERATED_FAILURES: Final = 2
"""A region is removed after the third failed probe in a row, one to two minutes after its failure."""
TTL_SECONDS: Final = 30
"""TTL of a profile's answer: clients keep using a removed region for so long."""

REPORTED_BY_AZURE: Final = "monitorConfig.profileMonitorStatus"
"""Probe result. Azure's API lists it as writable, so a refresh copies it into the inputs."""


@dataclass(frozen=True, kw_only=True)
class TrafficManagerArgs:
    """Args of `TrafficManager`. Its scope is the global part."""

    settings: DnsSettings


class TrafficManager(pulumi.ComponentResource):
    """DNS-based routing of the environment's names to a healthy region. No traffic passes through it.

    Owns a profile for each entrance (`model.traffic_profiles`) and its health probe. Does not own endpoints (each
    region attaches its own, `RegionDns`) nor the names that point to it (`PublicDns`).

    Profiles exist independently of regions: a region with the environment's first carrier finds its profile, and
    removing the last carrier of one region removes no other region's endpoint.
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
