"""Rules for the addresses of carriers and deployers: they are on the internet, and few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from model.address_plan import region_plan
from model.address_ranges import MOST_PUBLIC_ADDRESSES, NOT_PUBLIC, address_count, overlapped
from model.checks.rules import Rules
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem


@dataclass(frozen=True, kw_only=True)
class _Peer:
    """The owner of a list of ranges: the code and the reason if the list covers the internet, and what to list."""

    open_code: str
    open_reason: str
    remediation: str


_CARRIER: Final = _Peer(
    open_code="open-sip-port",
    open_reason="the carrier's own ranges: scanners find an open SIP port within minutes",
    remediation="List the public signaling addresses that the carrier publishes.",
)
_DEPLOYER: Final = _Peer(
    open_code="open-api-server",
    open_reason="specific ranges: the Kubernetes API must not be open to the internet",
    remediation="List the public addresses of your offices and runners, or set `voice:aks.apiServer.access` to"
    " `private`.",
)


def own_ranges(settings: AksStackSettings) -> Mapping[str, str]:
    """Returns the ranges of the environment's networks, pods and services, with their names."""
    found: dict[str, str] = {}
    for region in settings.regions:
        plan = region_plan(region)
        found[plan.network] = f"the network of region {region.name}"
        found[plan.pods] = f"the pods of region {region.name}"
        found[plan.services] = f"the services of region {region.name}"
    return found


def _carriers_are_on_the_internet(settings: AksStackSettings) -> Iterator[Problem]:
    for position, carrier in enumerate(settings.telephony.carriers):
        path = f"voice:telephony.carriers[{position}]"
        if carrier.connection == "private":
            yield Problem(
                "no-way-in",
                f"{path}.connection",
                "private",
                "`internet`, because this stack states no way in for a private line: its network has no peering, VPN or"
                " ExpressRoute gateway, and FreeSWITCH announces public addresses",
                "Use the carrier's public addresses, and remove `connection`.",
            )
            continue
        yield from _are_public(f"{path}.signallingCidrs", carrier.signalling_cidrs, _CARRIER, settings)


def _deployers_are_on_the_internet(settings: AksStackSettings) -> Iterator[Problem]:
    yield from _are_public("voice:deployer.egressCidrs", settings.deployer.egress_cidrs, _DEPLOYER, settings)
    authorized = settings.aks.api_server.authorized_cidrs
    yield from _are_public("voice:aks.apiServer.authorizedCidrs", authorized, _DEPLOYER, settings)


def _are_public(path: str, cidrs: Sequence[str], peer: _Peer, settings: AksStackSettings) -> Iterator[Problem]:
    """Counts the whole list first: `0.0.0.0/1` and `128.0.0.0/1` together are the internet."""
    count = address_count(cidrs)
    if count > MOST_PUBLIC_ADDRESSES:
        yield Problem(
            peer.open_code,
            path,
            ", ".join(cidrs),
            f"{peer.open_reason}; at most {MOST_PUBLIC_ADDRESSES:,} addresses, as in a /8",
            peer.remediation,
            wrong=f"covers {count:,} addresses ({', '.join(cidrs)})",
        )
        return
    for position, cidr in enumerate(cidrs):
        reason = _refusal(cidr, settings)
        if reason is not None:
            yield Problem(
                "range-not-public",
                f"{path}[{position}]",
                cidr,
                "a public range, as traffic over the internet comes from",
                peer.remediation,
                wrong=f"is {cidr}, which overlaps {reason}",
            )


def _refusal(cidr: str, settings: AksStackSettings) -> str | None:
    """Returns the range that makes `cidr` invalid, with its meaning."""
    for known in (own_ranges(settings), NOT_PUBLIC):
        other = overlapped(cidr, known)
        if other is not None:
            return f"{other} ({known[other]})"
    return None


ADDRESS_RULES: Final[Rules[AksStackSettings]] = {
    "carriers are on the internet": _carriers_are_on_the_internet,
    "deployers are on the internet": _deployers_are_on_the_internet,
}
