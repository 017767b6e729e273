"""Certificates: issuer and renewal."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from settings.schema.types import Section

Issuer = Literal["selfSigned", "letsencryptStaging", "letsencrypt"]

ACME_DIRECTORIES: Final[dict[str, str]] = {
    "letsencryptStaging": "https://acme-staging-v02.api.letsencrypt.org/directory",
    "letsencrypt": "https://acme-v02.api.letsencrypt.org/directory",
}
"""ACME directory of each public issuer; source: https://letsencrypt.org/docs/staging-environment/."""


class CertificatesSettings(Section):
    """Certificates for the Gateway, TURN over TLS and SIP over TLS."""

    issuer: Issuer = "selfSigned"
    """Issuer of the certificates: `selfSigned` until the zone is delegated, `letsencryptStaging` (clients do not trust
    it; high rate limits) or `letsencrypt`.
    """
    email: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
            Field(json_schema_extra={"x-expected": "a mail address"}),
        ]
        | None
    ) = None
    """Mail address for messages of the authority. Required with a public issuer."""
    renew_before_days: Annotated[int, Field(ge=7, le=60)] = 30
    """Renewal time before expiry, days. Public certificates are valid for 90 days."""
    copy_to_key_vault: bool
    """Copies the Gateway's certificate to the vault, for Azure services that terminate TLS themselves."""

    @property
    def directory(self) -> str | None:
        """The ACME directory; `None` for `selfSigned`."""
        return ACME_DIRECTORIES.get(self.issuer)
