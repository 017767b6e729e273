"""Rules for authentication: password, Entra, administrator login."""

from __future__ import annotations

import re
from typing import Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.dbforpostgresql.common import invalid
from azure_rehearsal.azure.services.dbforpostgresql.compute import is_enabled
from azure_rehearsal.protocol.provider import Refused

RESERVED_LOGINS: Final = frozenset(
    {"admin", "administrator", "azure_pg_admin", "azure_superuser", "azuresu", "guest", "public", "root"}
)
PASSWORD_LENGTHS: Final = range(8, 129)
PASSWORD_KINDS: Final = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
KINDS_NEEDED: Final = 3

PASSWORD: Final = "administratorLoginPassword"


def has_password_auth(request: Request) -> bool:
    """Password authentication is enabled by default."""
    return str(request.get("authConfig.passwordAuth", "Enabled")).lower() == "enabled"


def refuse_auth_config(request: Request) -> None:
    """Refuses servers without an authentication method, or without the administrator of password authentication."""
    has_password = has_password_auth(request)
    if not has_password and not is_enabled(request, "authConfig.activeDirectoryAuth"):
        raise invalid(
            "authConfig",
            f"Server '{request.name}' has neither password nor Microsoft Entra authentication.",
            "enable one of them",
        )
    if not has_password or request.old is not None:
        return
    if not request.get("administratorLogin") or not request.get(PASSWORD):
        raise Refused(
            "MissingAdministratorLogin",
            f"Server '{request.name}' has password authentication. Both administratorLogin and {PASSWORD} must be "
            "provided.",
            "set both, or set authConfig.passwordAuth to Disabled",
        )


def refuse_login(request: Request) -> None:
    """Refuses reserved administrator logins."""
    login = str(request.get("administratorLogin", ""))
    if login.lower() in RESERVED_LOGINS or login.lower().startswith("pg_"):
        raise Refused(
            "InvalidAdministratorLogin",
            f"The administrator login name '{login}' of server '{request.name}' is reserved.",
            "choose another name",
        )


def refuse_password(request: Request) -> None:
    """Refuses passwords that violate Azure's complexity rules."""
    password = request.get(PASSWORD)
    if password is None:
        return
    kinds = sum(re.search(kind, str(password)) is not None for kind in PASSWORD_KINDS)
    if len(str(password)) not in PASSWORD_LENGTHS or kinds < KINDS_NEEDED:
        raise Refused(
            "PasswordNotComplex",
            f"Password validation failed for server '{request.name}'. The password does not meet policy requirements "
            f"because it is not complex enough: {PASSWORD_LENGTHS.start} to {PASSWORD_LENGTHS.stop - 1} characters of "
            f"at least {KINDS_NEEDED} kinds (lower case, upper case, digits, others).",
            "generate one with pulumi_random.RandomPassword",
        )
