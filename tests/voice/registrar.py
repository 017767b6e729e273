"""A carrier's registrar on loopback: demands and checks credentials, and records the registrations."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

REALM: Final = "carrier.example"
NONCE: Final = "0123456789abcdef"
_POLL_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Registration:
    """An accepted registration."""

    source: str
    """Source address."""
    port: int
    contact: str
    transport: str
    """udp or tcp."""
    asked: int
    """Requested lifetime, seconds."""
    at: float
    """Time of arrival on the monotonic clock, seconds."""


class Registrar:
    """Listens on one address, UDP and TCP. A context manager stops it.

    Grants every registration `granted` seconds, even if it requests less. Refuses requests for less than `demanded`
    seconds (423).
    """

    def __init__(
        self, address: str, port: int, user: str, password: str, *, granted: int = 60, demanded: int = 0
    ) -> None:
        self._user, self._password = user, password
        self._granted, self._demanded = granted, demanded
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((address, port))
        self._listener = socket.create_server((address, port))
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self.accepted: list[Registration] = []
        self.refused = 0

    def __enter__(self) -> Registrar:
        for waiting in (self._udp, self._listener):
            waiting.settimeout(_POLL_SECONDS)
        self._start(self._serve_udp)
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in list(self._threads):
            thread.join()
        for one in (self._udp, self._listener, *self._connections):
            one.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve_udp(self) -> None:
        while not self._ending.is_set():
            try:
                data, source = self._udp.recvfrom(65535)
            except TimeoutError:
                continue
            if data.startswith(b"REGISTER "):
                self._udp.sendto(self._answer(data.decode(), source, "udp").encode(), source)

    def _accept(self) -> None:
        while not self._ending.is_set():
            try:
                connection, source = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(_POLL_SECONDS)
            self._connections.append(connection)
            self._start(self._serve_tcp, connection, source)

    def _serve_tcp(self, connection: socket.socket, source: tuple[str, int]) -> None:
        rest = b""
        while not self._ending.is_set():
            try:
                data = connection.recv(65535)
            except TimeoutError:
                continue
            if not data:
                return
            # A REGISTER has no body.
            *whole, rest = (rest + data).split(b"\r\n\r\n")
            for message in whole:
                connection.sendall(self._answer(f"{message.decode()}\r\n", source, "tcp").encode())

    def _answer(self, message: str, source: tuple[str, int], transport: str) -> str:
        challenge = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5'
        authorization = re.search(r"^Authorization: Digest (.*?)\r$", message, re.MULTILINE)
        if authorization is None:
            return self._reply(message, "401 Unauthorized", challenge)
        if not self._right(dict(re.findall(r'(\w+)="?([^",]*)"?', authorization[1]))):
            self.refused += 1
            return self._reply(message, "403 Forbidden")
        contact = re.search(r"^Contact: (.*?)\r$", message, re.MULTILINE)
        expires = re.search(r"^Expires: (\d+)\r$", message, re.MULTILINE)
        assert contact is not None
        assert expires is not None
        asked = int(expires[1])
        if asked < self._demanded:
            return self._reply(message, "423 Interval Too Brief", f"Min-Expires: {self._demanded}")
        self.accepted.append(Registration(*source, contact[1], transport, asked, time.monotonic()))
        return self._reply(message, "200 OK", f"Contact: {contact[1]};expires={self._granted}")

    def _right(self, given: dict[str, str]) -> bool:
        """Digest without qop (RFC 2617, 3.2.2.1)."""
        secret = _md5(f"{self._user}:{REALM}:{self._password}")
        asked = _md5(f"REGISTER:{given['uri']}")
        return given["username"] == self._user and given["response"] == _md5(f"{secret}:{NONCE}:{asked}")

    def _reply(self, message: str, status: str, *more: str) -> str:
        kept = [line for line in message.split("\r\n") if re.match(r"(Via|From|Call-ID|CSeq):", line)]
        to = next(line for line in message.split("\r\n") if line.startswith("To:"))
        return "\r\n".join([f"SIP/2.0 {status}", *kept, f"{to};tag=registrar", *more, "Content-Length: 0", "", ""])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
