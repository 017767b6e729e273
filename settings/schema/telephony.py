"""Carriers, and the length and number of calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.dns import DomainName
from settings.schema.types import Cidrs, Section, Word, unique

E164 = Annotated[
    str,
    StringConstraints(pattern=r"^\+[1-9][0-9]{3,14}$"),
    Field(json_schema_extra={"x-expected": 'a number in E.164 format in quotes, such as "+4930123456"'}),
]
NumberPrefix = Annotated[
    str,
    StringConstraints(pattern=r"^\+[1-9][0-9]{0,8}$"),
    Field(
        json_schema_extra={
            "x-expected": (
                'the first digits of E.164 numbers in quotes, at most nine, such as "+49"; complete numbers belong in'
                " `numbers`"
            )
        }
    ),
]
"""Nine digits cover a country, an area and a block of numbers. A longer prefix is probably a complete number, and would
also allow every longer number that starts with it.
"""


Transport = Literal["udp", "tcp", "tls"]

LONGEST_UDP_EXPIRY_SECONDS: Final = 180
"""Longest registration over UDP, seconds. Azure's NAT gateway drops a UDP flow that is idle for 240 s, which cannot be
changed, and the edge needs time to repeat a renewal without a response.
"""


class Registrar(Section):
    """The registrar of a carrier."""

    host: DomainName
    """Host name of the registrar."""
    port: Annotated[int, Field(ge=1, le=65535)] = 5060
    """Port."""
    transport: Transport = "udp"
    """Transport protocol."""
    realm: str | None = None
    """Realm of the credentials. The default is the host."""
    expiry_seconds: Annotated[int, Field(ge=60, le=3600)] = LONGEST_UDP_EXPIRY_SECONDS
    """Registration lifetime that the edge requests, seconds; at most 180 over UDP."""


class Outbound(Section):
    """Outbound calls through a carrier."""

    host: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
        Field(json_schema_extra={"x-expected": "a host name or an IPv4 address"}),
    ]
    """Host name or IPv4 address to which the platform sends calls."""
    port: Annotated[int, Field(ge=1, le=65535)] = 5060
    """Port."""
    transport: Literal["udp", "tcp"] = "udp"
    """Transport protocol."""
    prefixes: Annotated[tuple[NumberPrefix, ...], AfterValidator(unique)] = ()
    """Prefixes of allowed numbers (E.164, such as "+49"). The platform refuses calls to other numbers."""
    numbers: Annotated[tuple[E164, ...], AfterValidator(unique)] = ()
    """Additional allowed numbers, each a complete E.164 number."""
    caller: E164
    """Caller number of outbound calls: E.164 in quotes, such as "+4930123456"."""


class Carrier(Section):
    """A telephone carrier."""

    name: Word
    """Name of the carrier, unique in the stack."""
    signalling_cidrs: Annotated[Cidrs, Field(min_length=1)]
    """Public source addresses of the carrier's SIP. The SIP ports accept no other addresses."""
    media_cidrs: Annotated[Cidrs, Field(min_length=1)] = ("0.0.0.0/0",)
    """Source addresses of the carrier's RTP. The default is any, because many carriers do not publish them."""
    connection: Literal["internet", "private"] = "internet"
    """Path of the carrier's traffic. `private` is a private line, which needs a way into the network; a stack cannot
    state one yet and refuses the value.
    """
    ingress: Literal["edge", "direct"] = "edge"
    """`edge`: the carrier sends calls to the SIP edge; `direct`: to the public addresses of the nodes."""
    mode: Literal["ip", "register"] = "ip"
    """`ip`: the carrier authenticates the platform by address; `register`: the edge registers with `credentials`."""
    credentials: str | None = None
    """Name of a secret in `voice:secrets` that contains `user:password`, for `register` and for outbound calls that the
    carrier challenges.
    """
    registrar: Registrar | None = None
    """The registrar, for `register`."""
    outbound: Outbound | None = None
    """Outbound calls. Without this section, the platform makes no calls through the carrier."""


class RtpPorts(Section):
    """FreeSWITCH's RTP ports, two for each call leg."""

    first: Annotated[int, Field(ge=1024, le=65534)] = 16384
    """First UDP port, even."""
    last: Annotated[int, Field(ge=1025, le=65535)] = 29999
    """Last UDP port."""

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class TelephonySettings(Section):
    """Calls: carriers, number and length."""

    max_call_seconds: Annotated[int, Field(ge=60, le=86400)] = 3600
    """Longest call, seconds. The platform ends longer calls. All drain times depend on it."""
    deregistration_delay_seconds: Annotated[int, Field(ge=1, le=120)] = 15
    """Time that a stopping pod keeps accepting new calls while its deregistration takes effect, seconds."""
    upload_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Time that a stopping pod has to upload recordings, seconds."""
    concurrent_calls: Annotated[int, Field(ge=1, le=10000)] = 20
    """Concurrent calls of the region, without those of a lost region. The region still carries them after the loss of a
    zone.
    """
    rtp_ports: RtpPorts = RtpPorts()
    carriers: tuple[Carrier, ...] = ()

    @property
    def uses_edge(self) -> bool:
        """Whether any carrier sends its calls to the SIP edge."""
        return bool(self.edge_cidrs)

    @property
    def signalling_cidrs(self) -> tuple[str, ...]:
        """Source addresses of SIP from all carriers, sorted, without repetitions. After its first message, a call that
        arrived at the SIP edge reaches the node too.
        """
        return _each_once(self.carriers)

    @property
    def edge_cidrs(self) -> tuple[str, ...]:
        """Source addresses of SIP at the SIP edge: `signalling_cidrs` of the carriers that use it."""
        return _each_once(carrier for carrier in self.carriers if carrier.ingress == "edge")

    @property
    def callers(self) -> tuple[str, ...]:
        """Caller numbers of outbound calls of all carriers, sorted, without repetitions."""
        return tuple(sorted({carrier.outbound.caller for carrier in self.carriers if carrier.outbound}))

    @property
    def media_cidrs(self) -> tuple[str, ...]:
        """Source addresses of RTP from all carriers, sorted, without repetitions."""
        return tuple(sorted({cidr for carrier in self.carriers for cidr in carrier.media_cidrs}))


def _each_once(carriers: Iterable[Carrier]) -> tuple[str, ...]:
    return tuple(sorted({cidr for carrier in carriers for cidr in carrier.signalling_cidrs}))
