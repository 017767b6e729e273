"""A Kubernetes API with one Lease, over TLS.

Refuses an update of an older version, as Kubernetes does. Checks no roles: `tests/cluster` shows that the chart's role
is sufficient.
"""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.voice.livekit import Certificate

ADDRESS: Final = "10.98.7.1"
PORT: Final = 443
LEASE: Final = "/apis/coordination.k8s.io/v1/namespaces/voice/leases/agent-watch"
"""Path of the lease."""
TOKEN: Final = "a token of the pod's ServiceAccount"


class LeaseServer:
    """Serves until its block ends. `account` is the folder with the files of a pod's ServiceAccount."""

    def __init__(self, folder: Path, path: str = LEASE) -> None:
        certificate = Certificate(folder, (ADDRESS,))
        self.account = folder
        (folder / "ca.crt").write_text(certificate.file.read_text())
        (folder / "token").write_text(TOKEN)
        self.holders: list[str] = []
        """The holders of the lease, in order; an empty name for a release."""
        self.refuse = False
        """Whether it responds to every request with 503."""
        self._lease: dict[str, Any] = {"metadata": {"name": path.rpartition("/")[2], "resourceVersion": "1"}}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((ADDRESS, PORT), self._handler(path))
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trust.load_cert_chain(certificate.file, certificate.key)
        self._server.socket = trust.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self) -> LeaseServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self, path: str) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(server.lease)

            def do_PUT(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(server.lease if server.refuse else server.put(sent))

            def _answer(self, lease: dict[str, Any] | None) -> None:
                right = self.path == path and self.headers["Authorization"] == f"Bearer {TOKEN}"
                body = json.dumps(lease if right else {}).encode()
                status = 403 if not right else 409 if lease is None else 200
                self.send_response(503 if server.refuse else status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *_: object) -> None:
                """Logs nothing."""

        return Handler

    @property
    def lease(self) -> dict[str, Any]:
        with self._lock:
            return self._lease

    def put(self, lease: dict[str, Any]) -> dict[str, Any] | None:
        """Replaces the lease; `None` if it has changed since it was read."""
        with self._lock:
            version = self._lease["metadata"]["resourceVersion"]
            if lease["metadata"]["resourceVersion"] != version:
                return None
            self._lease = {**lease, "metadata": {**lease["metadata"], "resourceVersion": str(int(version) + 1)}}
            holder = lease["spec"]["holderIdentity"]
            if self.holders[-1:] != [holder]:
                self.holders.append(holder)
            return self._lease
