"""Public names: the environment's zone, and one zone in it for each region.

The global part owns `<zone>`. Each region owns `<region>.<zone>`, so that the removal of a region also removes all
records that its cluster created.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Section, refuse

LONGEST_NAME: Final = 253
"""Maximum characters of a DNS name (RFC 1035)."""


def _domain(value: str) -> str:
    if len(value) > LONGEST_NAME or value.endswith((".internal", ".local", ".localhost")):
        raise refuse(
            "invalid-domain",
            f"a public domain of at most {LONGEST_NAME} characters, such as voice.example.com",
            "Use a domain that you own, or a subdomain of it.",
        )
    return value


DomainName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"),
    AfterValidator(_domain),
    Field(json_schema_extra={"x-expected": "a domain in lower case, such as voice.example.com"}),
]


class DnsSettings(Section):
    """The public zone and its records."""

    zone: DomainName
    """The environment's public zone. Its parent zone must delegate it to the name servers of output
    `dnsNameServers`.
    """
    delegated: bool = False
    """Whether the parent zone delegates the zone already. `false` is a step of a first deployment: certificates are
    self-signed, because a public `certificates.issuer` requires the delegation.
    """
    ttl_seconds: Annotated[int, Field(ge=30, le=86400)] = 300
    """Time to live of records, seconds."""
    routing: Literal["performance", "priority"] = "performance"
    """Routing of global names: `performance` to the nearest region, `priority` to the first healthy region of
    `regions`.
    """
    certificate_authorities: Annotated[tuple[DomainName, ...], Field(min_length=1)] = ("letsencrypt.org",)
    """Authorities that can issue certificates for the zone (CAA records)."""
    automatic: bool = True
    """Runs external-dns, which creates records in the region's zone for the hosts of `gateway.routes`."""
