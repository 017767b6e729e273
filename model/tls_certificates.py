"""The TLS certificates of a region: the names in them and the Secrets that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from model.host_names import SIP, TURN, HostNames
from model.kubernetes import EDGE, MEDIA, SYSTEM

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


GATEWAY_CERTIFICATE: Final = TlsCertificate("gateway", SYSTEM.name, None)


TURN_CERTIFICATE: Final = TlsCertificate("turn", MEDIA.name, TURN)


SIP_CERTIFICATE: Final = TlsCertificate("sip", EDGE.name, SIP)


TLS_CERTIFICATES: Final = (GATEWAY_CERTIFICATE, TURN_CERTIFICATE, SIP_CERTIFICATE)
