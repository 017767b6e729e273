"""One end of a telephone call's media: sends a tone and measures received audio.

Owns a UDP socket, sends RTP and analyzes received packets. Does not own signaling: `tests/voice/sip.py` puts the
address and port of this end into the SDP.

PCMU at 8 kHz, 20 ms a packet (RFC 3551); digits are telephone events (RFC 4733).
"""

from __future__ import annotations

import math
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Final

RATE: Final = 8000
"""Samples a second."""
SAMPLES: Final = 160
"""Samples of a packet: 20 ms."""
PCMU: Final = 0
EVENTS: Final = 101
"""Payload type of telephone events in the SDP of the peers."""
PAUSE_PACKETS: Final = 3
"""Pause after a digit, in packets: 60 ms."""
DIGITS: Final = "0123456789*#ABCD"
_BIAS: Final = 0x84
_HEADER: Final = struct.Struct("!BBHII")
_LOUD: Final = 500.0
"""Minimum amplitude of a tone that counts as heard, between digital silence and `_AMPLITUDE`."""
_AMPLITUDE: Final = 8000


def encode(sample: int) -> int:
    """A linear sample as mu-law (G.711)."""
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, 32635) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


def decode(byte: int) -> int:
    """A mu-law sample as a linear one (G.711)."""
    byte = ~byte & 0xFF
    magnitude = ((byte & 0x0F) << 3) + _BIAS << (byte >> 4 & 7)
    return _BIAS - magnitude if byte & 0x80 else magnitude - _BIAS


_DECODED: Final = tuple(decode(byte) for byte in range(256))
_SILENCE: Final = bytes([encode(0)]) * SAMPLES


def tone(frequency: int) -> bytes:
    """One second of a tone."""
    return bytes(encode(round(_AMPLITUDE * math.sin(2 * math.pi * frequency * n / RATE))) for n in range(RATE))


def loudness(payload: bytes, frequency: int) -> float:
    """Amplitude of a frequency in mu-law samples (Goertzel)."""
    turn = 2 * math.cos(2 * math.pi * frequency / RATE)
    one = two = 0.0
    for byte in payload:
        one, two = _DECODED[byte] + turn * one - two, one
    return 2 * math.sqrt(max(one * one + two * two - turn * one * two, 0.0)) / len(payload)


@dataclass(frozen=True)
class Packet:
    """A received packet: time (monotonic seconds), payload type, sequence number, payload and source."""

    at: float
    kind: int
    sequence: int
    payload: bytes
    source: tuple[str, int]


@dataclass
class MediaEnd:
    """One end of a call. Sends to `remote`, or to the source of the last packet if `remote` is None.

    `frequency` is the tone that it sends, 0 for digital silence. While `muted`, it sends no packets.
    """

    address: str
    port: int
    remote: tuple[str, int] | None = None
    frequency: int = 440
    muted: bool = False
    received: list[Packet] = field(default_factory=list)

    def __enter__(self) -> MediaEnd:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, self.port))
        self._socket.settimeout(0.2)
        self._ending = threading.Event()
        self._sequence, self._timestamp, self._source = 1, 0, id(self) & 0xFFFFFFFF
        self._digits: list[tuple[str, float]] = []
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._speak)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def press(self, digits: str, seconds: float = 0.1) -> None:
        """Sends telephone events instead of the tone, with pauses of 60 ms."""
        self._digits += [(digit, seconds) for digit in digits]

    def hears(self, frequency: int, since: float = 0.0) -> bool:
        """Whether the last 100 ms of audio received after `since` (monotonic seconds) contain the tone."""
        audio = [p.payload for p in self.received[-20:] if p.kind == PCMU and p.at >= since][-5:]
        return len(audio) == 5 and loudness(b"".join(audio), frequency) > _LOUD

    def silence(self) -> float:
        """Seconds since the last packet with more than digital silence, or since the start if there was none."""
        loud = next(
            (p.at for p in reversed(self.received) if p.kind == PCMU and len(set(p.payload)) > 2), self._started
        )
        return time.monotonic() - loud

    def digits(self) -> str:
        """The received digits."""
        found: list[tuple[int, str]] = []
        for packet in self.received:
            if packet.kind == EVENTS and packet.payload[1] & 0x80:  # an event has three end packets
                event = packet.payload[0]
                if not found or packet.sequence - found[-1][0] > 2:
                    found.append((packet.sequence, DIGITS[event]))
        return "".join(digit for _, digit in found)

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                data, source = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            if len(data) >= _HEADER.size and data[0] >> 6 == 2:
                _, kind, sequence, _, _ = _HEADER.unpack_from(data)
                self.received.append(Packet(time.monotonic(), kind & 0x7F, sequence, data[_HEADER.size :], source))

    def _speak(self) -> None:
        self._started = due = time.monotonic()
        sound, frequency, at = _SILENCE, 0, 0
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            due += SAMPLES / RATE
            self._timestamp += SAMPLES
            if self._digits:
                self._event(*self._digits.pop(0))
                due = time.monotonic()
                continue
            if frequency != self.frequency:
                frequency, at = self.frequency, 0
                sound = tone(frequency) if frequency else _SILENCE
            if not self.muted:
                self._send(PCMU, sound[at : at + SAMPLES])
            at = (at + SAMPLES) % len(sound)

    def _event(self, digit: str, seconds: float) -> None:
        packets = max(1, round(seconds * RATE / SAMPLES))
        started = self._timestamp
        for number in range(packets + 3):
            last = number >= packets
            duration = min(number + 1, packets) * SAMPLES
            payload = struct.pack("!BBH", DIGITS.index(digit), (0x80 if last else 0) | 10, duration)
            self._send(EVENTS, payload, timestamp=started, marker=number == 0)
            if not last:
                time.sleep(SAMPLES / RATE)
        # Timestamps follow the clock, also without packets (RFC 3550, 5.1). `_speak` adds the last packet's samples.
        self._timestamp = started + (packets + PAUSE_PACKETS - 1) * SAMPLES
        time.sleep(PAUSE_PACKETS * SAMPLES / RATE)

    def _send(self, kind: int, payload: bytes, *, timestamp: int | None = None, marker: bool = False) -> None:
        remote = self.remote or (self.received[-1].source if self.received else None)
        if remote is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        stamp = self._timestamp if timestamp is None else timestamp
        header = _HEADER.pack(0x80, kind | (0x80 if marker else 0), self._sequence, stamp & 0xFFFFFFFF, self._source)
        self._socket.sendto(header + payload, remote)
