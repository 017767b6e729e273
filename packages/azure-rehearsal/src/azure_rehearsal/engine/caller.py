"""Whose program runs, and whom the simulated Azure takes it for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Caller:
    """Whose program runs: its folder, and whom Azure takes it for, which is whoever the stack file names.

    An id is empty where the stack file names none; the simulated Azure then has a placeholder. `unreachable` are the
    Azure locations from which it gets no answer.
    """

    directory: Path
    subscription_id: str = ""
    tenant_id: str = ""
    principal_id: str = ""
    unreachable: frozenset[str] = frozenset()
