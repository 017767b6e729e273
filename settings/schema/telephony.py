"""Carriers and the length of calls: what the network, the node pools and the workloads are sized and opened for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.dns import DomainName
from settings.schema.types import Cidrs, Section, Word, unique

E164 = Annotated[
    str,
    StringConstraints(pattern=r"^\+[1-9][0-9]{3,14}$"),
    Field(json_schema_extra={"x-allowed": 'a number in E.164 form in quotes, such as "+4930123456"'}),
]
NumberPrefix = Annotated[
    str,
    StringConstraints(pattern=r"^\+[1-9][0-9]{0,8}$"),
    Field(
        json_schema_extra={
            "x-allowed": (
                'the first digits of E.164 numbers in quotes, at most nine, such as "+49"; whole numbers belong in'
                " `numbers`"
            )
        }
    ),
]
"""Nine digits are a country, an area and a block of numbers. A longer prefix is a whole number in the wrong place, and
would also allow every number that it begins.
"""


Transport = Literal["udp", "tcp", "tls"]

LONGEST_UDP_EXPIRY_SECONDS: Final = 180
"""Longest registration over UDP. Azure's NAT gateway forgets a UDP flow that is idle for 240 s, which cannot be
changed, and the edge needs time to repeat a renewal that gets no response.
"""


class Registrar(Section):
    """Where a carrier takes registrations."""

    host: DomainName
    """Name of the registrar."""
    port: Annotated[int, Field(ge=1, le=65535)] = 5060
    """Port."""
    transport: Transport = "udp"
    """How it is reached."""
    realm: str | None = None
    """Realm of the credentials; the host by default."""
    expiry_seconds: Annotated[int, Field(ge=60, le=3600)] = LONGEST_UDP_EXPIRY_SECONDS
    """Registration lifetime that the edge asks for, seconds; at most 180 over UDP."""


class Outbound(Section):
    """Calls that the platform makes through a carrier."""

    host: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
        Field(json_schema_extra={"x-allowed": "a host name or an IPv4 address"}),
    ]
    """Where the carrier takes calls."""
    port: Annotated[int, Field(ge=1, le=65535)] = 5060
    """Port."""
    transport: Literal["udp", "tcp"] = "udp"
    """How it is reached."""
    prefixes: Annotated[tuple[NumberPrefix, ...], AfterValidator(unique)] = ()
    """Prefixes of the numbers that may be called (E.164, such as "+49"); numbers with none of them are refused."""
    numbers: Annotated[tuple[E164, ...], AfterValidator(unique)] = ()
    """Whole numbers that may be called besides, each exactly as it is."""
    caller: E164
    """Our number that outbound calls are made from and called parties see: E.164 in quotes, such as "+4930123456"."""


class Carrier(Section):
    """A telephone carrier that sends and takes calls."""

    name: Word
    """Name of the carrier, unique in the stack."""
    signalling_cidrs: Annotated[Cidrs, Field(min_length=1)]
    """Addresses that its SIP comes from; nothing else reaches the SIP ports."""
    media_cidrs: Annotated[Cidrs, Field(min_length=1)] = ("0.0.0.0/0",)
    """Addresses that its RTP comes from; default any, since many carriers do not tell."""
    ingress: Literal["edge", "direct"] = "edge"
    """`edge`: calls arrive at the SIP edge; `direct`: at the public addresses of the nodes."""
    mode: Literal["ip", "register"] = "ip"
    """`ip`: the carrier trusts our addresses; `register`: the edge registers with `credentials`."""
    credentials: str | None = None
    """Name of the secret in `voice:secrets`, `user:password`: for `register`, and for calls where the carrier asks."""
    registrar: Registrar | None = None
    """Where to register, for `register`."""
    outbound: Outbound | None = None
    """Calls to the carrier; none by default."""


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
    """Calls: who may send them and how long they last."""

    max_call_seconds: Annotated[int, Field(ge=60, le=86400)] = 3600
    """Longest call, seconds; longer ones are ended. Drives every drain clock."""
    endpoint_lag_seconds: Annotated[int, Field(ge=1, le=120)] = 15
    """How long a stopping pod still gets new calls, seconds."""
    upload_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """How long a stopping pod may upload recordings, seconds."""
    concurrent_calls: Annotated[int, Field(ge=1, le=10000)] = 20
    """Calls at once that the region is built for, its own alone; with one zone lost it carries them still."""
    rtp_ports: RtpPorts = RtpPorts()
    carriers: tuple[Carrier, ...] = ()

    @property
    def uses_edge(self) -> bool:
        """Whether a carrier sends its calls to the SIP edge."""
        return bool(self.edge_cidrs)

    @property
    def signalling_cidrs(self) -> tuple[str, ...]:
        """Where SIP may come from: every carrier's, sorted and each once. After its first message a call that came by
        the SIP edge comes to the node too.
        """
        return _each_once(self.carriers)

    @property
    def edge_cidrs(self) -> tuple[str, ...]:
        """Where SIP may come from at the SIP edge: as `signalling_cidrs`, of the carriers that use it."""
        return _each_once(carrier for carrier in self.carriers if carrier.ingress == "edge")

    @property
    def callers(self) -> tuple[str, ...]:
        """Our numbers that calls out are made from: every carrier's, sorted and each once."""
        return tuple(sorted({carrier.outbound.caller for carrier in self.carriers if carrier.outbound}))

    @property
    def media_cidrs(self) -> tuple[str, ...]:
        """Where RTP may come from: every carrier's, sorted and each once."""
        return tuple(sorted({cidr for carrier in self.carriers for cidr in carrier.media_cidrs}))


def _each_once(carriers: Iterable[Carrier]) -> tuple[str, ...]:
    return tuple(sorted({cidr for carrier in carriers for cidr in carrier.signalling_cidrs}))
