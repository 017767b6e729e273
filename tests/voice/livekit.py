"""A real LiveKit server with the configuration that the chart renders, and a real Redis."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.voice.pod import Pod
from tests.voice.waiting import eventually

PRIVATE, PUBLIC, REDIS = "10.98.0.1", "198.51.100.1", "10.98.2.3"
"""Addresses of LiveKit's node, and of Redis. WebRTC accepts `PRIVATE` (`own_network.py`)."""
REDIS_PORT: Final = 10000
API_KEY, API_SECRET, REDIS_PASSWORD = "APItest", "a-secret-of-at-least-32-characters", "redis-password-of-the-test"


@dataclass
class Certificate:
    """A self-signed certificate for some names."""

    folder: Path
    names: tuple[str, ...]
    file: Path = field(init=False)
    key: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file, self.key = self.folder / "tls.crt", self.folder / "tls.key"
        alternative = ",".join(f"{'IP' if n.replace('.', '').isdecimal() else 'DNS'}:{n}" for n in self.names)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=test", "-addext", f"subjectAltName={alternative}",
             "-out", str(self.file), "-keyout", str(self.key)],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


class Redis:
    """A Redis with TLS and a password, like Azure's. A context manager stops it."""

    def __init__(self, folder: Path) -> None:
        self.certificate = Certificate(folder, (REDIS,))
        self._folder = folder
        self.address = f"{REDIS}:{REDIS_PORT}"

    def __enter__(self) -> Redis:
        self.start()
        return self

    def start(self) -> None:
        """Starts an empty server and waits until it responds."""
        certificate = self.certificate
        self._log = (self._folder / "redis.log").open("wb")
        self._process = subprocess.Popen(
            ["redis-server", "--bind", REDIS, "--port", "0", "--tls-port", str(REDIS_PORT), "--tls-auth-clients", "no",
             "--tls-cert-file", str(certificate.file), "--tls-key-file", str(certificate.key),
             "--tls-ca-cert-file", str(certificate.file),
             "--requirepass", REDIS_PASSWORD, "--save", "", "--appendonly", "no", "--dir", str(self._folder)],
            stdout=self._log, stderr=self._log,
        )  # fmt: skip
        eventually(lambda: self._ask("PING") == "PONG", 30, (self._folder / "redis.log").read_text)

    def kill(self) -> None:
        """Ends it by SIGKILL. All data is lost."""
        self._process.kill()
        self._process.wait(10)
        self._log.close()

    def __exit__(self, *_: object) -> None:
        _end(self._process)
        self._log.close()

    def restart(self) -> None:
        """Ends it by SIGKILL and starts it again, empty like a cache without persistence."""
        self._process.kill()
        self._process.wait(10)
        self._log.close()
        self.__enter__()

    def flush(self) -> None:
        """Deletes all data."""
        assert self._ask("FLUSHALL") == "OK"

    def keys(self) -> set[str]:
        """Names of all keys."""
        return set(self._ask("--raw", "KEYS", "*").split())

    def _ask(self, *words: str) -> str:
        return subprocess.run(
            ["redis-cli", "-h", REDIS, "-p", str(REDIS_PORT), "--tls", "--cacert", str(self.certificate.file), *words],
            env={**os.environ, "REDISCLI_AUTH": REDIS_PASSWORD},
            capture_output=True, text=True, timeout=20, check=False,
        ).stdout.strip()  # fmt: skip


class LiveKit:
    """One pod of the chart `livekit`. A context manager stops it.

    `departure_seconds` replaces the time after which LiveKit closes an empty room, for tests that wait for its end.
    """

    def __init__(
        self,
        folder: Path,
        values: Mapping[str, Any],
        redis: Redis,
        program: Path,
        *,
        departure_seconds: int | None = None,
    ) -> None:
        self._departure_seconds = departure_seconds
        self._redis, self._program = redis, program
        changed = {**values, "redis": {**values.get("redis", {}), "address": redis.address}}
        self.pod = Pod(folder, "livekit", changed, private=PRIVATE, public=PUBLIC)
        secrets = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET, "redis-password": REDIS_PASSWORD}
        for name, value in secrets.items():
            self.pod.secret(name, value)
        self.log = folder / "livekit.log"
        self.file = folder / "configuration" / "livekit.yaml"
        domain = values.get("turn", {}).get("domain")
        self.certificate = Certificate(folder / "certificates", (domain,)) if domain else None

    @property
    def configuration(self) -> dict[str, Any]:
        """The content of the configuration file."""
        return yaml.safe_load(self.file.read_text())

    def configure(self) -> None:
        """Creates the configuration with the chart's script. Only paths differ from those in a pod."""
        done = self.pod.configure()
        assert done.returncode == 0, done.stderr
        text = self.pod.with_local_paths(self.file.read_text(), "livekit")
        if self._departure_seconds is not None:
            text, replaced = re.subn(r"departure_timeout: \d+", f"departure_timeout: {self._departure_seconds}", text)
            assert replaced == 1
        self.file.write_text(text)

    def run(self) -> subprocess.CompletedProcess[str]:
        """Runs the server until it exits, which is soon if it refuses its configuration."""
        return subprocess.run(
            self._command(), env=self._environment(), capture_output=True, text=True, timeout=60, check=False
        )

    def __enter__(self) -> LiveKit:
        self.configure()
        self.start()
        return self

    def start(self) -> None:
        """Starts the server and waits until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command(), env=self._environment(), stdout=log, stderr=log)
        try:
            eventually(self.ready, 60, self.log.read_text)
        except AssertionError:
            _end(self.process)
            raise

    def kill(self) -> None:
        """Ends it by SIGKILL, like the loss of a node."""
        self.process.kill()
        self.process.wait(10)

    def __exit__(self, *_: object) -> None:
        # After one signal it waits for its rooms, after a second one it does not. Simultaneous signals count as one.
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        _end(self.process)

    def _command(self) -> list[str]:
        return [str(self._program), *self.pod.command("livekit")]

    def _environment(self) -> dict[str, str]:
        # The machine trusts Redis' certificate.
        return {"SSL_CERT_FILE": str(self._redis.certificate.file), "PATH": os.environ["PATH"], "HOME": "/nonexistent"}

    def ready(self) -> bool:
        """Whether the readiness probe succeeds."""
        assert self.process.poll() is None, self.log.read_text()
        port = self.pod.container("livekit")["ports"][0]["containerPort"]
        return self.get(port, "/")[0] == 200

    def get(self, port: int, path: str) -> tuple[int, str]:
        """Status and text; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://{PRIVATE}:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""

    def certificate_at(self, port: int, name: str) -> str:
        """The certificate that it presents for a name, as PEM. Raises `ssl.SSLError` if a client would not trust it."""
        assert self.certificate is not None
        trust = ssl.create_default_context(cafile=str(self.certificate.file))
        with (
            socket.create_connection((PRIVATE, port), timeout=10) as connection,
            trust.wrap_socket(connection, server_hostname=name) as secured,
        ):
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
