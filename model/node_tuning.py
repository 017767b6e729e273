"""Kernel settings of media nodes. Azure fixes them when a pool is created: a change here needs a new generation of
each media pool.

Limits: AKS "customize node configuration".
"""

from __future__ import annotations

from typing import Final

SOCKET_BUFFER_BYTES: Final = 16_777_216
"""Largest buffer of a socket: a burst of RTP must not be dropped while its thread waits for a CPU. AKS allows
134217728.
"""

DEVICE_BACKLOG_PACKETS: Final = 16_384
"""Packets that wait for the kernel; its default of 1000 is 20 ms of 500 calls."""
