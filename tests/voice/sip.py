"""A SIP peer that a test controls step by step: a carrier, the SIP edge, or LiveKit SIP.

Owns a socket (UDP, or TCP with its connections), the dialogs on it and their transactions. Does not own media (see
`tests/voice/rtp.py`) or load (see `sipp` in `tests/voice/edge.py`). Acknowledges final responses to INVITE and accepts
BYE, CANCEL, NOTIFY, OPTIONS and INFO automatically; tests send all other messages. Retransmits nothing, because the
network namespace loses no packets.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

_ANSWERED_AT_ONCE: Final = frozenset({"BYE", "CANCEL", "NOTIFY", "OPTIONS", "INFO"})


@dataclass(frozen=True)
class Message:
    """A received SIP message; `at` is its time of arrival (monotonic seconds)."""

    text: str
    at: float
    reply: Callable[[str], None]

    @property
    def first(self) -> str:
        return self.text.partition("\r\n")[0]

    @property
    def status(self) -> int:
        """Status of a response, 0 of a request."""
        return int(self.first.split(" ")[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Method of a request, or of the request to which a response belongs."""
        return self.header("CSeq").split(" ")[1]

    @property
    def body(self) -> str:
        return self.text.partition("\r\n\r\n")[2]

    def headers(self, name: str) -> list[str]:
        """Values of a header, in order."""
        head = self.text.partition("\r\n\r\n")[0]
        return re.findall(rf"^{name}: *([^\r\n]*)", head, re.MULTILINE | re.IGNORECASE)

    def header(self, name: str) -> str:
        """The first value of a header; empty if it is missing."""
        return next(iter(self.headers(name)), "")

    def media(self) -> tuple[str, int]:
        """Address and port of the audio in the SDP."""
        address = re.search(r"^c=IN IP4 ([\d.]+)", self.body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+) ", self.body, re.MULTILINE)
        assert address, self.text
        assert port, self.text
        return address[1], int(port[1])


def sdp(
    address: str, port: int, *, codecs: Sequence[int] = (0, 8), direction: str = "sendrecv", version: int = 1
) -> str:
    """An offer or an answer of one audio stream with telephone events."""
    names = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000", 18: "G729/8000", 101: "telephone-event/8000"}
    family = "IP6" if ":" in address else "IP4"
    return "\r\n".join(
        [
            "v=0",
            f"o=peer 1 {version} IN {family} {address}",
            "s=-",
            f"c=IN {family} {address}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {' '.join(str(codec) for codec in (*codecs, 101))}",
            *(f"a=rtpmap:{codec} {names[codec]}" for codec in (*codecs, 101)),
            "a=fmtp:101 0-15",
            f"a={direction}",
            "",
        ]
    )


@dataclass
class Dialog:
    """A call of a peer, outgoing or incoming."""

    peer: SipPeer
    call_id: str
    outgoing: bool
    remote: tuple[str, int]
    uri: str = ""
    local_party: str = ""
    remote_party: str = ""
    invite: Message | None = None
    """The received INVITE; None for an outgoing call."""
    answer: str = ""
    """The SDP of ACK if INVITE had none."""
    messages: list[Message] = field(default_factory=list)
    _taken: int = 0
    _sequence: int = 0
    _invite_branch: str = ""
    transmit: Callable[[str], None] = lambda _: None
    """Sends a text to the remote side."""

    def expect(self, wanted: int | str, seconds: float = 5) -> Message:
        """Waits for the response `wanted` or a request with that method; skips other messages.

        Fails at once if another final response to INVITE arrives instead.
        """
        deadline = time.monotonic() + seconds
        with self.peer.arrival:
            while True:
                while self._taken < len(self.messages):
                    message = self.messages[self._taken]
                    self._taken += 1
                    if wanted == (message.status or message.method):
                        return message
                    unexpected = isinstance(wanted, int) and message.status >= 200 and message.method == "INVITE"
                    assert not unexpected, f"{message.first} instead of {wanted}"
                left = deadline - time.monotonic()
                assert left > 0, f"no {wanted} in {seconds} s, but {[m.first for m in self.messages]}"
                self.peer.arrival.wait(left)

    def final(self, seconds: float = 5) -> Message:
        """Waits for the final response to the INVITE."""
        deadline = time.monotonic() + seconds
        with self.peer.arrival:
            while True:
                for message in self.messages:
                    if message.status >= 200 and message.method == "INVITE":
                        return message
                left = deadline - time.monotonic()
                assert left > 0, f"no final response in {seconds} s, but {[m.first for m in self.messages]}"
                self.peer.arrival.wait(left)

    def has(self, wanted: int | str) -> bool:
        """Whether such a response or request has arrived."""
        return any(wanted == (message.status or message.method) for message in self.messages)

    def send(self, method: str, *headers: str, body: str = "", reliable: Message | None = None) -> None:
        """Sends a request in the dialog; `reliable` is the provisional response that a PRACK acknowledges."""
        branch = self._invite_branch if method == "CANCEL" else f"z9hG4bK{uuid.uuid4().hex}"
        if method not in ("ACK", "CANCEL"):
            self._sequence += 1
        if method == "INVITE":
            self._invite_branch = branch
        if reliable is not None:
            headers = (*headers, f"RAck: {reliable.header('RSeq')} {reliable.header('CSeq')}")
        self.transmit(self._request(method, branch, self._sequence, headers, body))

    def respond(self, status: int, *headers: str, body: str = "", to: Message | None = None) -> None:
        """Responds to the INVITE, or to `to`."""
        request = to or self.invite
        assert request is not None
        request.reply(self.peer.response(request, self, status, headers, body))

    def hang_up(self) -> None:
        """Ends the call and waits for the confirmation."""
        self.send("BYE")
        self.expect(200)

    def acknowledge(self, response: Message) -> None:
        """Sends ACK for a final response to INVITE."""
        success = response.status < 300
        branch = f"z9hG4bK{uuid.uuid4().hex}" if success else self._invite_branch
        sequence = int(response.header("CSeq").split(" ")[0])
        self.transmit(self._request("ACK", branch, sequence, (), self.answer if success else ""))

    def _request(self, method: str, branch: str, sequence: int, headers: Sequence[str], body: str) -> str:
        remote = self.remote_party
        if method == "CANCEL":
            remote = re.sub(r";tag=[^;>]*$", "", remote)
        via = f"SIP/2.0/{self.peer.transport.upper()} {self.peer.address}:{self.peer.port}"
        return _text(
            [
                f"{method} {self.uri} SIP/2.0",
                f"Via: {via};rport;branch={branch}",
                f"From: {self.local_party}",
                f"To: {remote}",
                f"Call-ID: {self.call_id}",
                f"CSeq: {sequence} {method}",
                f"Contact: {self.peer.contact}",
                "Max-Forwards: 70",
                *headers,
            ],
            body,
        )

    def learn(self, message: Message) -> None:
        """Updates the remote party and URI from a message."""
        if message.status and message.status > 100 and self.outgoing and message.method == "INVITE":
            self.remote_party = message.header("To")
        contact = re.search(r"<(sip:[^>]*)>", message.header("Contact"))
        if contact and (not message.status or 100 < message.status < 300):
            self.uri = contact[1]
        if self.outgoing and 200 <= message.status < 300 and message.method == "INVITE":
            self.transmit = self.peer.route(self) or self.transmit


class SipPeer:
    """Listens on `address`:`port`; `transport` is `udp` or `tcp`. A context manager stops it.

    Requests of an established dialog have the destination of the INVITE. With `locate`, they go to the host of the
    contact, as behind a proxy that leaves dialogs; `locate` maps that host to a reachable address.
    """

    def __init__(
        self,
        address: str,
        port: int = 5060,
        transport: str = "udp",
        locate: Callable[[str], str] | None = None,
    ) -> None:
        self.address, self.port, self.transport, self._locate = address, port, transport, locate
        self.arrival = threading.Condition()
        self.calls: list[Dialog] = []
        """The received calls."""
        self._dialogs: dict[str, Dialog] = {}
        self._given = 0
        self._seen: set[tuple[str, str, str]] = set()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> SipPeer:
        if self.transport == "udp":
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((self.address, self.port))
            self._run(self._datagrams)
        else:
            self._socket = socket.create_server((self.address, self.port))
            self._run(self._accept)
        return self

    def forget(self) -> None:
        """Makes `incoming` ignore calls that have arrived."""
        self._given = len(self.calls)

    def pause(self) -> None:
        """Closes its connections and refuses new ones (TCP) until `resume`, like a program that does not run."""
        for item in (self._socket, *self._open):
            with contextlib.suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)
            item.close()
        self._open.clear()

    def resume(self) -> None:
        """Accepts connections again."""
        self._socket = socket.create_server((self.address, self.port))
        self._run(self._accept)

    def __exit__(self, *_: object) -> None:
        for item in (self._socket, *self._open):
            with contextlib.suppress(OSError):  # a listener, or closed by the remote side
                item.shutdown(socket.SHUT_RDWR)
            item.close()
        if self.transport == "udp":  # closing the socket does not wake recvfrom
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", (self.address, self.port))
        for thread in self._threads:
            thread.join(2)

    @property
    def contact(self) -> str:
        return f"<sip:peer@{self.address}:{self.port};transport={self.transport}>"

    def invite(
        self,
        remote: tuple[str, int],
        number: str,
        *headers: str,
        body: str = "",
        caller: str = "+15550199",
        display: str = "",
        parameters: str = "",
    ) -> Dialog:
        """Starts a call; `parameters` go into the user part of the request URI."""
        host, port = remote
        dialog = Dialog(self, uuid.uuid4().hex, True, remote)
        dialog.uri = f"sip:{number}{parameters}@{host}:{port}"
        dialog.local_party = f"{display}<sip:{caller}@{self.address}:{self.port}>;tag={uuid.uuid4().hex[:8]}"
        dialog.remote_party = f"<sip:{number}@{host}:{port}>"
        dialog.transmit = self._sender(remote)
        self._dialogs[dialog.call_id] = dialog
        dialog.send("INVITE", *headers, body=body)
        return dialog

    def route(self, dialog: Dialog) -> Callable[[str], None] | None:
        """The sender for requests of an established dialog; None: no change."""
        contact = re.fullmatch(r"sip:(?:[^@]*@)?([^:;]+)(?::(\d+))?(?:;.*)?", dialog.uri)
        if self._locate is None or contact is None:
            return None
        return self._sender((self._locate(contact[1]), int(contact[2] or 5060)))

    def incoming(self, seconds: float = 5) -> Dialog:
        """Waits for the next call."""
        deadline = time.monotonic() + seconds
        with self.arrival:
            while len(self.calls) <= self._given:
                left = deadline - time.monotonic()
                assert left > 0, f"no call in {seconds} s"
                self.arrival.wait(left)
            self._given += 1
            return self.calls[self._given - 1]

    def response(self, request: Message, dialog: Dialog | None, status: int, headers: Sequence[str], body: str) -> str:
        """The text of a response."""
        to = request.header("To")
        if dialog is not None and ";tag=" not in to and status > 100:
            to = dialog.local_party
        return _text(
            [
                f"SIP/2.0 {status} {_REASONS.get(status, 'Response')}",
                *(f"Via: {via}" for via in request.headers("Via")),
                *(f"Record-Route: {route}" for route in request.headers("Record-Route")),
                f"From: {request.header('From')}",
                f"To: {to}",
                f"Call-ID: {request.header('Call-ID')}",
                f"CSeq: {request.header('CSeq')}",
                f"Contact: {self.contact}",
                *headers,
            ],
            body,
        )

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _sender(self, remote: tuple[str, int]) -> Callable[[str], None]:
        if self.transport == "udp":
            return lambda text: self._datagram(text, remote)
        connection = socket.create_connection(remote, timeout=5, source_address=(self.address, 0))
        connection.settimeout(None)
        self._open.append(connection)
        self._run(self._stream, connection)
        return lambda text: connection.sendall(text.encode())

    def _datagram(self, text: str, remote: tuple[str, int]) -> None:
        self._socket.sendto(text.encode(), remote)

    def _datagrams(self) -> None:
        while True:
            try:
                data, source = self._socket.recvfrom(65535)
            except OSError:
                return
            if data.strip():
                self._take(data.decode(errors="replace"), lambda text, to=source: self._datagram(text, to))

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            self._run(self._stream, connection)

    def _stream(self, connection: socket.socket) -> None:
        data = b""
        while True:
            try:
                more = connection.recv(65535)
            except OSError:
                return
            if not more:
                return
            data = (data + more).lstrip(b"\r\n")
            while b"\r\n\r\n" in data:
                head = data.partition(b"\r\n\r\n")[0]
                length = re.search(rb"^(?:Content-Length|l): *(\d+)", head, re.MULTILINE | re.IGNORECASE)
                size = len(head) + 4 + (int(length[1]) if length else 0)
                if len(data) < size:
                    break
                text, data = data[:size].decode(errors="replace"), data[size:].lstrip(b"\r\n")
                self._take(text, lambda reply: connection.sendall(reply.encode()))

    def _take(self, text: str, reply: Callable[[str], None]) -> None:
        message = Message(text, time.monotonic(), reply)
        key = (message.first, message.header("CSeq"), message.header("Via") + message.header("Call-ID"))
        with self.arrival:
            dialog = self._dialogs.get(message.header("Call-ID"))
            repeated = key in self._seen
            self._seen.add(key)
            if not repeated:
                if dialog is None and message.first.startswith("INVITE "):
                    dialog = self._new_call(message)
                if dialog is not None:
                    dialog.learn(message)
                    dialog.messages.append(message)
            if dialog is not None and message.status >= 200 and message.method == "INVITE":
                # ACK comes before the test can react: the remote side refuses a re-INVITE that overtakes the ACK.
                dialog.acknowledge(message)
            self.arrival.notify_all()
        if not message.status and message.method in _ANSWERED_AT_ONCE and not repeated:
            reply(self.response(message, dialog, 200, (), ""))
            if message.method == "CANCEL" and dialog is not None:
                dialog.respond(487)

    def _new_call(self, message: Message) -> Dialog:
        dialog = Dialog(self, message.header("Call-ID"), False, ("", 0), invite=message)
        dialog.local_party = f"{message.header('To')};tag={uuid.uuid4().hex[:8]}"
        dialog.remote_party = message.header("From")
        dialog.transmit = message.reply
        self._dialogs[dialog.call_id] = dialog
        self.calls.append(dialog)
        return dialog


_REASONS: Final = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 486: "Busy Here"}


def _text(lines: Sequence[str], body: str) -> str:
    size = len(body.encode())
    kind = ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*lines, *kind, f"Content-Length: {size}", "", body])
