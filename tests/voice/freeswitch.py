"""The scripts of a FreeSWITCH pod, with a fake FreeSWITCH that speaks only its event socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.charts.workloads import values_of
from tests.voice.pod import Pod

PRIVATE, PUBLIC = "127.0.3.1", "127.0.3.2"
PASSWORD = "a-password-of-the-event-socket"
SECRETS = {"event-socket-password": PASSWORD, "call-token-key": "a-key", "directOne": "user:pass"}


STATUS = """UP 0 years, 0 days, 0 hours, 0 minutes, 9 seconds, 12 milliseconds, 345 microseconds
FreeSWITCH (Version 1.10.12-release  64bit) is ready
6 session(s) since startup
{} session(s) - peak 6, last 5min 6
0 session(s) per Sec out of max 30, peak 6, last 5min 6
200 session(s) max
min idle cpu 0.00/100.00
"""
"""The response of FreeSWITCH 1.10.12 to `status`."""


class FreeSwitchPod(Pod):
    """A pod of the chart `freeswitch` whose init container has run."""

    def __init__(self, folder: Path, values: Mapping[str, Any] | None = None) -> None:
        values = values_of("freeswitch", "full") if values is None else values
        super().__init__(folder, "freeswitch", values, private=PRIVATE, public=PUBLIC)
        for name in self.secret_names():
            self.secret(name, SECRETS[name])
        done = self.configure()
        assert done.returncode == 0, done.stderr

    @property
    def state(self) -> Path:
        """The folder with the markers that the containers share."""
        return self.folder / "run"


class EventSocket:
    """Speaks FreeSWITCH's event socket, byte by byte as mod_event_socket 1.10 does. A context manager stops it.

    `paused_inbound`, `paused_outbound`, `draining`, `stopping` and `profiles` are the state. `sessions` are the next
    session counts in responses to `status`, of which the last one stays: a number, or `silence` for a connection that
    ends without a response. `hupall` sets the count to 0. It ignores the first `ignored_drain_commands` drain commands.
    """

    def __init__(self, address: str = "127.0.0.1", port: int = 8021) -> None:
        self._listener = socket.create_server((address, port))
        self.paused_inbound = self.paused_outbound = self.draining = self.stopping = False
        self.profiles = ["edge", "carrier", "inside"]
        self.sessions: list[int | str] = [0]
        self.ignored_drain_commands = 0
        self.asked: list[tuple[float, str]] = []
        self.on_command: Callable[[str], None] = lambda _: None

    def __enter__(self) -> EventSocket:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Close alone does not wake a thread that waits for a connection.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def commands(self) -> list[str]:
        """The commands that it received, in order."""
        return [command for _, command in self.asked]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the listener is closed
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as requests:
            connection.sendall(b"Content-Type: auth/request\n\n")
            trusted = False
            while block := _block(requests):
                kind, _, rest = block.partition(" ")
                if kind == "auth" and rest == PASSWORD:
                    trusted = True
                    _reply(connection, "+OK accepted")
                elif kind == "auth":
                    _reply(connection, "-ERR invalid")
                    break
                elif kind == "exit":
                    _reply(connection, "+OK bye")
                    break
                elif kind == "api" and trusted:
                    self.asked.append((time.monotonic(), rest))
                    self.on_command(rest)
                    answer = self._answer(rest)
                    if answer is None:
                        return
                    # No line break follows the text: the next block begins at once.
                    head = f"Content-Type: api/response\nContent-Length: {len(answer)}\n\n"
                    connection.sendall(head.encode() + answer.encode())
                else:
                    _reply(connection, "-ERR command not found")
            goodbye = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
            head = f"Content-Type: text/disconnect-notice\nContent-Length: {len(goodbye)}\n\n"
            connection.sendall((head + goodbye).encode())

    def _answer(self, command: str) -> str | None:
        if command == "fsctl ready_check":
            both = self.paused_inbound and self.paused_outbound
            return _word(not both and not self.stopping)
        if command == "fsctl pause_check inbound":
            return _word(self.paused_inbound)
        if command == "global_setvar node_draining=true":
            if self.ignored_drain_commands:
                self.ignored_drain_commands -= 1
                return None
            self.draining = True
            return "+OK"
        if command.startswith("log "):
            return "+OK\n"
        if command == "hupall ALLOTTED_TIMEOUT":
            self.sessions = [0]
            return "+OK hangup all channels with cause ALLOTTED_TIMEOUT\n"
        if command == "sofia status":
            return "".join(f"{name:>25}\tprofile\tsip:mod_sofia@{PUBLIC}\tRUNNING (0)\n" for name in self.profiles)
        if command == "status":
            count = self.sessions.pop(0) if len(self.sessions) > 1 else self.sessions[0]
            return None if count == "silence" else STATUS.format(count)
        return f"-ERR {command} Command not found!\n"


class Bridge:
    """The health endpoint of LiveKit SIP: responds with `status`. A context manager stops it."""

    def __init__(self, port: int, address: str = PRIVATE) -> None:
        bridge = self
        self.status = 200

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(bridge.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        self._server = ThreadingHTTPServer((address, port), Handler)

    def __enter__(self) -> Bridge:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _word(truth: bool) -> str:
    return "true" if truth else "false"


def _block(requests: Any) -> str:
    """The lines before the next empty line; empty at the end of the connection."""
    lines: Sequence[str] = []
    while line := requests.readline().decode():
        if line in ("\n", "\r\n"):
            return "\n".join(lines)
        lines = [*lines, line.rstrip("\r\n")]
    return ""


def _reply(connection: socket.socket, text: str) -> None:
    connection.sendall(f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode())
