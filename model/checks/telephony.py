"""Rules for carriers, their ports and the longest call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from model.checks.rules import ANYWHERE, Rules, repeated
from model.drain import AKS_LONGEST_DRAIN_MINUTES, drain_budget
from model.pools import SIP
from model.ports import FIRST_PORT_OF_KUBERNETES, freeswitch_rtp
from model.workloads import host_ports
from settings.schema.errors import Problem
from settings.schema.stack import Settings
from settings.schema.telephony import LONGEST_UDP_EXPIRY_SECONDS, Carrier


def _drain_fits(settings: Settings) -> Iterator[Problem]:
    budget = drain_budget(settings.telephony)
    if budget.node_minutes > AKS_LONGEST_DRAIN_MINUTES:
        yield Problem(
            "voice:telephony.maxCallSeconds",
            settings.telephony.max_call_seconds,
            f"what AKS can wait for: {AKS_LONGEST_DRAIN_MINUTES} minutes; this needs {budget.node_minutes}",
            "shorten the longest call.",
        )


def _rtp_ports_are_free(settings: Settings) -> Iterator[Problem]:
    ports = settings.telephony.rtp_ports
    path = "voice:telephony.rtpPorts"
    if ports.first % 2:
        yield Problem(
            f"{path}.first",
            ports.first,
            "an even port: RTP takes the even one of each pair",
            f"start at {ports.first + 1}.",
        )
    if ports.first >= ports.last:
        yield Problem(f"{path}.last", ports.last, f"more than first ({ports.first})", "widen the range.")
        return
    if ports.last >= FIRST_PORT_OF_KUBERNETES:
        yield Problem(
            f"{path}.last",
            ports.last,
            f"below {FIRST_PORT_OF_KUBERNETES}, where Kubernetes' node ports and then Linux's own begin",
            f"end at {FIRST_PORT_OF_KUBERNETES - 1}.",
        )
    rtp = freeswitch_rtp(ports)
    for other in host_ports(SIP, settings.telephony):
        if other != rtp and other.overlaps(rtp):
            yield Problem(
                f"{path}.first",
                f"{ports.first}-{ports.last}",
                f"a range without {other}/{other.protocol.lower()}, which another workload of the same node uses",
                "move the range; 16384-29999 is free.",
            )


def _carriers_are_sound(settings: Settings) -> Iterator[Problem]:
    carriers = settings.telephony.carriers
    for position, name in repeated(carrier.name for carrier in carriers):
        yield Problem(
            f"voice:telephony.carriers[{position}].name",
            name,
            "a name that no other carrier has",
            "rename one of them.",
        )
    for position, carrier in enumerate(carriers):
        path = f"voice:telephony.carriers[{position}]"
        if ANYWHERE in carrier.signalling_cidrs:
            yield Problem(
                f"{path}.signallingCidrs",
                ANYWHERE,
                "the carrier's own ranges: an open SIP port is found by scanners within minutes",
                "list the signalling addresses that the carrier publishes.",
            )
        if carrier.mode == "register" and carrier.credentials is None:
            yield Problem(
                f"{path}.credentials",
                None,
                "the name of a secret, since mode is register",
                "name a secret of voice:secrets that holds user and password.",
            )
        if carrier.mode == "register" and carrier.registrar is None:
            yield Problem(
                f"{path}.registrar",
                None,
                "where to register, since mode is register",
                "name the registrar's host, port and transport.",
            )
        yield from _registration_outlives_no_nat_flow(carrier, path)
        if carrier.mode == "ip" and carrier.registrar is not None:
            yield Problem(
                f"{path}.registrar",
                carrier.registrar.host,
                "nothing while mode is ip",
                "remove it, or set mode to register.",
            )
        if carrier.outbound is not None and not (carrier.outbound.prefixes or carrier.outbound.numbers):
            yield Problem(
                f"{path}.outbound.prefixes",
                [],
                "at least one prefix, or one number in `numbers`",
                'list what may be called, such as prefixes: ["+49"], or remove outbound.',
            )
        if carrier.credentials is not None and carrier.credentials not in settings.secrets:
            yield Problem(
                f"{path}.credentials",
                carrier.credentials,
                "the name of a secret in voice:secrets" + _listed(settings.secrets),
                f"run `pulumi config set --path --secret 'voice:secrets.{carrier.credentials}'`.",
            )


def _registration_outlives_no_nat_flow(carrier: Carrier, path: str) -> Iterator[Problem]:
    registrar = carrier.registrar
    if registrar is None or registrar.transport != "udp" or registrar.expiry_seconds <= LONGEST_UDP_EXPIRY_SECONDS:
        return
    yield Problem(
        f"{path}.registrar.expirySeconds",
        registrar.expiry_seconds,
        f"at most {LONGEST_UDP_EXPIRY_SECONDS} seconds over UDP: the NAT gateway forgets a flow after 240 idle seconds",
        f"shorten it to {LONGEST_UDP_EXPIRY_SECONDS}, or set transport to tcp or tls.",
    )


def _listed(names: Iterable[str]) -> str:
    text = ", ".join(sorted(names))
    return f": {text}" if text else " (it is empty)"


TELEPHONY_RULES: Final[Rules] = {
    "drain fits": _drain_fits,
    "rtp ports are free": _rtp_ports_are_free,
    "carriers are sound": _carriers_are_sound,
}
