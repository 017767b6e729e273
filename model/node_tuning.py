"""Kernel settings of media nodes. They are immutable in Azure: a change here needs a new generation of
each media pool.

Limits: AKS "customize node configuration".
"""

from __future__ import annotations

from typing import Final

SOCKET_BUFFER_BYTES: Final = 16_777_216
"""Maximum socket buffer, so that a burst of RTP is not dropped while its thread waits for a CPU. AKS allows
134217728.
"""

DEVICE_BACKLOG_PACKETS: Final = 16_384
"""Maximum backlog of received packets; the default of 1000 is 20 ms of 500 calls."""
