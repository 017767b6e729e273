"""A carrier's registrar on loopback: asks for credentials, checks them, and remembers who came."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from dataclasses import dataclass
from typing import Final

REALM: Final = "carrier.example"
NONCE: Final = "0123456789abcdef"


@dataclass(frozen=True)
class Registration:
    """One that was accepted: from which address, with which contact."""

    source: str
    contact: str


class Registrar:
    """Listens on one address. Ends with the block that it is used in."""

    def __init__(self, address: str, port: int, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self._socket.settimeout(0.2)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.accepted: list[Registration] = []
        self.refused = 0

    def __enter__(self) -> Registrar:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                data, source = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            message = data.decode()
            if message.startswith("REGISTER "):
                self._socket.sendto(self._answer(message, source[0]).encode(), source)

    def _answer(self, message: str, source: str) -> str:
        challenge = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{NONCE}", algorithm=MD5'
        authorization = re.search(r"^Authorization: Digest (.*?)\r$", message, re.MULTILINE)
        if authorization is None:
            return self._reply(message, "401 Unauthorized", challenge)
        if not self._right(dict(re.findall(r'(\w+)="?([^",]*)"?', authorization[1]))):
            self.refused += 1
            return self._reply(message, "403 Forbidden")
        contact = re.search(r"^Contact: (.*?)\r$", message, re.MULTILINE)
        assert contact is not None
        self.accepted.append(Registration(source, contact[1]))
        return self._reply(message, "200 OK", f"Contact: {contact[1]};expires=60")

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
