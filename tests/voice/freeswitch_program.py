"""A real FreeSWITCH with the configuration that the chart renders and its own init container fills in.

Owns the process, its folder and its event socket. Does not own the peers that call it: see `tests/voice/sip.py` and
`tests/voice/rtp.py`.

Changed against a pod: where files lie, and which addresses are used. The name of the bridges' Service becomes the
address `OTHER_BRIDGE`, because the tests have no DNS. The node's public address is not the address that FreeSWITCH
binds, as in Azure: peers send to `reachable(address)`.
"""

from __future__ import annotations

import copy
import os
import re
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.charts.workloads import values_of
from tests.voice.freeswitch import PASSWORD, SECRETS
from tests.voice.pod import Pod
from tests.voice.waiting import eventually

PRIVATE: Final = "10.98.1.1"
"""Private address of the node; LiveKit SIP of the same node has it too."""
PUBLIC: Final = "198.51.100.1"
"""Public address of the node."""
OTHER_BRIDGE: Final = "10.98.1.2"
"""A bridge on another node."""
EDGE: Final = "10.98.2.1"
"""A pod of the SIP edge."""
DIRECT_CARRIER: Final = "198.51.100.10"
"""A carrier that sends calls straight to the node, named `direct`."""
EDGE_CARRIER: Final = "198.51.100.20"
"""A carrier that sends calls through the SIP edge, named `acme`. Outbound calls go to it too."""
EDGE_PORT: Final = 5060
CARRIER_PORT: Final = 5080
INSIDE_PORT: Final = 5090
BRIDGE_PORT: Final = 5070


def call_values(**changes: Any) -> dict[str, Any]:
    """Values of a node that hands calls to LiveKit SIP and dials out through `acme`; `changes` replace sections."""
    values = {
        **values_of("freeswitch", "minimal"),
        "insideCidrs": ["10.98.0.0/16"],
        "bridge": {"to": "livekit", "livekitSip": {"port": BRIDGE_PORT}},
        "carriers": [
            {"name": "direct", "signallingCidrs": [f"{DIRECT_CARRIER}/32"], "ingress": "direct"},
            {
                "name": "acme",
                "signallingCidrs": [f"{EDGE_CARRIER}/32"],
                "ingress": "edge",
                "outbound": {"host": EDGE_CARRIER, "port": 5060, "prefixes": ["+49"]},
            },
        ],
        "recording": {"enabled": True, "container": "https://st.blob.core.windows.net/recordings"},
    }
    return {**copy.deepcopy(values), **changes}


def reachable(address: str) -> str:
    """Where packets to an address arrive: Azure translates a node's public address to its private one."""
    return PRIVATE if address == PUBLIC else address


class FreeSwitch:
    """The FreeSWITCH container of one pod.

    `settings` replaces parameters and variables of the rendered file by name, for tests that cannot wait for a long
    timeout.
    `environment` adds variables of the process.
    """

    def __init__(
        self,
        folder: Path,
        prefix: Path,
        values: Mapping[str, Any] | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._prefix, self._environment = prefix, dict(environment or {})
        values = call_values() if values is None else values
        self.pod = Pod(folder, "freeswitch", values, private=PRIVATE, public=PUBLIC)
        for name in self.pod.secret_names():
            self.pod.secret(name, SECRETS[name])
        done = self.pod.configure()
        assert done.returncode == 0, done.stderr
        file = folder / "configuration" / "freeswitch.xml"
        text = self.pod.moved(file.read_text(), "freeswitch")
        text = re.sub(r"[a-z-]+\.[a-z-]+\.svc\.cluster\.local", OTHER_BRIDGE, text)
        for name, value in (settings or {}).items():
            place = rf'(name="{re.escape(name)}" value="|data="{re.escape(name)}=)[^"]*'
            text, found = re.subn(place, rf"\g<1>{value}", text)
            assert found, f"freeswitch.xml has neither a parameter nor a variable {name}"
        file.write_text(text)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> FreeSwitch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *, sidecars: bool = True) -> None:
        """Starts FreeSWITCH by the pod's own command and waits until every profile runs.

        `sidecars` makes the folders that the sidecar for uploads makes when it starts.
        """
        if sidecars:
            for name in ("open", "done", "cdr"):
                (self.recordings / name).mkdir(exist_ok=True)
        environment = self.pod.environment("freeswitch")
        environment["PATH"] = f"{self.folder / 'tools'}:{self._prefix / 'bin'}:{os.environ['PATH']}"
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self.pod.command("freeswitch"),
                env={**environment, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self._ready, 30, self.log)

    def stop(self) -> None:
        """Ends the process, by force when it does not end within 10 s of SIGTERM."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def kill(self) -> None:
        """Ends the process at once, for tests that do not look at its end."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    @property
    def log_file(self) -> Path:
        """The file that has what the container prints."""
        return self.folder / "freeswitch.log"

    def log(self) -> str:
        """What the container has printed."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    @property
    def recordings(self) -> Path:
        """The volume with the folders `open`, `done` and `cdr`."""
        return self.folder / "recordings"

    def api(self, command: str) -> str:
        """The response to an event-socket command. Raises `OSError` while nothing listens."""
        with socket.create_connection(("127.0.0.1", 8021), timeout=10) as connection:
            connection.sendall(f"auth {PASSWORD}\n\napi {command}\n\n".encode())
            with connection.makefile("rb") as answers:
                for _ in range(3):  # the request for the password, its acceptance, the response
                    head, body = _answer(answers)
                    if head.get("Content-Type") == "api/response":
                        return body
        raise ConnectionError(f"FreeSWITCH closed the connection instead of a response to {command}")

    def channels(self) -> int:
        """The number of channels; a call that is bridged has two."""
        return int(self.api("show channels count").split()[0])

    def variables(self, uuid: str) -> str:
        """Everything that FreeSWITCH knows about a channel."""
        return self.api(f"uuid_dump {uuid}")

    def idle(self, seconds: float = 10) -> None:
        """Waits until no channel is left."""
        eventually(lambda: self.channels() == 0, seconds, lambda: self.api("show channels"))

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            return self.api("sofia status").count("RUNNING") >= 3 and self.api("fsctl ready_check") == "true"
        except OSError:
            return False


def _answer(answers: Any) -> tuple[dict[str, str], str]:
    """The next block of the event socket: its header and its body."""
    head: dict[str, str] = {}
    while line := answers.readline().decode().strip():
        name, _, value = line.partition(": ")
        head[name] = value
    return head, answers.read(int(head.get("Content-Length", 0))).decode(errors="replace")
