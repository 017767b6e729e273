"""A real LiveKit SIP with the configuration that the chart renders.

Owns its process, its pod's files and its log. Does not own LiveKit and Redis (`livekit.py`) nor the trunks and the rule
(`trunks.py`).

LiveKit SIP binds RTP, health and metrics to all addresses of its network, so instances need different ports.
"""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.voice import programs
from tests.voice.livekit import API_KEY, API_SECRET, PRIVATE, REDIS_PASSWORD, Redis
from tests.voice.pod import Pod
from tests.voice.waiting import eventually

BRIDGE: Final = "10.98.0.2"
"""Address of the bridge's node."""
LIVEKIT_URL: Final = f"ws://{PRIVATE}:7880"
"""URL of the LiveKit in `livekit.py`."""


class LiveKitSip:
    """One pod of the chart `livekit-sip`. A context manager stops it.

    `private` is the address of its node, to which the FreeSWITCH on the same node sends calls.
    """

    def __init__(self, folder: Path, values: Mapping[str, Any], redis: Redis, *, private: str = BRIDGE) -> None:
        self.address, self._redis = private, redis
        changed = {
            **values,
            "livekitUrl": LIVEKIT_URL,
            "redis": {**values.get("redis", {}), "address": redis.address},
        }
        self.pod = Pod(folder, "livekit-sip", changed, private=private)
        secrets = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET, "redis-password": REDIS_PASSWORD}
        for name, value in secrets.items():
            self.pod.secret(name, value)
        self.log = folder / "livekit-sip.log"
        self.file = folder / "configuration" / "sip.yaml"

    @property
    def configuration(self) -> dict[str, Any]:
        """The content of the configuration file."""
        return yaml.safe_load(self.file.read_text())

    def port(self, name: str) -> int:
        """A port of the container, by its name."""
        return next(p["containerPort"] for p in self.pod.container("livekit-sip")["ports"] if p["name"] == name)

    def __enter__(self) -> LiveKitSip:
        done = self.pod.configure()
        assert done.returncode == 0, done.stderr
        # Without a container's CPU limit, LiveKit SIP measures the whole machine. Above 90 % it is unready and refuses
        # outbound calls; source: livekit/sip, pkg/stats/monitor.go, Health. Test machines are busy.
        self.file.write_text(f"{self.file.read_text()}max_cpu_utilization: 1\n")
        _, *arguments = self.pod.command("livekit-sip")
        # The machine trusts Redis' certificate.
        environment = {"SSL_CERT_FILE": str(self._redis.certificate.file), "PATH": os.environ["PATH"], "HOME": "/"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(programs.built(programs.LIVEKIT_SIP)), *arguments], env=environment, stdout=log, stderr=log
            )
        try:
            eventually(self._started, 60, self.log.read_text)
        except AssertionError:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ready(self) -> bool:
        """Whether the readiness probe succeeds."""
        return self.get(self.port("health"), "/")[0] == 200

    def get(self, port: int, path: str) -> tuple[int, str]:
        """Status and text; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metrics(self) -> str:
        """All metrics, as Prometheus reads them."""
        status, text = self.get(self.port("metrics"), "/metrics")
        assert status == 200
        return text

    def active_calls(self) -> int:
        """Number of active calls."""
        lines = [line for line in self.metrics().splitlines() if line.startswith("livekit_sip_calls_active{")]
        return round(sum(float(line.rpartition(" ")[2]) for line in lines))

    def _started(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return self.ready()

    def _end(self) -> None:
        # SIGTERM waits for the calls, SIGINT ends them; source: livekit/sip, cmd/livekit-sip/main.go.
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
