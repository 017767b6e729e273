"""Certificates: who issues them, and how early they are renewed."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from settings.schema.types import Section

Issuer = Literal["selfSigned", "letsencryptStaging", "letsencrypt"]

ACME_DIRECTORIES: Final[dict[str, str]] = {
    "letsencryptStaging": "https://acme-staging-v02.api.letsencrypt.org/directory",
    "letsencrypt": "https://acme-v02.api.letsencrypt.org/directory",
}
"""Where each public issuer is asked; source: https://letsencrypt.org/docs/staging-environment/."""


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
