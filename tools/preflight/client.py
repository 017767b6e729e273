"""Requests to Azure Resource Manager."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import (
    BearerTokenCredentialPolicy,
    HTTPPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from tools.errors import UsageError

ENDPOINT: Final = "https://management.azure.com"
SCOPE: Final = "https://management.azure.com/.default"
TIMEOUT_SECONDS: Final = 30
"""Limit of one request. All reads together stay below a minute."""


class Refused(Exception):
    """Azure refused a request. `code` is ARM's code, `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code
        self.status = status


class LoopbackTokenPolicy(SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Sends the token of a simulation, over plain HTTP and to loopback addresses only."""

    def __init__(self, credential: TokenCredential) -> None:
        super().__init__()
        self._credential = credential

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        require_loopback(request.http_request.url)
        token = self._credential.get_token(SCOPE).token
        request.http_request.headers["Authorization"] = f"Bearer {token}"


def require_loopback(url: str) -> None:
    """Raises `UsageError` if the URL's host is no loopback address."""
    host = urlsplit(url).hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise UsageError(
            f"The endpoint {url} is not on this machine. Expected: a loopback address such as http://127.0.0.1:8080,"
            " where `azure-rehearsal serve-azure` runs. Fix: correct --endpoint, or omit it to use Azure."
        )


class ResourceManager:
    """Azure Resource Manager as one principal uses it. Threads can share it.

    Retries as the SDK does (429, 5xx, failed connections). Registers no resource providers. Raises `Refused` for a
    response with an error, and `UsageError` if Azure cannot be reached or does not accept the sign-in.
    """

    def __init__(self, credential: TokenCredential, endpoint: str | None = None, retries: int = 3) -> None:
        self.endpoint = (endpoint or ENDPOINT).rstrip("/")
        self.credential = credential
        self.simulated = endpoint is not None
        if self.simulated:
            require_loopback(self.endpoint)
        policies: list[HTTPPolicy[Any, Any] | SansIOHTTPPolicy[Any, Any]] = [
            UserAgentPolicy("voice-preflight"),
            RetryPolicy(retry_total=retries),
            LoopbackTokenPolicy(credential) if self.simulated else BearerTokenCredentialPolicy(credential, SCOPE),
        ]
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(self.endpoint, policies=policies)

    def get(self, path: str, api_version: str, **parameters: str) -> dict[str, Any]:
        """Returns the body of a GET request. `path` starts with a slash."""
        return self._send("GET", self.endpoint + path, {"api-version": api_version, **parameters})

    def find(self, path: str, api_version: str) -> dict[str, Any] | None:
        """Returns a resource; `None` if it does not exist."""
        try:
            return self.get(path, api_version)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def pages(self, path: str, api_version: str, **parameters: str) -> list[dict[str, Any]]:
        """Returns the items of all pages; none if the parent does not exist."""
        try:
            page = self.get(path, api_version, **parameters)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return []
            raise
        items = list(page.get("value") or [])
        while page.get("nextLink"):
            page = self._send("GET", self._next(str(page["nextLink"])), {})
            items += page.get("value") or []
        return items

    def post(self, path: str, api_version: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Returns the body of a POST request."""
        return self._send("POST", self.endpoint + path, {"api-version": api_version}, body)

    def _next(self, link: str) -> str:
        """The link to a next page. The token goes to no other host."""
        if urlsplit(link).netloc.lower() != urlsplit(self.endpoint).netloc.lower():
            raise Refused("", f"The next page is at {urlsplit(link).netloc}, another host than {self.endpoint}.", 0)
        return link

    def _send(
        self, method: str, url: str, parameters: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        request = HttpRequest(method, url, params=dict(parameters), json=body)
        try:
            response = self._client.send_request(request, timeout=TIMEOUT_SECONDS)
            response.raise_for_status()
        except HttpResponseError as error:
            raise _refusal(error) from None
        except AzureError as error:
            raise UsageError(
                f"{self.endpoint} does not respond: {error.message.splitlines()[0]}. Expected: a connection to Azure"
                " and a valid sign-in. Fix: check the network and run `az login`."
            ) from None
        return cast("dict[str, Any]", response.json()) if response.content else {}


def _refusal(error: HttpResponseError) -> Refused:
    code = error.error.code if error.error and error.error.code else ""
    text = error.error.message if error.error and error.error.message else error.message
    return Refused(code, text, error.status_code or 0)
