"""A network namespace for the voice tests, where programs have addresses like those of a node.

Owns the namespace, its interface and its addresses. Does not own their use: each module that starts a program selects
its address.

WebRTC programs refuse loopback addresses, so the namespace has another interface, `voice0`. Every address of
127.0.0.0/8 and of `NODES` is local to the namespace, but programs that list the interfaces find only the addresses in
`NODE_ADDRESSES`.
"""

from __future__ import annotations

import ctypes
import ipaddress
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

NODES: Final = ipaddress.ip_network("10.98.0.0/16")
"""Private addresses of nodes and pods."""
PUBLIC: Final = ipaddress.ip_network("198.51.100.0/24")
"""Public addresses of nodes, and addresses of carriers (RFC 5737)."""
NODE_ADDRESSES: Final = ("10.98.0.1", "10.98.0.2", "10.98.0.3", "10.98.0.4")
"""Addresses of the interface, which programs discover."""
_NEW_NETWORK: Final = 0x40000000
"""CLONE_NEWNET; source: include/uapi/linux/sched.h of Linux."""
_COMMANDS: Final = (
    "link set lo up",
    "link add voice0 type veth peer name voice1",
    *(f"address add {address}/{NODES.prefixlen} dev voice0" for address in NODE_ADDRESSES),
    "link set voice0 up",
    "link set voice1 up",
    f"route add local {NODES} dev lo",
    f"route add local {PUBLIC} dev lo",
)


@contextmanager
def own_network() -> Generator[None]:
    """Moves this thread and the processes that it starts to a new network namespace until the block ends.

    Raises `PermissionError` if the kernel does not allow it: root or a user namespace is necessary.
    """
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        _call("unshare", _NEW_NETWORK)
        try:
            for command in _COMMANDS:
                subprocess.run(["ip", *command.split()], check=True, capture_output=True, timeout=20)
            yield
        finally:
            _call("setns", before.fileno(), _NEW_NETWORK)


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
