"""The principal that reads Azure: the one with which `pulumi up` signs in.

Chooses among the methods of the azure-native provider in the provider's order: client secret, OIDC, managed identity,
Azure CLI (pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from azure.core import PipelineClient
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import (
    AzureCliCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
)

from tools.errors import UsageError
from tools.preflight.client import SCOPE

_AUDIENCE: Final = "api://AzureADTokenExchange"
_TOKEN_URL: Final = ("ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL")
_TOKEN_PASSWORD: Final = ("ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")


@dataclass(frozen=True)
class Principal:
    """Who is signed in: the claims `oid` (object id) and `tid` (tenant) of the token, `groups` if it has that claim."""

    object_id: str
    tenant_id: str
    groups: tuple[str, ...] = ()


class FixedCredential:
    """The credential of a simulation: an unsigned token that names the principal of the stack's deployer."""

    def __init__(self, object_id: str, tenant_id: str) -> None:
        parts = ({"alg": "none"}, {"oid": object_id, "tid": tenant_id})
        self._token = ".".join(_encoded(part) for part in parts) + "."

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        del scopes, options
        return AccessToken(self._token, int(time.time()) + 3600)


def credential(tenant_id: str, environment: Mapping[str, str]) -> TokenCredential:
    """Returns the credential that the environment variables of the provider select.

    Raises `UsageError` if a method is selected but a variable of it is missing.
    """
    if environment.get("ARM_CLIENT_SECRET"):
        tenant, client = _required(environment, "ARM_TENANT_ID", "ARM_CLIENT_ID", because="ARM_CLIENT_SECRET is set")
        return ClientSecretCredential(tenant, client, environment["ARM_CLIENT_SECRET"])
    if _is_true(environment, "ARM_USE_OIDC"):
        tenant, client = _required(environment, "ARM_TENANT_ID", "ARM_CLIENT_ID", because="ARM_USE_OIDC is set")
        return ClientAssertionCredential(tenant, client, _assertion(environment))
    if _is_true(environment, "ARM_USE_MSI"):
        return ManagedIdentityCredential(client_id=environment.get("ARM_CLIENT_ID"))
    return AzureCliCredential(tenant_id=tenant_id)


def uses_azure_cli(environment: Mapping[str, str]) -> bool:
    """Whether the variables select the Azure CLI, the last method."""
    by_flag = any(_is_true(environment, name) for name in ("ARM_USE_OIDC", "ARM_USE_MSI"))
    return not by_flag and not environment.get("ARM_CLIENT_SECRET")


def signed_in_principal(credential: TokenCredential) -> Principal:
    """Returns the principal of a credential, from its token. Raises `UsageError` if it cannot sign in."""
    try:
        token = credential.get_token(SCOPE).token
    except AzureError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UsageError(
            f"Cannot sign in to Azure: {reason}. Expected: a sign-in that `pulumi up` can use. Fix: run `az login`, or"
            " set ARM_USE_OIDC, ARM_CLIENT_ID, ARM_TENANT_ID and ARM_SUBSCRIPTION_ID in a pipeline."
        ) from None
    claims = json.loads(_decoded(token.split(".")[1]))
    return Principal(claims.get("oid", ""), claims.get("tid", ""), tuple(claims.get("groups", ())))


def _assertion(environment: Mapping[str, str]) -> Callable[[], str]:
    """The source of the OIDC token: a value, a file, or the pipeline's service of tokens."""
    if environment.get("ARM_OIDC_TOKEN"):
        return lambda: environment["ARM_OIDC_TOKEN"]
    if environment.get("ARM_OIDC_TOKEN_FILE_PATH"):
        return lambda: Path(environment["ARM_OIDC_TOKEN_FILE_PATH"]).read_text().strip()
    url, password = (_first(environment, names) for names in (_TOKEN_URL, _TOKEN_PASSWORD))
    if not (url and password):
        raise UsageError(
            "ARM_USE_OIDC is set, but no OIDC token. Expected: ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH, or GitHub's"
            " ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN. Fix: give the job the permission"
            " `id-token: write`, or set one of the variables."
        )
    return lambda: _requested(url, password)


def _requested(url: str, password: str) -> str:
    """The token from GitHub's service (docs.github.com, "OpenID Connect reference")."""
    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(url)
    separator = "&" if urlsplit(url).query else "?"
    request = HttpRequest(
        "GET", f"{url}{separator}{urlencode({'audience': _AUDIENCE})}", headers={"Authorization": f"Bearer {password}"}
    )
    response = client.send_request(request)
    response.raise_for_status()
    return str(response.json()["value"])


def _required(environment: Mapping[str, str], *names: str, because: str) -> list[str]:
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise UsageError(
            f"Not set: {', '.join(missing)}. Expected: the ids of the pipeline's service principal, because {because}."
            " Fix: set them in the environment of the job."
        )
    return [environment[name] for name in names]


def _is_true(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() in {"1", "true"}


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _encoded(part: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
