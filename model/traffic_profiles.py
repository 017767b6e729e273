"""Traffic Manager profiles: each health-checks every region and leads clients to a healthy one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from model.gateway import HEALTH_PATH
from model.host_names import API, GATEWAY_SERVICES, SIP
from model.ports import HTTPS, SIP_EDGE_HEALTH, Ports
from settings.schema.aks_stack import AksStackSettings

SIP_EDGE_READY_PATH: Final = "/health/ready"
"""The SIP edge answers 200 while at least one FreeSWITCH accepts calls."""


@dataclass(frozen=True, kw_only=True)
class TrafficProfile:
    """A profile that leads names of the environment to a healthy region.

    `services` are the names in the environment's zone; `target` is the name in a region's zone that the profile
    returns and probes.
    """

    name: str
    services: tuple[str, ...]
    target: str
    protocol: Literal["HTTP", "HTTPS"]
    port: Ports
    path: str


WEB: Final = TrafficProfile(
    name="web",
    services=GATEWAY_SERVICES,
    target=API,
    # Azure requires a certificate and does not verify it: a self-signed one is enough.
    protocol="HTTPS",
    port=HTTPS,
    path=HEALTH_PATH,
)
CALLS: Final = TrafficProfile(
    name="sip",
    services=(SIP,),
    target=SIP,
    # Traffic Manager cannot probe UDP.
    protocol="HTTP",
    port=SIP_EDGE_HEALTH,
    path=SIP_EDGE_READY_PATH,
)
TRAFFIC_PROFILES: Final = (WEB, CALLS)


def traffic_profiles(settings: AksStackSettings) -> tuple[TrafficProfile, ...]:
    """Returns the profiles that lead to the stack's region.

    A public Gateway has one, and so has a SIP edge that a carrier uses.
    """
    enabled = {WEB: settings.gateway.exposure == "public", CALLS: settings.telephony.uses_edge}
    return tuple(profile for profile, leads_here in enabled.items() if leads_here)
