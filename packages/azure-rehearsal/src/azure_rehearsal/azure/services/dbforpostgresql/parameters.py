"""Server parameters with known allowed values. The simulated Azure accepts any value for others.

Source: the parameter reference of Azure Database for PostgreSQL, as of 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NUMBERS: Final = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True)
class Parameter:
    """`allowed` is `on,off`, another list of values, or a range `25-5000`. `dynamic` parameters need no restart."""

    data_type: str
    allowed: str
    default: str
    dynamic: bool = True

    def accepts(self, value: str) -> bool:
        """Whether the parameter allows a value."""
        found = _NUMBERS.fullmatch(self.allowed)
        if found:
            return value.lstrip("-").isdigit() and int(found[1]) <= int(value) <= int(found[2])
        words = {item.strip().lower() for item in self.allowed.split(",")}
        return (
            all(item.strip().lower() in words for item in value.split(","))
            if self.data_type == "Set"
            else (value.lower() in words)
        )


_SWITCH: Final = "on,off"

PARAMETERS: Final = {
    "autovacuum": Parameter("Boolean", _SWITCH, "on"),
    "connection_throttle.enable": Parameter("Boolean", _SWITCH, "off"),
    "idle_in_transaction_session_timeout": Parameter("Integer", "0-2147483647", "0"),
    "idle_session_timeout": Parameter("Integer", "0-2147483647", "0"),
    "log_checkpoints": Parameter("Boolean", _SWITCH, "on"),
    "log_connections": Parameter("Boolean", _SWITCH, "on"),
    "log_disconnections": Parameter("Boolean", _SWITCH, "on"),
    "log_lock_waits": Parameter("Boolean", _SWITCH, "off"),
    "log_min_duration_statement": Parameter("Integer", "0-2147483647", "-1"),
    "log_statement": Parameter("Enumeration", "none,ddl,mod,all", "none"),
    "max_connections": Parameter("Integer", "25-5000", "859", dynamic=False),
    "max_worker_processes": Parameter("Integer", "0-262143", "8", dynamic=False),
    "pg_qs.query_capture_mode": Parameter("Enumeration", "none,top,all", "none"),
    "pgbouncer.enabled": Parameter("Boolean", "true,false", "false"),
    "pgms_wait_sampling.query_capture_mode": Parameter("Enumeration", "none,all", "none"),
    "require_secure_transport": Parameter("Boolean", _SWITCH, "on"),
    "ssl_min_protocol_version": Parameter("Enumeration", "TLSv1.2,TLSv1.3", "TLSv1.2"),
    "wal_level": Parameter("Enumeration", "replica,logical", "replica", dynamic=False),
}
"""Parameters by name. The default `-1` means "off"."""

OFF: Final = "-1"
