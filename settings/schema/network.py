"""The virtual network's choices; its addresses are computed (`model.address_plan`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.schema.types import Section

_PLAN_ID = r"^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/ddosProtectionPlans/[^/]+$"


class NatGatewaySettings(Section):
    """The way out of the subnets without media."""

    public_addresses: Annotated[int, Field(ge=1, le=16)] = 1
    """Public addresses; each gives 64,512 ports (Azure allows 16)."""
    tcp_idle_timeout_minutes: Annotated[int, Field(ge=4, le=120)] = 4
    """Idle time-out of TCP flows, minutes; that of UDP is fixed at 4."""


class NetworkSettings(Section):
    """The virtual network of the region."""

    nat_gateway: NatGatewaySettings = NatGatewaySettings()
    ddos_protection: Literal["none", "publicAddresses", "plan"] = "none"
    """`publicAddresses`: DDoS IP Protection on the load balancers' addresses; `plan`: DDoS Network Protection for
    the network.
    """
    ddos_protection_plan_id: (
        Annotated[
            str,
            StringConstraints(pattern=_PLAN_ID),
            Field(json_schema_extra={"x-allowed": "the ARM id of a ddosProtectionPlans resource"}),
        ]
        | None
    ) = None
    """The tenant's DDoS protection plan, for `plan`; a plan is bought once for all subscriptions, so it is not made
    here.
    """
