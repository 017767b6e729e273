"""Rules for carriers, their ports and the longest call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from model.checks.rules import Rules, repeated
from model.drain import AKS_LONGEST_DRAIN_MINUTES, drain_budget
from model.pools import SIP
from model.ports import FIRST_PORT_OF_KUBERNETES, freeswitch_rtp
from model.workloads import host_ports
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem
from settings.schema.telephony import LONGEST_UDP_EXPIRY_SECONDS, Carrier


def _drain_fits(settings: AksStackSettings) -> Iterator[Problem]:
    budget = drain_budget(settings.telephony)
    if budget.node_minutes > AKS_LONGEST_DRAIN_MINUTES:
        yield Problem(
            "drain-too-long",
            "voice:telephony.maxCallSeconds",
            settings.telephony.max_call_seconds,
            f"a drain of at most {AKS_LONGEST_DRAIN_MINUTES} minutes, the limit of AKS; this value needs"
            f" {budget.node_minutes} minutes",
            "Lower `maxCallSeconds`.",
        )


def _rtp_ports_are_free(settings: AksStackSettings) -> Iterator[Problem]:
    ports = settings.telephony.rtp_ports
    path = "voice:telephony.rtpPorts"
    if ports.first % 2:
        yield Problem(
            "odd-rtp-port",
            f"{path}.first",
            ports.first,
            "an even port, because RTP uses the even port of each pair",
            f"Start at {ports.first + 1}.",
        )
    if ports.first >= ports.last:
        expected = f"more than `first` ({ports.first})"
        yield Problem("empty-rtp-range", f"{path}.last", ports.last, expected, "Extend the range.")
        return
    if ports.last >= FIRST_PORT_OF_KUBERNETES:
        yield Problem(
            "rtp-in-node-ports",
            f"{path}.last",
            ports.last,
            f"below {FIRST_PORT_OF_KUBERNETES}, the first node port of Kubernetes",
            f"End at {FIRST_PORT_OF_KUBERNETES - 1}.",
        )
    rtp = freeswitch_rtp(ports)
    for other in host_ports(SIP, settings.telephony):
        if other != rtp and other.overlaps(rtp):
            yield Problem(
                "rtp-port-conflict",
                f"{path}.first",
                f"{ports.first}-{ports.last}",
                f"a range without {other}/{other.protocol.lower()}, which another workload on the same node uses",
                "Use another range; 16384-29999 is free.",
            )


def _carriers_are_valid(settings: AksStackSettings) -> Iterator[Problem]:
    carriers = settings.telephony.carriers
    for position, name in repeated(carrier.name for carrier in carriers):
        path = f"voice:telephony.carriers[{position}].name"
        yield Problem("repeated-carrier", path, name, "a name that no other carrier has", "Rename one of them.")
    for position, carrier in enumerate(carriers):
        path = f"voice:telephony.carriers[{position}]"
        yield from _registration_is_complete(carrier, path)
        yield from _registration_is_renewed_in_time(carrier, path)
        if carrier.outbound is not None and not (carrier.outbound.prefixes or carrier.outbound.numbers):
            yield Problem(
                "outbound-without-numbers",
                f"{path}.outbound.prefixes",
                [],
                "at least one prefix, or one number in `numbers`",
                'List the numbers that can be called, such as `prefixes: ["+49"]`, or remove `outbound`.',
            )
        if carrier.credentials is not None and carrier.credentials not in settings.secrets:
            yield Problem(
                "unknown-secret",
                f"{path}.credentials",
                carrier.credentials,
                "the name of a secret in `voice:secrets`" + _listed(settings.secrets),
                f"Run `pulumi config set --path --secret 'voice:secrets.{carrier.credentials}'`.",
            )


def _registration_is_complete(carrier: Carrier, path: str) -> Iterator[Problem]:
    if carrier.mode == "register" and carrier.credentials is None:
        yield Problem(
            "carrier-without-credentials",
            f"{path}.credentials",
            None,
            "the name of a secret, because `mode` is `register`",
            "Add the name of a secret of `voice:secrets` that contains `user:password`.",
        )
    if carrier.mode == "register" and carrier.registrar is None:
        yield Problem(
            "carrier-without-registrar",
            f"{path}.registrar",
            None,
            "the carrier's registrar, because `mode` is `register`",
            "Add the host, port and transport of the registrar.",
        )
    if carrier.mode == "ip" and carrier.registrar is not None:
        yield Problem(
            "registrar-unused",
            f"{path}.registrar",
            carrier.registrar.host,
            "no value, because `mode` is `ip`",
            "Remove `registrar`, or set `mode` to `register`.",
        )


def _registration_is_renewed_in_time(carrier: Carrier, path: str) -> Iterator[Problem]:
    registrar = carrier.registrar
    if registrar is None or registrar.transport != "udp" or registrar.expiry_seconds <= LONGEST_UDP_EXPIRY_SECONDS:
        return
    yield Problem(
        "registration-outlives-nat",
        f"{path}.registrar.expirySeconds",
        registrar.expiry_seconds,
        f"at most {LONGEST_UDP_EXPIRY_SECONDS} seconds over UDP, because the NAT gateway drops a flow that is idle for"
        " 240 seconds",
        f"Lower it to {LONGEST_UDP_EXPIRY_SECONDS}, or set `transport` to `tcp` or `tls`.",
    )


def _listed(names: Iterable[str]) -> str:
    text = ", ".join(sorted(names))
    return f": {text}" if text else ", which is empty"


TELEPHONY_RULES: Final[Rules[AksStackSettings]] = {
    "drain fits": _drain_fits,
    "rtp ports are free": _rtp_ports_are_free,
    "carriers are valid": _carriers_are_valid,
}
