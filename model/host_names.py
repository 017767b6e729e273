"""The names of the platform in public DNS.

`<zone>` belongs to the global part; `<region>.<zone>` to the region, so that records that the region's cluster writes
there go when the region goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True)
class HostNames:
    """The names of the platform in public DNS, for one region. The program owns these; nothing else may write them."""

    zone: str
    region: str

    @property
    def region_zone(self) -> str:
        return f"{self.region}.{self.zone}"

    def of_region(self, service: str) -> str:
        """`livekit.<region>.<zone>`: rooms and calls live in one region."""
        return f"{service}.{self.region_zone}"

    def of_environment(self, service: str) -> str:
        """`livekit.<zone>`: first contact, led to a region by Traffic Manager."""
        return f"{service}.{self.zone}"

    @property
    def wildcards(self) -> tuple[str, str]:
        """What the Gateway's certificate covers: a new host needs no new certificate."""
        return (f"*.{self.zone}", f"*.{self.region_zone}")


API: Final = "api"


LIVEKIT: Final = "livekit"


TURN: Final = "turn"


SIP: Final = "sip"


GATEWAY_SERVICES: Final = (API, LIVEKIT)
"""Names that lead to the Gateway, in the region and in the environment."""


OWN_SERVICES: Final = (*GATEWAY_SERVICES, TURN, SIP)
"""Every name that the program keeps in a region's zone."""


def host_names(settings: AksStackSettings) -> HostNames:
    """Returns the public DNS names of the stack's region."""
    return HostNames(settings.dns.zone, settings.region)
