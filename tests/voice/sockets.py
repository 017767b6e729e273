"""The ports on which a process listens, from /proc."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LISTENING: Final = {"tcp": "0A", "udp": "07"}
"""State of a listening socket; source: include/net/tcp_states.h of Linux."""


@dataclass(frozen=True, order=True)
class Listening:
    """One listening socket."""

    protocol: str
    address: str
    port: int


def listening(process: int) -> set[Listening]:
    """The listening sockets of a process."""
    own = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:  # closed in the meantime
            continue
        if target.startswith("socket:["):
            own.add(target.removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        protocol = table[:3]
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in own and fields[3] == _LISTENING[protocol]:
                address, _, port = fields[1].partition(":")
                found.add(Listening(protocol, _address(address), int(port, 16)))
    return found


def _address(words: str) -> str:
    """An address in /proc/net: 32-bit words in host byte order."""
    numbers = [int(words[at : at + 8], 16) for at in range(0, len(words), 8)]
    return str(ipaddress.ip_address(b"".join(struct.pack("=I", number) for number in numbers)))
