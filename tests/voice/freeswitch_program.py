"""A real FreeSWITCH with the configuration that the chart renders and its init container fills in.

Owns the process, its folder and its event socket. Does not own the peers that call it: see `tests/voice/sip.py` and
`tests/voice/rtp.py`.

Differences from a pod: the paths of files and the addresses. The name of the bridges' Service becomes the address
`OTHER_BRIDGE`, because the tests have no DNS. FreeSWITCH does not bind the node's public address, as in Azure: peers
send to `reachable(address)`.
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
"""Private address of the node and of the LiveKit SIP on it."""
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
    """Values of a node that passes calls to LiveKit SIP and dials out through `acme`; `changes` replace sections."""
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
    """The address that receives packets to `address`: Azure translates a node's public address to its private one."""
    return PRIVATE if address == PUBLIC else address


class FreeSwitch:
    """The FreeSWITCH container of one pod.

    `settings` replaces parameters and variables of the rendered file by name, for example to shorten a timeout.
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
        text = self.pod.with_local_paths(file.read_text(), "freeswitch")
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

    def start(self) -> None:
        """Starts FreeSWITCH by the pod's command and waits until every profile runs."""
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
        """Ends the process by SIGTERM, and by SIGKILL after 10 s."""
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
        """Ends the process by SIGKILL, like the loss of a node; `start` starts it again."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    @property
    def log_file(self) -> Path:
        """The file with the output of the container."""
        return self.folder / "freeswitch.log"

    def log(self) -> str:
        """The output of the container."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    @property
    def recordings(self) -> Path:
        """The volume with the folders `open` and `done`."""
        return self.folder / "recordings"

    @property
    def finished_recordings(self) -> set[str]:
        """Names of the recordings that the sidecar may upload: those whose call record exists."""
        recordings = (self.recordings / "open").glob("*.wav")
        return {file.name for file in recordings if (self.call_records / f"{file.stem}.cdr.json").exists()}

    @property
    def call_records(self) -> Path:
        """The volume for call records (CDR)."""
        return self.folder / "call-records"

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
        """The number of channels; a bridged call has two."""
        return int(self.api("show channels count").split()[0])

    def variables(self, uuid: str) -> str:
        """The variables of a channel."""
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
    """The next block of the event socket: its headers and its body."""
    head: dict[str, str] = {}
    while line := answers.readline().decode().strip():
        name, _, value = line.partition(": ")
        head[name] = value
    return head, answers.read(int(head.get("Content-Length", 0))).decode(errors="replace")
