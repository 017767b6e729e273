"""One end of telephone calls that a test steers step by step: FreeSWITCH's profile `inside`, as the bridge sees it.

Owns a listener, its connections and the SIP of its dialogs (RFC 3261 over TCP, so no retransmissions). Does not own
media: `rtp.py` does, at the address and port that its SDP names.

sipp plays fixed scenarios; this is for calls that end when something has been heard.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from tests.voice.rtp import EVENTS, PCMU, MediaEnd
from tests.voice.waiting import eventually

FREESWITCH: Final = "10.98.0.3"
"""Address of the node whose FreeSWITCH this stands for."""
INSIDE_PORT: Final = 5090
"""Port of FreeSWITCH's profile `inside`; source: `settings/ports.py`."""
_END_OF_HEAD: Final = b"\r\n\r\n"
_SDP: Final = (("Content-Type", "application/sdp"),)
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Message:
    """A request or a response. `at` is when it arrived, monotonic seconds."""

    start: str
    headers: Headers
    body: str = ""
    at: float = field(default_factory=time.monotonic)

    @property
    def status(self) -> int:
        """Status of a response; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Method of a request, or of the request that a response answers."""
        return self.header("CSeq").split()[1] if self.status else self.start.split()[0]

    def all(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for stated, value in self.headers if stated.lower() == name.lower()]

    def header(self, name: str) -> str:
        """First value of a header; empty where there is none."""
        return next(iter(self.all(name)), "")

    def encoded(self) -> bytes:
        """The message on the wire."""
        length = ("Content-Length", str(len(self.body.encode())))
        lines = [self.start, *(f"{name}: {value}" for name, value in (*self.headers, length))]
        return "\r\n".join(lines).encode() + _END_OF_HEAD + self.body.encode()

    @classmethod
    def decoded(cls, head: str, body: str = "") -> Message:
        """A message from its head and its body."""
        start, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(start, tuple((name.strip(), value.strip()) for name, _, value in pairs), body)


def _tag(value: str) -> str:
    return value.rpartition(";tag=")[2].partition(";")[0] if ";tag=" in value else ""


def _uri(value: str) -> str:
    return value.partition("<")[2].partition(">")[0] or value


class SipCall:
    """One dialog and its audio. `received` is everything that came, in order."""

    def __init__(self, peer: SipPeer, media: MediaEnd, call_id: str = "") -> None:
        self.id = call_id or str(uuid.uuid4())
        self.media = media
        self.received: list[Message] = []
        self._peer, self._tag, self._cseq = peer, uuid.uuid4().hex, 0
        self._invite: Message | None = None
        self._local, self._remote, self._target = "", "", ""
        self._destination: tuple[str, int] = ("", 0)

    def wait(self, condition: Callable[[Message], bool], seconds: float) -> Message:
        """The first message that meets a condition."""
        eventually(lambda: any(map(condition, self.received)), seconds, self._seen)
        return next(filter(condition, self.received))

    def final(self, seconds: float = 10, method: str = "INVITE") -> Message:
        """The final response to a request of this end; of the last one of that method."""
        wanted = f"{self._cseq} {method}"
        return self.wait(lambda m: m.status >= 200 and m.header("CSeq") == wanted, seconds)

    def call(
        self, destination: tuple[str, int], caller: str, headers: Mapping[str, str] | None = None, user: str = "voice"
    ) -> None:
        """Sends an INVITE as FreeSWITCH does."""
        host, port = self._destination = destination
        self._local = f'"{caller}" <sip:{caller}@{self._peer.address}>;tag={self._tag}'
        self._remote = f"<sip:{user}@{host}:{port};transport=tcp>"
        self._target = _uri(self._remote)
        self._invite = self._request("INVITE", tuple((headers or {}).items()), self.sdp())

    def answered(self, seconds: float = 10) -> Message:
        """Waits for 200, sends ACK, and turns the audio on."""
        response = self.final(seconds)
        assert response.status == 200, self._seen()
        self._remote, self._target = response.header("To"), _uri(response.header("Contact"))
        self._listen_to(response.body)
        self._send(self._head("ACK", self._cseq))
        return response

    def refused(self, seconds: float = 10) -> int:
        """Waits for a final response that is no success, sends ACK, and returns its status."""
        response = self.final(seconds)
        assert response.status >= 300, self._seen()
        assert self._invite is not None
        via = ("Via", self._invite.header("Via"))
        self._send(self._head("ACK", self._cseq, to=response.header("To"), via=via))
        return response.status

    def cancel(self) -> None:
        """Sends CANCEL for the INVITE that has no final response yet."""
        assert self._invite is not None
        self._send(self._head("CANCEL", self._cseq, via=("Via", self._invite.header("Via"))))

    def reinvite(self, direction: str = "sendrecv") -> Message:
        """Sends a re-INVITE, as for hold (`sendonly`) and resume, and returns its response."""
        self._request("INVITE", (), self.sdp(direction))
        response = self.final()
        self._send(self._head("ACK", self._cseq))
        return response

    def hang_up(self) -> None:
        """Sends BYE and waits for its response."""
        self._request("BYE", (), "")
        assert self.final(method="BYE").status == 200

    def ended(self) -> bool:
        """Whether the other end has hung up."""
        return any(not m.status and m.method == "BYE" for m in self.received)

    def take(self, invite: Message, destination: tuple[str, int]) -> None:
        """Becomes the called end of an INVITE."""
        self._invite, self._destination = invite, destination
        self._local = f"{invite.header('To')};tag={self._tag}"
        self._remote, self._target = invite.header("From"), _uri(invite.header("Contact"))

    def respond(self, status: int, reason: str) -> None:
        """Answers the INVITE; 200 turns the audio on."""
        assert self._invite is not None
        body = self.sdp() if status == 200 else ""
        if body:
            self._listen_to(self._invite.body)
        contact = (("Contact", self._contact()), *_SDP) if body else ()
        self._peer.respond(self._invite, status, reason, self._local, contact, body)

    def sdp(self, direction: str = "sendrecv") -> str:
        """What this end offers or answers."""
        media = self.media
        return (
            f"v=0\r\no=FreeSWITCH 1 {self._cseq + 1} IN IP4 {media.address}\r\ns=FreeSWITCH\r\n"
            f"c=IN IP4 {media.address}\r\nt=0 0\r\nm=audio {media.port} RTP/AVP {PCMU} {EVENTS}\r\n"
            f"a=rtpmap:{PCMU} PCMU/8000\r\na=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\n"
            f"a=ptime:20\r\na={direction}\r\n"
        )

    def _listen_to(self, sdp: str) -> None:
        lines = dict(line.split("=", 1) for line in sdp.split("\r\n") if line[:2] in ("c=", "m="))
        self.media.remote = (lines["c"].split()[-1], int(lines["m"].split()[1]))

    def _contact(self) -> str:
        return f"<sip:mod_sofia@{self._peer.address}:{self._peer.port};transport=tcp>"

    def _head(self, method: str, cseq: int, *, to: str = "", via: tuple[str, str] | None = None) -> Message:
        branch = f"z9hG4bK{uuid.uuid4().hex}"
        own = ("Via", f"SIP/2.0/TCP {self._peer.address}:{self._peer.port};branch={branch}")
        headers = (
            via or own, ("From", self._local), ("To", to or self._remote), ("Call-ID", self.id),
            ("CSeq", f"{cseq} {method}"), ("Max-Forwards", "70"),
        )  # fmt: skip
        return Message(f"{method} {self._target} SIP/2.0", headers)

    def _request(self, method: str, headers: Headers, body: str) -> Message:
        self._cseq += 1
        head = self._head(method, self._cseq)
        more = (("Contact", self._contact()), *_SDP) if body else ()
        message = Message(head.start, (*head.headers, *more, *headers), body)
        self._send(message)
        return message

    def _send(self, message: Message) -> None:
        self._peer.send(message, self._destination)

    def _seen(self) -> str:
        return "\n".join(message.start for message in self.received)


class SipPeer:
    """Calls and is called at one address over TCP. Ends with the block that it is used in.

    `take_calls` makes the audio of a call that comes in; without it every call is refused with 480.
    """

    def __init__(
        self,
        address: str = FREESWITCH,
        port: int = INSIDE_PORT,
        take_calls: Callable[[], MediaEnd] | None = None,
    ) -> None:
        self.address, self.port, self._take_calls = address, port, take_calls
        self.incoming: list[SipCall] = []
        """Calls that came in. A test answers them (`SipCall.respond`)."""
        self._calls: dict[str, SipCall] = {}
        self._connections: dict[tuple[str, int], socket.socket] = {}
        self._origins: dict[str, socket.socket] = {}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> SipPeer:
        self._listener = socket.create_server((self.address, self.port))
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for opened in (self._listener, *list(self._connections.values())):
            with contextlib.suppress(OSError):  # the other end has closed it
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
        for thread in self._threads:
            thread.join(5)

    def new_call(self, media: MediaEnd) -> SipCall:
        """A call of this end that is not sent yet."""
        call = SipCall(self, media)
        self._calls[call.id] = call
        return call

    def send(self, message: Message, destination: tuple[str, int]) -> None:
        """Sends over the connection to a destination; opens it where there is none."""
        connection = self._connections.get(destination)
        if connection is None:
            connection = socket.create_connection(destination, timeout=10, source_address=(self.address, 0))
            connection.settimeout(None)
            self._connections[destination] = connection
            self._start(self._read, connection, destination)
        connection.sendall(message.encoded())

    def respond(
        self, request: Message, status: int, reason: str, to: str, headers: Headers = (), body: str = ""
    ) -> None:
        """Sends a response over the connection that the request came by."""
        copied = ("via", "from", "call-id", "cseq", "record-route")
        same = (pair for pair in request.headers if pair[0].lower() in copied)
        message = Message(f"SIP/2.0 {status} {reason}", (*same, ("To", to), *headers), body)
        self._origins[request.header("Via")].sendall(message.encoded())

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, origin = self._listener.accept()
            except OSError:  # closed
                return
            self._connections[origin] = connection
            self._start(self._read, connection, origin)

    def _read(self, connection: socket.socket, far: tuple[str, int]) -> None:
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):  # closed
            while message := _next(stream):
                self._handle(message, connection, far)
        if self._connections.get(far) is connection:
            del self._connections[far]

    def _handle(self, message: Message, connection: socket.socket, far: tuple[str, int]) -> None:
        call = self._calls.get(message.header("Call-ID"))
        if message.status:
            if call:
                call.received.append(message)
            return
        self._origins[message.header("Via")] = connection
        if message.method == "INVITE" and call is None and self._take_calls:
            call = SipCall(self, self._take_calls(), message.header("Call-ID"))
            self._calls[call.id] = call
            call.take(message, far)
            call.received.append(message)
            self.incoming.append(call)
            return
        if call:
            call.received.append(message)
        if message.method != "ACK":
            status = 480 if message.method == "INVITE" else 200 if call else 481
            self.respond(message, status, "OK" if status == 200 else "No", message.header("To"))


def _next(stream: BinaryIO) -> Message | None:
    """The next message of a connection; None at its end."""
    head = b""
    while not head.endswith(_END_OF_HEAD):
        line = stream.readline()
        if not line:
            return None
        head = (head + line).lstrip(b"\r\n")
    message = Message.decoded(head.decode().removesuffix("\r\n\r\n"))
    length = int(message.header("Content-Length") or message.header("l") or 0)
    return Message(message.start, message.headers, stream.read(length).decode())
