"""The Kubernetes API over HTTP: requests and errors.

Owns connections and the conversion of the API server's errors to `ApiError`. Does not know the kinds of the server.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.real.certificates import KeyPair

APPLY: Final = "application/apply-patch+yaml"
MERGE: Final = "application/merge-patch+json"
JSON: Final = "application/json"
STRICT: Final = {"fieldValidation": "Strict"}
"""Refuses unknown and duplicate fields instead of dropping them."""

MAX_CONNECTIONS: Final = 64
REQUEST_SECONDS: Final = 60
RECONNECT_SECONDS: Final = 30
"""How long requests are retried while the server does not answer; a restart takes a few seconds."""
_PAUSE_SECONDS: Final = 0.2
_NOT_FOUND: Final = 404
_RETRYABLE: Final = (429, 500, 503, 504)
"""Statuses that are retried if the response has the header Retry-After. A refused eviction is a 429 without it."""


class ApiClient:
    """A client of one API server. Thread-safe."""

    def __init__(self, host: str, port: int, authority: Path, user: KeyPair) -> None:
        self.url = f"https://{host}:{port}"
        self._pool = urllib3.HTTPSConnectionPool(
            host,
            port,
            maxsize=MAX_CONNECTIONS,
            ca_certs=str(authority),
            cert_file=str(user.certificate),
            key_file=str(user.key),
            retries=False,
            timeout=urllib3.Timeout(REQUEST_SECONDS),
        )

    def is_ready(self) -> bool:
        """Whether the API server answers and reports that it is ready."""
        try:
            answer = self._pool.request("GET", "/readyz", timeout=urllib3.Timeout(1))
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def get(self, path: str, query: Mapping[str, str] | None = None, accept: str = JSON) -> Object | None:
        """The response body for a path; `None` when nothing exists there."""
        try:
            return self.request("GET", path, query, accept=accept)
        except ApiError as error:
            if error.reason is Reason.NOT_FOUND:
                return None
            raise

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> Object:
        """Sends a request and returns the response body. Raises `ApiError` for every status except success.

        Retries for `RECONNECT_SECONDS` while the connection fails or the server sends Retry-After, as client-go does.
        Every request that this client sends is safe to repeat.
        """
        url = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": accept, **({"Content-Type": content_type} if body is not None else {})}
        deadline = time.monotonic() + RECONNECT_SECONDS
        while True:
            try:
                answer = self._pool.request(method, url, body=data, headers=headers)
                if (
                    answer.status not in _RETRYABLE
                    or "Retry-After" not in answer.headers
                    or time.monotonic() > deadline
                ):
                    break
            except urllib3.exceptions.HTTPError as error:
                if time.monotonic() > deadline:
                    raise ApiError(
                        Reason.TIMEOUT,
                        f"no API server answers at {self.url}: {error}",
                        "Deploy again: written objects remain, and the control plane is restarted.",
                    ) from error
            time.sleep(_PAUSE_SECONDS)
        content = _content(answer.data)
        if answer.status >= 300:
            raise refusal(answer.status, content)
        return content


def refusal(code: int, status: Object) -> ApiError:
    """Converts a `Status` of the API server to an error with the same message."""
    reason_text = str(status.get("reason") or "")
    reason = next((candidate for candidate in Reason if candidate.value == reason_text), None)
    if reason is None:
        reason = Reason.NOT_FOUND if code == _NOT_FOUND else Reason.INTERNAL_ERROR
    details: Mapping[str, Any] = status.get("details") or {}
    missing = None
    if reason is Reason.NOT_FOUND and details.get("kind") == "namespaces":
        missing = Key("v1", "Namespace", "", str(details.get("name", "")))
    return ApiError(reason, str(status.get("message") or f"HTTP {code}"), _REMEDIATIONS.get(reason, ""), missing)


def _content(data: bytes) -> Object:
    try:
        content = json.loads(data)
    except json.JSONDecodeError:
        return {"message": data.decode(errors="replace").strip()}
    return content if isinstance(content, dict) else {"message": str(content)}


_REMEDIATIONS: Final = {
    Reason.BAD_REQUEST: "Correct the object: the API server cannot parse it.",
    Reason.CONFLICT: 'Remove these fields, or set the annotation "pulumi.com/patchForce" to "true".',
    Reason.FORBIDDEN: "Change the object, or the namespace's Pod Security level, quota or limit range.",
    Reason.INVALID: "Correct it. If the field cannot change in place, replace the object (`replace_on_changes`).",
}
