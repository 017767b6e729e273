"""The ways into the environment: for each a profile of Traffic Manager, which asks every region whether it is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from model.gateway import HEALTH_PATH
from model.host_names import API, GATEWAY_SERVICES, SIP
from model.ports import HTTPS, SIP_EDGE_HEALTH, Ports
from settings.schema.aks_stack import AksStackSettings

SIP_EDGE_READY_PATH: Final = "/health/ready"
"""The SIP edge answers 200 while a FreeSWITCH takes calls: a region without one gets none."""


@dataclass(frozen=True, kw_only=True)
class TrafficProfile:
    """What leads the environment's names to a healthy region.

    `services` are names in the environment's zone that lead to its profile; `target` is the name in a region's zone
    that the profile answers with, and where it probes.
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
    # Azure asks for a certificate and does not check it: a self-signed one will do.
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
