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
        expected = 'a date in quotes, such as "2027-11-30"'
        raise refuse("invalid-date", expected, "Write the year, month and day of an existing date.") from None
    return value


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]

SECRET_NAME: Final = r"^[a-zA-Z][a-zA-Z0-9-]{0,126}$"
SecretName = Annotated[
    str,
    StringConstraints(pattern=SECRET_NAME),
    Field(json_schema_extra={"x-expected": "1-127 letters, digits and hyphens, starting with a letter"}),
]
"""Key Vault's own rule. A secret has the same name in the stack file, in the vault and in the pods."""


class KeyVaultSettings(Section):
    """The vault and its secrets."""

    soft_delete_days: Annotated[int, Field(ge=7, le=90)] = 90
    """Retention of a deleted vault, days. It cannot be changed later."""
    recover: bool = False
    """Recovers a deleted vault of the same name instead of creating a new one."""
    expiry: Mapping[SecretName, Day] = Field(default_factory=dict)
    """Name of a secret -> its expiry date, such as "2027-11-30". Rotate the secret before that day."""
    content_types: Mapping[SecretName, str] = Field(default_factory=dict)
    """Name of a secret -> its content type, such as application/json. The default is text/plain."""
    generations: Mapping[SecretName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Name of a generated secret -> its generation, initially 1. A higher number generates a new value."""

    def generation(self, secret: str) -> int:
        """Returns the generation of a generated secret."""
        return self.generations.get(secret, 1)
