"""The front's HTTP server on loopback.

Owns the connection between HTTP and the routes. It reads the cloud's files for each request, so it shows what another
process deploys meanwhile, and needs no lock: the only file that it writes is that of the subscription.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.rest.request import NO_CONTENT, ArmError, ArmRequest
from azure_rehearsal.azure.rest.routes import ROUTES

HOST: Final = "127.0.0.1"


class Front:
    """The responses of one simulated Azure, from the file of its cloud.

    `client` is the client that signs in. Without one, every subscription id exists, and the placeholder tenant owns it.
    """

    def __init__(self, cloud_file: Path, client: Client | None = None) -> None:
        self._cloud_file = cloud_file
        self._client = client or Client()
        self._subscriptions = frozenset({client.subscription_id.lower()}) if client else frozenset()

    def respond(self, method: str, target: str, content: bytes = b"") -> tuple[int, Any]:
        """The status and body for a method, a request target (path and query) and the JSON of a request."""
        url = urlsplit(target)
        query = {key.lower(): value for key, value in parse_qsl(url.query)}
        try:
            return self._handle(method, unquote(url.path), query, json.loads(content) if content else {})
        except ArmError as error:
            return error.status, error.body

    def _handle(self, method: str, path: str, query: dict[str, str], content: dict[str, Any]) -> tuple[int, Any]:
        if "api-version" not in query:
            raise ArmError(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        for route in ROUTES:
            parameters = route.match(method, path)
            if parameters is None:
                continue
            cloud = Cloud.open(self._cloud_file)
            request = ArmRequest(cloud, self._client, self._subscriptions, parameters, query, content)
            request.require_subscription()
            body = route.handler(request)
            return (NO_CONTENT, None) if body is None else (200, body)
        raise ArmError(
            405, "MethodNotAllowed", f"The simulated Azure has no {method} of '{path}': it is read-only over HTTP."
        )


@contextlib.contextmanager
def serving(front: Front, port: int = 0) -> Generator[str]:
    """Serves the front and yields its base URL. Port 0 is any free port. Raises `OSError` for a port in use."""
    server = ThreadingHTTPServer((HOST, port), _handler(front))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="arm-front")
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one segment: otherwise each response waits 40 ms for the client's acknowledgment.
        wbufsize = -1

        def respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, body = front.respond(self.command, self.path, self.rfile.read(length))
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            if body is not None:
                self.send_header("Content-Type", "application/json; charset=utf-8")
            if status != NO_CONTENT:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.respond)
    return Handler
