"""SIP peers for tests of signaling: a carrier that sends requests, and a node whose responses a test defines.

Both speak UDP and TCP (the carrier also TLS), record every message with its transport, and send no media. They do not
retransmit: tests that need retransmissions or many calls use sipp.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SIP_PORT: Final = 5060
_POLL_SECONDS: Final = 0.1
_LARGEST: Final = 65535
SDP: Final = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"


@dataclass(frozen=True)
class Message:
    """One received SIP message."""

    text: str
    transport: str
    """udp, tcp or tls."""
    at: float
    """Time of arrival on the monotonic clock, seconds."""

    @property
    def method(self) -> str:
        """The method of a request; empty for a response."""
        return "" if self.status else self.text.partition(" ")[0]

    @property
    def status(self) -> int:
        """The status of a response; 0 for a request."""
        return int(self.text.split(" ", 2)[1]) if self.text.startswith("SIP/2.0 ") else 0

    def headers(self, name: str) -> list[str]:
        return re.findall(rf"^{re.escape(name)}: *([^\r\n]*)", self.text, re.MULTILINE | re.IGNORECASE)

    def header(self, name: str) -> str:
        """The first header of that name; empty if it is missing."""
        return next(iter(self.headers(name)), "")


def message(start: str, headers: Sequence[tuple[str, str]], body: str = "") -> str:
    """A message with its Content-Length."""
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines)


def response(request: Message, status: str, *more: tuple[str, str], tag: str = "node", body: str = "") -> str:
    """A response to a request, with a To tag from 101 on."""
    to = request.header("To")
    tagged = to if ";tag=" in to or status.startswith("100") else f"{to};tag={tag}"
    kept = [("Via", via) for via in request.headers("Via")]
    kept += [("Record-Route", route) for route in request.headers("Record-Route")]
    kept += [("From", request.header("From")), ("To", tagged)]
    kept += [(name, request.header(name)) for name in ("Call-ID", "CSeq")]
    return message(f"SIP/2.0 {status}", [*kept, *more], body)


class _Stream:
    """SIP messages of a TCP or TLS connection."""

    def __init__(self, connection: socket.socket, transport: str) -> None:
        self._connection, self._transport, self._rest = connection, transport, b""

    def receive(self) -> Message | None:
        """The next message; `None` if the peer closed the connection. Raises `TimeoutError` as the socket does."""
        while True:
            head, end, body = self._rest.partition(b"\r\n\r\n")
            length = re.search(rb"^Content-Length: *(\d+)", head, re.MULTILINE | re.IGNORECASE)
            if end and length and len(body) >= int(length[1]):
                self._rest = body[int(length[1]) :]
                text = (head + end + body[: int(length[1])]).decode()
                return Message(text, self._transport, time.monotonic())
            data = self._connection.recv(_LARGEST)
            if not data:
                return None
            self._rest += data


@dataclass
class Node:
    """A node on one address. `respond(request)` returns the responses to an INVITE: (delay in seconds, message) pairs.

    It responds to CANCEL with 200 and to its INVITE with 487, and to BYE with 200.
    """

    address: str
    respond: Callable[[Message], Sequence[tuple[float, str]]]
    port: int = SIP_PORT
    received: list[Message] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _sockets: list[socket.socket] = field(default_factory=list)
    _invites: dict[str, Message] = field(default_factory=dict)

    def __enter__(self) -> Node:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((self.address, self.port))
        listener = socket.create_server((self.address, self.port))
        for waiting in (udp, listener):
            waiting.settimeout(_POLL_SECONDS)
            self._sockets.append(waiting)
        self._start(self._serve_udp, udp)
        self._start(self._accept, listener)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in list(self._threads):
            thread.join()
        for one in self._sockets:
            one.close()

    def requests(self, method: str) -> list[Message]:
        return [one for one in self.received if one.method == method]

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve_udp(self, udp: socket.socket) -> None:
        while not self._ending.is_set():
            try:
                data, source = udp.recvfrom(_LARGEST)
            except TimeoutError:
                continue
            request = Message(data.decode(), "udp", time.monotonic())
            self._take(request, lambda text, to=source: udp.sendto(text.encode(), to))

    def _accept(self, listener: socket.socket) -> None:
        while not self._ending.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(_POLL_SECONDS)
            self._sockets.append(connection)
            self._start(self._serve_tcp, connection)

    def _serve_tcp(self, connection: socket.socket) -> None:
        stream = _Stream(connection, "tcp")
        while not self._ending.is_set():
            try:
                request = stream.receive()
            except TimeoutError:
                continue
            if request is None:
                return
            self._take(request, lambda text: connection.sendall(text.encode()))

    def _take(self, request: Message, send: Callable[[str], object]) -> None:
        self.received.append(request)
        call = request.header("Call-ID")
        if request.method == "INVITE":
            self._invites[call] = request
            self._start(self._play, self.respond(request), send)
        elif request.method == "CANCEL":
            send(response(request, "200 OK"))
            send(response(self._invites[call], "487 Request Terminated"))
        elif request.method == "BYE":
            send(response(request, "200 OK"))

    def _play(self, responses: Sequence[tuple[float, str]], send: Callable[[str], object]) -> None:
        for delay, text in responses:
            if self._ending.wait(delay):
                return
            send(text)


def statuses(*lines: str, delay: float = 0.05) -> Callable[[Message], list[tuple[float, str]]]:
    """Responds with these statuses, for example `statuses("100 Trying", "486 Busy Here")`."""
    return lambda request: [(delay, response(request, line)) for line in lines]


def answers(address: str) -> Callable[[Message], list[tuple[float, str]]]:
    """Rings, then answers with a Contact of the request's transport, as FreeSWITCH does."""

    def respond(request: Message) -> list[tuple[float, str]]:
        contact = ("Contact", f"<sip:node@{address}:{SIP_PORT};transport={request.transport}>")
        kind = ("Content-Type", "application/sdp")
        return [
            (0.0, response(request, "100 Trying")),
            (0.05, response(request, "180 Ringing", contact)),
            (0.1, response(request, "200 OK", contact, kind, body=SDP.format(address))),
        ]

    return respond


class Carrier:
    """A carrier's SIP element on one address, with one socket to a target. A context manager closes it."""

    def __init__(
        self,
        address: str,
        target: tuple[str, int],
        transport: str = "udp",
        context: ssl.SSLContext | None = None,
        server_name: str | None = None,
    ) -> None:
        self.transport, self._target = transport, target
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        plain = socket.socket(socket.AF_INET, kind)
        plain.settimeout(5)
        plain.bind((address, 0))
        plain.connect(target)
        self._socket = context.wrap_socket(plain, server_hostname=server_name) if context else plain
        self.address, self.port = address, plain.getsockname()[1] if not context else self._socket.getsockname()[1]
        self._stream = _Stream(self._socket, transport)
        self.received: list[Message] = []

    def __enter__(self) -> Carrier:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def invite(self, called: str = "+15550100", *, padding: int = 0, headers: Mapping[str, str] | None = None) -> Call:
        """Starts a call. `padding` is the length of an Identity header, as STIR/SHAKEN adds it, bytes."""
        more = [("Identity", "x" * padding)] if padding else []
        call = Call(self, called)
        call.send("INVITE", *more, *(headers or {}).items(), body=SDP.format(self.address))
        return call

    def receive(self, seconds: float) -> Message | None:
        """The next message; `None` if none arrives in time or the connection ends."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            if self.transport != "udp":
                got = self._stream.receive()
            else:
                got = Message(self._socket.recv(_LARGEST).decode(), "udp", time.monotonic())
        except TimeoutError:
            return None
        if got is not None:
            self.received.append(got)
        return got


class Call:
    """One call of a carrier."""

    def __init__(self, carrier: Carrier, called: str) -> None:
        self._carrier, self._called = carrier, called
        self.id = f"{uuid.uuid4()}@carrier"
        self._branch = f"z9hG4bK{uuid.uuid4().hex}"
        self.started = time.monotonic()
        self.responses: list[Message] = []

    def send(self, method: str, *more: tuple[str, str], body: str = "", to_tag: str = "") -> None:
        """Sends a request of the INVITE's transaction."""
        own = f"{self._carrier.address}:{self._carrier.port}"
        headers = [
            ("Via", f"SIP/2.0/{self._carrier.transport.upper()} {own};branch={self._branch}"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:+15550199@{own}>;tag=carrier"),
            ("To", f"<sip:{self._called}@edge.example>{to_tag}"),
            ("Call-ID", self.id),
            ("CSeq", f"1 {method}"),
            ("Contact", f"<sip:carrier@{own};transport={self._carrier.transport}>"),
            *more,
            *([("Content-Type", "application/sdp")] if body else []),
        ]
        self._carrier.send(message(f"{method} sip:{self._called}@edge.example SIP/2.0", headers, body))

    def final(self, seconds: float = 10, method: str = "INVITE") -> Message:
        """Waits for the final response, and acknowledges it unless it is a 2xx."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            got = self._carrier.receive(left)
            if got is None or got.header("Call-ID") != self.id:
                continue
            if got.header("CSeq").endswith(f" {method}"):
                self.responses.append(got)
                if got.status >= 200:
                    if method == "INVITE" and got.status >= 300:
                        self.send("ACK", to_tag=";tag=" + got.header("To").partition(";tag=")[2])
                    return got
        seen = [one.text.partition("\r\n")[0] for one in self.responses]
        raise AssertionError(f"no final response to {method} in {seconds} s, but {seen}")

    def wait_for(self, status: int, seconds: float = 5) -> Message:
        """Waits for a response of that status, for example the provisional 180."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            got = self._carrier.receive(left)
            if got is not None and got.header("Call-ID") == self.id:
                self.responses.append(got)
                if got.status == status:
                    return got
        raise AssertionError(f"no {status} in {seconds} s")
