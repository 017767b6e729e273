"""Public names: the environment's zone, one zone in it for each region, and who keeps which record.

`<zone>` belongs to the global part; `<region>.<zone>` to the region, so that whatever the region's cluster writes there
goes when the region goes.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Section, refuse

LONGEST_NAME: Final = 253
"""Characters of a DNS name (RFC 1035)."""


def _domain(value: str) -> str:
    if len(value) > LONGEST_NAME or value.endswith((".internal", ".local", ".localhost")):
        raise refuse(
            f"a public domain of at most {LONGEST_NAME} characters, such as voice.example.com",
            "name a domain that you own, or a subdomain of it.",
        )
    return value


DomainName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"),
    AfterValidator(_domain),
    Field(json_schema_extra={"x-allowed": "a domain in lower case, such as voice.example.com"}),
]


class DnsSettings(Section):
    """The public zone and its records."""

    zone: DomainName
    """The environment's public zone. Its parent must delegate it to Azure's name servers (output `dnsNameServers`)."""
    delegated: bool = False
    """Whether the parent zone delegates it already. Certificates of a public authority need that: see
    `certificates.issuer`.
    """
    ttl_seconds: Annotated[int, Field(ge=30, le=86400)] = 300
    """How long resolvers may keep a record, seconds."""
    routing: Literal["performance", "priority"] = "performance"
    """How global names choose a region: the nearest one, or the first healthy one in the order of `regions`."""
    certificate_authorities: Annotated[tuple[DomainName, ...], Field(min_length=1)] = ("letsencrypt.org",)
    """Who may issue certificates for the zone (CAA)."""
    automatic: bool = True
    """Records for the hosts of `gateway.routes` in the region's zone, kept by external-dns in the cluster."""
