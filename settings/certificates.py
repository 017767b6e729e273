"""Certificates: who issues them, and how early they are renewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from settings.dns import SIP, TURN, HostNames
from settings.types import Section

Issuer = Literal["selfSigned", "letsencryptStaging", "letsencrypt"]

ACME_DIRECTORIES: Final[dict[str, str]] = {
    "letsencryptStaging": "https://acme-staging-v02.api.letsencrypt.org/directory",
    "letsencrypt": "https://acme-v02.api.letsencrypt.org/directory",
}
"""Where each public issuer is asked; source: https://letsencrypt.org/docs/staging-environment/."""

CERTIFICATE_HOURS: Final = 90 * 24
"""How long a certificate of the self-signed issuer lasts, hours: as long as a public one."""
ROOT_HOURS: Final = 10 * 365 * 24
"""How long the root of the self-signed issuer lasts, hours: clients are told to trust it, so it stays."""
KEY_BITS: Final = 2048
"""Length of RSA keys. Not elliptic curves: carriers' SIP equipment and Azure's own TLS endpoints all take RSA."""


@dataclass(frozen=True)
class TlsCertificate:
    """A certificate that the platform keeps in the cluster, in a Secret of kind `kubernetes.io/tls` beside who uses it.

    `service` is the name in the region's zone that it is for; `None`: every name that leads to the Gateway.
    """

    name: str
    namespace: str
    service: str | None

    @property
    def secret(self) -> str:
        """Name of the Secret, with the keys `tls.crt` (the whole chain) and `tls.key`."""
        return f"{self.name}-tls"

    def hosts(self, names: HostNames) -> tuple[str, ...]:
        """The names in it."""
        if self.service is None:
            return names.wildcards
        if self.service == SIP:
            # Who asks SRV for the region's domain expects that domain in the certificate (RFC 5922, 7.1); whoever
            # was led here by the environment's name expects that one.
            return (names.of_region(SIP), names.region_zone, names.of_environment(SIP))
        return (names.of_region(self.service),)


GATEWAY_CERTIFICATE: Final = TlsCertificate("gateway", "voice-system", None)
TURN_CERTIFICATE: Final = TlsCertificate("turn", "voice-media", TURN)
SIP_CERTIFICATE: Final = TlsCertificate("sip", "voice-edge", SIP)
TLS_CERTIFICATES: Final = (GATEWAY_CERTIFICATE, TURN_CERTIFICATE, SIP_CERTIFICATE)


class CertificatesSettings(Section):
    """Certificates for the Gateway, TURN over TLS and SIP over TLS."""

    issuer: Issuer = "selfSigned"
    """Who signs: `selfSigned` until the zone is delegated, `letsencryptStaging` (no real trust, generous limits) or
    `letsencrypt`.
    """
    email: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
            Field(json_schema_extra={"x-allowed": "a mail address"}),
        ]
        | None
    ) = None
    """Where the authority writes when something is wrong; needed with a public issuer."""
    renew_before_days: Annotated[int, Field(ge=7, le=60)] = 30
    """How long before its end a certificate is renewed, days; public ones last 90 days."""
    copy_to_key_vault: bool
    """Keeps a copy of the Gateway's certificate in the vault, for Azure services that end TLS themselves."""

    @property
    def directory(self) -> str | None:
        """The ACME directory; `None` where no authority is asked."""
        return ACME_DIRECTORIES.get(self.issuer)
