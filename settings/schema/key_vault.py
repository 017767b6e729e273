"""The vault of a region."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Section, refuse


def _day(value: str) -> str:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise refuse('a date in quotes, such as "2027-11-30"', "write year, month and day.") from None
    return value


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]

SECRET_NAME: Final = r"^[a-zA-Z][a-zA-Z0-9-]{0,126}$"
SecretName = Annotated[
    str,
    StringConstraints(pattern=SECRET_NAME),
    Field(json_schema_extra={"x-allowed": "letters, digits and hyphens, a letter first, 127 at most"}),
]
"""Key Vault's own rule, so that a secret has one name in the stack file, in the vault and in the pods."""


class KeyVaultSettings(Section):
    """The vault and the secrets in it."""

    soft_delete_days: Annotated[int, Field(ge=7, le=90)] = 90
    """How long a deleted vault can be brought back, days; fixed when the vault is made."""
    recover: bool = False
    """Brings a deleted vault of the same name back instead of making one."""
    expiry: Mapping[SecretName, Day] = Field(default_factory=dict)
    """Day on which a secret expires, by its name; rotate it before."""
    content_types: Mapping[SecretName, str] = Field(default_factory=dict)
    """Content type of a secret where it is not text/plain, such as application/json."""
    generations: Mapping[SecretName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Generation of a generated secret, 1 at first; the next number makes a new value."""

    def generation(self, secret: str) -> int:
        """The generation of a generated secret."""
        return self.generations.get(secret, 1)
