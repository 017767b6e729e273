"""The TLS certificates of a region: the names in them and the Secrets that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from model.host_names import SIP, TURN, HostNames
from model.kubernetes import EDGE, MEDIA, SYSTEM
from settings.schema.aks_stack import AksStackSettings

CERTIFICATE_HOURS: Final = 90 * 24
"""Lifetime of a certificate of the self-signed issuer, hours: that of a public one."""


ROOT_HOURS: Final = 10 * 365 * 24
"""Lifetime of the root of the self-signed issuer, hours: long, because clients trust it."""


KEY_BITS: Final = 2048
"""Length of RSA keys. RSA, because carriers' SIP equipment and Azure's TLS endpoints all support it."""


@dataclass(frozen=True)
class TlsCertificate:
    """A certificate in the cluster, in a Secret of type `kubernetes.io/tls` in the namespace of its user.

    `service` is its name in the region's zone; `None`: every name that leads to the Gateway.
    """

    name: str
    namespace: str
    service: str | None

    @property
    def secret(self) -> str:
        """Name of the Secret, with the keys `tls.crt` (the whole chain) and `tls.key`."""
        return f"{self.name}-tls"

    def hosts(self, names: HostNames) -> tuple[str, ...]:
        """Returns the names in the certificate."""
        if self.service is None:
            return names.wildcards
        if self.service == SIP:
            # A client that resolved SRV records of the region's domain expects that domain (RFC 5922, 7.1). A client
            # that used the environment's name expects that name.
            return (names.of_region(SIP), names.region_zone, names.of_environment(SIP))
        return (names.of_region(self.service),)


GATEWAY_CERTIFICATE: Final = TlsCertificate("gateway", SYSTEM.name, None)


TURN_CERTIFICATE: Final = TlsCertificate("turn", MEDIA.name, TURN)


SIP_CERTIFICATE: Final = TlsCertificate("sip", EDGE.name, SIP)


def tls_certificates(settings: AksStackSettings) -> tuple[TlsCertificate, ...]:
    """Returns the certificates of the stack. Without TURN over TLS, there is none for it."""
    turn = (TURN_CERTIFICATE,) if settings.livekit.turn_tls else ()
    return (GATEWAY_CERTIFICATE, *turn, SIP_CERTIFICATE)
