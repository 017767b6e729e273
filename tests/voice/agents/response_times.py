"""How the jobs of an agent send response times to the worker, as charts/voice-agent/README.md describes.

The worker owns the histogram, which it exposes at its metrics port. A job sends each time, in seconds, as text in one
datagram to a Unix socket. A job leaves nothing behind and does not wait for the worker.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path
from typing import Final

import prometheus_client

ADDRESS: Final = str(Path(tempfile.gettempdir()) / "response-times")


def collect() -> None:
    """Collects the times of all jobs. Call once, in the worker."""
    histogram = prometheus_client.Histogram(
        "voice_agent_response_seconds", "From the end of the caller's speech to the first sound of the response."
    )
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    # A killed worker leaves its socket behind.
    Path(ADDRESS).unlink(missing_ok=True)
    receiver.bind(ADDRESS)

    def receive() -> None:
        while True:
            histogram.observe(float(receiver.recv(64)))

    threading.Thread(target=receive, daemon=True).start()


def observe(seconds: float) -> None:
    """Sends one time. Call in a job. A time is lost if the worker does not accept it at once."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        sender.sendto(str(seconds).encode(), ADDRESS)
