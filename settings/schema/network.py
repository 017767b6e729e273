"""The virtual network. `model.address_plan` computes its addresses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.schema.types import Section

_PLAN_ID = r"^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/ddosProtectionPlans/[^/]+$"


class NatGatewaySettings(Section):
    """Outbound access of the subnets without media nodes."""

    public_addresses: Annotated[int, Field(ge=1, le=16)] = 1
    """Number of public addresses, at most 16. Each provides 64,512 ports."""
    tcp_idle_timeout_minutes: Annotated[int, Field(ge=4, le=120)] = 4
    """Idle timeout of TCP flows, minutes. The timeout of UDP flows is always 4 minutes."""


class NetworkSettings(Section):
    """The virtual network of the region."""

    nat_gateway: NatGatewaySettings = NatGatewaySettings()
    ddos_protection: Literal["none", "publicAddresses", "plan"] = "none"
    """`publicAddresses`: DDoS IP Protection for the addresses of the load balancers; `plan`: DDoS Network Protection
    for the network.
    """
    ddos_protection_plan_id: (
        Annotated[
            str,
            StringConstraints(pattern=_PLAN_ID),
            Field(json_schema_extra={"x-expected": "the ARM id of a ddosProtectionPlans resource"}),
        ]
        | None
    ) = None
    """ARM id of the tenant's DDoS protection plan, for `plan`. The platform does not create a plan, because one plan
    covers all subscriptions of a tenant.
    """
