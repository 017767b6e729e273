"""Replicas of the chart `agent-watch`, as processes with the rendered variables and secrets.

Owns their processes. Does not own the lease's server, LiveKit or calls.

Differences from a pod: the addresses of LiveKit and the API server, the address that a replica listens on (a pod has
its own network), the paths of volumes, and the interpreter, which is that of the tests.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.charts.workloads import values_of
from tests.voice.lease_server import ADDRESS as API_SERVER
from tests.voice.lease_server import PORT as API_SERVER_PORT
from tests.voice.lease_server import LeaseServer
from tests.voice.livekit import API_KEY, API_SECRET
from tests.voice.pod import Pod
from tests.voice.programs import ROOT
from tests.voice.waiting import eventually

ADDRESSES: Final = ("10.98.6.1", "10.98.6.2")


class Replica:
    """One pod. A context manager stops it by SIGTERM, which releases the lease."""

    def __init__(
        self,
        folder: Path,
        number: int,
        *,
        livekit_url: str,
        server: LeaseServer,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        self.address, self.name = ADDRESSES[number], f"agent-watch-{number}"
        values = {**values_of("agent-watch", "minimal"), "livekitUrl": livekit_url, **(changes or {})}
        self.pod = Pod(folder, "agent-watch", values, private=self.address)
        self.pod.secret("livekit-api-key", API_KEY)
        self.pod.secret("livekit-api-secret", API_SECRET)
        self.log = folder / "agent-watch.log"
        self._environment = {
            **self.pod.environment("agent-watch"),
            "PYTHONPATH": str(ROOT / "images" / "agent-watch" / "src"),
            "POD_NAME": self.name,
            "LISTEN_ADDRESS": self.address,
            "KUBERNETES_SERVICE_HOST": API_SERVER,
            "KUBERNETES_SERVICE_PORT": str(API_SERVER_PORT),
            "SERVICE_ACCOUNT": str(server.account),
        }

    def __enter__(self) -> Replica:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.terminate()

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "agent_watch"], env=self._environment, stdout=log, stderr=log
            )
        eventually(lambda: self.get("/health/ready") == 200, 30, self.log.read_text)

    def terminate(self) -> None:
        """Ends it as the kubelet does, and waits."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def kill(self) -> None:
        """Ends it by SIGKILL, like the loss of a node."""
        self.process.kill()
        self.process.wait(10)

    def get(self, path: str) -> int:
        """Status of a page on the health port; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:{self.port('metrics')}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            assert self.process.poll() is None, self.log.read_text()
            return 0

    def webhook(self, body: str, token: str) -> int:
        """Status of a webhook that is sent with this token."""
        connection = http.client.HTTPConnection(self.address, self.port("webhook"), timeout=5)
        with contextlib.closing(connection):
            connection.request("POST", "/webhook", body.encode(), {"Authorization": token})
            return connection.getresponse().status

    def metric(self, name: str) -> int:
        """A metric, the sum of its labels."""
        with urllib.request.urlopen(f"http://{self.address}:{self.port('metrics')}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        found = re.findall(rf"^agent_watch_{name}(?:{{[^}}]*}})? (\d+)$", text, re.MULTILINE)
        assert found, text
        return sum(int(value) for value in found)

    def port(self, name: str) -> int:
        """A port of the container, by its name."""
        return next(p["containerPort"] for p in self.pod.container("agent-watch")["ports"] if p["name"] == name)
